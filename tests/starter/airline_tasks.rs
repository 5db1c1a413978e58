//! "airline" in particular: the usual shortcuts lose, each the tasks that teach what it leaves out.

use std::collections::BTreeSet;

use serde_json::{Value as Json, json};
use taupe::domain::Task;

use crate::airline_rig::{Airline, cancel, is_expected, search, trip};
use crate::worlds::{SPLITS, entry, list, tasks, teaches, text};

#[test]
fn train_teaches_every_rule_and_what_test_asks_was_practised_in_dev() {
    let airline = Airline::new();
    let [train, dev, test] = SPLITS.map(|(split, _)| -> BTreeSet<String> {
        let own = tasks(&airline.world).into_iter().filter(|task| task.id.split == split);
        own.flat_map(|task| teaches(&airline.json, &task)).collect()
    });
    assert_eq!(train, airline.json["rules"].as_object().unwrap().keys().cloned().collect());
    assert!(test.is_subset(&dev), "{:?}", test.difference(&dev));
}

#[test]
fn forgetting_insurance_loses() {
    let airline = Airline::new();
    for task in airline.taught("insurance", 3) {
        airline.loses_by(&task, "book_reservation", |booking| {
            booking["insurance"] = "no".into();
            airline.pay_again(&task, booking);
        });
    }
}

#[test]
fn counting_bags_without_membership_or_cabin_loses() {
    let airline = Airline::new();
    for task in airline.taught("free-bags", 4) {
        let name = text(&airline.calls(&task)[0]["name"]).to_owned();
        for paid in ["none", "all"] {
            airline.loses_by(&task, &name, |kwargs| {
                let all = kwargs["total_baggages"].clone();
                kwargs["nonfree_baggages"] = if paid == "none" { 0.into() } else { all };
                if name == "book_reservation" {
                    airline.pay_again(&task, kwargs);
                }
            });
        }
    }
}

#[test]
fn paying_a_booking_otherwise_loses() {
    let airline = Airline::new();
    for task in airline.taught("split-payment", 3) {
        let cards = airline.methods_of(&task, "credit_card");
        airline.loses_by(&task, "book_reservation", |booking| airline.pay(&task, booking, &cards[..1]));
        airline.loses_by(&task, "book_reservation", |booking| {
            booking["payment_methods"].as_array_mut().unwrap().reverse();
        });
        let certificates = airline.methods_of(&task, "certificate");
        if certificates.is_empty() {
            continue;
        }
        assert_eq!(certificates.len(), 2, "{}", task.id);
        let others = [airline.methods_of(&task, "gift_card"), cards].concat();
        airline.loses_by(&task, "book_reservation", |booking| {
            airline.pay(&task, booking, &[certificates.clone(), others.clone()].concat());
        });
        // The lesser certificate stands first in the profile.
        airline.loses_by(&task, "book_reservation", |booking| {
            airline.pay(&task, booking, &[certificates[..1].to_vec(), others].concat());
        });
    }
}

#[test]
fn another_method_than_the_customers_loses() {
    let airline = Airline::new();
    let task = airline.task("train", 4);
    assert!(teaches(&airline.json, &task).contains(&"payment-method".to_owned()));
    let first = airline.methods_of(&task, "credit_card").remove(0);
    airline.loses_by(&task, "update_reservation_flights", |change| change["payment_id"] = first.into());
}

#[test]
fn a_gift_card_is_used_exactly_where_it_holds_the_whole_amount() {
    let airline = Airline::new();
    let mut refused = 0;
    for task in airline.taught("gift-card-balance", 3) {
        let call = airline.calls(&task).remove(0);
        let gift_card = airline.methods_of(&task, "gift_card").remove(0);
        if call["kwargs"]["payment_id"] == *gift_card {
            let card = airline.methods_of(&task, "credit_card").remove(0);
            airline.loses_by(&task, text(&call["name"]), |kwargs| kwargs["payment_id"] = card.into());
        } else {
            let mut by_gift_card = call.clone();
            by_gift_card["kwargs"]["payment_id"] = gift_card.into();
            assert_eq!(airline.observation(&by_gift_card), "Error: gift card balance is not enough", "{}", task.id);
            refused += 1;
        }
    }
    assert_eq!(refused, 2);
}

#[test]
fn not_hearing_the_customers_last_word_before_a_change_loses() {
    let airline = Airline::new();
    for task in airline.taught("confirm", 3) {
        let calls = airline.calls(&task);
        let name = text(&calls[0]["name"]);
        airline.loses_by(&task, name, |kwargs| {
            if name == "book_reservation" {
                kwargs["cabin"] = entry(&airline.json, &task)["agenda"]["goals"][0]["cabin"].clone();
                airline.pay_again(&task, kwargs);
            } else {
                first_wish_only(&airline, kwargs);
            }
        });
    }
}

