//! Free phrasings of an airline's rules (`airline_phrasings.txt`, written before the matcher) are read as meant.

use std::fmt::Write as _;

use taupe::cast::rules::{Lessons, Rule, Teaching, Trade};

const PHRASINGS: &str = include_str!("airline_phrasings.txt");

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
            section = Trade::Airline.by_id(name.trim_end_matches(']'));
            continue;
        }
        let (mark, rest) = line.split_once(' ').expect("a mark and a sentence");
        let own = section.into_iter().collect();
        found.push(match mark {
            "+" => Phrasing { meant: Meant::Teaches, rules: own, sentence: rest },
            "." => Phrasing { meant: Meant::Nothing, rules: own, sentence: rest },
            "!" => Phrasing { meant: Meant::Against, rules: own, sentence: rest },
            _ => {
                let (rules, sentence) = rest.split_once(" | ").expect("rules and a sentence");
                let rules = rules.split(", ").map(|id| Trade::Airline.by_id(id).expect("a rule")).collect();
                Phrasing { meant: Meant::Teaches, rules, sentence }
            }
        });
    }
    found
}

fn read(sentence: &str, rule: Rule) -> Meant {
    match Lessons::read(Trade::Airline, sentence).teaching(rule) {
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
                let id = Trade::Airline.info(rule).unwrap().id;
                writeln!(faults, "{id}: {meant:?} read as {found:?}: {sentence}").unwrap();
            }
        }
    }
    assert!(faults.is_empty(), "\n{faults}");
}

#[test]
fn sentences_about_nothing_teach_nothing() {
    let mut faults = String::new();
    for Phrasing { sentence, .. } in phrasings().into_iter().filter(|line| line.rules.is_empty()) {
        for info in Trade::Airline.rules().iter().filter(|info| read(sentence, info.rule) != Meant::Nothing) {
            writeln!(faults, "{}: {sentence}", info.id).unwrap();
        }
    }
    assert!(faults.is_empty(), "\n{faults}");
}

#[test]
fn each_rule_has_its_phrasings() {
    for info in Trade::Airline.rules() {
        let count =
            |meant| phrasings().iter().filter(|line| line.meant == meant && line.rules.contains(&info.rule)).count();
        assert!(count(Meant::Teaches) >= 8, "{}", info.id);
        assert!(count(Meant::Nothing) >= 3, "{}", info.id);
        assert!(count(Meant::Against) >= 2, "{}", info.id);
    }
}

#[test]
fn a_rules_own_sentence_teaches_it() {
    for info in Trade::Airline.rules() {
        assert_eq!(read(info.teaches, info.rule), Meant::Teaches, "{}", info.id);
    }
}

#[test]
fn the_starter_policy_teaches_everything_and_the_seed_nothing() {
    let airline = crate::rehearsal::airline();
    let policy = Lessons::read(Trade::Airline, &airline.policy);
    let missing: Vec<_> = Trade::Airline
        .rules()
        .iter()
        .map(|info| (info.id, policy.teaching(info.rule)))
        .filter(|(_, teaching)| !matches!(teaching, Teaching::Taught(_)))
        .map(|(id, teaching)| (id, teaching.clone()))
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
    assert_eq!(Lessons::read(Trade::Airline, &airline.seed).taught().count(), 0);
}

#[test]
fn the_official_policy_teaches_most() {
    let folder = std::env::var("TAUPE_UPSTREAM").unwrap_or_else(|_| "../shared/upstream".to_owned());
    let Ok(policy) = std::fs::read_to_string(format!("{folder}/tau-bench/airline/wiki.md")) else {
        assert!(std::env::var("CI").is_err(), "{folder} has no tau-bench/airline/wiki.md");
        eprintln!("SKIPPED: {folder} has no tau-bench/airline/wiki.md; set TAUPE_UPSTREAM");
        return;
    };
    let lessons = Lessons::read(Trade::Airline, &policy);
    let taught: Vec<_> = lessons.taught().collect();
    let missing: Vec<_> = Trade::Airline
        .rules()
        .iter()
        .filter(|info| !taught.contains(&info.rule))
        .map(|info| (info.id, lessons.teaching(info.rule)))
        .collect();
    assert!(taught.len() >= 12, "{missing:?}");
    for rule in [Rule::Authenticate, Rule::Confirm, Rule::CancelAllowed, Rule::BasicEconomy, Rule::FreeBags] {
        assert!(taught.contains(&rule), "{rule:?}: {:?}", lessons.teaching(rule));
    }
}

#[test]
fn a_rules_own_sentence_teaches_little_else() {
    let mut also = String::new();
    for info in Trade::Airline.rules() {
        for other in Trade::Airline.rules().iter().filter(|other| other.rule != info.rule) {
            if read(info.teaches, other.rule) != Meant::Nothing {
                writeln!(also, "{} says something of {}: {}", info.id, other.id, info.teaches).unwrap();
            }
        }
    }
    assert!(also.is_empty(), "\n{also}");
}
