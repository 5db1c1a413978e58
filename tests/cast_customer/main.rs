//! The rehearsal customer: its agendas say what the tasks say, it understands agents in many wordings, it ends satisfied
//! with an agent that does everything right, and it always ends.

#[path = "../support/mod.rs"]
mod support;

mod agenda;
mod agents;
mod conversations;
mod phrasings;
mod understanding;
mod worlds;
