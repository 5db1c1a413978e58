//! A batch as a single HTML file that opens anywhere, offline: no script, nothing fetched, every text escaped.

use std::fmt::Write as _;

use super::board::{Board, spent_facts};
use super::comparison::Compared;
use super::figures::{Figures, range, share};
use super::grid::{Grid, GridFilter};
use crate::domain::World;
use crate::present::seating;

const STYLE: &str = "\
:root{color-scheme:light dark;--ink:light-dark(#28231f,#ece6df);--soft:light-dark(#61584e,#b0a599);\
--ground:light-dark(#fffdfb,#191614);--line:light-dark(#e0d9d0,#363029)}\
body{margin:2rem auto;max-width:72rem;padding:0 1rem;background:var(--ground);color:var(--ink);\
font:15px/1.5 system-ui,sans-serif}h1{font-size:1.5rem}h2{font-size:1.1rem;margin-top:2rem}\
table{border-collapse:collapse;font-size:.875rem;font-variant-numeric:tabular-nums}\
th,td{text-align:start;padding:.3rem .7rem;border-bottom:1px solid var(--line)}th{font-weight:600}\
.scroll{overflow-x:auto}.soft{color:var(--soft)}pre{white-space:pre-wrap;font-size:.8125rem}\
.c{display:inline-block;min-width:1.5em;text-align:center;border:1px solid var(--line);border-radius:4px;margin-right:2px}\
.won{background:light-dark(#e2f1e7,#17301f);color:light-dark(#256644,#77c998)}\
.lost{background:light-dark(#fae7e3,#3b1c17);color:light-dark(#a03326,#f2968a)}\
.unscored,.left,.resting{background:light-dark(#f9edd6,#35280f);color:light-dark(#7d5100,#e0b265)}";

/// The report. `made` says when, in the reader's words; `world` names the tasks, where it is at hand.
#[must_use]
pub fn html(board: &Board, figures: &[Figures], compared: &[Compared], world: Option<&World>, made: &str) -> String {
    let record = &board.record;
    let name = escape(&record.name);
    let mut page = format!(
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n\
         <title>{name}</title>\n<style>{STYLE}</style>\n<h1>{name}</h1>\n"
    );
    let mut facts = vec![format!("{} · {}", record.pack, record.split), board.facts(), made.to_owned()];
    facts.push(format!("customer {}", seating::name(&record.user)));
    facts.push(format!("seed {}", record.settings.seed));
    add(&mut page, format_args!("<p class=\"soft\">{}</p>\n", escape(&facts.join(" · "))));
    if !record.note.is_empty() {
        add(&mut page, format_args!("<p>{}</p>\n", escape(&record.note)));
    }
    add(&mut page, format_args!("<h2>Figures</h2>\n"));
    figures_table(&mut page, figures);
    add(
        &mut page,
        format_args!(
            "<p class=\"soft\">A rollout without a verdict is no failure and enters no figure. With 0 in its place, as \
             the original counts: {}.</p>\n",
            escape(&as_original(figures))
        ),
    );
    if !compared.is_empty() {
        add(&mut page, format_args!("<h2>Compared</h2>\n"));
    }
    for own in compared {
        let (before, after) = (escape(&own.before), escape(&own.after));
        add(&mut page, format_args!("<p><b>{after} against {before}.</b> {} ", escape(&own.sentence)));
        add(&mut page, format_args!("<span class=\"soft\">{}</span></p>\n", escape(&own.facts)));
        for caveat in &own.caveats {
            add(&mut page, format_args!("<p class=\"soft\">{}</p>\n", escape(caveat)));
        }
    }
    add(&mut page, format_args!("<h2>Rollouts</h2>\n"));
    grid_table(&mut page, &Grid::of(board, world, &GridFilter::default()));
    add(&mut page, format_args!("<h2>What was run</h2>\n"));
    for arm in &record.arms {
        let asked = format!("{}, {}", seating::name(&arm.agent), arm.strategy.name());
        add(
            &mut page,
            format_args!(
                "<details><summary>{} <span class=\"soft\">({})</span></summary><pre>{}</pre></details>\n",
                escape(&arm.name),
                escape(&asked),
                escape(&arm.instruction.text)
            ),
        );
    }
    let spent = spent_facts(&board.spent());
    if !spent.is_empty() {
        add(&mut page, format_args!("<p class=\"soft\">Used: {}.</p>\n", escape(&spent.join(" · "))));
    }
    page
}

fn figures_table(page: &mut String, figures: &[Figures]) {
    let trials = figures.iter().map(|own| own.trials).max().unwrap_or(1);
    let mut heads: Vec<String> = ["Arm", "Average reward", "Won", "95 %"].map(str::to_owned).to_vec();
    heads.extend((1..=trials).map(|k| format!("pass^{k}")));
    heads.extend((2..=trials).map(|k| format!("pass@{k}")));
    heads.push("Rests on".to_owned());
    add(page, format_args!("<div class=\"scroll\"><table><tr>"));
    for head in &heads {
        add(page, format_args!("<th>{}</th>", escape(head)));
    }
    add(page, format_args!("</tr>\n"));
    for own in figures {
        let mut cells =
            vec![own.arm.clone(), share(own.average), format!("{} of {}", own.won, own.scored), range(own.interval)];
        cells.extend((0..trials).map(|k| share(own.pass_hat.get(k).copied().flatten())));
        cells.extend((1..trials).map(|k| share(own.pass_at.get(k).copied().flatten())));
        cells.push(own.basis());
        add(page, format_args!("<tr>"));
        for cell in &cells {
            add(page, format_args!("<td>{}</td>", escape(cell)));
        }
        add(page, format_args!("</tr>\n"));
    }
    add(page, format_args!("</table></div>\n"));
}

fn as_original(figures: &[Figures]) -> String {
    let one = |own: &Figures| {
        let average = share(own.as_original.as_ref().map(|metrics| metrics.average_reward));
        format!("{} {average} over {}", own.arm, own.scored + own.unscored)
    };
    figures.iter().map(one).collect::<Vec<_>>().join("; ")
}

fn grid_table(page: &mut String, grid: &Grid) {
    add(page, format_args!("<div class=\"scroll\"><table><tr><th>Task</th>"));
    for arm in &grid.arms {
        add(page, format_args!("<th>{}</th>", escape(arm)));
    }
    add(page, format_args!("</tr>\n"));
    for row in &grid.rows {
        add(page, format_args!("<tr><td>{} {}</td>", row.task, escape(&row.title)));
        for group in &row.groups {
            add(page, format_args!("<td>"));
            for cell in &group.cells {
                let (class, words, sign) = (cell.class, escape(&cell.words), escape(&cell.sign));
                add(page, format_args!("<span class=\"c {class}\" title=\"{words}\">{sign}</span>"));
            }
            add(page, format_args!(" <span class=\"soft\">{}</span></td>", escape(&group.won)));
        }
        add(page, format_args!("</tr>\n"));
    }
    add(page, format_args!("</table></div>\n"));
}

fn add(page: &mut String, text: std::fmt::Arguments<'_>) {
    // A text takes whatever is written to it.
    _ = page.write_fmt(text);
}

/// A text with nothing in it that HTML would read as markup.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            _ => escaped.push(c),
        }
    }
    escaped
}