/// Leaves of a change what the customer asks for first: other flights in the cabin as it was, or if the cabin stays
/// anyway, another first flight.
fn first_wish_only(airline: &Airline, change: &mut Json) {
    let reservation = airline.reservation(&change["reservation_id"]);
    if change["cabin"] == reservation["cabin"] {
        let last = list(&reservation["flights"]).len() - 1;
        change["flights"][last]["date"] = reservation["flights"][last]["date"].clone();
    } else {
        change["cabin"] = reservation["cabin"].clone();
    }
}

#[test]
fn one_call_after_another_for_one_trip_loses() {
    let airline = Airline::new();
    for task in airline.taught("collect-changes", 3) {
        let whole = airline.calls(&task).remove(0);
        let mut first = whole.clone();
        first_wish_only(&airline, &mut first["kwargs"]);
        airline.loses(&task, &[first, whole.clone()]);

        let reservation = airline.reservation(&whole["kwargs"]["reservation_id"]);
        if whole["kwargs"]["cabin"] != reservation["cabin"] {
            let mut cabin_first = whole.clone();
            cabin_first["kwargs"]["flights"] = reservation["flights"].clone();
            airline.loses(&task, &[cabin_first, whole]);
        }
    }
}

#[test]
fn a_change_that_names_only_the_changed_flights_loses() {
    let airline = Airline::new();
    for task in airline.taught("collect-changes", 3) {
        airline.loses_by(&task, "update_reservation_flights", |change| {
            let reservation = airline.reservation(&change["reservation_id"]);
            let before = list(&reservation["flights"]).to_vec();
            let flights = change["flights"].as_array_mut().unwrap();
            assert_eq!(flights.len(), before.len(), "{}", task.id);
            flights.remove(0);
        });
    }
}

#[test]
fn another_cabin_loses_every_booking_and_change() {
    let airline = Airline::new();
    let mut count = 0;
    for task in tasks(&airline.world) {
        for name in ["book_reservation", "update_reservation_flights"] {
            if !is_expected(&task, name) {
                continue;
            }
            count += 1;
            airline.loses_by(&task, name, |kwargs| {
                kwargs["cabin"] = if kwargs["cabin"] == "economy" { "basic_economy" } else { "economy" }.into();
                if name == "book_reservation" {
                    airline.pay_again(&task, kwargs);
                }
            });
        }
    }
    assert!(count >= 10, "{count} tasks");
}

#[test]
fn other_passengers_lose_every_booking() {
    let airline = Airline::new();
    let several = tasks(&airline.world)
        .into_iter()
        .filter(|task| is_expected(task, "book_reservation"))
        .filter(|task| list(&airline.calls(task)[0]["kwargs"]["passengers"]).len() > 1);
    assert!(several.clone().count() >= 3);
    for task in several {
        airline.loses_by(&task, "book_reservation", |booking| {
            booking["passengers"].as_array_mut().unwrap().pop();
            airline.pay_again(&task, booking);
        });
        airline.loses_by(&task, "book_reservation", |booking| {
            booking["passengers"].as_array_mut().unwrap().reverse();
        });
    }
}

#[test]
fn cancelling_whatever_the_customer_names_loses() {
    let airline = Airline::new();
    let mut refused = 0;
    for task in airline.taught("cancel-allowed", 4) {
        let mut calls = airline.calls(&task);
        calls.retain(|call| call["name"] == "cancel_reservation");
        let allowed = calls.len();
        for goal in list(&entry(&airline.json, &task)["agenda"]["goals"]).iter().filter(|goal| goal["do"] == "cancel") {
            let id = trip(&airline, &task, goal);
            if calls.iter().all(|call| call["kwargs"]["reservation_id"] != *id) {
                calls.push(cancel(&id));
            }
        }
        if calls.len() > allowed {
            refused += 1;
            airline.loses(&task, &calls);
        }
    }
    assert_eq!(refused, 4);
}

#[test]
fn carrying_out_what_must_be_refused_or_handed_over_loses() {
    let airline = Airline::new();
    for (split, index) in [("train", 9), ("train", 10), ("test", 0)] {
        let task = airline.task(split, index);
        let id = trip(&airline, &task, &entry(&airline.json, &task)["agenda"]["goals"][0]);
        airline.loses(&task, &[cancel(&id)]);
    }
    for (split, index) in [("train", 4), ("dev", 0), ("test", 1)] {
        let task = airline.task(split, index);
        airline.loses(&task, &[first_change(&airline, &task)]);
    }
}

