//! "airline" in particular: flights, reservations and users agree with each other, the policy and the tasks' agendas.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value as Json, json};
use taupe::py::Dict;

use crate::worlds::{AIRLINE, entry, list, table, tasks, text};

/// The moment at which the tools book, and which the policy names.
const NOW: &str = "2024-05-15T15:00:00";
const CABINS: [&str; 3] = ["basic_economy", "economy", "business"];

fn keys(record: &Json) -> Vec<&str> {
    record.as_object().expect("an object").keys().map(String::as_str).collect()
}

fn whole(value: &Json) -> i64 {
    assert!(value.is_i64(), "{value} is no whole number");
    value.as_i64().unwrap()
}

/// Free bags of a passenger.
fn free_bags(membership: &str, cabin: &str) -> i64 {
    let row = match membership {
        "regular" => [0, 1, 2],
        "silver" => [1, 2, 3],
        "gold" => [2, 3, 3],
        other => panic!("membership {other}"),
    };
    row[CABINS.iter().position(|own| *own == cabin).expect("a cabin")]
}

fn airports() -> BTreeSet<String> {
    let world = AIRLINE.world();
    let tool = "list_all_airports";
    let listed = world.domain.call(&mut world.database.clone(), tool, &Dict::default()).unwrap().observation;
    keys(&serde_json::from_str(&listed).unwrap()).into_iter().map(str::to_owned).collect()
}

#[test]
fn flights_are_between_known_airports_on_the_same_days() {
    let (json, airports) = (AIRLINE.json(), airports());
    let flights = table(&json, "flights");
    assert!((55..=65).contains(&flights.len()), "{} flights", flights.len());
    let days = keys(&flights[0].1["dates"]);
    assert_eq!((days.len(), days[0], days[12]), (13, "2024-05-12", "2024-05-24"));
    for (number, flight) in &flights {
        assert_eq!(text(&flight["flight_number"]), number);
        // The benchmark's numbers are not ours.
        assert!(number.starts_with("TDA"), "{number}");
        assert!(airports.contains(text(&flight["origin"])) && airports.contains(text(&flight["destination"])));
        assert_ne!(flight["origin"], flight["destination"]);
        let (leaves, arrives) = (&flight["scheduled_departure_time_est"], &flight["scheduled_arrival_time_est"]);
        assert!(text(leaves) < text(arrives) || text(arrives).ends_with("+1"), "{number}");
        assert_eq!(keys(&flight["dates"]), days, "{number}");
    }
}

#[test]
fn what_a_flights_day_holds_follows_from_the_time_that_it_is() {
    let json = AIRLINE.json();
    let mut statuses: BTreeMap<String, usize> = BTreeMap::new();
    for (number, flight) in table(&json, "flights") {
        for (date, day) in flight["dates"].as_object().unwrap() {
            let status = text(&day["status"]);
            *statuses.entry(status.to_owned()).or_default() += 1;
            let departure = format!("{date}T{}", text(&flight["scheduled_departure_time_est"]));
            let place = format!("{number} on {date}");
            let times = &keys(day)[1..];
            match status {
                "cancelled" => assert!(times.is_empty(), "{place}"),
                "landed" => {
                    assert_eq!(times, ["actual_departure_time_est", "actual_arrival_time_est"], "{place}");
                    assert!(text(&day["actual_arrival_time_est"]) < NOW, "{place}");
                }
                "flying" => {
                    assert_eq!(times, ["actual_departure_time_est", "estimated_arrival_time_est"], "{place}");
                    assert!(text(&day["actual_departure_time_est"]) < NOW, "{place}");
                    assert!(text(&day["estimated_arrival_time_est"]) > NOW, "{place}");
                }
                "on time" | "delayed" => {
                    assert_eq!(times, ["estimated_departure_time_est", "estimated_arrival_time_est"], "{place}");
                    assert!(departure.as_str() > NOW && date == "2024-05-15", "{place}");
                    let late = text(&day["estimated_departure_time_est"]) > departure.as_str();
                    assert_eq!(late, status == "delayed", "{place}");
                }
                "available" => {
                    assert!(date.as_str() > "2024-05-15", "{place}");
                    assert_eq!(times, ["available_seats", "prices"], "{place}");
                    let prices = CABINS.map(|cabin| whole(&day["prices"][cabin]));
                    assert!(prices.is_sorted() && prices[0] > 0, "{place}");
                    assert!(CABINS.iter().all(|cabin| (0..=20).contains(&whole(&day["available_seats"][cabin]))));
                }
                other => panic!("{place}: {other}"),
            }
        }
    }
    let all: Vec<_> = statuses.keys().map(String::as_str).collect();
    assert_eq!(all, ["available", "cancelled", "delayed", "flying", "landed", "on time"]);
    assert!(statuses.values().all(|count| *count >= 5), "{statuses:?}");
}

