//! What happens when the program has a fault of its own.
//!
//! The hook tells `assets/boot.js`, which halts the program and shows the recovery panel of `index.html`. From then
//! on no code of this module, or any other, runs again until the page is reloaded.

use std::panic::PanicHookInfo;

use wasm_bindgen::JsValue;
use web_sys::{CustomEvent, CustomEventInit};

/// The event's name, which `assets/boot.js` listens for.
const EVENT: &str = "taupe:panic";

/// Sends panics to the recovery panel and to the console.
pub fn install() {
    std::panic::set_hook(Box::new(report));
}

fn report(info: &PanicHookInfo<'_>) {
    let location = info.location().map(ToString::to_string).unwrap_or_default();
    let payload = info.payload();
    let message = payload
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| payload.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("panic without a message");
    web_sys::console::error_1(&JsValue::from_str(&format!("panic at {location}: {message}")));

    let detail = js_sys::Object::new();
    for (name, value) in [("message", message), ("location", &location)] {
        // Setting a property of a plain object does not fail.
        let _ = js_sys::Reflect::set(&detail, &JsValue::from_str(name), &JsValue::from_str(value));
    }
    let init = CustomEventInit::new();
    init.set_detail(&detail);
    if let (Some(window), Ok(event)) = (web_sys::window(), CustomEvent::new_with_event_init_dict(EVENT, &init)) {
        let _ = window.dispatch_event(&event);
    }
}
