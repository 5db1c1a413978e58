//! The coach's own sentences, a few for each rule.

use crate::cast::rules::Rule;

/// Ways to say a shop's rule. Each is a whole sentence that can stand in any instruction. None for rules of other
/// trades.
pub const fn wordings(rule: Rule) -> &'static [&'static str] {
    match rule {
        Rule::Authenticate => &[
            "Start by identifying the customer: look them up by e-mail address, or by full name and zip code.",
            "Before anything else, find out who the customer is, by e-mail or by name and zip code.",
            "Always verify the customer's identity first, using the e-mail address or the name together with the zip code.",
        ],
        Rule::OwnOrders => &[
            "Only work on orders that belong to the customer you have identified; never change another person's order.",
            "Never change an order that belongs to somebody else than the identified customer.",
            "Do not show or change orders of other customers, whoever asks for it.",
        ],
        Rule::FindOrder => &[
            "Look the customer's orders up in their profile yourself instead of asking for order numbers.",
            "Do not ask for order numbers or addresses: find the order in the customer's profile with the tools.",
            "When the customer does not know the order number, look up their profile and go through their orders.",
        ],
        Rule::Confirm => &[
            "Before every change, list exactly what will be changed and what it costs, and wait for an explicit yes.",
            "Never write anything before you have told the customer the details with the price and they have said yes.",
            "Ask the customer to confirm the details of a change before you make it.",
        ],
        Rule::CheckStatus => &[
            "Check the status of an order before choosing the tool: pending orders can be cancelled or modified, delivered ones returned or exchanged.",
            "Look at the order's status before you decide what can be done with it, whatever the customer calls it.",
            "First check whether the order is pending or delivered, and then choose the action that fits its status.",
        ],
        Rule::CancelReason => &[
            "Ask for the reason before you cancel an order, and accept only \"no longer needed\" and \"ordered by mistake\".",
            "A cancellation needs the customer's own reason: ask for it, and refuse any reason other than \"no longer needed\" or \"ordered by mistake\".",
            "Ask why the customer wants to cancel; only \"no longer needed\" and \"ordered by mistake\" are accepted reasons.",
        ],
        Rule::WholeOrder => &[
            "An order can only be cancelled as a whole; never cancel it because of a single item.",
            "Single items cannot be cancelled out of an order, and the whole order must not be cancelled in their place.",
            "Never cancel a whole order when the customer wants to be rid of just one item of it.",
        ],
        Rule::CollectItems => &[
            "Collect all items that the customer wants to change in an order, ask whether there are more, and then make a single call.",
            "Items of an order can be changed only once, so ask for all of them first and put them into one call.",
            "Before you return, exchange or modify items, ask if there are any more items, and handle all of them in one call.",
        ],
        Rule::ItemsLast => &[
            "On a pending order, change the address and the payment before the items, because changing items locks the order.",
            "Modify the items of a pending order last, after its address and its payment method.",
            "When several things of a pending order change, do the address and the payment first and the items last.",
        ],
        Rule::KeepOptions => &[
            "Swap items only within the same product, and keep every option that the customer does not mention.",
            "When an item is changed, keep all options that the customer did not mention as they are.",
            "Choose the variant of the same product that differs only in the options the customer named; all other options stay the same.",
        ],
        Rule::Stock => &[
            "Offer and count only variants that are available.",
            "Check that a variant is available before you choose it, and ignore variants that are out of stock.",
            "Only consider variants that are in stock, also when you compare prices.",
        ],
        Rule::PaymentMethod => &[
            "Ask which payment method of the profile the customer wants to use for a price difference, and use that one.",
            "Ask the customer which payment method should pay or receive a difference before you use one.",
            "Use the payment method that the customer chooses; ask for it, and do not assume the original one.",
        ],
        Rule::GiftCardBalance => &[
            "Compare a gift card's balance with the full amount before using it.",
            "Before you use a gift card, check that its balance covers the whole amount, and ask for another method if it does not.",
            "Check the balance of a gift card first; if it is not enough for the total, use the other method that the customer names.",
        ],
        Rule::RefundDestination => &[
            "Ask whether a refund should go to the original payment method or to a gift card.",
            "Before you book a return, ask the customer where the refund should go: the original payment method or a gift card.",
            "For returns, ask for the destination of the refund, either a gift card or the original payment method.",
        ],
        Rule::BothAddresses => &[
            "The address of an order and the address in the profile are separate; change exactly the ones that the customer means.",
            "Changing the address of an order does not change the address in the profile, nor the other way round: update each one only if the customer asks for it.",
            "Keep the profile address and the order address apart, and change only those that the customer asked for.",
        ],
        Rule::FinishAll => &[
            "Finish every request, and ask whether there is anything else before you end the conversation.",
            "Before you say goodbye, ask the customer whether there is anything else, and deal with all of their requests.",
            "Do not end the conversation before all requests are done and the customer has nothing else.",
        ],
        Rule::SayFigures => &[
            "Work out sums and differences with the calculator and tell the customer the exact number.",
            "When the customer asks for a sum, a price or a balance, use the calculator and say the exact figure with two decimals.",
            "Calculate totals with the calculator and state the exact amounts to the customer.",
        ],
        Rule::Refuse => &[
            "Refuse what these rules do not allow, and do nothing similar instead.",
            "If a request is not allowed, refuse it politely and change nothing instead.",
            "Deny requests that are not permitted, and do not do something else in their place.",
        ],
        Rule::Transfer => &[
            "Transfer the customer to a human agent when goods arrived damaged or a parcel never came, and book nothing.",
            "If a parcel is missing or an item arrived damaged, hand over to a human agent instead of booking a return.",
            "Transfer to a human agent in cases of damaged goods and of parcels that never arrived.",
        ],
        _ => &[],
    }
}

/// Advice that has nothing to do with the work.
pub const IRRELEVANT: &[&str] = &[
    "Write in short paragraphs and prefer plain verbs.",
    "Mention the weather now and then to set a warm tone.",
    "Use the metric system in all descriptions.",
    "Begin each message with a capital letter and end it with a full stop.",
    "Avoid exclamation marks and idioms.",
    "Praise the craft of lantern makers where it fits.",
    "Prefer British spelling throughout.",
    "Keep your sentences below twenty words.",
    "Be cheerful on Mondays.",
    "Compare things with the sea when you explain them.",
    "Thank people for their patience.",
    "Do not use abbreviations.",
];
