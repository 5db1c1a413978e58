//! The chat completions format: OpenAI's own, and everything that calls itself compatible.
//!
//! One request body out ([`request`]), one reply back, whole ([`reply`]) or as an event stream ([`stream`]), or an
//! error body ([`error`]). Hosts differ; what is known beforehand is the [`Dialect`], what their refusals teach is
//! [`Learned`]. Everything is pure.

pub mod dialect;
pub mod draft;
pub mod error;
pub mod learned;
pub mod reply;
pub mod request;
pub mod stream;
pub mod usage;

pub use dialect::Dialect;
pub use error::{ErrorContext, Verdict};
pub use learned::{Learned, Lesson};
pub use reply::{Decoded, ReadFault};
pub use request::Encoded;
pub use stream::ReplyReader;
