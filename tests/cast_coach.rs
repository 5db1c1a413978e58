//! The rehearsal coach and the rehearsal rater: what they read, and what they write.

use std::collections::BTreeSet;

use proptest::prelude::*;
use taupe::cast::rules::{Lessons, Rule, Teaching};
use taupe::cast::{RehearsalCoach, RehearsalRater};

const SEED: &str =
    "You are a customer service agent of the online shop Lantern Lane; help the customer with the tools you have.";
const FENCE: &str = "```";
const FAILURE: &str = "The agent did not resolve all of the customer's issues.";

/// A reflection prompt in GEPA's shape, with examples of messages and feedback.
fn prompt(instruction: &str, examples: &[(&str, &str)]) -> String {
    let mut text = format!(
        "I gave an assistant these instructions to do a task:\n{FENCE}\n{instruction}\n{FENCE}\n\nThese are examples of \
         inputs, with the replies and feedback on them:\n{FENCE}\n"
    );
    for (at, (outputs, feedback)) in examples.iter().enumerate() {
        text.push_str(&format!(
            "# Example {}\n## Inputs\n# System Instruction\n{instruction}\n\n# Tool Definitions\n[]\n\n## Generated \
             Outputs\n{outputs}\n\n## Feedback\n{feedback}\n\n",
            at + 1
        ));
    }
    text.push_str(&format!("{FENCE}\n\nWrite a new instruction. Put it between lines of {FENCE}."));
    text
}

/// The new instruction of a reply, as GEPA takes it out: what stands between the first and the last fence.
fn proposed(reply: &str) -> &str {
    let (_, rest) = reply.split_once(FENCE).expect("a fence opens");
    let (inner, _) = rest.rsplit_once(FENCE).expect("a fence closes");
    inner.trim()
}

/// Messages as JSON from lines: `customer: …`, `agent: …`, `call: name {…}`, `result: …`.
fn messages(lines: &str) -> String {
    let messages: Vec<serde_json::Value> = lines
        .lines()
        .filter_map(|line| line.trim().split_once(": "))
        .map(|(who, what)| match who {
            "customer" => serde_json::json!({"role": "user", "content": what}),
            "agent" => serde_json::json!({"role": "assistant", "content": what}),
            "call" => {
                let (name, arguments) = what.split_once(' ').unwrap();
                let function = serde_json::json!({"name": name, "arguments": arguments});
                serde_json::json!({"role": "assistant", "content": null, "tool_calls": [{"id": "t1", "type": "function", "function": function}]})
            }
            _ => serde_json::json!({"role": "tool", "tool_call_id": "t1", "name": "x", "content": what}),
        })
        .collect();
    serde_json::to_string_pretty(&messages).unwrap()
}

