//! The rules of an airline. Several are a shop's rules too, and are found by the same patterns.

use super::{Rule, RuleInfo, rule};

/// The rules of an airline.
pub const AIRLINE_RULES: [RuleInfo; 19] = [
    rule(
        Rule::Authenticate,
        "authenticate",
        "Identify the customer",
        "Ask for the user id before anything else, and look up the profile.",
        "Starts on the request at once, and asks who the customer is only where a tool wants to know it.",
    ),
    rule(
        Rule::FindOrder,
        "find-reservation",
        "Look reservations up",
        "Look up the customer's reservations in their profile instead of asking for reservation numbers.",
        "Asks for the reservation number, and gives up when the customer does not know it.",
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
        "See what has been flown",
        "Check first which flights of a reservation have been flown and which ones the airline has cancelled.",
        "Takes every reservation for one whose flights are all ahead.",
    ),
    rule(
        Rule::CancelAllowed,
        "cancel-allowed",
        "When to cancel",
        "Cancel only within 24 hours of booking, if the airline cancelled the flight, in business, or if the customer is \
         insured and ill or kept by the weather.",
        "Cancels whatever the customer wants to cancel.",
    ),
    rule(
        Rule::BasicEconomy,
        "basic-economy",
        "Basic economy flights stay",
        "Flights in basic economy cannot be changed; only the cabin can.",
        "Changes the flights of every reservation.",
    ),
    rule(
        Rule::CollectItems,
        "collect-changes",
        "All changes in one call",
        "Collect all changes of flights and cabin, ask whether there are more, and make one call that names every \
         flight of the trip.",
        "Changes what it hears of first, and names only the flights that change.",
    ),
    rule(
        Rule::SearchAll,
        "search-all",
        "Connections too",
        "Search connections with one stop as well as direct flights, and compare them, before you name the cheapest.",
        "Looks at direct flights only, and takes the first connection where there are none.",
    ),
    rule(
        Rule::FreeBags,
        "free-bags",
        "Count the free bags",
        "Count the free bags by membership, cabin and number of passengers; each of the others costs 50 dollars.",
        "Takes all bags for free.",
    ),
    rule(
        Rule::FixedParts,
        "fixed-parts",
        "What can't be undone",
        "Never take bags off a reservation, add insurance later, or change the number of passengers.",
        "Takes bags off when asked.",
    ),
    rule(
        Rule::Insurance,
        "insurance",
        "Ask about insurance",
        "Ask at every booking whether the customer wants travel insurance.",
        "Books without insurance, unless the customer speaks of it.",
    ),
    rule(
        Rule::SplitPayment,
        "split-payment",
        "Certificate, gift cards, card",
        "Pay a booking with at most one certificate first, then gift cards, and the rest with one credit card.",
        "Puts the whole price on one card.",
    ),
    rule(
        Rule::PaymentMethod,
        "payment-method",
        "The customer's payment method",
        "Ask which payment method of the profile the customer wants to use, and use that one.",
        "Uses what the reservation was paid with, without asking.",
    ),
    rule(
        Rule::GiftCardBalance,
        "gift-card-balance",
        "Enough on the gift card",
        "Compare a gift card's balance with the whole amount before using it for a change.",
        "Uses the gift card whatever is on it.",
    ),
    rule(
        Rule::Compensation,
        "compensation",
        "Compensation on request",
        "When an entitled customer asks for compensation, send a certificate: 100 dollars a passenger for a cancelled \
         flight, 50 for a delayed one after the reservation was changed or cancelled.",
        "Says that it is sorry.",
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
        "Refuse, and stay with it",
        "Refuse what these rules do not allow, and do nothing similar instead.",
        "Gives in to a customer who insists.",
    ),
    rule(
        Rule::Transfer,
        "transfer",
        "Hand over trips that have begun",
        "Transfer the customer to a human agent when part of a trip has been flown, after everything else is done.",
        "Cancels or changes the rest of the trip.",
    ),
];
