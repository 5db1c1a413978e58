//! Free phrasings of each rule (`phrasings.txt`, written before the matcher) are read as they are meant.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use taupe::cast::rules::{Lessons, RULES, Rule, Teaching};

const PHRASINGS: &str = include_str!("phrasings.txt");
const WORLD: &str = include_str!("../../assets/worlds/retail.json");

/// What a line says that its sentence does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Meant {
    Teaches,
    Nothing,
    Against,
}

struct Phrasing {
    meant: Meant,
    rules: Vec<Rule>,
    sentence: &'static str,
}

fn phrasings() -> Vec<Phrasing> {
    let mut section = None;
    let mut found = Vec::new();
    for line in PHRASINGS.lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
        if let Some(name) = line.strip_prefix('[') {
            section = Rule::by_id(name.trim_end_matches(']'));
            continue;
        }
        let (mark, rest) = line.split_once(' ').expect("a mark and a sentence");
        let own = || section.into_iter().collect();
        found.push(match mark {
            "+" => Phrasing { meant: Meant::Teaches, rules: own(), sentence: rest },
            "." => Phrasing { meant: Meant::Nothing, rules: own(), sentence: rest },
            "!" => Phrasing { meant: Meant::Against, rules: own(), sentence: rest },
            _ => {
                let (rules, sentence) = rest.split_once(" | ").expect("rules and a sentence");
                let rules = rules.split(", ").map(|id| Rule::by_id(id).expect("a rule")).collect();
                Phrasing { meant: Meant::Teaches, rules, sentence }
            }
        });
    }
    found
}

fn read(sentence: &str, rule: Rule) -> Meant {
    match Lessons::of(sentence).teaching(rule) {
        Teaching::Absent => Meant::Nothing,
        Teaching::Taught(_) => Meant::Teaches,
        Teaching::Contradicted { .. } => Meant::Against,
    }
}

#[test]
fn every_phrasing_is_read_as_it_is_meant() {
    let mut faults = String::new();
    for Phrasing { meant, rules, sentence } in phrasings() {
        for rule in rules {
            let found = read(sentence, rule);
            if found != meant {
                writeln!(faults, "{}: {meant:?} read as {found:?}: {sentence}", rule.info().id).unwrap();
            }
        }
    }
    assert!(faults.is_empty(), "\n{faults}");
}

#[test]
fn sentences_about_nothing_teach_nothing() {
    let mut faults = String::new();
    for Phrasing { sentence, .. } in phrasings().into_iter().filter(|line| line.rules.is_empty()) {
        for rule in Rule::all().filter(|rule| read(sentence, *rule) != Meant::Nothing) {
            writeln!(faults, "{}: {sentence}", rule.info().id).unwrap();
        }
    }
    assert!(faults.is_empty(), "\n{faults}");
}

#[test]
fn each_rule_has_its_phrasings() {
    let mut count: BTreeMap<(Rule, Meant), usize> = BTreeMap::new();
    for line in phrasings() {
        for rule in line.rules {
            *count.entry((rule, line.meant)).or_default() += 1;
        }
    }
    for rule in Rule::all() {
        assert!(count[&(rule, Meant::Teaches)] >= 10, "{rule:?}");
        assert!(count[&(rule, Meant::Nothing)] >= 3, "{rule:?}");
        assert!(count[&(rule, Meant::Against)] >= 2, "{rule:?}");
    }
}

#[test]
fn a_rules_own_sentence_teaches_it() {
    for info in RULES {
        assert_eq!(read(info.teaches, info.rule), Meant::Teaches, "{}", info.id);
    }
}

#[test]
fn the_starter_policy_teaches_everything_and_the_seed_nothing() {
    let world: serde_json::Value = serde_json::from_str(WORLD).unwrap();
    let text = |name: &str| world[name].as_str().unwrap();
    let policy = Lessons::of(text("policy"));
    let missing: Vec<_> = Rule::all()
        .filter(|rule| !matches!(policy.teaching(*rule), Teaching::Taught(_)))
        .map(|rule| (rule, policy.teaching(rule)))
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
    assert_eq!(Lessons::of(text("seed_instruction")).taught().count(), 0);
}

#[test]
fn the_official_policy_teaches_most() {
    let folder = std::env::var("TAUPE_UPSTREAM").unwrap_or_else(|_| "../shared/upstream".to_owned());
    let Ok(policy) = std::fs::read_to_string(format!("{folder}/tau-bench/retail/wiki.md")) else {
        assert!(std::env::var("CI").is_err(), "{folder} has no tau-bench/retail/wiki.md");
        eprintln!("SKIPPED: {folder} has no tau-bench/retail/wiki.md; set TAUPE_UPSTREAM");
        return;
    };
    let lessons = Lessons::of(&policy);
    let taught: Vec<_> = lessons.taught().collect();
    assert!(taught.len() >= 13, "{taught:?}");
    for rule in [Rule::Authenticate, Rule::OwnOrders, Rule::Confirm, Rule::CheckStatus, Rule::CancelReason] {
        assert!(taught.contains(&rule), "{rule:?}: {:?}", lessons.teaching(rule));
    }
    for rule in [Rule::CollectItems, Rule::KeepOptions, Rule::GiftCardBalance, Rule::RefundDestination, Rule::Transfer]
    {
        assert!(taught.contains(&rule), "{rule:?}: {:?}", lessons.teaching(rule));
    }
}