/// For each rule a conversation that was lost for the want of it.
const LOST: &[(Rule, &str)] = &[
    (
        Rule::Authenticate,
        "customer: I'd like to cancel order #W1.\ncall: get_order_details {\"order_id\": \"#W1\"}\nresult: {\"status\": \"pending\"}\nagent: I am sorry, I can't find out more.",
    ),
    (
        Rule::OwnOrders,
        "customer: My neighbour asked me to cancel her order #W1. She no longer needs it. My e-mail is a@b.c.\nagent: What is the reason for the cancellation? Shall I go ahead?\ncall: find_user_id_by_email {\"email\": \"a@b.c\"}\nresult: a_1\nagent: Shall I cancel #W1, no longer needed?\ncall: cancel_pending_order {\"order_id\": \"#W1\", \"reason\": \"no longer needed\"}\nresult: {\"order_id\": \"#W1\", \"user_id\": \"b_2\"}\nagent: Done. Is there anything else I can help with?",
    ),
    (
        Rule::FindOrder,
        "customer: I'd like to cancel the order with the lantern. My e-mail is a@b.c.\ncall: find_user_id_by_email {\"email\": \"a@b.c\"}\nresult: a_1\nagent: Which order number is it?\ncustomer: I don't know the order number.\nagent: Then I can't help. Is there anything else I can help with?",
    ),
    (
        Rule::Confirm,
        "customer: My e-mail is a@b.c. Move the payment of #W1 to PayPal.\ncall: find_user_id_by_email {\"email\": \"a@b.c\"}\nresult: a_1\ncall: modify_pending_order_payment {\"order_id\": \"#W1\", \"payment_method_id\": \"paypal_1\"}\nresult: {\"user_id\": \"a_1\"}\nagent: Done. Is there anything else I can help with?\ncustomer: Oh, I have changed my mind: my gift card, please.",
    ),
    (
        Rule::CheckStatus,
        "customer: My e-mail is a@b.c. I want to return the hammock.\ncall: find_user_id_by_email {\"email\": \"a@b.c\"}\nresult: a_1\ncall: return_delivered_order_items {\"order_id\": \"#W1\", \"item_ids\": [\"1\"], \"payment_method_id\": \"paypal_1\"}\nresult: Error: non-delivered order cannot be returned\nagent: I am sorry, that can't be done. Is there anything else?",
    ),
    (
        Rule::CancelReason,
        "customer: My e-mail is a@b.c. Cancel #W1, please.\ncall: find_user_id_by_email {\"email\": \"a@b.c\"}\nresult: a_1\nagent: Shall I cancel #W1?\ncustomer: Yes.\ncall: cancel_pending_order {\"order_id\": \"#W1\", \"reason\": \"no longer needed\"}\nresult: {\"user_id\": \"a_1\"}\nagent: Done. Is there anything else?",
    ),
    (
        Rule::WholeOrder,
        "customer: My e-mail is a@b.c. Please take the wind chime out of my pending order #W1, I no longer need it.\ncall: find_user_id_by_email {\"email\": \"a@b.c\"}\nresult: a_1\nagent: What is the reason? Shall I cancel #W1?\ncustomer: Yes.\ncall: cancel_pending_order {\"order_id\": \"#W1\", \"reason\": \"no longer needed\"}\nresult: {\"user_id\": \"a_1\"}\nagent: Done. Is there anything else?",
    ),
    (
        Rule::CollectItems,
        "customer: My e-mail is a@b.c. Swap the skillet of #W1.\ncall: find_user_id_by_email {\"email\": \"a@b.c\"}\nresult: a_1\nagent: Which payment method should I use? Shall I go ahead?\ncall: modify_pending_order_items {\"order_id\": \"#W1\", \"item_ids\": [\"1\"], \"new_item_ids\": [\"2\"], \"payment_method_id\": \"paypal_1\"}\nresult: {\"user_id\": \"a_1\"}\nagent: Done. Anything else?\ncustomer: Yes, also the apron.\nagent: Shall I go ahead?\ncall: modify_pending_order_items {\"order_id\": \"#W1\", \"item_ids\": [\"3\"], \"new_item_ids\": [\"4\"], \"payment_method_id\": \"paypal_1\"}\nresult: Error: non-pending order cannot be modified",
    ),
    (
        Rule::ItemsLast,
        "customer: My e-mail is a@b.c. Swap the chart of #W1 and send it elsewhere.\ncall: find_user_id_by_email {\"email\": \"a@b.c\"}\nresult: a_1\nagent: Which payment method? Anything else in this order? Shall I go ahead?\ncall: modify_pending_order_items {\"order_id\": \"#W1\", \"item_ids\": [\"1\"], \"new_item_ids\": [\"2\"], \"payment_method_id\": \"paypal_1\"}\nresult: {\"user_id\": \"a_1\"}\ncall: modify_pending_order_address {\"order_id\": \"#W1\"}\nresult: Error: non-pending order cannot be modified\nagent: I am sorry. Anything else?",
    ),
    (
        Rule::KeepOptions,
        "customer: My e-mail is a@b.c. I want the torch with 400 lumen, still with a hand crank, instead of the torch of #W1.\ncall: find_user_id_by_email {\"email\": \"a@b.c\"}\nresult: a_1\nagent: Which payment method? Any other items to change? Shall I go ahead?\ncall: modify_pending_order_items {\"order_id\": \"#W1\", \"item_ids\": [\"1\"], \"new_item_ids\": [\"2\"], \"payment_method_id\": \"paypal_1\"}\nresult: {\"user_id\": \"a_1\"}\nagent: Done. Anything else?",
    ),
    (
        Rule::Stock,
        "customer: My e-mail is a@b.c. Exchange the blanket of #W1 for the striped one.\ncall: find_user_id_by_email {\"email\": \"a@b.c\"}\nresult: a_1\nagent: Which payment method? Any other items? Shall I go ahead?\ncall: exchange_delivered_order_items {\"order_id\": \"#W1\", \"item_ids\": [\"1\"], \"new_item_ids\": [\"2\"], \"payment_method_id\": \"paypal_1\"}\nresult: Error: new item 2 not found or available\nagent: I am sorry. Anything else?",
    ),
    (
        Rule::PaymentMethod,
        "customer: My e-mail is a@b.c. Exchange the apron of #W1 for a long one.\ncall: find_user_id_by_email {\"email\": \"a@b.c\"}\nresult: a_1\nagent: Any other items to exchange? Shall I go ahead?\ncall: exchange_delivered_order_items {\"order_id\": \"#W1\", \"item_ids\": [\"1\"], \"new_item_ids\": [\"2\"], \"payment_method_id\": \"paypal_1\"}\nresult: {\"user_id\": \"a_1\"}\nagent: Done. Anything else?",
    ),
    (
        Rule::GiftCardBalance,
        "customer: My e-mail is a@b.c. Pay #W1 with my gift card, if it holds enough.\ncall: find_user_id_by_email {\"email\": \"a@b.c\"}\nresult: a_1\nagent: Shall I go ahead?\ncall: modify_pending_order_payment {\"order_id\": \"#W1\", \"payment_method_id\": \"gift_card_1\"}\nresult: Error: insufficient gift card balance to pay for the order\nagent: I am sorry. Anything else?",
    ),
    (
        Rule::RefundDestination,
        "customer: My e-mail is a@b.c. I want to return the slippers of #W1.\ncall: find_user_id_by_email {\"email\": \"a@b.c\"}\nresult: a_1\nagent: Any other items? Shall I go ahead?\ncall: return_delivered_order_items {\"order_id\": \"#W1\", \"item_ids\": [\"1\"], \"payment_method_id\": \"credit_card_1\"}\nresult: {\"user_id\": \"a_1\"}\nagent: Done. Anything else?",
    ),
    (
        Rule::BothAddresses,
        "customer: My e-mail is a@b.c. Send order #W1 to 1 Quay.\ncall: find_user_id_by_email {\"email\": \"a@b.c\"}\nresult: a_1\nagent: Shall I go ahead?\ncall: modify_pending_order_address {\"order_id\": \"#W1\"}\nresult: {\"user_id\": \"a_1\"}\ncall: modify_user_address {\"user_id\": \"a_1\"}\nresult: {}\nagent: Done. Anything else?",
    ),
    (
        Rule::FinishAll,
        "customer: My e-mail is a@b.c. Move the payment of #W1 to PayPal.\ncall: find_user_id_by_email {\"email\": \"a@b.c\"}\nresult: a_1\nagent: Shall I go ahead?\ncall: modify_pending_order_payment {\"order_id\": \"#W1\", \"payment_method_id\": \"paypal_1\"}\nresult: {\"user_id\": \"a_1\"}\nagent: Done. Goodbye, have a nice day.",
    ),
    (
        Rule::SayFigures,
        "customer: My e-mail is a@b.c. How much did I pay for all my delivered orders together?\ncall: find_user_id_by_email {\"email\": \"a@b.c\"}\nresult: a_1\nagent: About 140 dollars. Is there anything else I can help with?",
    ),
    (
        Rule::Refuse,
        "customer: My e-mail is a@b.c. Pay #W1 with my gift card; otherwise leave it as it is.\ncall: find_user_id_by_email {\"email\": \"a@b.c\"}\nresult: a_1\nagent: Shall I go ahead?\ncall: modify_pending_order_payment {\"order_id\": \"#W1\", \"payment_method_id\": \"paypal_1\"}\nresult: {\"user_id\": \"a_1\"}\nagent: Done. Anything else?",
    ),
    (
        Rule::Transfer,
        "customer: My e-mail is a@b.c. The teapot of #W1 arrived with a crack.\ncall: find_user_id_by_email {\"email\": \"a@b.c\"}\nresult: a_1\nagent: I am sorry to hear that. Is there anything else I can help with?",
    ),
];

