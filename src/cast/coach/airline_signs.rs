//! Signs in a failed conversation at an airline that a rule was wanting.

use serde_json::Value;

use super::signs::Sign;
use super::story::{Call, Story};
use crate::cast::customer::hear::Act;
use crate::cast::rules::Rule;

/// The day of all conversations with the benchmark's airlines.
const TODAY: &str = "2024-05-15";
/// A day before the time of the conversation.
const A_DAY_AGO: &str = "2024-05-14T15";

/// The signs in one conversation; none where all went well.
pub fn signs(story: &Story<'_>) -> Vec<Sign> {
    if story.went_well() {
        return Vec::new();
    }
    let mut found = Vec::new();
    let mut see = |rule, weight, seen, holds: bool| {
        if holds {
            found.push(Sign { rule, weight, seen });
        }
    };
    let wrote = story.writes().next().is_some();
    let profile = story.called("get_user_details");
    see(Rule::Authenticate, 2, "it went to work without finding out who the customer was", !profile);
    let unknown = story.customer_says_any(&["don't know the reservation", "don't remember the reservation"]);
    let asked_in_vain = unknown && story.agent_did(Act::AskOrder);
    see(Rule::FindOrder, 6, "it asked for a reservation number that the customer did not know", asked_in_vain);
    see(
        Rule::Authenticate,
        4,
        "it never saw the profile, where the reservations are listed",
        asked_in_vain && !profile,
    );

    let unconfirmed =
        story.writes().any(|call| !story.agent_before(call.at).is_some_and(|heard| heard.does(Act::Propose)));
    let regret = story.customer_says_any(&["changed my mind", "wait, i also", "that is more than"]);
    see(Rule::Confirm, 4, "it made a change without having asked for a yes", unconfirmed);
    see(Rule::Confirm, 2, "the customer heard too late what was being done", unconfirmed && regret);

    let begun = story.writes().any(|call| record(story, call).is_some_and(|record| has_begun(&record)));
    see(Rule::CheckStatus, 6, "it changed a trip of which a flight had been flown", begun);
    let flew = story.customer_says_any(&["i flew", "have flown"]);
    let handed_over = story.called("transfer_");
    see(Rule::Transfer, 5, "a trip that had begun was not handed to a colleague", (begun || flew) && !handed_over);
    let called_off = story.customer_says_any(&["called off", "was cancelled"]);
    let searched = story.called("search_");
    see(Rule::CheckStatus, 4, "it did not look whether the airline had cancelled the flight", called_off && !searched);

    of_cancelling(story, called_off, &mut see);
    of_changes(story, &mut see);
    of_bookings(story, &mut see);

    let short = story.answers_contain("gift card balance is not enough");
    see(Rule::GiftCardBalance, 8, "the gift card did not hold enough", short);
    let asked_payment = story.agent_did(Act::AskPayment);
    let settled = story.writes().any(|call| !call.argument("payment_id").is_empty());
    see(Rule::PaymentMethod, 2, "a difference was settled without asking with what", settled && !asked_payment);
    let compensation = story.customer_says_any(&["compensation"]);
    let none = compensation && !story.called("send_certificate");
    see(Rule::Compensation, 7, "compensation was asked for and none was sent", none);

    let goodbye = story.agent.last().is_some_and(|(_, heard)| heard.does(Act::Bye));
    let asked_else = story.agent_did(Act::AskElse);
    let gave_up = story.agent_did(Act::Refuse) && !wrote;
    see(
        Rule::FinishAll,
        4,
        "it said goodbye without asking whether there was more",
        goodbye && !asked_else && !gave_up,
    );
    see(Rule::FinishAll, 1, "it gave up and said goodbye", goodbye && !asked_else && gave_up);

    let asks_figure = story.customer_says_any(&["how much", "how many", "what is the", "total"]);
    let rounds = story.agent.iter().any(|(_, heard)| heard.text.contains("roughly $"));
    see(Rule::SayFigures, 6, "it said a rounded figure", rounds);
    let unworked = asks_figure && !story.called("calculate") && !asked_in_vain;
    see(Rule::SayFigures, 2, "the figure that the customer asked for was not worked out", unworked);
    let cheapest = story.customer_says_any(&["cheapest", "costs least", "lowest price"]);
    let narrow = cheapest && !story.called("search_onestop");
    see(Rule::SearchAll, 6, "it looked at direct flights only", narrow);
    see(Rule::SearchAll, 3, "it did not compare what it had found", cheapest && !narrow);

    let insists = story.customer_says_any(&["are you sure", "but i am", "but i bought", "but i "]);
    see(Rule::Refuse, 5, "it gave in to a customer who insisted", insists && wrote && story.agent_did(Act::Refuse));
    found
}

