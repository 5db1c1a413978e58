//! The lineage: a picture for the eye and the arrow keys, or a table.

use leptos::ev::{KeyboardEvent, MouseEvent};
use leptos::prelude::*;

use super::chart::focus_pick;
use super::views::{Look, pick_at, pick_name, width_of};
use crate::platform::page;
use crate::present::evolve::lineage::{self, DOT, Direction, Dot, Edge, Lineage, Move, Node, Note, RADIUS};
use crate::present::evolve::pool::Member;
use crate::present::evolve::{Pick, Pool};
use crate::present::format::count;
use crate::ui::kit::{Checkbox, Segmented, SelectOption};

/// From this width on generations go across.
const WIDE: f64 = 560.0;

/// Who is no further from the end of the picture than this, in pixels, looks at its end.
const AT_THE_END: f64 = 24.0;

/// Above so many texts in the picture, those that were turned down are only counted until asked for.
const CROWDED: usize = 60;

#[component]
pub fn TreeView(look: Look) -> impl IntoView {
    let frame = NodeRef::<leptos::html::Div>::new();
    let width = width_of(frame);
    let as_table = RwSignal::new(false);
    // `None`: as suits the size.
    let asked = RwSignal::new(None::<bool>);
    let is_crowded =
        Memo::new(move |_| look.seen.with(|seen| seen.pool.members.len() + seen.pool.refused.len() > CROWDED));
    let with_refused = Signal::derive(move || asked.get().unwrap_or(!is_crowded.get()));
    let has_refused = Memo::new(move |_| look.seen.with(|seen| !seen.pool.refused.is_empty()));
    let direction = Memo::new(move |_| if width.get() >= WIDE { Direction::Across } else { Direction::Down });
    let lineage = Memo::new(move |_| {
        let (with_refused, direction) = (with_refused.get(), direction.get());
        look.seen.with(|seen| Lineage::of(&seen.pool, with_refused, direction))
    });
    let picked = move || {
        look.pick.get().and_then(|pick| {
            look.seen.with(|seen| match pick {
                Pick::Candidate(id) => seen.pool.member(id).map(|member| lineage::words(&seen.pool, member)),
                Pick::Refused(at) => seen.pool.refused.get(at).map(lineage::refused_words),
            })
        })
    };
    let options = ["Tree", "Table"].map(|name| SelectOption::new(name, name)).to_vec();
    view! {
        <section class="card evolve-card evolve-tree" aria-labelledby="evolve-tree-title">
            <div class="evolve-card-head">
                <h2 id="evolve-tree-title">"Lineage"</h2>
                <Show when=move || has_refused.get() && !as_table.get()>
                    <Checkbox checked=with_refused on_change=move |on| asked.set(Some(on)) label="Rejected" />
                </Show>
                <Segmented
                    label="Lineage as"
                    options
                    value=Signal::derive(move || if as_table.get() { "Table" } else { "Tree" }.to_owned())
                    on_change=move |name: String| as_table.set(name == "Table")
                />
            </div>
            <div class="tree-frame" node_ref=frame>
                <Show when=move || as_table.get() fallback=move || view! { <Picture look lineage direction /> }>
                    <LineageTable look />
                </Show>
            </div>
            <p class="small tree-picked">
                {picked} " "
                <button type="button" class="link-button" on:click=|_| page::focus("#evolve-candidate-title")>
                    "Read it"
                </button>
            </p>
            <Show when=move || !as_table.get()>
                <p class="small muted evolve-legend">
                    <span class="key-ring"></span>
                    "ring: the Pareto tasks, clockwise from the top; green where nobody does better, thick where nobody does as well "
                    <span class="key-line"></span>
                    "the way to the best "
                    <span class="key-dashed"></span>
                    "merge "
                    <span class="key-refused"></span>
                    "rejected"
                </p>
            </Show>
        </section>
    }
}