fn taught(instruction: &str) -> BTreeSet<Rule> {
    Lessons::of(instruction).taught().collect()
}

#[test]
fn for_each_rule_a_conversation_lost_for_the_want_of_it_leads_to_its_lesson() {
    assert_eq!(LOST.len(), Rule::all().count());
    let mut missed = Vec::new();
    for (rule, lines) in LOST {
        let prompt = prompt(SEED, &[(&messages(lines), FAILURE)]);
        let times = (0..20)
            .filter(|seed| taught(proposed(&RehearsalCoach::new(*seed).reflect(&prompt))).contains(rule))
            .count();
        if times < 12 {
            missed.push(format!("{rule:?}: {times} of 20: {}", RehearsalCoach::new(1).reflect(&prompt)));
        }
    }
    assert!(missed.is_empty(), "{}", missed.join("\n"));
}

#[test]
fn every_wording_of_a_lesson_teaches_its_rule_and_contradicts_none() {
    // All wordings come out over enough seeds; each must be read as what it was meant to be.
    for (rule, lines) in LOST {
        let prompt = prompt(SEED, &[(&messages(lines), FAILURE)]);
        for seed in 0..60 {
            let reply = RehearsalCoach::new(seed).reflect(&prompt);
            let lessons = Lessons::of(proposed(&reply));
            for other in Rule::all() {
                assert!(
                    !matches!(lessons.teaching(other), Teaching::Contradicted { .. }),
                    "{rule:?}, seed {seed}, {other:?}: {reply}"
                );
            }
            let points = proposed(&reply).lines().filter(|line| line.starts_with("- ")).count();
            assert!(taught(proposed(&reply)).len() >= points, "{reply}");
        }
    }
}

