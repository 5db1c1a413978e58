//! One tab at a time: the browser's locks (`navigator.locks`), held until dropped or until the tab is gone.

use futures::channel::oneshot;
use futures::future::{Either, select};
use js_sys::{Function, Object, Promise, Reflect};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

/// A lock that this tab holds. Dropping it lets another tab have it.
#[derive(Debug)]
pub struct Held {
    /// Ends the promise for whose length the browser holds the lock.
    release: Function,
}

/// What came of asking for a lock.
#[derive(Debug)]
pub enum Lock {
    Held(Held),
    /// Another tab holds it.
    Elsewhere,
    /// This browser has no locks, or not on this address: nothing keeps two tabs apart.
    Unknown,
}

impl Drop for Held {
    fn drop(&mut self) {
        // A promise's own function does not throw.
        _ = self.release.call0(&JsValue::NULL);
    }
}

/// Asks for the lock of a name, without waiting for a tab that has it.
pub async fn lock(name: &str) -> Lock {
    request(name).await.unwrap_or(Lock::Unknown)
}

async fn request(name: &str) -> Option<Lock> {
    let navigator = web_sys::window()?.navigator();
    let locks = Reflect::get(&navigator, &"locks".into()).ok().filter(JsValue::is_object)?;
    let ask: Function = Reflect::get(&locks, &"request".into()).ok()?.dyn_into().ok()?;
    let options = Object::new();
    Reflect::set(&options, &"ifAvailable".into(), &JsValue::TRUE).ok()?;

    let (answer, answered) = oneshot::channel();
    // Called once, with the lock or with null. The lock is held until the promise that it returns is resolved.
    let granted = Closure::once_into_js(move |lock: JsValue| -> JsValue {
        if lock.is_null() {
            // Nobody listens any more only where the page has gone on without.
            _ = answer.send(Lock::Elsewhere);
            return JsValue::UNDEFINED;
        }
        let mut release = None;
        let until = Promise::new(&mut |resolve, _| release = Some(resolve));
        // The executor of a promise runs before its constructor returns.
        if let Some(release) = release {
            _ = answer.send(Lock::Held(Held { release }));
        }
        until.into()
    });
    let asked: Promise = ask.call3(&locks, &name.into(), &options, &granted).ok()?.dyn_into().ok()?;
    // A browser that refuses rejects the promise and calls nobody.
    match select(answered, JsFuture::from(asked)).await {
        Either::Left((answer, _)) => answer.ok(),
        Either::Right(_) => None,
    }
}
