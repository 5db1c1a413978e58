//! The browser's network behind [`Http`].

use futures::StreamExt;
use futures::future::LocalBoxFuture;
use gloo_net::http::{Request, Response};
use js_sys::{Object, Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use wasm_streams::ReadableStream;
use web_sys::{
    AbortController, AbortSignal, Headers, PermissionState, PermissionStatus, ReferrerPolicy, RequestCache,
    RequestCredentials, RequestInit, RequestMode, RequestRedirect,
};

use crate::provider::http::{Http, HttpRequest, HttpResponse, Method, Mode, TransportError};
use crate::provider::{LocalAccess, PageContext, Reach};

/// `fetch`, without cookies, referrer, cache or redirects.
#[derive(Clone, Copy, Debug, Default)]
pub struct Fetch;

impl Http for Fetch {
    fn send(&self, request: HttpRequest) -> LocalBoxFuture<'_, Result<HttpResponse, TransportError>> {
        Box::pin(async move {
            let abort = AbortOnDrop::new().ok_or(TransportError::Invalid)?;
            let response = prepare(&request, &abort)?.send().await.map_err(|_| TransportError::Unreachable)?;
            Ok(receive(&response, abort))
        })
    }
}

/// Aborts its request when dropped; after the answer was read to its end that changes nothing.
pub(super) struct AbortOnDrop(AbortController);

impl AbortOnDrop {
    /// `None` in a browser that has no such thing.
    pub(super) fn new() -> Option<Self> {
        AbortController::new().ok().map(Self)
    }

    /// What ties a request to this.
    pub(super) fn signal(&self) -> AbortSignal {
        self.0.signal()
    }
}

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}

fn prepare(request: &HttpRequest, abort: &AbortOnDrop) -> Result<Request, TransportError> {
    let init = RequestInit::new();
    init.set_method(match request.method {
        Method::Get => "GET",
        Method::Post => "POST",
    });
    init.set_mode(match request.mode {
        Mode::Cors => RequestMode::Cors,
        Mode::Opaque => RequestMode::NoCors,
    });
    init.set_credentials(RequestCredentials::Omit);
    init.set_referrer_policy(ReferrerPolicy::NoReferrer);
    init.set_cache(RequestCache::NoStore);
    // A redirect could carry the key to another host. Where nothing may be read, the browser only allows following.
    init.set_redirect(match request.mode {
        Mode::Cors => RequestRedirect::Error,
        Mode::Opaque => RequestRedirect::Follow,
    });
    init.set_signal(Some(&abort.signal()));
    if let Some(body) = &request.body {
        init.set_body(&JsValue::from_str(body));
    }
    let headers = Headers::new().map_err(|_| TransportError::Invalid)?;
    for (name, value) in request.header_lines() {
        headers.set(&name, &value).map_err(|_| TransportError::Invalid)?;
    }
    init.set_headers(&headers);
    let raw = web_sys::Request::new_with_str_and_init(&request.url, &init).map_err(|_| TransportError::Invalid)?;
    Ok(Request::from(raw))
}

fn receive(response: &Response, abort: AbortOnDrop) -> HttpResponse {
    let status = response.status();
    let headers = response.headers().entries().map(|(name, value)| (name.to_lowercase(), value)).collect();
    let Some(body) = response.body() else {
        return HttpResponse { status, headers, body: futures::stream::empty().boxed_local() };
    };
    let body = ReadableStream::from_raw(body).into_stream().map(move |piece| {
        // The guard lives in this closure, so it goes with the stream.
        let _keep = &abort;
        piece.map(|piece| Uint8Array::new(&piece).to_vec()).map_err(|_| TransportError::Broken)
    });
    HttpResponse { status, headers, body: body.boxed_local() }
}

/// What the diagnosis of an endpoint at this distance wants to know of the page.
pub async fn page_context(reach: Reach) -> PageContext {
    let Some(window) = web_sys::window() else { return PageContext { online: true, ..PageContext::default() } };
    let location = window.location();
    PageContext {
        https: location.protocol().is_ok_and(|protocol| protocol == "https:"),
        online: window.navigator().on_line(),
        origin: location.origin().ok(),
        local_access: local_access(&window, reach).await,
    }
}

/// The state of the permission that Chromium asks for before a page may call nearer networks.
async fn local_access(window: &web_sys::Window, reach: Reach) -> Option<LocalAccess> {
    let name = match reach {
        Reach::Loopback => "loopback-network",
        Reach::LocalNetwork => "local-network",
        Reach::Internet => return None,
    };
    let descriptor = Object::new();
    Reflect::set(&descriptor, &"name".into(), &name.into()).ok()?;
    // A browser without this permission refuses the name.
    let query = window.navigator().permissions().ok()?.query(&descriptor).ok()?;
    let status: PermissionStatus = JsFuture::from(query).await.ok()?.dyn_into().ok()?;
    match status.state() {
        PermissionState::Granted => Some(LocalAccess::Granted),
        PermissionState::Denied => Some(LocalAccess::Denied),
        PermissionState::Prompt => Some(LocalAccess::Prompt),
        _ => None,
    }
}
