//! The airline's tasks for playing them wrongly: expected calls to change, prices, searches.

use std::sync::Arc;

use serde_json::{Value as Json, json};
use taupe::domain::{Action, Task, World};

use crate::support::object;
use crate::worlds::{AIRLINE, entry, list, reward, taught, text};

/// The world with the file beside it.
pub struct Airline {
    pub world: World,
    pub json: Json,
}

impl Airline {
    pub fn new() -> Self {
        Self { world: AIRLINE.world(), json: AIRLINE.json() }
    }

    pub fn taught(&self, rule: &str, at_least: usize) -> Vec<Arc<Task>> {
        let taught = taught(&self.world, &self.json, rule);
        assert!(taught.len() >= at_least, "{rule}: {} tasks", taught.len());
        taught
    }

    pub fn task(&self, split: &str, index: usize) -> Arc<Task> {
        Arc::clone(self.world.task(split, index).expect("the task is there"))
    }

    /// The expected calls, for changing.
    pub fn calls(&self, task: &Task) -> Vec<Json> {
        list(&entry(&self.json, task)["actions"]).to_vec()
    }

    pub fn reservation(&self, id: &Json) -> &Json {
        &self.json["tables"]["reservations"][text(id)]
    }

    pub fn methods(&self, task: &Task) -> &Json {
        &self.json["tables"]["users"][&task.user_id]["payment_methods"]
    }

    /// The customer's payment methods of a kind, in the profile's order.
    pub fn methods_of(&self, task: &Task, source: &str) -> Vec<String> {
        let methods = self.methods(task).as_object().unwrap();
        methods.iter().filter(|(_, method)| method["source"] == source).map(|(id, _)| id.clone()).collect()
    }

    /// What a booking costs.
    pub fn price(&self, booking: &Json) -> i64 {
        let passengers = list(&booking["passengers"]).len() as i64;
        let fare = |flight: &Json| {
            let own = &self.json["tables"]["flights"][text(&flight["flight_number"])];
            own["dates"][text(&flight["date"])]["prices"][text(&booking["cabin"])].as_i64().unwrap()
        };
        let fares: i64 = list(&booking["flights"]).iter().map(fare).sum();
        let insurance = if booking["insurance"] == "yes" { 30 } else { 0 };
        (fares + insurance) * passengers + 50 * booking["nonfree_baggages"].as_i64().unwrap()
    }

    /// Has a booking paid with these methods, each as far as it goes.
    pub fn pay(&self, task: &Task, booking: &mut Json, ids: &[String]) {
        let mut rest = self.price(booking);
        let payments = ids.iter().map(|id| {
            let holds = self.methods(task)[id]["amount"].as_i64().unwrap_or(i64::MAX);
            let amount = holds.min(rest);
            rest -= amount;
            json!({"payment_id": id, "amount": amount})
        });
        booking["payment_methods"] = payments.collect();
        assert_eq!(rest, 0, "{}", task.id);
    }

    /// Has the booking paid as it is now with the methods that it names already.
    pub fn pay_again(&self, task: &Task, booking: &mut Json) {
        let ids: Vec<String> =
            list(&booking["payment_methods"]).iter().map(|paid| text(&paid["payment_id"]).to_owned()).collect();
        self.pay(task, booking, &ids);
    }

    /// Makes the calls, which the tools all allow, and nevertheless loses.
    #[track_caller]
    pub fn loses(&self, task: &Arc<Task>, calls: &[Json]) {
        let calls: Vec<Action> = calls.iter().map(action).collect();
        let mut db = self.world.database.clone();
        for call in &calls {
            let outcome = self.world.domain.call(&mut db, &call.name, &call.kwargs).unwrap();
            assert!(!outcome.status.is_error(), "{}, {}: {}", task.id, call.name, outcome.observation);
        }
        assert!(reward(&self.world, task, &calls) < 1.0, "{}", task.id);
    }

    /// Does what is expected but for one thing in the call of this name, and loses.
    #[track_caller]
    pub fn loses_by(&self, task: &Arc<Task>, name: &str, change: impl FnOnce(&mut Json)) {
        let mut calls = self.calls(task);
        let own = calls.iter_mut().find(|call| call["name"] == name);
        change(&mut own.unwrap_or_else(|| panic!("{}: {name} is not expected", task.id))["kwargs"]);
        self.loses(task, &calls);
    }

    /// What the tool says to a call on the fresh database.
    pub fn observation(&self, call: &Json) -> String {
        let call = action(call);
        self.world.domain.call(&mut self.world.database.clone(), &call.name, &call.kwargs).unwrap().observation
    }
}

pub fn action(call: &Json) -> Action {
    Action { name: text(&call["name"]).to_owned(), kwargs: object(&call["kwargs"].to_string()) }
}

pub fn is_expected(task: &Task, name: &str) -> bool {
    task.expected_actions.iter().any(|action| action.name == name)
}

pub fn cancel(id: &str) -> Json {
    json!({"name": "cancel_reservation", "kwargs": {"reservation_id": id}})
}

/// The reservation that a goal is about.
pub fn trip(airline: &Airline, task: &Task, goal: &Json) -> String {
    if let Some(id) = goal["reservation"].as_str() {
        return id.to_owned();
    }
    let own = list(&airline.json["tables"]["users"][&task.user_id]["reservations"]);
    let fits = |id: &&Json| airline.reservation(id)["destination"] == goal["with"]["to"];
    own.iter().find(fits).map(|id| text(id).to_owned()).unwrap()
}

pub fn search(airline: &Airline, tool: &str, origin: &Json, destination: &Json, date: &Json) -> Vec<Json> {
    let call = json!({"name": tool, "kwargs": {"origin": origin, "destination": destination, "date": date}});
    serde_json::from_str(&airline.observation(&call)).unwrap()
}
