//! Tools as a model sees them.

use serde::{Deserialize, Serialize};

/// A function offered to a model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ToolSpec {
    pub name: String,
    pub description: String,
    /// JSON Schema of the argument object (`{"type": "object", "properties": …, "required": …}`).
    pub parameters: serde_json::Value,
}