#[test]
fn users_can_be_told_apart_and_pay_in_every_way() {
    let json = AIRLINE.json();
    let users = table(&json, "users");
    assert_eq!(users.len(), 30);
    let (mut emails, mut names, mut methods) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    let (mut memberships, mut sources) = (BTreeMap::new(), BTreeMap::new());
    for (id, user) in &users {
        let email = text(&user["email"]);
        let domain = email.split('@').nth(1).unwrap_or_default();
        assert!(["example.com", "example.net", "example.org"].contains(&domain), "{email}");
        assert!(emails.insert(email.to_lowercase()), "{email} twice");
        assert!(names.insert(user["name"].to_string()), "{id}: name twice");
        assert!(id.starts_with(&text(&user["name"]["first_name"]).to_lowercase()), "{id}");
        *memberships.entry(text(&user["membership"])).or_insert(0) += 1;
        for (method_id, method) in user["payment_methods"].as_object().unwrap() {
            assert_eq!(text(&method["id"]), method_id);
            let source = text(&method["source"]);
            assert!(method_id.starts_with(&format!("{source}_")), "{method_id}");
            // These ids are the ones that new certificates get.
            assert!(!method_id.starts_with("certificate_322132"), "{method_id}");
            assert!(methods.insert(method_id.clone()), "{method_id} twice");
            assert_eq!(source != "credit_card", method["amount"].is_u64(), "{method_id}");
            *sources.entry(source).or_insert(0) += 1;
        }
        for saved in list(&user["saved_passengers"]) {
            assert_eq!(keys(saved), ["first_name", "last_name", "dob"], "{id}");
        }
    }
    assert_eq!(memberships.into_keys().collect::<Vec<_>>(), ["gold", "regular", "silver"]);
    assert_eq!(sources.into_keys().collect::<Vec<_>>(), ["certificate", "credit_card", "gift_card"]);
}

#[test]
fn each_reservation_is_listed_by_its_user_once() {
    let json = AIRLINE.json();
    let reservations = table(&json, "reservations");
    assert!((55..=65).contains(&reservations.len()), "{} reservations", reservations.len());
    let mut listed = Vec::new();
    for (id, user) in table(&json, "users") {
        for own in list(&user["reservations"]) {
            assert_eq!(text(&json["tables"]["reservations"][text(own)]["user_id"]), id);
            listed.push(text(own).to_owned());
        }
    }
    listed.sort();
    let mut all: Vec<String> = reservations.iter().map(|(id, _)| id.clone()).collect();
    all.sort();
    assert_eq!(listed, all);
    // New bookings get these.
    assert!(all.iter().all(|id| id.len() == 6 && !id.starts_with("HATHA")));
}

#[test]
fn reservations_fly_there_and_back_on_flights_that_there_are() {
    let json = AIRLINE.json();
    for (id, reservation) in table(&json, "reservations") {
        assert_eq!(text(&reservation["reservation_id"]), id);
        let flights = list(&reservation["flights"]);
        let (origin, destination) = (&reservation["origin"], &reservation["destination"]);
        assert_eq!(&flights[0]["origin"], origin, "{id}");
        let goes_back = reservation["flight_type"] == "round_trip";
        assert!(goes_back || reservation["flight_type"] == "one_way", "{id}");
        let last = &flights[flights.len() - 1]["destination"];
        assert_eq!(last, if goes_back { origin } else { destination }, "{id}");
        assert!(flights.iter().any(|flight| &flight["destination"] == destination), "{id}");
        for pair in flights.windows(2) {
            assert_eq!(pair[0]["destination"], pair[1]["origin"], "{id}");
            assert!(text(&pair[0]["date"]) <= text(&pair[1]["date"]), "{id}");
        }
        for flight in flights {
            let own = &json["tables"]["flights"][text(&flight["flight_number"])];
            assert_eq!((&flight["origin"], &flight["destination"]), (&own["origin"], &own["destination"]), "{id}");
            let day = &own["dates"][text(&flight["date"])];
            assert!(day.is_object(), "{id}: {}", flight["date"]);
            assert!(text(&reservation["created_at"]) < text(&flight["date"]), "{id} was made after its flight");
        }
        assert!(text(&reservation["created_at"]) < NOW, "{id}");
    }
}

