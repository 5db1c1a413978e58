use super::host::Host;
use taupe::cast::RehearsalCoach;
use taupe::cast::rules::RULES;
use taupe::domain::TaskId;

#[test]
fn needs() {
    let host = Host::retail(3, RehearsalCoach::new(1));
    for split in ["train", "dev", "test"] {
        for index in 0..host.world.tasks(split).unwrap().len() {
            let id = TaskId { split: split.into(), index };
            let text = |without: Option<usize>| {
                let mut text = host.seed_instruction.clone();
                for (at, info) in RULES.iter().enumerate() {
                    if Some(at) != without { text.push_str("\n- "); text.push_str(info.teaches); }
                }
                text
            };
            let wins = |text: &str| (0..12).map(|trial| host.rollout(&id, text, trial).ending().unwrap().reward().unwrap()).sum::<f64>() / 12.0;
            let all = wins(&text(None));
            let need: Vec<String> = RULES.iter().enumerate().filter_map(|(at, info)| {
                let w = wins(&text(Some(at)));
                (w < all - 0.3).then(|| format!("{}({:.1})", info.id, all - w))
            }).collect();
            println!("{id} seed {:.2} all {all:.2} needs {need:?}", wins(&host.seed_instruction));
        }
    }
}