#[component]
fn Picture(look: Look, lineage: Memo<Lineage>, direction: Memo<Direction>) -> impl IntoView {
    let picks = move || {
        lineage.with(|lineage| {
            let nodes = lineage.nodes.iter().map(|node| Pick::Candidate(node.id));
            nodes.chain(lineage.dots.iter().map(|dot| Pick::Refused(dot.at))).collect::<Vec<_>>()
        })
    };
    let mark = move |pick: Pick| {
        let drawn = Memo::new(move |_| lineage.with(|lineage| Drawn::of(lineage, pick)));
        let is_picked = Memo::new(move |_| look.pick.get() == Some(pick));
        view! {
            <g
                class=match pick {
                    Pick::Candidate(_) => "tree-node",
                    Pick::Refused(_) => "tree-dot",
                }
                class:picked=move || is_picked.get()
                data-pick=pick_name(pick)
                role="button"
                aria-pressed=move || is_picked.get().to_string()
                aria-label=move || drawn.with(|drawn| drawn.as_ref().map(|drawn| drawn.words().to_owned()))
                // A picture without a choice is entered at the seed.
                tabindex=move || if is_picked.get() || pick == SEED && look.pick.get().is_none() { "0" } else { "-1" }
            >
                {move || drawn.with(|drawn| drawn.as_ref().map(Drawn::draw))}
            </g>
        }
        .into_any()
    };
    let frame = NodeRef::<leptos::html::Div>::new();
    // Who looks at the end sees it grow.
    Effect::new(move |before: Option<f64>| {
        let width = lineage.with(|lineage| lineage.width);
        if let (Some(before), Some(frame)) = (before.filter(|before| *before < width), frame.get_untracked()) {
            let seen = f64::from(frame.scroll_left() + frame.client_width());
            if seen + AT_THE_END >= before {
                page::on_next_frame(move || frame.set_scroll_left(frame.scroll_width()));
            }
        }
        width
    });
    let on_click = move |event: MouseEvent| {
        if let Some(pick) = pick_at(event.target()) {
            look.choose.run(pick);
        }
    };
    let on_keydown = move |event: KeyboardEvent| {
        let Some(own) = pick_at(event.target()) else { return };
        let across = direction.get_untracked() == Direction::Across;
        let to = match (event.key().as_str(), across) {
            ("Enter" | " ", _) => {
                event.prevent_default();
                return look.choose.run(own);
            }
            ("ArrowLeft", true) | ("ArrowUp", false) => Move::Parent,
            ("ArrowRight", true) | ("ArrowDown", false) => Move::Child,
            ("ArrowUp", true) | ("ArrowLeft", false) => Move::Before,
            ("ArrowDown", true) | ("ArrowRight", false) => Move::After,
            ("Home", _) => Move::First,
            ("End", _) => Move::Last,
            _ => return,
        };
        event.prevent_default();
        if let Some(to) = lineage.with(|lineage| lineage.step(own, to)) {
            focus_pick(&event, to);
        }
    };
    view! {
        <div class="tree-scroll" node_ref=frame>
            <svg
                class="tree"
                role="group"
                aria-label="Lineage; the arrow keys lead to parents, children and siblings, Enter chooses"
                width=move || lineage.with(|lineage| lineage.width)
                height=move || lineage.with(|lineage| lineage.height)
                on:click=on_click
                on:keydown=on_keydown
            >
                {move || lineage.with(draw_lines)}
                <For each=picks key=|pick| *pick children=mark />
                {move || lineage.with(|lineage| draw_texts(lineage, direction.get()))}
            </svg>
        </div>
    }
}

const SEED: Pick = Pick::Candidate(crate::gepa::CandidateId(0));

/// What stands for a pick.
#[derive(Clone, PartialEq)]
enum Drawn {
    Node(Node),
    Dot(Dot),
}

impl Drawn {
    fn of(lineage: &Lineage, pick: Pick) -> Option<Self> {
        match pick {
            Pick::Candidate(id) => lineage.node(id).cloned().map(Self::Node),
            Pick::Refused(at) => lineage.dot(at).cloned().map(Self::Dot),
        }
    }

    fn words(&self) -> &str {
        match self {
            Self::Node(node) => &node.words,
            Self::Dot(dot) => &dot.words,
        }
    }

    fn draw(&self) -> AnyView {
        match self {
            Self::Node(node) => draw_node(node),
            Self::Dot(Dot { x, y, .. }) => view! { <circle cx=*x cy=*y r=DOT></circle> }.into_any(),
        }
    }
}