#[test]
fn reservations_cost_what_they_hold() {
    let json = AIRLINE.json();
    for (id, reservation) in table(&json, "reservations") {
        let user = &json["tables"]["users"][text(&reservation["user_id"])];
        let passengers = list(&reservation["passengers"]);
        assert!((1..=5).contains(&passengers.len()), "{id}");
        let count = passengers.len() as i64;
        let (bags, paid_bags) = (whole(&reservation["total_baggages"]), whole(&reservation["nonfree_baggages"]));
        let free = count * free_bags(text(&user["membership"]), text(&reservation["cabin"]));
        assert_eq!(paid_bags, (bags - free).max(0), "{id}");
        let fares: i64 = list(&reservation["flights"]).iter().map(|flight| whole(&flight["price"])).sum();
        let insurance = match text(&reservation["insurance"]) {
            "yes" => 30,
            "no" => 0,
            other => panic!("{id}: insurance {other}"),
        };
        let [payment] = list(&reservation["payment_history"]) else { panic!("{id}: one payment") };
        assert_eq!(whole(&payment["amount"]), (fares + insurance) * count + 50 * paid_bags, "{id}");
        let source = &user["payment_methods"][text(&payment["payment_id"])]["source"];
        assert!(source == "credit_card" || source == "gift_card", "{id}: {source}");
    }
}

#[test]
fn bookings_keep_to_the_policy() {
    let (world, json) = (AIRLINE.world(), AIRLINE.json());
    for task in tasks(&world) {
        for call in list(&entry(&json, &task)["actions"]).iter().filter(|call| call["name"] == "book_reservation") {
            let (booking, user) = (&call["kwargs"], &json["tables"]["users"][&task.user_id]);
            assert_eq!(text(&booking["user_id"]), task.user_id);
            let passengers = list(&booking["passengers"]).len() as i64;
            assert!((1..=5).contains(&passengers), "{}", task.id);
            let free = passengers * free_bags(text(&user["membership"]), text(&booking["cabin"]));
            let paid = (whole(&booking["total_baggages"]) - free).max(0);
            assert_eq!(whole(&booking["nonfree_baggages"]), paid, "{}", task.id);
            let order = ["certificate", "gift_card", "credit_card"];
            let ranks: Vec<_> = list(&booking["payment_methods"])
                .iter()
                .map(|payment| &user["payment_methods"][text(&payment["payment_id"])]["source"])
                .map(|source| order.iter().position(|own| source == own).expect("a source"))
                .collect();
            assert!(ranks.is_sorted(), "{}", task.id);
            for (source, most) in [(0, 1), (1, 3), (2, 1)] {
                assert!(ranks.iter().filter(|rank| **rank == source).count() <= most, "{}", task.id);
            }
        }
    }
}

#[test]
fn tasks_speak_of_records_that_there_are() {
    let (world, json) = (AIRLINE.world(), AIRLINE.json());
    for task in tasks(&world) {
        let scenario = &task.user_scenario;
        assert!(scenario.contains(&task.user_id), "{}: nobody could be found without the id", task.id);
        let own = list(&json["tables"]["users"][&task.user_id]["reservations"]);
        let is_id = |word: &&str| word.len() == 6 && word.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit());
        for word in scenario.split(|c: char| !c.is_alphanumeric()).filter(is_id) {
            assert!(own.contains(&json!(word)), "{}: {word}", task.id);
        }
        for call in list(&entry(&json, &task)["actions"]) {
            let id = &call["kwargs"]["reservation_id"];
            assert!(id.is_null() || own.contains(id), "{}: {id}", task.id);
        }
    }
}

