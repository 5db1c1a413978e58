//! Whatever is in the messages, there is one reply, and it is the same each time.

use proptest::prelude::*;
use taupe::cast::RehearsalAgent;
use taupe::chat::{AssistantMessage, ChatRequest, Finish, Message, ToolCall, ToolSpec};
use taupe::domain::RETAIL;

/// Pieces that mean something to the agent, put together at random.
const PIECES: &[&str] = &[
    "cancel",
    "return",
    "exchange",
    "order #W1234567",
    "#W",
    "my e-mail is a@b.com.",
    "I'm Ada Park, zip 07621.",
    "the paper lantern",
    "for the blue one",
    "instead of",
    "if that is not in stock, ",
    "gift card",
    "PayPal",
    "yes",
    "no",
    "?",
    ".",
    "\n",
    "8 Kingfisher Wharf, Apt 21, Millrace, PA 18077, USA",
    "how much",
    "###STOP###",
    "\u{2019}",
    "ß",
    "\u{1f600}",
    "12.50",
    "-",
    "# ",
    "never",
    "before",
    "{",
    "\"",
    "everything",
    "both",
    "address",
    "profile",
    "send",
    "damaged",
    "more than 10 dollars",
];

const RESULTS: &[&str] = &[
    "",
    "Error: user not found",
    "Error",
    "null",
    "[]",
    "{",
    "ada_park_11",
    "12",
    r##"{"order_id": "#W1234567", "user_id": "ada_park_11", "status": "pending", "items": [{"name": "Paper Lantern", "product_id": "1", "item_id": "2", "price": 1e300, "options": {"colour": 7}}], "payment_history": []}"##,
    r##"{"order_id": "#W1234567", "status": "delivered", "items": [{"name": "", "item_id": "2"}, {}, 5], "payment_history": [{"amount": "x"}]}"##,
    r##"{"order_id": 5, "items": {}}"##,
    r##"{"payment_methods": {"gift_card_1": {"source": "gift_card", "balance": -1e18}}, "orders": ["#W1234567", 3, "#W7654321"]}"##,
    r##"{"product_id": "1", "name": "Paper Lantern", "variants": {"2": {}, "3": {"options": {"colour": "blue"}, "available": true, "price": 2}}}"##,
    r##"{"Paper Lantern": "1", "X": 5}"##,
];

fn words() -> impl Strategy<Value = String> {
    prop::collection::vec(prop_oneof![4 => prop::sample::select(PIECES).prop_map(str::to_owned), 1 => ".{0,12}"], 0..12)
        .prop_map(|pieces| pieces.join(" "))
}

fn message() -> impl Strategy<Value = Vec<Message>> {
    let names: Vec<&'static str> = RETAIL.tools.iter().map(|tool| tool.name).chain(["unknown"]).collect();
    prop_oneof![
        3 => words().prop_map(|content| vec![Message::User { content }]),
        2 => words().prop_map(|content| vec![Message::Assistant(AssistantMessage::of_text(content))]),
        1 => words().prop_map(|content| vec![Message::System { content }]),
        3 => (prop::sample::select(names), prop::sample::select(RESULTS), words()).prop_map(|(name, result, words)| {
            let arguments = format!(r##"{{"order_id": "#W1234567", "user_id": "ada_park_11", "product_id": "1", "item_ids": ["2"], "x": {words:?}}}"##);
            let call = ToolCall { id: "c".into(), name: name.into(), arguments };
            vec![
                Message::Assistant(AssistantMessage::of_calls(vec![call])),
                Message::Tool { call_id: "c".into(), name: name.into(), content: result.into() },
            ]
        }),
    ]
}

fn check(messages: Vec<Message>, tools: Vec<ToolSpec>, seed: u64) {
    let request = ChatRequest { messages, tools, ..ChatRequest::default() };
    let agent = RehearsalAgent::new(seed);
    let reply = agent.reply(&request);
    assert!(!reply.message.is_empty());
    assert!(reply.message.content.is_some() != (reply.message.tool_calls.len() == 1), "{reply:?}");
    assert!(matches!(reply.finish, Finish::Stop | Finish::ToolCalls));
    for call in &reply.message.tool_calls {
        assert!(RETAIL.tool(&call.name).is_some(), "{}", call.name);
        assert!(serde_json::from_str::<serde_json::Value>(&call.arguments).unwrap().is_object());
    }
    // Asked again, or by an agent that has read nothing before: the same.
    assert_eq!(agent.reply(&request), reply);
    assert_eq!(RehearsalAgent::new(seed).reply(&request), reply);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_messages_get_one_reply(messages in prop::collection::vec(message(), 0..14), seed in 0..50_u64) {
        check(messages.concat(), RETAIL.specs(), seed);
    }

    #[test]
    fn any_instruction_can_be_read(text in ".{0,200}") {
        let lessons = taupe::cast::rules::Lessons::of(&text);
        for rule in taupe::cast::rules::Rule::all() {
            if let taupe::cast::rules::Teaching::Taught(at) = lessons.teaching(rule) {
                prop_assert!(text.get(at.clone()).is_some());
            }
        }
    }
}

#[test]
fn without_a_shops_tools_it_says_what_it_cannot_do() {
    let flight =
        ToolSpec { name: "book_reservation".into(), description: String::new(), parameters: serde_json::json!({}) };
    let user = |words: &str| Message::User { content: words.to_owned() };
    for tools in [vec![], vec![flight]] {
        let mut request = ChatRequest { messages: vec![user("Book me a flight.")], tools, ..ChatRequest::default() };
        let agent = RehearsalAgent::new(1);
        let first = agent.reply(&request);
        assert!(first.message.content.as_ref().unwrap().contains("can't help"), "{first:?}");
        request.messages.extend([Message::Assistant(first.message), user("Please!")]);
        assert!(agent.reply(&request).message.content.unwrap().contains("Goodbye"));
        check(request.messages.clone(), request.tools.clone(), 1);
    }
}

#[test]
fn deaf_customers_are_left_sooner_or_later() {
    for words in [
        "",
        "I want to cancel my order.",
        "Hm?",
        "yes",
        "What is the price of the moon?",
        "Send my order to my office.",
    ] {
        let mut request = ChatRequest { tools: RETAIL.specs(), ..ChatRequest::default() };
        let agent = RehearsalAgent::new(3);
        let policy = "Ask for the e-mail address first. Finish every request before you end.";
        request.messages.push(Message::System { content: policy.to_owned() });
        let mut said = Vec::new();
        for _ in 0..12 {
            request.messages.push(Message::User { content: words.to_owned() });
            let reply = agent.reply(&request).message;
            said.push(reply.content.clone().unwrap_or_default());
            request.messages.push(Message::Assistant(reply));
        }
        assert!(said.iter().any(|said| said.contains("Goodbye")), "{words:?}: {said:#?}");
    }
}
