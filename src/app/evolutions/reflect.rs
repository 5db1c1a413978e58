//! Asking the reflection model, and what a person decides about its replies.

use futures::future::{Either, select};

use super::live::Live;
use super::{Decision, Evolutions, Held, Phase, Received};
use crate::chat::{ChatRequest, Message, ToolChoice};
use crate::evolve::Reflection;
use crate::gepa::Reply;
use crate::rollout::{OccupantKind, Spent};
use crate::workspace::KeptReply;

impl Evolutions {
    /// Gets a reply to each call that is due, and hands in what was decided about it.
    pub(super) async fn reflect(self, live: &Live, calls: Vec<Reflection>) {
        for call in calls {
            if live.course.borrow().evolution.has(call.number) {
                continue;
            }
            loop {
                let received = live.course.borrow().waiting.iter().find(|own| own.call.number == call.number).cloned();
                let Some(received) = received else {
                    if !self.let_on(live).await || self.gave_up(live) || !self.ask(live, &call).await {
                        return;
                    }
                    live.arrive();
                    continue;
                };
                let Some(decision) = self.decision(live, &received).await else { return };
                let mut course = live.course.borrow_mut();
                course.waiting.retain(|own| own.call.number != call.number);
                let edited = match decision {
                    Decision::AskAgain => continue,
                    Decision::Refuse => {
                        course.waiting.clear();
                        // Replies are what it waits for.
                        _ = course.evolution.refuse();
                        return;
                    }
                    Decision::Accept => None,
                    Decision::Edit(text) => Some(text.as_str().into()),
                };
                let reply = Reply { raw: received.reply.text.as_str().into(), edited };
                match course.evolution.reply(call.number, reply) {
                    // After the last one it waits for something else, and knows nothing of this call any more.
                    Ok(()) => break,
                    Err(_) => return,
                }
            }
        }
    }

    /// What is to be done with a reply; `None` once stopped, or when the step is given up.
    async fn decision(self, live: &Live, received: &Received) -> Option<Decision> {
        loop {
            if live.stopped.get() || self.gave_up(live) {
                return None;
            }
            if let Some(decision) = live.decision(received.call.number) {
                live.course.borrow_mut().held = None;
                return Some(decision);
            }
            let waits = {
                let course = live.course.borrow();
                // Asked again, a program says the same again.
                let is_program = course.record.reflection.kind == OccupantKind::Cast;
                let doubted = !is_program && !received.doubts.is_empty();
                !course.record.parity && (course.record.review || doubted)
            };
            if !waits && live.take_leave() {
                live.course.borrow_mut().held = None;
                self.set_phase(&live.id, Some(Phase::Running));
                return Some(Decision::Accept);
            }
            live.course.borrow_mut().held = Some(if waits { Held::Review } else { Held::Paused });
            self.set_phase(&live.id, Some(Phase::Paused));
            self.stir();
            live.rest(None).await;
        }
    }

    /// Asks the reflection model; its reply is stored before anything is done with it. `false` where there is none.
    async fn ask(self, live: &Live, call: &Reflection) -> bool {
        let (record, answers) = {
            let course = live.course.borrow();
            (course.record.clone(), course.evolution.answered())
        };
        let attempt = live.attempts(answers, call.number);
        // A program that is asked again says something else.
        let seed = record.seed.wrapping_add(attempt as u64);
        let Some(model) = self.reflection_model(&record.reflection, seed) else {
            let gone = format!("“{}”, which rewrites instructions, is not here any more.", record.reflection.label);
            self.hold(live, gone);
            return false;
        };
        let request = ChatRequest {
            messages: vec![Message::User { content: call.prompt.to_string() }],
            tools: Vec::new(),
            tool_choice: ToolChoice::default(),
            temperature: None,
        };
        let mut ignore = |_| {};
        let asked = model.complete(&request, &mut ignore);
        let reply = match select(asked, Box::pin(live.gate.stopped())).await {
            Either::Left((Ok(reply), _)) => reply,
            Either::Left((Err(error), _)) => {
                self.hold(live, format!("The reflection model gave no reply. {error} Go on to ask it again."));
                return false;
            }
            Either::Right(_) => return false,
        };
        let mut spent = Spent::default();
        spent.add(&reply);
        live.course.borrow_mut().reflection_spent.merge(&spent);
        let text = reply.message.content.unwrap_or_default();
        let kept = KeptReply { answers, number: call.number, attempt, text, spent };
        loop {
            match self.store().await.keep_reply(&live.id, &kept).await {
                Ok(()) => break,
                Err(fault) => {
                    if !self.wait_for_storage(live, fault).await {
                        break;
                    }
                }
            }
        }
        live.asked(&kept);
        live.course.borrow_mut().receive(call.clone(), kept);
        self.stir();
        true
    }
}
