//! How much the browser stores for this page, and whether it may throw it away.

use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::StorageManager;

/// What the browser says of its storage for this page's origin. Browsers round and pad the figures.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StorageUse {
    pub used_bytes: f64,
    pub quota_bytes: f64,
    /// The browser will not delete it when space runs short.
    pub persistent: bool,
}

/// Asks the browser. `None` where it does not tell: outside secure contexts, and in some private windows.
pub async fn storage_use() -> Option<StorageUse> {
    let manager = manager()?;
    let estimate = JsFuture::from(manager.estimate().ok()?).await.ok()?;
    let number = |name| js_sys::Reflect::get(&estimate, &JsValue::from_str(name)).ok()?.as_f64();
    let persistent = JsFuture::from(manager.persisted().ok()?).await.ok().and_then(|answer| answer.as_bool());
    Some(StorageUse {
        used_bytes: number("usage")?,
        quota_bytes: number("quota")?,
        persistent: persistent.unwrap_or(false),
    })
}

/// Asks the browser not to delete this page's storage when space runs short. Whether it agreed.
pub async fn keep_storage() -> bool {
    let Some(asked) = manager().and_then(|manager| manager.persist().ok()) else { return false };
    JsFuture::from(asked).await.ok().and_then(|answer| answer.as_bool()).unwrap_or(false)
}

fn manager() -> Option<StorageManager> {
    let navigator = web_sys::window()?.navigator();
    // The object is missing, not failing, where the browser offers none.
    js_sys::Reflect::get(&navigator, &JsValue::from_str("storage")).ok()?.dyn_into().ok()
}
