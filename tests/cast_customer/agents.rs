//! Agents of tests: one that knows the expected actions and behaves well, and ones that don't listen.

use std::sync::Arc;

use taupe::cast::{Agenda, RehearsalCustomer, Style};
use taupe::chat::{AssistantMessage, ChatReply, Message, ToolCall};
use taupe::domain::{Action, Task, World};
use taupe::py::{Dict, Value, json};
use taupe::rollout::{AgentSettings, Ending, Episode, Seat};

/// How a conversation went.
pub struct Outcome {
    pub reward: Option<f64>,
    pub stopped: bool,
    /// Each line with who said it, for messages of failed tests.
    pub lines: Vec<String>,
}

/// Plays a task: the customer in its seat, the agent as given.
pub fn play(
    world: &Arc<World>,
    task: &Arc<Task>,
    style: Style,
    seed: u64,
    agent: &mut dyn FnMut(&str) -> AssistantMessage,
) -> Outcome {
    let customer = RehearsalCustomer::new(Agenda::of_task(world, task), style, seed);
    let settings = AgentSettings { instruction: String::new(), ..AgentSettings::default() };
    let mut episode = Episode::new(Arc::clone(world), Arc::clone(task), settings, 60);
    let mut lines = Vec::new();
    let mut heard = String::new();
    while let (Some(seat), Some(request)) = (episode.due(), episode.request()) {
        let message = match seat {
            Seat::User => {
                heard = customer.say(&request.messages);
                lines.push(format!("customer: {heard}"));
                AssistantMessage::of_text(heard.as_str())
            }
            Seat::Agent => {
                let message = agent(&heard);
                let calls = message.tool_calls.iter().map(|call| format!("{}{}", call.name, call.arguments));
                lines.push(format!(
                    "agent: {}{}",
                    message.content.as_deref().unwrap_or_default(),
                    calls.collect::<String>()
                ));
                message
            }
        };
        episode.supply(ChatReply::of_message(message));
    }
    let ending = episode.ending().expect("it ended");
    Outcome {
        reward: ending.reward(),
        stopped: matches!(ending, Ending::Judged(_)) && heard.contains("###STOP###"),
        lines,
    }
}

/// An agent that knows what is expected and does everything right: it finds out who the customer is, asks whether there
/// is more, tells prices, asks for a yes before each call, and says the figures.
pub struct Knowing<'a> {
    world: &'a World,
    task: &'a Task,
    agenda: Agenda,
    calls: Vec<&'a Action>,
    next: usize,
    phase: Phase,
    asked: usize,
    identified: bool,
    asked_more: bool,
}

#[derive(PartialEq)]
enum Phase {
    Listening,
    Confirming,
    Calling,
    Called,
}

impl<'a> Knowing<'a> {
    pub fn new(world: &'a World, task: &'a Task) -> Self {
        let writes = |name: &str| {
            world.domain.tools.iter().any(|tool| tool.name == name && (tool.writes || name.starts_with("transfer")))
        };
        Self {
            world,
            task,
            agenda: Agenda::of_task(world, task),
            calls: task.expected_actions.iter().filter(|action| writes(&action.name)).collect(),
            next: 0,
            phase: Phase::Listening,
            asked: 0,
            identified: false,
            asked_more: false,
        }
    }

    pub fn reply(&mut self, heard: &str) -> AssistantMessage {
        if !self.identified {
            self.identified = true;
            return say("May I have your e-mail address, or your full name and zip code?");
        }
        if self.phase == Phase::Confirming && heard.starts_with("Yes") {
            self.phase = Phase::Calling;
        }
        let Some(call) = self.calls.get(self.next).copied() else { return self.finish() };
        if call.name.starts_with("transfer") {
            self.next += 1;
            return calling(call);
        }
        match self.phase {
            Phase::Calling => {
                self.phase = Phase::Called;
                self.asked_more = false;
                self.next += 1;
                calling(call)
            }
            _ if !self.asked_more => {
                self.asked_more = true;
                say("Is there anything else in this order that you want to change?")
            }
            Phase::Called => {
                self.phase = Phase::Listening;
                self.reply(heard)
            }
            Phase::Listening if self.agenda.goals.iter().any(|goal| goal.limit.is_some()) => {
                self.phase = Phase::Confirming;
                say("The price difference for all of it together is $17.15 extra, mostly for one item.")
            }
            _ => {
                self.phase = Phase::Confirming;
                self.asked += 1;
                say(&format!("{} Shall I go ahead (yes or no)?", describe(self.world, call)))
            }
        }
    }

    fn finish(&mut self) -> AssistantMessage {
        self.asked += 1;
        let refuses = self.calls.is_empty() && self.task.outputs.is_empty();
        match (self.asked, refuses) {
            (1, true) => say("I am sorry, I can't do that; the rules of the shop do not allow it."),
            _ => {
                let figures: Vec<String> =
                    self.task.outputs.iter().map(|figure| format!("That is {figure} in all.")).collect();
                say(&format!("{} Is there anything else I can help with?", figures.join(" ")))
            }
        }
    }
}

