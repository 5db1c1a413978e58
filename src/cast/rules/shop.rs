//! The rules of an online shop.

use super::{Rule, RuleInfo, rule};

/// The rules of a shop, in the order of [`Rule`].
pub const RULES: [RuleInfo; 19] = [
    rule(
        Rule::Authenticate,
        "authenticate",
        "Identify the customer",
        "Identify the customer by e-mail, or by full name and zip code, before anything else.",
        "Starts on the request at once, with whatever order number the customer gives, and never opens a profile of \
         its own accord.",
    ),
    rule(
        Rule::OwnOrders,
        "own-orders",
        "Only the customer's own orders",
        "Never show or change an order that belongs to another customer.",
        "Works on any order whose number it is given.",
    ),
    rule(
        Rule::FindOrder,
        "find-order",
        "Look orders up",
        "Look up the customer's orders in their profile instead of asking for order numbers.",
        "Asks for the order number or the address, and gives up when the customer does not know it.",
    ),
    rule(
        Rule::Confirm,
        "confirm",
        "Have a yes before a change",
        "Before every change, list what will change and what it costs, and wait for the customer's yes.",
        "Writes as soon as it knows enough, so that the customer hears the price too late.",
    ),
    rule(
        Rule::CheckStatus,
        "check-status",
        "Look at the status first",
        "Check the order's status before you choose what to do with it.",
        "Takes the customer's word for it, calls the tool that the word suggests, and gives up at its error.",
    ),
    rule(
        Rule::CancelReason,
        "cancel-reason",
        "The customer's own reason",
        "Ask for the reason before you cancel, and accept only \"no longer needed\" and \"ordered by mistake\".",
        "Cancels as \"no longer needed\" without asking why.",
    ),
    rule(
        Rule::WholeOrder,
        "whole-order",
        "Orders are cancelled whole",
        "An order can only be cancelled as a whole; never cancel it because of a single item.",
        "Cancels the whole order to be rid of one item.",
    ),
    rule(
        Rule::CollectItems,
        "collect-items",
        "All items in one call",
        "Collect all items that should be changed, ask whether there are more, and make a single call for the order.",
        "Makes one call for each item as soon as it hears of it; the order is locked after the first.",
    ),
    rule(
        Rule::ItemsLast,
        "items-last",
        "Items after address and payment",
        "On a pending order, change the address and the payment before the items.",
        "Works in the order in which things were asked, and finds the order locked after the items.",
    ),
    rule(
        Rule::KeepOptions,
        "keep-options",
        "Keep what was not mentioned",
        "Swap items only within the same product, and keep every option that the customer does not mention.",
        "Takes the first variant that fits the words, whatever becomes of the other options.",
    ),
    rule(
        Rule::Stock,
        "stock",
        "Available variants only",
        "Offer and count only variants that are available.",
        "Does not look whether a variant can be had.",
    ),
    rule(
        Rule::PaymentMethod,
        "payment-method",
        "The customer's payment method",
        "Ask which payment method of the profile the customer wants to use, and use that one.",
        "Uses the method that the order was paid with, without asking.",
    ),
    rule(
        Rule::GiftCardBalance,
        "gift-card-balance",
        "Enough on the gift card",
        "Compare a gift card's balance with the full amount before using it.",
        "Uses the gift card whatever is on it.",
    ),
    rule(
        Rule::RefundDestination,
        "refund-destination",
        "Where a refund goes",
        "Ask whether a refund should go to the original payment method or to a gift card.",
        "Refunds to what the order was paid with, without asking.",
    ),
    rule(
        Rule::BothAddresses,
        "both-addresses",
        "Profile and order addresses",
        "The address of an order and the address in the profile are separate; change exactly the ones that the \
         customer means.",
        "Takes them for one: changes the profile along with the order, and the orders not along with the profile.",
    ),
    rule(
        Rule::FinishAll,
        "finish-all",
        "Every request",
        "Finish every request, and ask whether there is anything else before you end.",
        "Says goodbye after the first request.",
    ),
    rule(
        Rule::SayFigures,
        "say-figures",
        "Exact figures",
        "Work out sums and differences with the calculator and tell the customer the exact number.",
        "Rounds in its head.",
    ),
    rule(
        Rule::Refuse,
        "refuse",
        "Refuse, and do nothing instead",
        "Refuse what these rules do not allow, and do nothing similar instead.",
        "Does the nearest thing that the tools allow.",
    ),
    rule(
        Rule::Transfer,
        "transfer",
        "Hand over damaged and missing goods",
        "Transfer the customer to a human agent when goods arrived damaged or a parcel never came, and book nothing.",
        "Books a return for them.",
    ),
];
