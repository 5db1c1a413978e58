//! Deflate, by the browser's own streams.

use js_sys::{Function, Object, Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

/// Why something was not compressed, or not unfolded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CompressFault {
    #[error("This browser can't compress. A newer one can, or export a file instead.")]
    Missing,
    #[error("The content is damaged.")]
    Damaged,
    #[error("The content unfolds to more than it may.")]
    TooLarge,
}

/// Deflates without any header.
///
/// # Errors
/// The browser can't.
pub async fn deflate(content: &[u8]) -> Result<Vec<u8>, CompressFault> {
    run("CompressionStream", content, usize::MAX).await
}

/// Inflates what [`deflate`] made, to `most` bytes at most.
///
/// # Errors
/// The browser can't, the content is damaged, or it is too large.
pub async fn inflate(deflated: &[u8], most: usize) -> Result<Vec<u8>, CompressFault> {
    run("DecompressionStream", deflated, most).await
}

/// Sends bytes through a stream of the browser's. Reading stops as soon as there is too much.
async fn run(class: &str, input: &[u8], most: usize) -> Result<Vec<u8>, CompressFault> {
    let stream = make(class).ok_or(CompressFault::Missing)?;
    let part = |name: &str, method: &str| call(&Reflect::get(&stream, &name.into()).ok()?, method, None);
    let writer = part("writable", "getWriter").ok_or(CompressFault::Missing)?;
    let reader = part("readable", "getReader").ok_or(CompressFault::Missing)?;
    // Damage is told to the reader; the writer's promises fail alike and must not be reported a second time.
    for (method, argument) in [("write", Some(Uint8Array::from(input).into())), ("close", None)] {
        if let Some(done) = call(&writer, method, argument) {
            quiet(&done);
        }
    }
    let mut output = Vec::new();
    loop {
        let read = call(&reader, "read", None).ok_or(CompressFault::Damaged)?;
        let piece = JsFuture::from(js_sys::Promise::resolve(&read)).await.map_err(|_| CompressFault::Damaged)?;
        let field = |name: &str| Reflect::get(&piece, &name.into()).ok();
        if field("done").is_some_and(|done| done.is_truthy()) {
            return Ok(output);
        }
        let bytes: Uint8Array = field("value").and_then(|value| value.dyn_into().ok()).ok_or(CompressFault::Damaged)?;
        if output.len() + bytes.length() as usize > most {
            if let Some(done) = call(&reader, "cancel", None) {
                quiet(&done);
            }
            return Err(CompressFault::TooLarge);
        }
        output.extend(bytes.to_vec());
    }
}

fn make(class: &str) -> Option<Object> {
    let class: Function = Reflect::get(&js_sys::global(), &class.into()).ok()?.dyn_into().ok()?;
    let arguments = js_sys::Array::of1(&"deflate-raw".into());
    // Older browsers know the class, but not this format.
    Reflect::construct(&class, &arguments).ok()?.dyn_into().ok()
}

fn call(object: &JsValue, method: &str, argument: Option<JsValue>) -> Option<JsValue> {
    let method: Function = Reflect::get(object, &method.into()).ok()?.dyn_into().ok()?;
    match argument {
        Some(argument) => method.call1(object, &argument).ok(),
        None => method.call0(object).ok(),
    }
}

/// Waits for a promise whose failure is told elsewhere.
fn quiet(promise: &JsValue) {
    let promise = JsFuture::from(js_sys::Promise::resolve(promise));
    wasm_bindgen_futures::spawn_local(async move { _ = promise.await });
}
