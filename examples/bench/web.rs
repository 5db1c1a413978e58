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
    let batch = crate::batch::figures(&now_ms).await?;
    let manifest = crate::retail()?;
    let mut files = Vec::new();
    for file in manifest.files {
        let path = format!("/upstream/{}", file.mirror_path);
        let response = Request::get(&path).send().await.map_err(|error| format!("{path}: {error}"))?;
        if !response.ok() {
            return Err(format!("{path}: status {}", response.status()));
        }
        files.push(response.binary().await.map_err(|error| format!("{path}: {error}"))?);
    }
    let mut figures = Bench::new(manifest, &files, &now_ms)?.figures()?;
    figures.extend(crate::cast::figures(&now_ms, || gloo_timers::future::TimeoutFuture::new(0)).await?);
    figures.extend(batch);
    Ok(crate::lines("wasm", &figures))
}