#[test]
fn a_proposal_is_the_old_text_with_one_or_two_points() {
    let mut counts = BTreeSet::new();
    for (seed, (_, lines)) in LOST.iter().enumerate() {
        let reply = RehearsalCoach::new(seed as u64).reflect(&prompt(SEED, &[(&messages(lines), FAILURE)]));
        let added = proposed(&reply).strip_prefix(SEED).expect("the old text stands first");
        counts.insert(added.trim().lines().count());
        assert!(reply.find(FENCE).unwrap() > 40, "it says something first: {reply}");
    }
    assert_eq!(counts, BTreeSet::from([1, 2]));
}

#[test]
fn what_is_taught_already_is_not_said_again() {
    let all: Vec<(String, &str)> = LOST.iter().map(|(_, lines)| (messages(lines), FAILURE)).collect();
    let all: Vec<(&str, &str)> = all.iter().map(|(outputs, feedback)| (outputs.as_str(), *feedback)).collect();
    let mut instruction = SEED.to_owned();
    for round in 0..19 {
        let before = taught(&instruction);
        let reply = RehearsalCoach::new(round).reflect(&prompt(&instruction, &all));
        instruction = proposed(&reply).to_owned();
        assert!(before.is_subset(&taught(&instruction)));
    }
    assert_eq!(taught(&instruction).len(), 19, "{instruction}");
    assert!(instruction.split_whitespace().count() < 600, "{instruction}");
    let reply = RehearsalCoach::new(3).reflect(&prompt(&instruction, &all));
    assert!(reply.contains("nothing"), "{reply}");
}

#[test]
fn conversations_that_went_well_lead_to_nothing() {
    let won = messages(LOST[3].1);
    let reply = RehearsalCoach::new(1)
        .reflect(&prompt(SEED, &[(&won, "The agent successfully resolved all customer issues.")]));
    assert_eq!(taught(proposed(&reply)), taught(SEED), "{reply}");
}

#[test]
fn irrelevant_advice_teaches_no_rule() {
    let lost = messages(LOST[3].1);
    let prompt = prompt(SEED, &[(&lost, FAILURE)]);
    let mut texts = BTreeSet::new();
    for seed in 0..60 {
        let reply = RehearsalCoach::irrelevant(seed).reflect(&prompt);
        let new = proposed(&reply);
        assert!(new.starts_with(SEED) && new.len() > SEED.len());
        let lessons = Lessons::of(new);
        assert!(Rule::all().all(|rule| *lessons.teaching(rule) == *Lessons::of(SEED).teaching(rule)), "{new}");
        texts.insert(new.to_owned());
    }
    assert!(texts.len() > 8);
}

#[test]
fn an_instruction_with_fences_of_its_own_is_kept_whole() {
    let own = format!("Be kind.\n{FENCE}\nexample\n{FENCE}\nBe brief.");
    let lost = messages(LOST[0].1);
    let reply = RehearsalCoach::new(1).reflect(&prompt(&own, &[(&lost, FAILURE)]));
    assert!(proposed(&reply).starts_with(&own), "{reply}");
}

