//! What the airline's tasks expect follows from its records: figures, limits, what a search can tell.

use std::collections::BTreeSet;

use serde_json::{Value as Json, json};
use taupe::domain::Task;

use crate::airline_rig::{Airline, search, trip};
use crate::worlds::{entry, list, tasks, text};

#[test]
fn figures_are_what_the_records_add_up_to() {
    let airline = Airline::new();
    let paid = |id: &str| -> i64 {
        let history = list(&airline.reservation(&json!(id))["payment_history"]);
        history.iter().map(|payment| payment["amount"].as_i64().unwrap()).sum()
    };
    let cancelled = |task: &Task| -> i64 {
        let calls = airline.calls(task);
        let cancelled = calls.iter().filter(|call| call["name"] == "cancel_reservation");
        cancelled.map(|call| paid(text(&call["kwargs"]["reservation_id"]))).sum()
    };

    let ahead = airline.task("train", 7);
    let reservations = list(&airline.json["tables"]["users"][&ahead.user_id]["reservations"]);
    let is_ahead = |id: &&Json| text(&airline.reservation(id)["flights"][0]["date"]) > "2024-05-15";
    let sum: i64 = reservations.iter().filter(is_ahead).map(|id| paid(text(id))).sum();
    assert_eq!(ahead.outputs[1..], [sum.to_string()]);

    let both = airline.task("train", 11);
    let change = airline.calls(&both).remove(1);
    let after: Json = serde_json::from_str(&airline.observation(&change)).unwrap();
    let extra = after["payment_history"][1]["amount"].as_i64().unwrap();
    assert_eq!(both.outputs, [(cancelled(&both) - extra).to_string()]);

    let booked = airline.task("dev", 5);
    assert_eq!(booked.outputs, [airline.price(&airline.calls(&booked)[0]["kwargs"]).to_string()]);

    let cleared = airline.task("test", 5);
    assert_eq!(cleared.outputs, [cancelled(&cleared).to_string()]);
}

#[test]
fn limits_decide_as_the_tasks_expect() {
    let airline = Airline::new();
    let limit = |goal: &Json| goal["limit"]["dollars"].as_i64().unwrap();

    let kept = airline.task("train", 4);
    let goal = &entry(&airline.json, &kept)["agenda"]["goals"][0]["instead"];
    let after: Json = serde_json::from_str(&airline.observation(&airline.calls(&kept)[0])).unwrap();
    assert!((1..=limit(goal)).contains(&after["payment_history"][1]["amount"].as_i64().unwrap()));

    let dropped = airline.task("dev", 5);
    let goal = &entry(&airline.json, &dropped)["agenda"]["goals"][0];
    let booked = airline.calls(&dropped)[0]["kwargs"].clone();
    let mut wished = booked.clone();
    wished["cabin"] = goal["cabin"].clone();
    assert!(airline.price(&booked) <= limit(goal) && limit(goal) < airline.price(&wished));
}

#[test]
fn a_search_shows_which_coming_flights_are_cancelled() {
    let airline = Airline::new();
    let mut cancelled = BTreeSet::new();
    for task in tasks(&airline.world) {
        for id in list(&airline.json["tables"]["users"][&task.user_id]["reservations"]) {
            for flight in list(&airline.reservation(id)["flights"]) {
                let (number, date) = (&flight["flight_number"], &flight["date"]);
                if text(date) <= "2024-05-15" {
                    continue;
                }
                let found = search(&airline, "search_direct_flight", &flight["origin"], &flight["destination"], date);
                if found.iter().all(|found| found["flight_number"] != *number) {
                    let day = &airline.json["tables"]["flights"][text(number)]["dates"][text(date)];
                    assert_eq!(day["status"], "cancelled", "{id}: {number}");
                    cancelled.insert(task.id.to_string());
                }
            }
        }
    }
    assert_eq!(cancelled.into_iter().collect::<Vec<_>>(), ["test/4", "train/8"]);
}

#[test]
fn exactly_what_the_policy_lets_go_is_cancelled() {
    let airline = Airline::new();
    let (mut cancelled, mut kept) = (0, 0);
    for task in tasks(&airline.world) {
        let calls = airline.calls(&task);
        for goal in list(&entry(&airline.json, &task)["agenda"]["goals"]).iter().filter(|goal| goal["do"] == "cancel") {
            let id = trip(&airline, &task, goal);
            let reservation = airline.reservation(&json!(id));
            let days = list(&reservation["flights"]).iter().map(|flight| {
                let own = &airline.json["tables"]["flights"][text(&flight["flight_number"])];
                text(&own["dates"][text(&flight["date"])]["status"])
            });
            let is_flown = days.clone().any(|status| matches!(status, "landed" | "flying"));
            let is_new = text(&reservation["created_at"]) > "2024-05-14T15:00:00";
            let is_called_off = days.clone().any(|status| status == "cancelled");
            let is_insured = reservation["insurance"] == "yes" && text(&goal["reason"]).contains("ill");
            let is_business = reservation["cabin"] == "business";
            let is_allowed = !is_flown && (is_new || is_called_off || is_insured || is_business);
            let expected = calls
                .iter()
                .any(|call| call["name"] == "cancel_reservation" && call["kwargs"]["reservation_id"] == *id);
            assert_eq!(expected, is_allowed, "{}: {id}", task.id);
            *(if is_allowed { &mut cancelled } else { &mut kept }) += 1;
        }
    }
    assert_eq!((cancelled, kept), (7, 5));
}

#[test]
fn exactly_the_entitled_are_compensated_by_passengers() {
    let airline = Airline::new();
    for task in airline.taught("compensation", 3) {
        let goals = list(&entry(&airline.json, &task)["agenda"]["goals"]);
        let goal = goals.iter().find(|goal| goal["do"] == "compensation").unwrap();
        let reservation = airline.reservation(&json!(trip(&airline, &task, goal)));
        let user = &airline.json["tables"]["users"][&task.user_id];
        let is_entitled =
            user["membership"] != "regular" || reservation["insurance"] == "yes" || reservation["cabin"] == "business";
        assert!(is_entitled, "{}", task.id);
        let flight = &reservation["flights"][0];
        let own = &airline.json["tables"]["flights"][text(&flight["flight_number"])];
        let each = match text(&own["dates"][text(&flight["date"])]["status"]) {
            "cancelled" => 100,
            "delayed" => 50,
            other => panic!("{}: {other}", task.id),
        };
        let amount = airline.calls(&task).iter().find_map(|call| call["kwargs"]["amount"].as_i64());
        assert_eq!(amount, Some(each * list(&reservation["passengers"]).len() as i64), "{}", task.id);
    }
}
