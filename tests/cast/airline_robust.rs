//! Whatever is in an airline's messages, there is one reply, and it is the same each time; every customer comes to an
//! end with every agent.

use std::sync::Arc;

use proptest::prelude::*;
use taupe::cast::{Agenda, RehearsalAgent, RehearsalCustomer, Style};
use taupe::chat::{AssistantMessage, ChatRequest, Finish, Message, ToolCall};
use taupe::domain::{AIRLINE, Task};

use crate::rehearsal::{airline, tasks};

/// Pieces that mean something to the agent or the customer, put together at random.
const PIECES: &[&str] = &[
    "cancel",
    "book",
    "fly",
    "change",
    "reservation B8VU62",
    "HATHAT",
    "TDA101",
    "my user id is ada_park_1121.",
    "from Seattle to Denver",
    "to",
    "from",
    "ATL",
    "MIAMI",
    "New York",
    "on May 18",
    "May",
    "18",
    "2024-05-18",
    "20",
    "tomorrow",
    "instead of",
    "instead",
    "and back",
    "there",
    "in business",
    "economy",
    "basic economy",
    "3 checked bags",
    "no",
    "bags",
    "take one off",
    "insurance",
    "both certificates",
    "certificate 200",
    "gift card",
    "visa ending in 1234",
    "Ada Park, born 1980-02-03",
    "in place of",
    "last name",
    "must be Xi",
    "for me",
    "yes",
    "?",
    ".",
    "\n",
    "\u{2019}",
    "\u{1e9e}\u{130}",
    "\u{1f600}",
    "how much",
    "how many dollars",
    "lowest price",
    "compensation",
    "called off",
    "late",
    "I flew",
    "ill",
    "all my trips",
    "before three in the afternoon",
    "arrive",
    "cheapest",
    "the same flight",
    "morning",
    "Is there anything else?",
    "Shall I go ahead (yes or no)?",
    "Done:",
    "I am sorry, I can't",
    "$12.50",
    "Why would you like to cancel it?",
    "Which flight would you like",
    "passengers",
    "dates of birth",
    "Goodbye",
];

const RESULTS: &[&str] = &[
    "",
    "Error: gift card balance is not enough",
    "[]",
    "null",
    r#"{"reservation_id": "B8VU62", "user_id": "ada_park_1121", "origin": "SEA", "destination": "DEN", "cabin": "economy", "flights": [{"flight_number": "TDA101", "date": "2024-05-18", "origin": "SEA", "destination": "DEN", "price": 1e300}], "passengers": [{"first_name": "Ada"}], "payment_history": [{}], "total_baggages": 9223372036854775807}"#,
    r#"{"reservation_id": "B8VU62", "flights": [], "flight_type": "round_trip"}"#,
    r#"{"payment_methods": {"gift_card_1": {"source": "gift_card", "amount": -5}, "certificate_1": {"source": "certificate"}}, "reservations": ["B8VU62", 3, "HATHAT"], "name": {"first_name": "Ada", "last_name": "Park"}, "membership": "gold"}"#,
    r#"[{"flight_number": "TDA101", "prices": {"economy": 5}, "available_seats": {"economy": 2}}, {}, [{}], [[]]]"#,
];

fn words() -> impl Strategy<Value = String> {
    prop::collection::vec(prop_oneof![6 => prop::sample::select(PIECES).prop_map(str::to_owned), 1 => ".{0,12}"], 0..12)
        .prop_map(|pieces| pieces.join(" "))
}

fn message() -> impl Strategy<Value = Vec<Message>> {
    let names: Vec<&'static str> = AIRLINE.tools.iter().map(|tool| tool.name).chain(["unknown"]).collect();
    prop_oneof![
        3 => words().prop_map(|content| vec![Message::User { content }]),
        2 => words().prop_map(|content| vec![Message::Assistant(AssistantMessage::of_text(content))]),
        1 => words().prop_map(|content| vec![Message::System { content }]),
        4 => (prop::sample::select(names), prop::sample::select(RESULTS), words()).prop_map(|(name, result, words)| {
            let arguments = format!(r#"{{"reservation_id": "B8VU62", "user_id": "ada_park_1121", "origin": "SEA", "destination": "DEN", "date": "2024-05-18", "cabin": "economy", "x": {words:?}}}"#);
            let call = ToolCall { id: "c".into(), name: name.into(), arguments };
            vec![
                Message::Assistant(AssistantMessage::of_calls(vec![call])),
                Message::Tool { call_id: "c".into(), name: name.into(), content: result.into() },
            ]
        }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_messages_get_one_reply(messages in prop::collection::vec(message(), 0..14), seed in 0..50_u64) {
        let request = ChatRequest { messages: messages.concat(), tools: AIRLINE.specs(), ..ChatRequest::default() };
        let agent = RehearsalAgent::new(seed);
        let reply = agent.reply(&request);
        prop_assert!(reply.message.content.is_some() != (reply.message.tool_calls.len() == 1), "{reply:?}");
        prop_assert!(matches!(reply.finish, Finish::Stop | Finish::ToolCalls));
        for call in &reply.message.tool_calls {
            prop_assert!(AIRLINE.tool(&call.name).is_some(), "{}", call.name);
        }
        prop_assert_eq!(&agent.reply(&request), &reply);
        prop_assert_eq!(&RehearsalAgent::new(seed).reply(&request), &reply);
    }

    #[test]
    fn no_agent_makes_a_customer_go_on_for_ever(turns in prop::collection::vec(words(), 1..40), index in 0_usize..24, style in 0_usize..3) {
        let airline = airline();
        let all: Vec<Arc<Task>> = ["train", "dev", "test"].iter().flat_map(|split| tasks(&airline.world, split)).collect();
        let customer = RehearsalCustomer::new(Agenda::of_task(&airline.world, &all[index]), Style::ALL[style], 3);
        let mut messages = vec![Message::User { content: "Hi!".into() }];
        let mut stopped = false;
        for turn in 0..60 {
            let said = customer.say(&messages);
            stopped = said == "###STOP###";
            if stopped {
                break;
            }
            messages.push(Message::Assistant(AssistantMessage::of_text(said)));
            messages.push(Message::User { content: turns[turn % turns.len()].clone() });
        }
        prop_assert!(stopped);
    }
}
