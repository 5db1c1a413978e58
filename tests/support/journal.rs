//! Recorded rollouts of the small shop.

use std::sync::Arc;

use futures::future::LocalBoxFuture;
use taupe::chat::{AssistantMessage, ChatReply, ToolCall};
use taupe::domain::{Task, World};
use taupe::journal::{Event as Entry, Examples, Header, Instruction, Journal, Judgements, RunId, content_digest};
use taupe::rollout::{
    AgentStrategy, DEFAULT_MAX_STEPS, Episode, Event, Occupant, OccupantKind, Recorder, Seat, SeatedBy, UserStrategy,
};

/// Keeps events in memory, one a millisecond.
pub struct Log {
    pub journal: Journal,
}

impl Log {
    pub const fn new(header: Header) -> Self {
        Self { journal: Journal::new(header) }
    }
}

impl Recorder for Log {
    fn keep<'a>(&'a mut self, event: Event, _: &'a Episode) -> LocalBoxFuture<'a, ()> {
        let at_ms = self.journal.header.created_ms + self.journal.events.len() as u64 + 1;
        self.journal.events.push(Entry::new(at_ms, event));
        Box::pin(std::future::ready(()))
    }
}

/// A header for a task.
pub fn header(world: &World, task: &Task, seated: &SeatedBy) -> Header {
    Header {
        id: RunId::of_bytes(&[7; 10]),
        created_ms: 1_700_000_000_000,
        title: "Cancel an order".into(),
        note: "A note.".into(),
        pack: "shop".into(),
        domain: world.domain.name.into(),
        task: task.id.clone(),
        task_title: "Cancel".into(),
        content: content_digest(world, task),
        agent: seated.agent.clone(),
        user: seated.user.clone(),
        instruction: Instruction { text: "Help.".into(), name: "edited".into(), version: None },
        strategy: AgentStrategy::default(),
        examples: Examples::default(),
        user_strategy: UserStrategy::default(),
        temperature: None,
        max_steps: DEFAULT_MAX_STEPS,
        seed: 42,
        trial: 1,
        forked_from: None,
        beside: None,
        batch: None,
        judgements: Judgements::default(),
    }
}

const CANCEL: &str = r##"{"order_id": "#W1", "reason": "no longer needed"}"##;

/// A finished run: the order is cancelled, reward 1.
pub fn shop_run() -> (Arc<World>, Arc<Task>, Journal) {
    let world = super::shop_world(vec![super::task(vec![super::action("cancel_pending_order", CANCEL)], &[])]);
    let task = Arc::clone(world.task("test", 0).expect("the task"));
    let seated = SeatedBy {
        agent: Occupant::new(OccupantKind::Endpoint, "gpt-x at api.example.com").with_choice("e1"),
        user: Occupant::new(OccupantKind::Cast, "rehearsal customer").with_style("one at a time"),
    };
    let mut journal = Journal::new(header(&world, &task, &seated));
    let call = ToolCall { id: "c1".into(), name: "cancel_pending_order".into(), arguments: CANCEL.into() };
    let lines = [
        (Seat::User, AssistantMessage::of_text("Cancel #W1, please.")),
        (Seat::Agent, AssistantMessage::of_calls(vec![call])),
        (Seat::Agent, AssistantMessage::of_text("It is cancelled.")),
        (Seat::User, AssistantMessage::of_text("###STOP###")),
    ];
    for (at, (seat, message)) in lines.into_iter().enumerate() {
        let mut reply = ChatReply { cost_usd: Some(0.25), ..ChatReply::of_message(message) };
        reply.usage.output_visible = Some(10);
        let at_ms = journal.header.created_ms + at as u64 + 1;
        journal.events.push(Entry::new(at_ms, Event::Replied { seat, reply: Box::new(reply) }));
    }
    (world, task, journal)
}
