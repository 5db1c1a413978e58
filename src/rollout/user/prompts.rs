//! What the models behind the user simulators are told. The wording is Taupe's own; the rules, the sections and what
//! stands in which of them are the original's (`tau_bench/envs/user.py`).

use super::UserStrategy;
use crate::chat::Message;
use crate::rollout::STOP;

/// What the user hears before its first words; never shown to the agent.
pub const GREETING: &str = "Hi! How can I help you today?";

/// The system text of the model that plays the user.
pub fn system(strategy: UserStrategy, user_scenario: &str) -> String {
    let (how, format) = if strategy == UserStrategy::React {
        (
            format!(
                "- First think about what to do next; the agent does not see this. Then write one line as the \
                 customer's next message to the agent.\n\
                 - When everything that your instruction asks for has been dealt with, write {STOP} as the message, \
                 with nothing else, to end the conversation.\n"
            ),
            "\n\nFormat:\n\nThought:\n<what you think>\n\nUser Response:\n<the message, which is read and sent to the \
             agent>",
        )
    } else {
        (
            format!(
                "- Write one line at a time, as the customer's next message to the agent.\n\
                 - When everything that your instruction asks for has been dealt with, write {STOP} as a message of \
                 its own, with nothing else, to end the conversation.\n"
            ),
            "",
        )
    };
    format!(
        "You play a customer who is talking to a customer service agent.\n\nInstruction: {user_scenario}\n\n\
         How to play:\n\
         {how}\
         - Don't say everything at once. Tell the agent only what the present step calls for.\n\
         - Never make up facts that your instruction does not hold. If the agent asks for something that it does not \
         tell (an order id, say), answer that you don't remember it or don't have it.\n\
         - Don't repeat the instruction word for word; say its content in your own words.\n\
         - Sound like a real person, and keep to the personality that the instruction describes.{format}"
    )
}

/// Asks whether a reply of the customer will do: true or false.
pub fn verify(conversation: &[Message], response: &str) -> String {
    format!(
        "You watch over a conversation between a customer, played by a model, and an agent. Judge whether the \
         customer's next response fits what the customer was told and the conversation so far. Answer with the single \
         word true or false; anything else would be misread.\n\n\
         # Transcript:\n{}\n\n# Response:\n{response}\n\n-----\n\nClassification:",
        transcript(conversation)
    )
}

/// Asks what was wrong with a reply of the customer, and for a better one.
pub fn reflect(conversation: &[Message], response: &str) -> String {
    format!(
        "You watch over a conversation between a customer, played by a model, and an agent. You found the customer's \
         next response unfit. Say what is wrong with it, then write a response that mends it. Keep to the format: your \
         answer is read by a program.\n\n\
         # Transcript:\n{}\n\n# Response:\n{response}\n\n# Format:\n\nReflection:\n<what is wrong>\n\n\
         Response:\n<the better response, which is read and handed on>",
        transcript(conversation)
    )
}

/// The conversation as lines, named as the original names them: from the user's side, so the agent's words are the
/// "customer's".
fn transcript(conversation: &[Message]) -> String {
    let line = |message: &Message| {
        let label = match message {
            Message::System { .. } => "System",
            Message::User { .. } => "Customer",
            Message::Assistant(_) => "Agent",
            Message::Tool { .. } => "Tool",
        };
        format!("{label}: {}", message.text().unwrap_or("None"))
    };
    conversation.iter().map(line).collect::<Vec<_>>().join("\n")
}