fn draw_node(node: &Node) -> AnyView {
    view! {
        <g class:best=node.is_best transform=format!("translate({:.1} {:.1})", node.x, node.y)>
            <circle class="tree-halo" r=RADIUS + 6.0></circle>
            <circle class="tree-ring" r=RADIUS></circle>
            <path class="tree-shared" d=node.shared.clone()></path>
            <path class="tree-alone" d=node.alone.clone()></path>
        </g>
    }
    .into_any()
}

/// What is written on and beside the nodes. Apart from them, for their names say more.
fn draw_texts(lineage: &Lineage, direction: Direction) -> AnyView {
    let texts = |node: &Node| {
        // Beside the ring, where no line runs.
        let (x, y, anchor) = match direction {
            Direction::Across => (node.x, node.y - RADIUS - 8.0, "middle"),
            Direction::Down => (node.x - RADIUS - 8.0, node.y + 4.0, "end"),
        };
        let score = if node.is_best { format!("★ {}", node.score) } else { node.score.clone() };
        view! {
            <text class="tree-label" class:seed=node.id.index() == 0 x=node.x y=node.y + 4.5 text-anchor="middle">
                {node.label.clone()}
            </text>
            <text class="tree-score" class:best=node.is_best x=x y=y text-anchor=anchor>
                {score}
            </text>
        }
    };
    view! {
        <g class="tree-texts" aria-hidden="true">
            {lineage.nodes.iter().map(texts).collect_view()}
        </g>
    }
    .into_any()
}

fn draw_lines(lineage: &Lineage) -> AnyView {
    let edge = |edge: &Edge| {
        let class = match (edge.is_merge, edge.to_best) {
            (true, true) => "tree-edge merge to-best",
            (true, false) => "tree-edge merge",
            (false, true) => "tree-edge to-best",
            (false, false) => "tree-edge",
        };
        view! { <path class=class d=edge.path.clone()></path> }
    };
    let note = |note: &Note| {
        view! {
            <text class="tree-note" x=note.x y=note.y>
                {note.text.clone()}
            </text>
        }
    };
    view! {
        <g aria-hidden="true">
            {lineage.edges.iter().map(edge).collect_view()} {lineage.notes.iter().map(note).collect_view()}
        </g>
    }
    .into_any()
}

/// The same as a table.
#[component]
fn LineageTable(look: Look) -> impl IntoView {
    let rows = move || {
        let picked = look.pick.get();
        look.seen.with(|seen| seen.pool.members.iter().map(|own| row(&seen.pool, own, picked)).collect_view())
    };
    let on_click = move |event: MouseEvent| {
        if let Some(pick) = pick_at(event.target()) {
            look.choose.run(pick);
        }
    };
    view! {
        <div class="table-scroll" tabindex="0" role="region" aria-label="Lineage as a table">
            <table class="table" on:click=on_click>
                <thead>
                    <tr>
                        <th scope="col">"Candidate"</th>
                        <th scope="col">"From"</th>
                        <th scope="col" class="end">
                            "Generation"
                        </th>
                        <th scope="col" class="end">
                            "Score"
                        </th>
                        <th scope="col" class="end">
                            "Found at call"
                        </th>
                        <th scope="col" class="end">
                            "Rejected children"
                        </th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
}

fn row(pool: &Pool, member: &Member, picked: Option<Pick>) -> impl IntoView + use<> {
    let pick = Pick::Candidate(member.id);
    let parents: Vec<String> = member.parents.iter().map(|parent| parent.0.to_string()).collect();
    let refused = pool.refused.iter().filter(|refused| refused.parents.contains(&member.id)).count();
    view! {
        <tr>
            <th scope="row">
                <button
                    type="button"
                    class="link-button"
                    data-pick=pick_name(pick)
                    aria-pressed=(picked == Some(pick)).to_string()
                    title=lineage::words(pool, member)
                >
                    {member.name()}
                </button>
            </th>
            <td>{parents.join(" + ")}</td>
            <td class="end num">{member.generation.to_string()}</td>
            <td class="end num">{member.score_text()}</td>
            <td class="end num">{count(member.found_at)}</td>
            <td class="end num">{refused.to_string()}</td>
        </tr>
    }
}
