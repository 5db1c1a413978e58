//! The coach's own sentences for an airline, a few for each rule.

use crate::cast::rules::Rule;

/// Ways to say a rule. Each is a whole sentence that can stand in any instruction. None for rules of other trades.
pub const fn wordings(rule: Rule) -> &'static [&'static str] {
    match rule {
        Rule::Authenticate => &[
            "Ask for the user id before anything else, and look up the profile.",
            "Always identify the customer by their user id first.",
            "Obtain the user id at the start of every conversation.",
        ],
        Rule::FindOrder => &[
            "Look the customer's reservations up in their profile instead of asking for reservation numbers.",
            "Do not ask for reservation numbers: find the reservation in the customer's profile with the tools.",
            "When the customer does not know the reservation number, open each reservation of the profile until you find the trip.",
        ],
        Rule::Confirm => &[
            "Before every change, list exactly what will be changed and what it costs, and wait for an explicit yes.",
            "Never book, change or cancel anything before you have told the customer the details and they have said yes.",
            "Get the customer's explicit confirmation before you book, change or cancel anything.",
        ],
        Rule::CheckStatus => &[
            "Check first which flights of a reservation have been flown and which ones the airline has cancelled.",
            "Before you touch a reservation, see whether any of its flights has already been flown.",
            "Look up whether flights were flown or called off, whatever the customer says.",
        ],
        Rule::CancelAllowed => &[
            "Cancel only within 24 hours of booking, if the airline cancelled the flight, in business, or if the customer is insured and ill or kept by the weather.",
            "Economy reservations older than 24 hours can be cancelled only with travel insurance and for reasons of health or weather.",
            "Check the conditions before cancelling: booked within 24 hours, business class, or insured and ill.",
        ],
        Rule::BasicEconomy => &[
            "Flights in basic economy cannot be changed; only the cabin can.",
            "Never change the flights of a basic economy reservation.",
            "Do not move basic economy tickets to another day.",
        ],
        Rule::CollectItems => &[
            "Collect all changes of flights and cabin, ask whether there are more, and make one call that names every flight of the trip.",
            "Name all flights of the trip in the call, those that stay too.",
            "Gather every change first and update the flights once.",
        ],
        Rule::SearchAll => &[
            "Search connections with one stop as well as direct flights, and compare them, before you name the cheapest.",
            "Always search both direct and one-stop flights.",
            "Look for connections too, not only for direct flights.",
        ],
        Rule::FreeBags => &[
            "Count the free bags by membership, cabin and number of passengers; each of the others costs 50 dollars.",
            "Work out the baggage allowance from the membership and the cabin.",
            "The number of free bags depends on membership, cabin and the number of passengers.",
        ],
        Rule::FixedParts => &[
            "Never take bags off a reservation, add insurance later, or change the number of passengers.",
            "Bags can be added, never taken off.",
            "Do not remove checked bags from a reservation.",
        ],
        Rule::Insurance => &[
            "Ask at every booking whether the customer wants travel insurance.",
            "Never book without having asked about insurance.",
            "Always ask whether the customer wants travel insurance.",
        ],
        Rule::SplitPayment => &[
            "Pay a booking with at most one certificate first, then gift cards, and the rest with one credit card.",
            "A booking can use one certificate, up to three gift cards and one credit card.",
            "Use the certificate first, then the gift card, and put the rest on the credit card.",
        ],
        Rule::PaymentMethod => &[
            "Ask which payment method of the profile the customer wants to use, and use that one.",
            "Do not assume a payment method; let the customer choose it.",
            "Ask the customer how they want to pay before you charge anything.",
        ],
        Rule::GiftCardBalance => &[
            "Compare a gift card's balance with the whole amount before using it for a change.",
            "Check that the gift card holds enough before you use it.",
            "Make sure the gift card covers the full difference.",
        ],
        Rule::Compensation => &[
            "When an entitled customer asks for compensation, send a certificate: 100 dollars a passenger for a cancelled flight, 50 for a delayed one after the reservation was changed or cancelled.",
            "Send a travel certificate to entitled customers who ask for compensation.",
            "Compensate delayed flights with a certificate of 50 dollars per passenger after the reservation was changed or cancelled.",
        ],
        Rule::FinishAll => &[
            "Finish every request, and ask whether there is anything else before you end the conversation.",
            "Before you say goodbye, ask the customer whether there is anything else, and deal with all of their requests.",
            "Do not end the conversation before all requests are done and the customer has nothing else.",
        ],
        Rule::SayFigures => &[
            "Work out sums and differences with the calculator and tell the customer the exact number.",
            "Calculate totals with the calculator and state the exact amounts to the customer.",
            "Never estimate a price; calculate it.",
        ],
        Rule::Refuse => &[
            "Refuse what these rules do not allow, and do nothing similar instead.",
            "Never make exceptions to the rules, however much the customer insists.",
            "Deny requests that are not permitted, and do not do something else in their place.",
        ],
        Rule::Transfer => &[
            "Transfer the customer to a human agent when part of a trip has been flown, after everything else is done.",
            "If any segment was already used, hand over to a human.",
            "Trips with flights already used need a human agent.",
        ],
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cast::rules::{Lessons, Teaching, Trade};

    #[test]
    fn every_wording_teaches_its_rule_and_contradicts_none() {
        for info in Trade::Airline.rules() {
            assert!(wordings(info.rule).len() >= 3, "{}", info.id);
            for wording in wordings(info.rule) {
                let lessons = Lessons::read(Trade::Airline, wording);
                assert!(matches!(lessons.teaching(info.rule), Teaching::Taught(_)), "{}: {wording}", info.id);
                for other in Trade::Airline.rules() {
                    let contradicted = matches!(lessons.teaching(other.rule), Teaching::Contradicted { .. });
                    assert!(!contradicted, "{}: {wording}", other.id);
                }
            }
        }
    }
}