pub fn say(words: &str) -> AssistantMessage {
    AssistantMessage::of_text(words)
}

pub fn calling(call: &Action) -> AssistantMessage {
    let arguments = json::dumps(&Value::Dict(call.kwargs.clone()));
    AssistantMessage::of_calls(vec![ToolCall { id: "t1".into(), name: call.name.clone(), arguments }])
}

/// What an agent says before a call.
fn describe(world: &World, call: &Action) -> String {
    let text = |key: &str| call.kwargs.get(key).and_then(Value::as_str).map(ToString::to_string).unwrap_or_default();
    let order = text("order_id");
    let address = || {
        format!(
            "{}, {}, {}, {} {}, {}",
            text("address1"),
            text("address2"),
            text("city"),
            text("state"),
            text("zip"),
            text("country")
        )
    };
    let short = "if a gift card was named: its balance is enough or not as the records say;";
    match call.name.as_str() {
        "cancel_pending_order" => format!("I will cancel order {order} because: {}.", text("reason")),
        "return_delivered_order_items" => {
            format!(
                "I will return from order {order}: {}. The refund goes to {}.",
                items(world, &order, call),
                method(world, &order, &text("payment_method_id"))
            )
        }
        "modify_pending_order_items" | "exchange_delivered_order_items" => {
            format!(
                "I will exchange in order {order}: {}; {short} the difference of $3.10 is settled with {}.",
                items(world, &order, call),
                method(world, &order, &text("payment_method_id"))
            )
        }
        "modify_pending_order_payment" => {
            format!(
                "I will change the payment of order {order}; {short} it will be paid with {}.",
                method(world, &order, &text("payment_method_id"))
            )
        }
        "modify_pending_order_address" => format!("I will change the address of order {order} to {}.", address()),
        "modify_user_address" => format!("I will change the address in your profile to {}.", address()),
        other => panic!("{other} is not described"),
    }
}

fn record<'a>(world: &'a World, table: &str, id: &str) -> Option<&'a Dict> {
    world.database.get(table, id)?.as_dict()
}

fn items(world: &World, order: &str, call: &Action) -> String {
    let ids = |key: &str| -> Vec<String> {
        let list = call.kwargs.get(key).and_then(Value::as_list);
        list.map(|list| list.iter().filter_map(Value::as_str).map(ToString::to_string).collect()).unwrap_or_default()
    };
    let (olds, news) = (ids("item_ids"), ids("new_item_ids"));
    let held = record(world, "orders", order).and_then(|order| order.get("items")).and_then(Value::as_list);
    let mut said = Vec::new();
    for (at, old) in olds.iter().enumerate() {
        let item = held.and_then(|held| {
            held.iter()
                .filter_map(Value::as_dict)
                .find(|item| item.get("item_id").and_then(Value::as_str).is_some_and(|id| **id == **old))
        });
        let Some(item) = item else { continue };
        let name = item.get("name").and_then(Value::as_str).unwrap();
        let values = |options: Option<&Value>| {
            let options = options.and_then(Value::as_dict).unwrap();
            options.values().filter_map(Value::as_str).map(ToString::to_string).collect::<Vec<_>>().join(", ")
        };
        let mut line = format!("{name} ({})", values(item.get("options")));
        if let Some(new) = news.get(at) {
            let product = record(world, "products", item.get("product_id").and_then(Value::as_str).unwrap()).unwrap();
            let variant = product
                .get("variants")
                .and_then(Value::as_dict)
                .unwrap()
                .get(new.as_str())
                .and_then(Value::as_dict)
                .unwrap();
            line.push_str(&format!(" for {name} ({})", values(variant.get("options"))));
        }
        said.push(line);
    }
    said.join(" and ")
}

fn method(world: &World, order: &str, id: &str) -> String {
    let user = record(world, "orders", order).and_then(|order| order.get("user_id")).and_then(Value::as_str);
    let methods = user
        .and_then(|user| record(world, "users", user))
        .and_then(|user| user.get("payment_methods"))
        .and_then(Value::as_dict);
    let own = methods.and_then(|methods| methods.get(id)).and_then(Value::as_dict);
    let text = |key: &str| {
        own.and_then(|own| own.get(key)).and_then(Value::as_str).map(ToString::to_string).unwrap_or_default()
    };
    match text("source").as_str() {
        "paypal" => "your PayPal".to_owned(),
        "gift_card" => "your gift card".to_owned(),
        _ => format!("your {} ending in {}", text("brand"), text("last_four")),
    }
}

/// A conversation from the customer's side: the greeting, then what the agent says, with the customer's replies.
pub fn converse(customer: &RehearsalCustomer, agent: &[&str]) -> Vec<String> {
    let mut messages = vec![Message::User { content: "Hi! How can I help you today?".into() }];
    let mut replies = vec![customer.say(&messages)];
    for words in agent {
        messages.push(Message::Assistant(AssistantMessage::of_text(replies.last().unwrap().as_str())));
        messages.push(Message::User { content: (*words).to_owned() });
        replies.push(customer.say(&messages));
    }
    replies
}
