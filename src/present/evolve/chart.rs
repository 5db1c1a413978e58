//! The chart: scores on the validation tasks against metric calls, with the best so far as a line.

use std::fmt::Write as _;

use super::lineage::refused_words;
use super::pool::{Member, Pick, Pool, name, score_text};
use crate::present::format::{count, counted};
use crate::stats::Interval;

/// Room around the plot, in pixels.
const LEFT: f64 = 40.0;
const RIGHT: f64 = 18.0;
const TOP: f64 = 14.0;
const BOTTOM: f64 = 30.0;

/// A text of an axis, with the line or notch it belongs to.
#[derive(Clone, Debug, PartialEq)]
pub struct Tick {
    /// Where on its axis.
    pub at: f64,
    pub text: String,
}

/// A candidate, or a text that was turned down.
#[derive(Clone, Debug, PartialEq)]
pub struct Point {
    pub pick: Pick,
    pub x: f64,
    /// On the lower axis for what has no score on the validation tasks.
    pub y: f64,
    pub is_best: bool,
    /// It bettered the best so far.
    pub is_rise: bool,
    /// Where the score lies with 95 % confidence: the upper and lower end; of the seed and the best only.
    pub range: Option<(f64, f64)>,
    /// What the readout says.
    pub words: String,
}

/// The picture, in pixels.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Chart {
    pub width: f64,
    pub height: f64,
    pub left: f64,
    pub right: f64,
    pub top: f64,
    pub base: f64,
    pub scores: Vec<Tick>,
    pub calls: Vec<Tick>,
    /// The best so far, as the path of an SVG.
    pub best: String,
    /// Candidates in the order of the pool, then what was turned down.
    pub points: Vec<Point>,
    /// How far the metric calls are; `None` once the budget is used up.
    pub now: Option<f64>,
    /// The picture in a sentence.
    pub words: String,
}

impl Chart {
    /// The picture in so many pixels.
    #[must_use]
    pub fn of(pool: &Pool, width: f64, height: f64) -> Self {
        let (left, right, top, base) = (LEFT, (width - RIGHT).max(LEFT + 1.0), TOP, (height - BOTTOM).max(TOP + 1.0));
        let most = pool.budget.unwrap_or(0).max(pool.calls).max(1);
        let (low, high) = bounds(pool);
        let x = |calls: u64| left + (right - left) * calls as f64 / most as f64;
        let y = |score: f64| base - (base - top) * (score - low) / (high - low);
        let mut best_so_far = f64::NEG_INFINITY;
        let mut best = String::new();
        let mut points = Vec::with_capacity(pool.members.len() + pool.refused.len());
        for member in &pool.members {
            let Some(score) = member.score else { continue };
            let at = x(member.found_at);
            let is_rise = score > best_so_far;
            if is_rise {
                best_so_far = score;
                let sign = if best.is_empty() { 'M' } else { 'H' };
                // Writing to a string does not fail.
                _ = match sign {
                    'M' => write!(best, "M{at:.1} {:.1}", y(score)),
                    _ => write!(best, "H{at:.1}V{:.1}", y(score)),
                };
            }
            let is_best = pool.best == Some(member.id);
            let ends = |Interval { low: from, high: to }| (y(to.min(high)), y(from.max(low)));
            let shows_range = is_best || member.id.index() == 0;
            points.push(Point {
                pick: Pick::Candidate(member.id),
                x: at,
                y: y(score),
                is_best,
                is_rise,
                range: member.interval().filter(|_| shows_range).map(ends),
                words: readout(pool, member),
            });
        }
        if !best.is_empty() {
            _ = write!(best, "H{:.1}", x(pool.calls));
        }
        points.extend(pool.refused.iter().enumerate().map(|(at, refused)| Point {
            pick: Pick::Refused(at),
            x: x(refused.judged_at),
            y: base,
            is_best: false,
            is_rise: false,
            range: None,
            words: refused_words(refused),
        }));
        Self {
            scores: score_ticks(low, high).into_iter().map(|(value, text)| Tick { at: y(value), text }).collect(),
            calls: call_ticks(most, right - left)
                .into_iter()
                .map(|calls| Tick { at: x(calls), text: count(calls) })
                .collect(),
            now: pool.budget.filter(|budget| pool.calls < *budget).map(|_| x(pool.calls)),
            words: words(pool),
            width,
            height,
            left,
            right,
            top,
            base,
            best,
            points,
        }
    }

