//! The lineage: who came from whom, laid out by generation.
//!
//! A node's place is decided when it joins, by the nodes before it alone: it never moves when others come. Texts that
//! were turned down hang from their parent as a row of dots.

use std::collections::BTreeSet;
use std::f64::consts::TAU;
use std::fmt::Write as _;

use super::pool::{Hold, Member, Origin, Pick, Pool, Refused, name, sum_text, tasks_named};
use crate::gepa::CandidateId;
use crate::present::format::counted;

/// The radius of a node's ring, in pixels.
pub const RADIUS: f64 = 19.0;
/// The radius of a dot.
pub const DOT: f64 = 4.0;

/// Room around everything, and the pitch of generations and lanes, in pixels.
const MARGIN: f64 = 40.0;
const GENERATION: f64 = 92.0;
const GENERATION_DOWN: f64 = 76.0;
const LANE: f64 = 104.0;
const LANE_DOWN: f64 = 136.0;
/// Dots of a row, their pitch, and how many rows there are at most.
const DOTS: usize = 5;
const PITCH: f64 = 11.0;
const DOT_ROWS: usize = 2;

/// Which way the generations go.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Direction {
    /// From left to right, where there is room.
    #[default]
    Across,
    /// From top to bottom.
    Down,
}

/// A candidate in the picture.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    pub id: CandidateId,
    pub x: f64,
    pub y: f64,
    /// `seed`, `4`.
    pub label: String,
    pub score: String,
    pub is_best: bool,
    /// Segments of the ring as the path of an SVG: tasks on which it shares the best score, and those where it alone has it.
    pub shared: String,
    pub alone: String,
    /// All of it in words.
    pub words: String,
}

/// A text that was turned down.
#[derive(Clone, Debug, PartialEq)]
pub struct Dot {
    /// The position in [`Pool::refused`].
    pub at: usize,
    pub x: f64,
    pub y: f64,
    pub words: String,
}

/// A line from a parent to its child.
#[derive(Clone, Debug, PartialEq)]
pub struct Edge {
    pub path: String,
    pub is_merge: bool,
    /// On the way from the seed to the best candidate.
    pub to_best: bool,
}

/// A text in the picture: how many more were turned down.
#[derive(Clone, Debug, PartialEq)]
pub struct Note {
    pub x: f64,
    pub y: f64,
    pub text: String,
}

/// The picture.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Lineage {
    pub nodes: Vec<Node>,
    pub dots: Vec<Dot>,
    pub edges: Vec<Edge>,
    pub notes: Vec<Note>,
    pub width: f64,
    pub height: f64,
    /// For the keyboard: whom each belongs to, parents before children.
    kin: Vec<(Pick, Option<Pick>)>,
}

/// Where a key leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Move {
    Parent,
    Child,
    Before,
    After,
    First,
    Last,
}

impl Lineage {
    /// The picture of a pool. Without `with_refused` what was turned down is only counted.
    #[must_use]
    pub fn of(pool: &Pool, with_refused: bool, direction: Direction) -> Self {
        let places = places(pool);
        let at = |id: CandidateId| places.get(id.index()).map(|place| point(*place, direction));
        let mut own = Self::default();
        let line = line_to_best(pool);
        for member in &pool.members {
            let Some((x, y)) = at(member.id) else { continue };
            own.nodes.push(node(pool, member, x, y));
            own.kin.push((Pick::Candidate(member.id), first_parent(member.id, &member.parents)));
            for parent in member.parents.iter().filter(|parent| parent.index() < member.id.index()) {
                let Some(from) = at(*parent) else { continue };
                own.edges.push(Edge {
                    path: curve(from, (x, y), direction),
                    is_merge: member.origin == Origin::Merge,
                    to_best: line.contains(&(*parent, member.id)),
                });
            }
        }
        let mut counts = vec![0_usize; pool.members.len()];
        for (index, refused) in pool.refused.iter().enumerate() {
            let Some(parent) = refused.parents.iter().max().copied() else { continue };
            let (Some(from), Some(count)) = (at(parent), counts.get_mut(parent.index())) else { continue };
            if with_refused && *count < DOTS * DOT_ROWS {
                let (x, y) = beside(from, *count, direction);
                own.dots.push(Dot { at: index, x, y, words: refused_words(refused) });
                own.kin.push((Pick::Refused(index), Some(Pick::Candidate(parent))));
            }
            *count += 1;
        }
        let shown = if with_refused { DOTS * DOT_ROWS } else { 0 };
        for (parent, count) in counts.iter().enumerate().filter(|(_, count)| **count > shown) {
            let Some(from) = at(CandidateId::at(parent)) else { continue };
            let (x, y) = beside(from, shown, direction);
            let text = if with_refused { format!("+{}", count - shown) } else { format!("{count}×") };
            own.notes.push(Note { x, y: y + DOT, text });
        }
        let far = |of: fn(&Node) -> f64| own.nodes.iter().map(of).fold(0.0, f64::max);
        let (right, below) = match direction {
            Direction::Across => (MARGIN, MARGIN + RADIUS),
            Direction::Down => (MARGIN + RADIUS + DOTS as f64 * PITCH, MARGIN),
        };
        (own.width, own.height) = (far(|node| node.x) + right, far(|node| node.y) + below);
        own
    }

