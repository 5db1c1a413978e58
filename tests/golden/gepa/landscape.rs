//! The stand-ins that the recorded runs had for models and tasks: a score for every text, and a proposer that mutates.

use taupe::gepa::Candidate;
use taupe::py::{Num, Value};

use crate::vectors::{self, Problem, dict, field, int, list, optional, text, wrong};

/// FNV-1a over the bytes, then the finish of splitmix64.
fn hash(text: &str) -> u64 {
    let mut z: u64 = 0xCBF2_9CE4_8422_2325;
    for byte in text.bytes() {
        z ^= u64::from(byte);
        z = z.wrapping_mul(0x0000_0100_0000_01B3);
    }
    z ^= z >> 30;
    z = z.wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z ^= z >> 27;
    z = z.wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// Scores examples by the words of a candidate's texts, and makes new texts.
pub struct Landscape {
    tag: String,
    top: i64,
    base: (i64, u64),
    groups: u64,
    by_group: Vec<i64>,
    by_example: Vec<i64>,
    words: u64,
    kinds: Vec<String>,
    pub objectives: Option<Vec<String>>,
    int_scores: bool,
    /// Texts made so far.
    made: u64,
}

impl Landscape {
    pub fn read(config: &Value) -> Result<Self, Problem> {
        let landscape = &Value::Dict(dict(config, "landscape")?.clone());
        let base = ints(landscape, "base")?;
        let &[low, width] = base.as_slice() else { return Err(wrong("base", "two ints")) };
        Ok(Self {
            tag: text(landscape, "tag")?.to_owned(),
            top: int(landscape, "D")?,
            base: (low, positive(width)?),
            groups: positive(int(landscape, "groups")?)?,
            by_group: ints(landscape, "gtab")?,
            by_example: ints(landscape, "xtab")?,
            words: positive(int(landscape, "vocab")?)?,
            kinds: names(field(landscape, "kinds")?)?,
            objectives: optional(landscape, "objectives").map(names).transpose()?,
            int_scores: optional(landscape, "int_scores").is_some_and(|flag| matches!(flag, Value::Bool(true))),
            made: 0,
        })
    }

    /// The score of a candidate on an example.
    pub fn score(&self, candidate: &Candidate, example: &str, channel: &str) -> Num {
        let Self { tag, top, base: (low, width), groups, .. } = self;
        let group = hash(&format!("{tag}|group|{example}")) % groups;
        let mut points = low + (hash(&format!("{tag}|{channel}|base|{example}")) % width) as i64;
        for (component, text) in candidate.iter() {
            let mut seen: Vec<&str> = Vec::new();
            for word in text.split(' ').skip(1) {
                if seen.contains(&word) {
                    continue;
                }
                seen.push(word);
                let key = |kind: &str, of: &str| format!("{tag}|{channel}|{kind}|{component}|{word}|{of}");
                points += pick(&self.by_group, hash(&key("g", &group.to_string())));
                points += pick(&self.by_example, hash(&key("x", example)));
            }
        }
        let points = points.clamp(0, *top);
        if self.int_scores { Num::Int(points / top) } else { Num::Float(points as f64 / *top as f64) }
    }

    /// A new text for a component.
    pub fn mutate(&mut self, component: &str, current: &str) -> String {
        let hash = hash(&format!("{}|mut|{}|{component}|{current}", self.tag, self.made));
        self.made += 1;
        let kind = &self.kinds[(hash % self.kinds.len() as u64) as usize];
        let token = format!("k{}", (hash >> 8) % self.words);
        match (kind.as_str(), current.rsplit_once(' ')) {
            ("same", _) => current.to_owned(),
            ("drop", Some((before, _))) => before.to_owned(),
            ("swap", Some((before, _))) => format!("{before} {token}"),
            _ => format!("{current} {token}"),
        }
    }
}

fn pick(table: &[i64], hash: u64) -> i64 {
    table[(hash % table.len() as u64) as usize]
}

/// A reply with the text in one of the eight wrappings, by the call's number.
pub fn wrap(call: usize, text: &str) -> String {
    match call % 8 {
        0 => format!("```\n{text}\n```"),
        1 => format!("Thinking first.\n\n```text\n{text}\n```\nThat should help."),
        2 => format!("  {text}\n"),
        3 => format!("```\n{text}"),
        4 => format!("{text}\n```"),
        5 => format!("\n\n``` {text} ```\n"),
        6 => format!("```md\n{text}\n```\nand also\n```\nnoise\n```"),
        _ => format!("```{text}```"),
    }
}

fn positive(int: i64) -> Result<u64, Problem> {
    u64::try_from(int).ok().filter(|int| *int > 0).ok_or_else(|| wrong("landscape", "made of positive numbers"))
}

pub fn ints(record: &Value, name: &str) -> Result<Vec<i64>, Problem> {
    let all = list(record, name)?.iter().map(vectors::as_int).collect::<Option<_>>();
    all.ok_or_else(|| wrong(name, "a list of ints"))
}

pub fn names(value: &Value) -> Result<Vec<String>, Problem> {
    let all = value.as_list().and_then(|list| list.iter().map(|name| Some(name.as_str()?.to_string())).collect());
    all.ok_or_else(|| wrong("names", "a list of texts"))
}