    /// The point of a pick.
    #[must_use]
    pub fn point(&self, pick: Pick) -> Option<&Point> {
        // Candidates come first and nearly all have a score: most stand where their number says.
        let guess = match pick {
            Pick::Candidate(id) => self.points.get(id.index()),
            Pick::Refused(_) => None,
        };
        guess.filter(|point| point.pick == pick).or_else(|| self.points.iter().rev().find(|point| point.pick == pick))
    }

    /// The point nearest to a place, within reach of a finger.
    #[must_use]
    pub fn nearest(&self, x: f64, y: f64) -> Option<&Point> {
        const REACH: f64 = 24.0;
        let far = |point: &&Point| libm::hypot(point.x - x, point.y - y);
        let nearest = self.points.iter().min_by(|one, other| far(one).total_cmp(&far(other)));
        nearest.filter(|point| far(point) <= REACH)
    }
}

/// Rewards are shares; other scores have bounds of their own.
fn bounds(pool: &Pool) -> (f64, f64) {
    let scores = pool.members.iter().filter_map(|member| member.score);
    let (low, high) = scores.fold((0.0, 1.0), |(low, high), score| (f64::min(low, score), f64::max(high, score)));
    if low.is_finite() && high.is_finite() { (low, high) } else { (0.0, 1.0) }
}

fn score_ticks(low: f64, high: f64) -> Vec<(f64, String)> {
    (0..=4)
        .map(|quarter| {
            let value = low + (high - low) * f64::from(quarter) / 4.0;
            let text =
                if low == 0.0 && high == 1.0 && quarter % 4 == 0 { format!("{value:.0}") } else { score_text(value) };
            (value, text)
        })
        .collect()
}

/// Round numbers from 0, and the last one.
fn call_ticks(most: u64, width: f64) -> Vec<u64> {
    // Room for one text each 70 pixels.
    let wanted = (width / 70.0).max(1.0);
    let least = most as f64 / wanted;
    let power = libm::pow(10.0, libm::floor(libm::log10(least.max(1.0))));
    let step =
        [1.0, 2.0, 2.5, 5.0, 10.0].iter().map(|times| times * power).find(|step| *step >= least && *step % 1.0 == 0.0);
    let step = step.unwrap_or(10.0 * power).max(1.0) as u64;
    let mut ticks: Vec<u64> = (0..=most / step).map(|at| at * step).collect();
    // The last one, unless another stands too near.
    if ticks.last() != Some(&most) {
        if ticks.last().is_some_and(|last| (most - last) * 2 < step) && ticks.len() > 1 {
            ticks.pop();
        }
        ticks.push(most);
    }
    ticks
}

fn readout(pool: &Pool, member: &Member) -> String {
    let mut text = format!(
        "{}: {} on {}",
        name(member.id),
        member.score_text(),
        counted(member.rests_on() as u64, "task", "tasks")
    );
    if let Some(Interval { low, high }) = member.interval() {
        _ = write!(text, " (95 %: {low:.2} to {high:.2})");
    }
    if member.id.index() == 0 {
        text.push_str(", where it began");
    } else {
        _ = write!(text, ", found at metric call {}", count(member.found_at));
    }
    if pool.best == Some(member.id) && pool.members.len() > 1 {
        text.push_str(", the best");
    }
    text.push('.');
    text
}

fn words(pool: &Pool) -> String {
    let Some((seed, best)) = pool.climb() else { return "No score yet.".to_owned() };
    let candidates = counted(pool.members.len() as u64, "candidate", "candidates");
    format!(
        "The best score went from {} to {} in {} metric calls, with {candidates} and {} turned down.",
        score_text(seed),
        score_text(best),
        count(pool.calls),
        counted(pool.refused.len() as u64, "proposal", "proposals"),
    )
}
