//! How wide an element is, for what is drawn to measure.

use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{Element, ResizeObserver};

/// Tells of an element's width as long as it is kept.
pub struct WidthWatch {
    observer: ResizeObserver,
    _tell: Closure<dyn FnMut()>,
}

impl WidthWatch {
    /// Calls `tell` with the inner width in pixels, now and whenever it changes. `None` in a browser that can't watch; the
    /// first call is made all the same.
    pub fn new(element: &Element, tell: impl Fn(f64) + 'static) -> Option<Self> {
        let watched = element.clone();
        let tell = move || tell(f64::from(watched.client_width()));
        tell();
        let tell = Closure::<dyn FnMut()>::new(tell);
        let observer = ResizeObserver::new(tell.as_ref().unchecked_ref()).ok()?;
        observer.observe(element);
        Some(Self { observer, _tell: tell })
    }
}

impl Drop for WidthWatch {
    fn drop(&mut self) {
        self.observer.disconnect();
    }
}
