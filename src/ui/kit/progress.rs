use leptos::prelude::*;

/// A progress bar with words on its left and a figure on its right.
#[component]
pub fn Progress(
    /// The share that is done, 0 to 1; `None` while nobody knows.
    #[prop(into)]
    value: Signal<Option<f64>>,
    /// What is being done.
    #[prop(into)]
    label: Signal<String>,
    /// How far, in words: `1.8 of 3.2 MB`.
    #[prop(optional, into)]
    figure: MaybeProp<String>,
) -> impl IntoView {
    let share = move || value.get().map(|share| share.clamp(0.0, 1.0));
    view! {
        <div class="progress">
            <span class="truncate">{move || label.get()}</span>
            <span class="num">{move || figure.get()}</span>
            <div
                class="progress-track"
                role="progressbar"
                aria-label=move || label.get()
                aria-valuemin="0"
                aria-valuemax="100"
                aria-valuenow=move || share().map(|share| format!("{:.0}", share * 100.0))
                aria-valuetext=move || figure.get()
            >
                <div
                    class=move || if share().is_some() { "progress-fill" } else { "progress-fill unknown" }
                    style:--value=move || share().unwrap_or(0.0).to_string()
                ></div>
            </div>
        </div>
    }
}
