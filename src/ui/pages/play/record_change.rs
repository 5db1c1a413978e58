//! Records that changed, field by field.

use leptos::prelude::*;

use crate::present::transcript::ChangedRecord;

/// Changed records, each a small table: what was, what is.
#[component]
pub fn ChangedRecords(
    records: Vec<ChangedRecord>,
    /// What the two sides are called. Without names they are signs, and `before` and `after` to a screen reader.
    #[prop(optional)]
    sides: Option<(&'static str, &'static str)>,
) -> impl IntoView {
    records.into_iter().map(|record| view! { <Changed record sides /> }).collect_view()
}

#[component]
fn Changed(record: ChangedRecord, sides: Option<(&'static str, &'static str)>) -> impl IntoView {
    let (before, after) = match sides {
        Some((before, after)) => (Mark::Word(before), Mark::Word(after)),
        None => (Mark::Sign("−", "before"), Mark::Sign("+", "after")),
    };
    let caption = format!("{} / {}", record.table, record.id);
    let lines = record
        .fields
        .into_iter()
        .map(|change| {
            let path = if change.path.is_empty() { "record".to_owned() } else { change.path };
            let old = change.before.map(|value| line(before, "was", path.clone(), value));
            let new = change.after.map(|value| line(after, "is", path, value));
            view! { {old} {new} }
        })
        .collect_view();
    view! {
        <table class=if sides.is_some() { "changed worded" } else { "changed" }>
            <caption>{caption}</caption>
            <tbody>{lines}</tbody>
        </table>
    }
}

/// How a line says which side it is.
#[derive(Clone, Copy)]
enum Mark {
    Word(&'static str),
    /// A sign, and the word for it.
    Sign(&'static str, &'static str),
}

fn line(mark: Mark, class: &'static str, path: String, value: String) -> impl IntoView {
    let mark = match mark {
        Mark::Word(word) => word.into_any(),
        Mark::Sign(sign, word) => view! {
            <span aria-hidden="true">{sign}</span>
            <span class="visually-hidden">{word}</span>
        }
        .into_any(),
    };
    view! {
        <tr class=class>
            <td class="mark">{mark}</td>
            <th scope="row">{breakable(&path)}</th>
            <td class="value">{value}</td>
        </tr>
    }
}

/// A field's path that may break after its underscores and dots, and is still copied as it is.
fn breakable(path: &str) -> impl IntoView + use<> {
    path.split_inclusive(['_', '.'])
        .map(|part| {
            view! {
                {part.to_owned()}
                <wbr />
            }
        })
        .collect_view()
}
