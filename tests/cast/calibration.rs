use taupe::cast::rules::RULES;
use taupe::cast::Style;
use crate::rehearsal::{reward, run, shop, tasks};

#[test]
#[ignore]
fn explore() {
    let shop = shop();
    let trials: u32 = std::env::var("TRIALS").ok().and_then(|t| t.parse().ok()).unwrap_or(40);
    let all: Vec<_> = ["train", "dev", "test"].iter().flat_map(|s| tasks(&shop.world, s)).collect();
    let measure = |instruction: &str| -> Vec<f64> {
        all.iter().map(|task| (0..trials).map(|t| reward(&run(&shop.world, task, instruction, Style::default(), 7, t))).sum::<f64>() / f64::from(trials)).collect()
    };
    let show = |name: &str, v: &[f64], base: &[f64]| {
        let mean = |r: std::ops::Range<usize>| v[r.clone()].iter().sum::<f64>() / r.len() as f64;
        let cells: Vec<String> = v.iter().zip(base).map(|(x, b)| { let d = (x - b) * 100.0; if base.as_ptr() == v.as_ptr() { format!("{:3.0}", x * 100.0) } else if d.abs() < 4.0 { "  .".into() } else { format!("{d:3.0}") } }).collect();
        println!("{name:20} tr {:.3} dev {:.3} te {:.3} | {} | {} | {}", mean(0..12), mean(12..18), mean(18..24), cells[0..12].join(" "), cells[12..18].join(" "), cells[18..24].join(" "));
    };
    let started = std::time::Instant::now();
    let base = measure(&shop.seed);
    println!("{:?} per rollout", started.elapsed() / (24 * trials));
    show("seed", &base, &base);
    let started = std::time::Instant::now();
    let policy = measure(&shop.policy);
    println!("{:?} per rollout", started.elapsed() / (24 * trials));
    show("policy", &policy, &policy);
    for info in RULES {
        let v = measure(&format!("{} {}", shop.seed, info.teaches));
        show(info.id, &v, &base);
    }
    let everything: Vec<&str> = RULES.iter().map(|r| r.teaches).collect();
    let v = measure(&format!("{} {}", shop.seed, everything.join(" ")));
    show("all sentences", &v, &v);
    for info in RULES {
        let rest: Vec<&str> = RULES.iter().filter(|r| r.id != info.id).map(|r| r.teaches).collect();
        let w = measure(&format!("{} {}", shop.seed, rest.join(" ")));
        let still = taupe::cast::rules::Lessons::of(&rest.join(" ")).taught().any(|r| r == info.rule);
        show(&format!("without {}{}", info.id, if still { " (!)" } else { "" }), &w, &v);
    }
}

#[test]
#[ignore]
fn show() {
    let shop = shop();
    let extra = std::env::var("EXTRA").unwrap_or_default();
    let only = std::env::var("ONLY").unwrap_or_default();
    let trials: u32 = std::env::var("TRIALS").ok().and_then(|t| t.parse().ok()).unwrap_or(1);
    println!("{:?}", taupe::cast::rules::Lessons::of(&extra).taught().collect::<Vec<_>>());
    for split in ["train", "dev", "test"] {
        for task in tasks(&shop.world, split) {
            if !only.is_empty() && !only.split(' ').any(|o| o == task.id.to_string()) { continue; }
            for t in 0..trials {
                let e = run(&shop.world, &task, &format!("{} {extra}", shop.seed), Style::default(), 7, t);
                println!("{} trial {t} {:?}: {}\n{}", task.id, task.title, reward(&e), crate::rehearsal::transcript(&e));
            }
        }
    }
}
