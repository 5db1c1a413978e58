use leptos::{prelude::*, task::spawn_local};

use super::super::super::kit::{Button, ButtonKind, Icon};
use super::fields::Fields;
use crate::{
    app::use_endpoints,
    present::{findings, tone::Tone},
    provider::diagnose::{EndpointReport, Finding},
};

/// "Test this endpoint", and what was found.
#[component]
pub fn TestPanel(id: StoredValue<String>, fields: Fields, commit: Callback<()>) -> impl IntoView {
    let endpoints = use_endpoints();
    let busy = RwSignal::new(false);
    let report = RwSignal::new(None::<EndpointReport>);
    // What was found of other settings says nothing of these.
    let settings = Memo::new(move |_| id.with_value(|id| endpoints.find(id)));
    Effect::new(move |before: Option<_>| {
        let now = settings.get();
        if before.is_some_and(|before| before != now) {
            report.set(None);
        }
        now
    });
    let test = move |()| {
        commit.run(());
        if fields.errors.with_untracked(|errors| !errors.is_empty()) {
            return;
        }
        busy.set(true);
        report.set(None);
        spawn_local(async move {
            let found = endpoints.test(&id.get_value()).await;
            // The editor may be gone by now.
            if busy.try_set(false).is_none() {
                report.set(Some(found));
            }
        });
    };
    view! {
        <div class="editor-part">
            <div class="row">
                <Button kind=ButtonKind::Primary icon="check" busy=busy on_press=test>
                    "Test this endpoint"
                </Button>
                <span class="small muted">"Makes two short calls with a tool."</span>
            </div>
            <div role="status">
                {move || fields.errors.with(|errors| (!errors.is_empty()).then(|| view! {
                    <p class="small bad not-kept">"What is marked above is not kept until it is mended."</p>
                }))}
                {move || report.get().map(|report| view! { <Report report /> })}
            </div>
        </div>
    }
}

#[component]
fn Report(report: EndpointReport) -> impl IntoView {
    let (tone, verdict) = findings::verdict(&report);
    let class = match tone {
        Tone::Good => "findings-verdict good",
        Tone::Warn => "findings-verdict warn",
        _ => "findings-verdict bad",
    };
    let lines = report.findings.into_iter().map(|finding| view! { <Line finding /> }).collect_view();
    view! {
        <div class="findings">
            <p class=class>
                <Icon name=tone.icon() />
                {verdict}
            </p>
            <ul class="findings-list">{lines}</ul>
        </div>
    }
}

#[component]
fn Line(finding: Finding) -> impl IntoView {
    let tone = findings::tone(finding.outcome);
    let (icon, class) = match tone {
        Tone::Good => ("good", "good"),
        Tone::Warn => ("warn", "warn"),
        Tone::Bad => ("error", "bad"),
        Tone::Plain | Tone::Accent => ("pending", "faint"),
    };
    view! {
        <li class="finding">
            <span class=class>
                <Icon name=icon />
            </span>
            <div>
                <p>
                    <span class="visually-hidden">{findings::word(finding.outcome)}</span>
                    <strong>{findings::name(finding.check)}</strong>
                    " "
                    {finding.text}
                </p>
                {finding.advice.map(|advice| view! { <p class="muted">{advice}</p> })}
            </div>
        </li>
    }
}