#[test]
fn agendas_agree_with_the_records_and_with_what_is_expected() {
    let (world, json) = (AIRLINE.world(), AIRLINE.json());
    for task in tasks(&world) {
        let own = entry(&json, &task);
        assert_eq!(own["agenda"]["gives"], json!(["user_id"]), "{}", task.id);
        let goals = list(&own["agenda"]["goals"]);
        assert!(!goals.is_empty(), "{}", task.id);
        for goal in goals.iter().chain(goals.iter().map(|goal| &goal["instead"]).filter(|goal| goal.is_object())) {
            check_goal(&json, &task.id.to_string(), &json["tables"]["users"][&task.user_id], goal);
        }
        // What is booked, is booked as it was wished.
        for call in list(&own["actions"]).iter().filter(|call| call["name"] == "book_reservation") {
            let (booking, wish) = (&call["kwargs"], &goals[0]);
            for (here, there) in [("flight_type", "trip"), ("total_baggages", "bags"), ("destination", "to")] {
                assert_eq!(booking[here], wish[there], "{}", task.id);
            }
            assert_eq!((&booking["passengers"], &booking["insurance"]), (&wish["passengers"], &wish["insurance"]));
            let flown: Vec<_> = list(&wish["legs"]).iter().flat_map(|leg| list(&leg["flights"])).collect();
            assert_eq!(list(&booking["flights"]).iter().map(|own| &own["flight_number"]).collect::<Vec<_>>(), flown);
        }
    }
}

/// A goal of an agenda has what it is to `do` and, as far as they apply:
///
/// - the trip: `reservation` where the customer knows its number, else `with` (`to`: where it goes) and `say`
/// - `legs`: for a booking all flights, for a change those that change, with their place `at`; each with `date`, `say`,
///   `prefer` (`cheapest`), `arrive_by`, and the `flights` that fit, which are for checking and never said
/// - `cabin`, `bags` (how many in all), `passengers`, `replace` (`out`, `in`), `insurance`, `trip`, `from`, `to`
/// - `pay` (names in the order of preference; in a booking they share the sum in this order), `pay_else` where that is
///   not allowed, with `pay_else_say`
/// - `limit` (`dollars`, `drops`: `cabin` or `all`, `cabin` to take then, `subject`)
/// - `reason`, `words`, `answers` (`cues`, `say`), `declines`, `insists`, `refused` (`accept`), `raise` (`together`),
///   `instead` (a goal), as in the shop's agendas
/// - `…_when` beside a fact, or `when` in a leg: it is told only when `asked`, or also when `confirming`
fn check_goal(json: &Json, task: &str, user: &Json, goal: &Json) {
    let kinds = ["book", "change", "bags", "passengers", "cancel", "compensation", "question"];
    let kind = text(&goal["do"]);
    assert!(kinds.contains(&kind), "{task}: {kind}");
    // A trip is named by its number or by where it goes, and then it is the only one.
    let own = list(&user["reservations"]);
    if goal["reservation"].is_string() {
        assert!(own.contains(&goal["reservation"]), "{task}");
    } else if !matches!(kind, "book" | "question") {
        let goes = |id: &&Json| json["tables"]["reservations"][text(id)]["destination"] == goal["with"]["to"];
        assert_eq!(own.iter().filter(goes).count(), 1, "{task}: {}", goal["with"]);
        assert!(goal["say"].is_string() || goal["words"].is_string(), "{task}");
    }
    for leg in goal["legs"].as_array().into_iter().flatten() {
        for number in list(&leg["flights"]) {
            let day = &json["tables"]["flights"][text(number)]["dates"][text(&leg["date"])];
            assert_eq!(day["status"], "available", "{task}: {number}");
        }
    }
    let methods = user["payment_methods"].as_object().unwrap();
    for name in ["pay", "pay_else"].into_iter().flat_map(|key| goal[key].as_array().into_iter().flatten()) {
        let fits = methods.values().filter(|method| match text(name) {
            "gift card" => method["source"] == "gift_card",
            "both certificates" => method["source"] == "certificate",
            name => match name.strip_prefix("certificate ") {
                Some(amount) => method["source"] == "certificate" && method["amount"].as_i64() == amount.parse().ok(),
                None => method["brand"] == name,
            },
        });
        assert_eq!(fits.count(), if name == "both certificates" { 2 } else { 1 }, "{task}: {name}");
    }
}