    #[must_use]
    pub fn node(&self, id: CandidateId) -> Option<&Node> {
        self.nodes.get(id.index()).filter(|node| node.id == id)
    }

    /// The dot of a text, by its position in [`Pool::refused`].
    #[must_use]
    pub fn dot(&self, at: usize) -> Option<&Dot> {
        let found = self.dots.binary_search_by_key(&at, |dot| dot.at).ok()?;
        self.dots.get(found)
    }

    /// Where a move leads from a place; `None` where there is nothing.
    #[must_use]
    pub fn step(&self, from: Pick, to: Move) -> Option<Pick> {
        let parent_of = |pick: Pick| self.kin.iter().find(|(own, _)| *own == pick).map(|(_, parent)| *parent);
        let parent = parent_of(from)?;
        let beside: Vec<Pick> = self.kin.iter().filter(|(_, own)| *own == parent).map(|(pick, _)| *pick).collect();
        let at = beside.iter().position(|pick| *pick == from)?;
        match to {
            Move::Parent => parent,
            Move::Child => self.kin.iter().find(|(_, parent)| *parent == Some(from)).map(|(pick, _)| *pick),
            Move::Before => at.checked_sub(1).and_then(|at| beside.get(at).copied()),
            Move::After => beside.get(at + 1).copied(),
            Move::First => self.nodes.first().map(|node| Pick::Candidate(node.id)),
            Move::Last => self.nodes.last().map(|node| Pick::Candidate(node.id)),
        }
    }
}

fn first_parent(id: CandidateId, parents: &[CandidateId]) -> Option<Pick> {
    parents.iter().filter(|parent| parent.index() < id.index()).max().map(|parent| Pick::Candidate(*parent))
}

/// By candidate, generation and lane: the free lane nearest to its parent's, the one further on of two as near.
fn places(pool: &Pool) -> Vec<(usize, usize)> {
    // By generation, its lanes.
    let mut taken: Vec<Vec<bool>> = Vec::new();
    let mut places: Vec<(usize, usize)> = Vec::with_capacity(pool.members.len());
    for member in &pool.members {
        let wanted = match first_parent(member.id, &member.parents) {
            Some(Pick::Candidate(parent)) => places.get(parent.index()).map_or(0, |place| place.1),
            _ => 0,
        };
        if taken.len() <= member.generation {
            taken.resize(member.generation + 1, Vec::new());
        }
        let lanes = &mut taken[member.generation];
        let is_free = |lane: &usize| !lanes.get(*lane).copied().unwrap_or(false);
        let near = (0..=pool.members.len()).flat_map(|far| [Some(wanted + far), wanted.checked_sub(far)]);
        let lane = near.flatten().find(is_free).unwrap_or(wanted);
        if lanes.len() <= lane {
            lanes.resize(lane + 1, false);
        }
        lanes[lane] = true;
        places.push((member.generation, lane));
    }
    places
}

fn point((generation, lane): (usize, usize), direction: Direction) -> (f64, f64) {
    let (generation, lane) = (generation as f64, lane as f64);
    match direction {
        Direction::Across => (MARGIN + generation * GENERATION, MARGIN + lane * LANE),
        Direction::Down => (MARGIN + RADIUS + lane * LANE_DOWN, MARGIN + generation * GENERATION_DOWN),
    }
}

/// The place of the n-th text that was turned down: below the parent, or at its right.
fn beside((x, y): (f64, f64), number: usize, direction: Direction) -> (f64, f64) {
    let (row, column) = ((number / DOTS) as f64, (number % DOTS) as f64);
    match direction {
        Direction::Across => (x + (column - (DOTS - 1) as f64 / 2.0) * PITCH, y + RADIUS + 14.0 + row * PITCH),
        Direction::Down => (x + RADIUS + 14.0 + column * PITCH, y - PITCH / 2.0 + row * PITCH),
    }
}