/// The change of flights that the customer asks for first, at its face value.
fn first_change(airline: &Airline, task: &Task) -> Json {
    let goal = &entry(&airline.json, task)["agenda"]["goals"][0];
    let id = trip(airline, task, goal);
    let reservation = airline.reservation(&json!(id));
    let mut flights: Vec<Json> = list(&reservation["flights"])
        .iter()
        .map(|flight| json!({"flight_number": flight["flight_number"], "date": flight["date"]}))
        .collect();
    for leg in list(&goal["legs"]) {
        flights[leg["at"].as_u64().unwrap() as usize] =
            json!({"flight_number": leg["flights"][0], "date": leg["date"]});
    }
    let payment_id = &reservation["payment_history"][0]["payment_id"];
    json!({"name": "update_reservation_flights", "kwargs": {
        "reservation_id": id, "cabin": reservation["cabin"], "flights": flights, "payment_id": payment_id}})
}

#[test]
fn taking_bags_off_loses_and_more_passengers_are_refused() {
    let airline = Airline::new();
    for task in airline.taught("fixed-parts", 3) {
        let goals = list(&entry(&airline.json, &task)["agenda"]["goals"]);
        let goal = goals.iter().find(|goal| goal["do"] == "bags").unwrap();
        let id = trip(&airline, &task, goal);
        let reservation = airline.reservation(&json!(id));
        assert!(goal["bags"].as_i64() < reservation["total_baggages"].as_i64(), "{}", task.id);
        let fewer = json!({"name": "update_reservation_baggages", "kwargs": {
            "reservation_id": id, "total_baggages": goal["bags"], "nonfree_baggages": 0,
            "payment_id": reservation["payment_history"][0]["payment_id"]}});
        let mut calls = airline.calls(&task);
        calls.push(fewer);
        airline.loses(&task, &calls);

        let mut passengers = list(&reservation["passengers"]).to_vec();
        passengers.push(passengers[0].clone());
        let one_more = json!({"name": "update_reservation_passengers", "kwargs": {
            "reservation_id": id, "passengers": passengers}});
        assert_eq!(airline.observation(&one_more), "Error: number of passengers does not match");
    }
}

#[test]
fn no_compensation_or_another_sum_loses() {
    let airline = Airline::new();
    for task in airline.taught("compensation", 3) {
        let amount = airline.calls(&task).iter().find_map(|call| call["kwargs"]["amount"].as_i64()).unwrap();
        for other in [amount / 2, amount * 2] {
            airline.loses_by(&task, "send_certificate", |kwargs| kwargs["amount"] = other.into());
        }
        let mut calls = airline.calls(&task);
        calls.retain(|call| call["name"] != "send_certificate");
        airline.loses(&task, &calls);
    }
}

#[test]
fn leaving_out_the_last_request_loses() {
    let airline = Airline::new();
    for task in airline.taught("finish-all", 4) {
        let mut calls = airline.calls(&task);
        assert!(calls.len() > 1, "{}", task.id);
        calls.pop();
        airline.loses(&task, &calls);
    }
    // Handing over ends the conversation.
    let task = airline.task("dev", 4);
    let calls = airline.calls(&task);
    assert_eq!(calls[1]["name"], "transfer_to_human_agents");
    airline.loses(&task, &calls[1..]);
}

#[test]
fn the_first_connection_found_is_not_the_cheapest() {
    let airline = Airline::new();
    let task = airline.task("dev", 1);
    airline.loses_by(&task, "book_reservation", |booking| {
        let date = booking["flights"][0]["date"].clone();
        let found = search(&airline, "search_onestop_flight", &booking["origin"], &booking["destination"], &date);
        assert_eq!(found.len(), 2);
        for (flight, found) in booking["flights"].as_array_mut().unwrap().iter_mut().zip(list(&found[0])) {
            flight["flight_number"] = found["flight_number"].clone();
        }
        airline.pay_again(&task, booking);
    });

    let asked = airline.task("train", 7);
    let fare = |flight: &Json| flight["prices"]["economy"].as_i64().unwrap();
    let (from, to, day) = (json!("BOS"), json!("MIA"), json!("2024-05-20"));
    let direct = search(&airline, "search_direct_flight", &from, &to, &day).iter().map(fare).min().unwrap();
    let connections = search(&airline, "search_onestop_flight", &from, &to, &day);
    let least = connections.iter().map(|pair| list(pair).iter().map(fare).sum::<i64>()).min().unwrap();
    assert!(least < direct);
    assert_eq!(asked.outputs[0], least.to_string());
}
