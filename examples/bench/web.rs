//! Files from `/upstream/` of the server that the page came from; the result is posted to it.

use gloo_net::http::Request;
use wasm_bindgen_futures::spawn_local;

use crate::figures::Bench;

pub fn main() {
    // The page hands what comes to the console on to the server.
    std::panic::set_hook(Box::new(|info| web_sys::console::error_1(&info.to_string().into())));
    spawn_local(async {
        let report = measure().await.unwrap_or_else(|error| format!("error {error}"));
        let Ok(request) = Request::post("/report").body(report) else { return };
        // Without an answer there is nobody left to tell.
        let _ = request.send().await;
    });
}

async fn measure() -> Result<String, String> {
    let performance = web_sys::window().and_then(|window| window.performance()).ok_or("no clock")?;
    let now_ms = || performance.now();
    let page = crate::page::Page::open().await?;
    // First: memory that was once taken is never given back.
    let mut of_page = crate::batch::figures(page, &now_ms).await?;
    of_page.extend(crate::evolution::figures(page, &now_ms).await?);
    let mut figures = Vec::new();
    for (at, manifest) in crate::packs()?.into_iter().enumerate() {
        let mut files = Vec::new();
        for file in manifest.files {
            files.push(fetch(&format!("/upstream/{}", file.mirror_path)).await?);
        }
        let bench = Bench::new(manifest, &files, &now_ms)?;
        figures.extend(bench.figures()?);
        if at == 0 {
            figures.push(bench.optimiser()?);
        }
    }
    figures.extend(crate::cast::figures(&now_ms, || gloo_timers::future::TimeoutFuture::new(0)).await?);
    figures.extend(crate::climb::figures());
    figures.extend(of_page);
    Ok(crate::lines("wasm", &figures))
}

async fn fetch(path: &str) -> Result<Vec<u8>, String> {
    let response = Request::get(path).send().await.map_err(|error| format!("{path}: {error}"))?;
    if !response.ok() {
        return Err(format!("{path}: status {}", response.status()));
    }
    response.binary().await.map_err(|error| format!("{path}: {error}"))
}