fn curve((x, y): (f64, f64), (to_x, to_y): (f64, f64), direction: Direction) -> String {
    match direction {
        Direction::Across => {
            let (from, to) = (x + RADIUS, to_x - RADIUS);
            let middle = f64::midpoint(to - GENERATION + 2.0 * RADIUS, to);
            format!("M{from:.1} {y:.1}C{middle:.1} {y:.1} {middle:.1} {to_y:.1} {to:.1} {to_y:.1}")
        }
        Direction::Down => {
            let (from, to) = (y + RADIUS, to_y - RADIUS);
            let middle = f64::midpoint(to - GENERATION_DOWN + 2.0 * RADIUS, to);
            format!("M{x:.1} {from:.1}C{x:.1} {middle:.1} {to_x:.1} {middle:.1} {to_x:.1} {to:.1}")
        }
    }
}

/// Parents with their children on the way from the best candidate back to the seed.
fn line_to_best(pool: &Pool) -> BTreeSet<(CandidateId, CandidateId)> {
    let mut line = BTreeSet::new();
    let mut open: Vec<CandidateId> = pool.best.into_iter().collect();
    while let Some(id) = open.pop() {
        let parents = pool.member(id).map_or(&[][..], |member| &member.parents);
        for parent in parents.iter().filter(|parent| parent.index() < id.index()) {
            if line.insert((*parent, id)) {
                open.push(*parent);
            }
        }
    }
    line
}

fn node(pool: &Pool, member: &Member, x: f64, y: f64) -> Node {
    Node {
        id: member.id,
        x,
        y,
        label: if member.id.index() == 0 { "seed".to_owned() } else { member.id.0.to_string() },
        score: member.score_text(),
        is_best: pool.best == Some(member.id),
        shared: ring(pool, member, Hold::Shared),
        alone: ring(pool, member, Hold::Alone),
        words: words(pool, member),
    }
}

/// The segments of a ring around 0, one for each task from the top clockwise, as far as the member stands on them so.
fn ring(pool: &Pool, member: &Member, hold: Hold) -> String {
    let count = pool.order.len().max(1) as f64;
    let gap = if pool.order.len() > 1 { f64::min(0.12, 0.3 * TAU / count) } else { 0.0 };
    let mut path = String::new();
    for (at, task) in pool.order.iter().enumerate() {
        if member.holds.get(*task) != Some(&hold) {
            continue;
        }
        // A whole circle can't be drawn as one arc.
        let end = f64::min((at + 1) as f64 / count * TAU - gap / 2.0, TAU - 0.001);
        let start = at as f64 / count * TAU + gap / 2.0;
        let ((x, y), (to_x, to_y)) = (on_ring(start), on_ring(end));
        let large = u8::from(end - start > TAU / 2.0);
        // Writing to a string does not fail.
        _ = write!(path, "M{x:.2} {y:.2}A{RADIUS} {RADIUS} 0 {large} 1 {to_x:.2} {to_y:.2}");
    }
    path
}

fn on_ring(angle: f64) -> (f64, f64) {
    (RADIUS * libm::sin(angle), -RADIUS * libm::cos(angle))
}

/// A candidate in words, for those who can't see it.
#[must_use]
pub fn words(pool: &Pool, member: &Member) -> String {
    let mut text = name(member.id);
    let parents: Vec<String> = member.parents.iter().map(|parent| name(*parent).to_lowercase()).collect();
    match member.origin {
        Origin::Seed => {}
        Origin::Reflection | Origin::Hand if parents.is_empty() => text.push_str(", written by hand"),
        Origin::Reflection => _ = write!(text, ", child of {}", parents.join(" and ")),
        Origin::Merge => _ = write!(text, ", merge of {}", parents.join(" and ")),
        Origin::Hand => _ = write!(text, ", written by hand after {}", parents.join(" and ")),
    }
    _ = write!(text, ". Score {} on {}", member.score_text(), counted(member.rests_on() as u64, "task", "tasks"));
    if pool.best == Some(member.id) {
        text.push_str(", the best so far");
    }
    for (hold, what) in [(Hold::Alone, "It alone is best on"), (Hold::Shared, "It shares the best score on")] {
        let labels = pool.labels(member, hold);
        if !labels.is_empty() {
            _ = write!(text, ". {what} {}", tasks_named(&labels));
        }
    }
    text.push('.');
    text
}

/// A text that was turned down, in words.
#[must_use]
pub fn refused_words(refused: &Refused) -> String {
    let parents: Vec<String> = refused.parents.iter().map(|parent| name(*parent).to_lowercase()).collect();
    let kind = if refused.attempt.is_some() { "proposal from" } else { "merge of" };
    format!(
        "Rejected {kind} {} in iteration {}: {} before, {} after, of {}.",
        parents.join(" and "),
        refused.iteration,
        sum_text(refused.before),
        sum_text(refused.after),
        counted(refused.examples as u64, "task", "tasks"),
    )
}