type See<'s> = dyn FnMut(Rule, u32, &'static str, bool) + 's;

fn of_cancelling(story: &Story<'_>, called_off: bool, see: &mut See<'_>) {
    let ill = story.customer_says_any(&["ill ", "sick", "unwell", "weather", "hospital"]);
    let forbidden = |call: &Call<'_>| {
        let Some(record) = record(story, call) else { return false };
        let text = |name: &str| record[name].as_str().unwrap_or_default();
        let insured = text("insurance") == "yes" && ill;
        !insured && text("cabin") != "business" && text("created_at") < A_DAY_AGO && !called_off
    };
    let wrong = story.writes().filter(|call| call.name == "cancel_reservation").any(forbidden);
    see(Rule::CancelAllowed, 6, "it cancelled what may not be cancelled", wrong);
    see(Rule::Refuse, 2, "it did what it should have refused", wrong);
}

fn of_changes(story: &Story<'_>, see: &mut See<'_>) {
    let of_flights = |call: &&Call<'_>| call.name == "update_reservation_flights";
    let mut moved_basic = false;
    let (mut fewer, mut again) = (false, false);
    for call in story.writes().filter(of_flights) {
        let Some(before) = record(story, call) else { continue };
        let (old, new) = (flights(&before["flights"]), flights(&call.arguments["flights"]));
        moved_basic |= before["cabin"] == "basic_economy" && new.iter().any(|flight| !old.contains(flight));
        fewer |= new.len() < old.len();
        let id = call.argument("reservation_id");
        again |=
            story.writes().filter(of_flights).any(|other| other.at < call.at && other.argument("reservation_id") == id);
    }
    see(Rule::BasicEconomy, 7, "it changed flights in basic economy", moved_basic);
    see(Rule::CollectItems, 6, "it named only some of the trip's flights", fewer);
    see(Rule::CollectItems, 6, "it changed a trip in several calls", again);
    let never_asked = story
        .writes()
        .filter(of_flights)
        .any(|call| !story.agent.iter().any(|(at, heard)| *at < call.at && heard.does(Act::AskMore)));
    see(Rule::CollectItems, 1, "it changed flights without asking whether there was more to change", never_asked);
    for call in story.writes().filter(|call| call.name == "update_reservation_baggages") {
        let Some(before) = record(story, call) else { continue };
        let count = |value: &Value, name: &str| value[name].as_i64().unwrap_or_default();
        let (old, new) = (count(&before, "total_baggages"), count(call.arguments, "total_baggages"));
        see(Rule::FixedParts, 7, "it took bags off a reservation", new < old);
        let paid = count(call.arguments, "nonfree_baggages") > count(&before, "nonfree_baggages");
        see(Rule::FreeBags, 4, "it added bags without counting the free ones", new > old && !paid);
    }
}

fn of_bookings(story: &Story<'_>, see: &mut See<'_>) {
    for call in story.writes().filter(|call| call.name == "book_reservation") {
        let asked = story.agent_did(Act::AskInsurance);
        see(
            Rule::Insurance,
            5,
            "it booked without asking about insurance",
            call.argument("insurance") != "yes" && !asked,
        );
        let bags = call.arguments["total_baggages"].as_i64().unwrap_or_default();
        let paid = call.arguments["nonfree_baggages"].as_i64().unwrap_or_default();
        see(Rule::FreeBags, 4, "it counted all bags as free", bags > 0 && paid == 0);
        let methods = call.arguments["payment_methods"].as_array().map_or(0, Vec::len);
        let more = story.customer_says_any(&["gift card", "certificate"])
            || story.answers_contain("\"source\": \"certificate\"")
            || story.answers_contain("\"source\": \"gift_card\"");
        see(Rule::SplitPayment, 5, "it put the whole price on one card", methods == 1 && more);
    }
}

/// The record of a call's reservation as it was last seen before the call.
fn record(story: &Story<'_>, call: &Call<'_>) -> Option<Value> {
    let id = call.argument("reservation_id");
    let seen = story.calls.iter().rev().filter(|earlier| earlier.at < call.at);
    let mut records = seen.filter_map(|earlier| serde_json::from_str::<Value>(earlier.answer).ok());
    records.find(|record| record["reservation_id"] == id)
}

fn has_begun(record: &Value) -> bool {
    let flights = record["flights"].as_array().into_iter().flatten();
    flights.filter_map(|flight| flight["date"].as_str()).any(|date| date < TODAY)
}

fn flights(list: &Value) -> Vec<(String, String)> {
    let text = |flight: &Value, name: &str| flight[name].as_str().unwrap_or_default().to_owned();
    list.as_array().into_iter().flatten().map(|flight| (text(flight, "flight_number"), text(flight, "date"))).collect()
}
