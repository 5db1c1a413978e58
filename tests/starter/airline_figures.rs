//! What the airline's tasks expect follows from its records: figures, limits, what a search can tell.

use std::collections::BTreeSet;

use serde_json::{Value as Json, json};
use taupe::domain::Task;

use crate::airline_rig::{Airline, search};
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
