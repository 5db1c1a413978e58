//! Sentences that are said in every domain, and amounts.

pub const GREETING: &str = "Hello, what can I do for you?";
pub const ANYTHING_ELSE: &str = "Is there anything else I can help with?";
pub const BYE: &str = "Goodbye, have a nice day.";
pub const GO_AHEAD: &str = "Shall I go ahead (yes or no)?";
pub const STUCK: &str = "I am sorry, I can't get any further with this.";
pub const LEFT: &str = "All right, I leave it as it is.";
pub const NO_IDENTITY: &str = "I am sorry, I can't help you without knowing who you are.";
