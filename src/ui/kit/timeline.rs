use leptos::prelude::*;

use super::IconButton;
use crate::platform::clock::BrowserClock;
use crate::provider::http::Clock;

/// How long a step rests while the steps play by themselves, in milliseconds.
const PLAY_MS: f64 = 900.0;

/// Where one stands in a row of steps: after the first `cursor` of `last`, at rest or playing on.
#[derive(Clone, Copy)]
pub struct Time {
    pub cursor: RwSignal<usize>,
    pub last: Signal<usize>,
    pub playing: RwSignal<bool>,
}

impl Time {
    /// Moves to after the first `steps` steps, and rests there.
    pub fn seek(self, steps: usize) {
        self.playing.set(false);
        self.cursor.set(steps.min(self.last.get_untracked()));
    }

    /// Moves by so many steps, and rests there.
    pub fn seek_by(self, steps: isize) {
        self.seek(self.cursor.get_untracked().saturating_add_signed(steps));
    }

    /// Plays from where it rests, or rests where it plays; at the end it starts over.
    pub fn toggle(self) {
        if self.playing.get_untracked() {
            self.playing.set(false);
            return;
        }
        let last = self.last.get_untracked();
        if last > 0 {
            if self.cursor.get_untracked() >= last {
                self.cursor.set(0);
            }
            self.playing.set(true);
        }
    }

    /// Moves a playing row on, a step at a time, until its end. To be called once, by whoever shows it.
    fn play(self) {
        Effect::new(move |_| {
            if !self.playing.get() {
                return;
            }
            let cursor = self.cursor.get();
            if cursor >= self.last.get() {
                self.playing.set(false);
                return;
            }
            // The first step comes at once, so that a press shows something.
            let rest = if cursor == 0 { PLAY_MS / 3.0 } else { PLAY_MS };
            leptos::task::spawn_local(async move {
                BrowserClock.sleep(rest).await;
                // Moved or stopped meanwhile: this timer is no longer the one that counts.
                if self.playing.try_get_untracked() == Some(true) && self.cursor.try_get_untracked() == Some(cursor) {
                    self.cursor.set(cursor + 1);
                }
            });
        });
    }
}

/// A slider over steps with its buttons. Shown while there are steps to move over.
#[component]
pub fn Timeline(
    time: Time,
    /// A class for the mark of each step: empty, `write`, `error`, `differs`.
    #[prop(into)]
    marks: Signal<Vec<&'static str>>,
    /// What the slider says of the place: `step 3 of 9 · customer`.
    #[prop(into)]
    place: Signal<String>,
    /// Where the steps cannot play by themselves.
    #[prop(optional, into)]
    rests: Signal<bool>,
    /// Told of every move by hand; without one it just moves.
    #[prop(optional, into)]
    on_seek: Option<Callback<usize>>,
    /// What stands at the end of the line under the slider.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    time.play();
    let Time { cursor, last, playing } = time;
    let seek = move |steps: usize| match on_seek {
        Some(on_seek) => on_seek.run(steps),
        None => time.seek(steps),
    };
    let at_end = Signal::derive(move || cursor.get() >= last.get());
    let at_start = Signal::derive(move || cursor.get() == 0);
    let has_steps = Memo::new(move |_| last.get() != 0);
    let ticks = move || {
        let marks = marks.get();
        let count = marks.len().max(1);
        marks
            .into_iter()
            .enumerate()
            .map(|(at, mark)| {
                let share = (at + 1) as f64 / count as f64;
                view! { <i class=format!("tick {mark}") style:--at=share.to_string()></i> }
            })
            .collect_view()
    };
    view! {
        <div class="scrubber" hidden=move || !has_steps.get()>
            <div class="scrubber-buttons">
                <IconButton
                    icon="step-back"
                    label="One step back"
                    on_press=move |_| seek(cursor.get_untracked().saturating_sub(1))
                    disabled=at_start
                />
                <IconButton
                    icon=Signal::derive(move || if playing.get() { "pause".to_owned() } else { "play".to_owned() })
                    label=Signal::derive(move || {
                        if playing.get() { "Pause the replay".to_owned() } else { "Play the steps".to_owned() }
                    })
                    on_press=move |_| time.toggle()
                    disabled=rests
                />
                <IconButton
                    icon="step"
                    label="One step on"
                    on_press=move |_| seek(cursor.get_untracked() + 1)
                    disabled=at_end
                />
            </div>
            <div class="scrubber-track">
                <div class="ticks" aria-hidden="true">
                    {ticks}
                </div>
                <input
                    type="range"
                    min="0"
                    max=move || last.get().to_string()
                    step="1"
                    prop:value=move || cursor.get().to_string()
                    aria-label="Step"
                    aria-valuetext=move || place.get()
                    on:input=move |event| {
                        if let Ok(step) = event_target_value(&event).parse() {
                            seek(step);
                        }
                    }
                />
            </div>
            <div class="scrubber-foot">
                <span class="scrubber-place num">{move || place.get()}</span>
                {children.map(|children| children())}
            </div>
        </div>
    }
}
