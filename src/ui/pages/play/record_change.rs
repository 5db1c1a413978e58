//! Records that changed, field by field.

use leptos::prelude::*;

use crate::present::transcript::ChangedRecord;

/// Changed records, each a small table: what was, what is.
#[component]
pub fn ChangedRecords(
    records: Vec<ChangedRecord>,
    /// What the two sides are called to a screen reader.
    #[prop(default = ("before", "after"))]
    sides: (&'static str, &'static str),
) -> impl IntoView {
    records.into_iter().map(|record| view! { <Changed record sides /> }).collect_view()
}

#[component]
fn Changed(record: ChangedRecord, sides: (&'static str, &'static str)) -> impl IntoView {
    let (before, after) = sides;
    let caption = format!("{} / {}", record.table, record.id);
    let lines = record
        .fields
        .into_iter()
        .map(|change| {
            let path = if change.path.is_empty() { "record".to_owned() } else { change.path };
            let old = change.before.map(|value| line("−", before, "was", path.clone(), value));
            let new = change.after.map(|value| line("+", after, "is", path, value));
            view! { {old} {new} }
        })
        .collect_view();
    view! {
        <table class="changed">
            <caption>{caption}</caption>
            <tbody>{lines}</tbody>
        </table>
    }
}

fn line(mark: &'static str, side: &'static str, class: &'static str, path: String, value: String) -> impl IntoView {
    view! {
        <tr class=class>
            <td class="mark">
                <span aria-hidden="true">{mark}</span>
                <span class="visually-hidden">{side}</span>
            </td>
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