#[test]
fn other_shapes_of_transcripts_are_read() {
    let gemini = serde_json::json!([
        {"role": "user", "parts": [{"text": "The teapot arrived with a crack. My e-mail is a@b.c."}]},
        {"role": "model", "parts": [{"function_call": {"name": "find_user_id_by_email", "args": {"email": "a@b.c"}}}]},
        {"role": "user", "parts": [{"function_response": {"name": "find_user_id_by_email", "response": {"result": "a_1"}}}]},
        {"role": "model", "parts": [{"text": "Is there anything else?"}]},
    ]);
    let lines = "USER TURN 1: The teapot arrived with a crack.\nMODEL CALL: find_user_id_by_email({\"email\": \"a@b.c\"})\nTOOL RESULT: a_1\nMODEL: Anything else?";
    for outputs in [gemini.to_string(), lines.to_owned()] {
        let reply = RehearsalCoach::new(1).reflect(&prompt(SEED, &[(&outputs, FAILURE)]));
        assert!(taught(proposed(&reply)).contains(&Rule::Transfer), "{reply}");
    }
}

#[test]
fn a_rating_is_one_block_with_a_verdict() {
    let judge = |transcript: &str| {
        RehearsalRater::rate(&format!(
            "Judge the conversation by the rubric.\n\nTools:\n[]\n\nConversation:\n{transcript}\n\nRubric:\n* Was the request fulfilled?\n\nAnswer with Property, Evidence, Rationale, Verdict."
        ))
    };
    let verdicts = [
        (
            "USER TURN 1: Cancel #W1, please.\nMODEL: Shall I?\nUSER TURN 2: Yes.\nMODEL CALL: cancel_pending_order({\"order_id\": \"#W1\"})\nTOOL RESULT: {\"status\": \"cancelled\"}\nMODEL: Done.",
            "yes",
        ),
        (
            "USER TURN 1: Cancel #W1, please.\nMODEL CALL: cancel_pending_order({\"order_id\": \"#W1\"})\nTOOL RESULT: Error: non-pending order cannot be cancelled\nMODEL: I am sorry, I can't.",
            "no",
        ),
        ("USER TURN 1: Cancel #W1, please.\nMODEL: Goodbye, have a nice day.", "no"),
        ("USER TURN 1: How much did I pay?\nMODEL: That is $141.45 in all.", "yes"),
        (
            "USER TURN 1: Cancel her order #W1.\nMODEL: I am sorry, I can't do that.\nUSER TURN 2: All right, then leave it as it is.",
            "yes",
        ),
        (
            "USER TURN 1: My parcel never came.\nMODEL CALL: transfer_to_human_agents({\"summary\": \"x\"})\nTOOL RESULT: Transfer successful",
            "yes",
        ),
    ];
    for (transcript, expected) in verdicts {
        let block = judge(transcript);
        let lines: Vec<&str> = block.lines().collect();
        assert_eq!(lines.len(), 4, "{block}");
        for (line, label) in lines.iter().zip(["Property: ", "Evidence: ", "Rationale: ", "Verdict: "]) {
            assert!(line.starts_with(label) && line.len() > label.len(), "{block}");
        }
        assert_eq!(lines[0], "Property: Was the request fulfilled?");
        assert_eq!(lines[3], format!("Verdict: {expected}"), "{transcript}\n{block}");
    }
    let json = messages(LOST[0].1);
    assert!(judge(&json).ends_with("Verdict: no"), "{}", judge(&json));
}

proptest! {
    #[test]
    fn any_text_is_answered(text in any::<String>(), pieces in proptest::collection::vec("(```|# Example [12]|## Inputs|## Feedback|## Generated Outputs|USER TURN 1: hi|\\* rubric|\\[|\\]|call_x\\(\\{\\}\\)|é|)\n", 0..20), seed in any::<u64>()) {
        for prompt in [text, pieces.concat()] {
            let reply = RehearsalCoach::new(seed).reflect(&prompt);
            prop_assert!(reply.ends_with(FENCE));
            prop_assert_eq!(RehearsalRater::rate(&prompt).lines().filter(|line| line.starts_with("Verdict: ")).count(), 1);
        }
    }
}
