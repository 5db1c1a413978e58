//! Downloads for packs and of the page's own files: no cookies, no referrer, progress as the bytes come.

use futures::future::{Either, select};
use futures::{FutureExt, StreamExt};
use gloo_net::http::RequestBuilder;
use gloo_timers::future::TimeoutFuture;
use js_sys::Uint8Array;
use wasm_bindgen::JsCast;
use wasm_streams::ReadableStream;
use web_sys::{ReferrerPolicy, RequestCache, RequestCredentials, RequestMode};

use super::fetch::AbortOnDrop;
use super::page;
use crate::pack::FileFault;
use crate::pack::setup::{Download, MAX_FILE_BYTES};

/// How long a server may send nothing.
const STALL_SECONDS: u32 = 30;

/// Downloads with the browser's `fetch`. A download whose future is dropped is aborted.
#[derive(Clone, Copy, Debug, Default)]
pub struct Fetch;

impl Download for Fetch {
    async fn get(&self, address: &str, expected: u64, received: &mut dyn FnMut(u64)) -> Result<Vec<u8>, FileFault> {
        // A second copy beside the stored one is waste, and a wrong one must not come back on the next try.
        download(address, expected, RequestCache::NoStore, received).await
    }
}

/// A file that lies beside the page; `path` is relative to the page's address.
///
/// # Errors
/// The file did not arrive whole.
pub async fn page_file(path: &str) -> Result<Vec<u8>, FileFault> {
    let address = page::address_of(path);
    // Its name stays when its content changes with a new version of the page, so the cache must ask each time.
    download(&address, 0, RequestCache::NoCache, &mut |_| ()).await
}

async fn download(
    address: &str,
    expected: u64,
    cache: RequestCache,
    received: &mut dyn FnMut(u64),
) -> Result<Vec<u8>, FileFault> {
    let unreachable = || match online() {
        true => FileFault::Network { address: address.to_owned() },
        false => FileFault::Offline,
    };
    let stalled = |received| FileFault::Stalled { received, expected, seconds: STALL_SECONDS };

    let abort = AbortOnDrop::new();
    let request = RequestBuilder::new(address)
        .mode(RequestMode::Cors)
        .credentials(RequestCredentials::Omit)
        .referrer_policy(ReferrerPolicy::NoReferrer)
        .cache(cache)
        .abort_signal(abort.as_ref().map(AbortOnDrop::signal).as_ref());
    let answer = in_time(request.send()).await.ok_or_else(|| stalled(0))?;
    let response = answer.map_err(|_| unreachable())?;
    match response.status() {
        200..300 => {}
        404 | 410 => return Err(FileFault::NotFound { address: address.to_owned() }),
        status => return Err(FileFault::Status { address: address.to_owned(), status }),
    }

    let mut content = Vec::new();
    let Some(body) = response.body() else { return Ok(content) };
    let mut chunks = ReadableStream::from_raw(body).into_stream();
    loop {
        let so_far = content.len() as u64;
        let Some(next) = in_time(chunks.next()).await else { return Err(stalled(so_far)) };
        // The browser reports a connection that broke off as an error of the body.
        let cut = FileFault::Cut { received: so_far, expected: expected.max(so_far) };
        let Some(chunk) = next else { return Ok(content) };
        let Some(chunk) = chunk.ok().and_then(|chunk| chunk.dyn_into::<Uint8Array>().ok()) else { return Err(cut) };
        if so_far + u64::from(chunk.length()) > MAX_FILE_BYTES {
            return Err(FileFault::TooLong { limit: MAX_FILE_BYTES });
        }
        content.extend(chunk.to_vec());
        received(content.len() as u64);
    }
}

/// What `work` gives, or `None` if it takes too long.
async fn in_time<T>(work: impl Future<Output = T>) -> Option<T> {
    let timeout = TimeoutFuture::new(STALL_SECONDS * 1000);
    match select(work.boxed_local(), timeout).await {
        Either::Left((done, _)) => Some(done),
        Either::Right(_) => None,
    }
}

/// False only where the browser is sure that there is no network.
fn online() -> bool {
    web_sys::window().is_none_or(|window| window.navigator().on_line())
}
