//! Tools of a domain: what they are called, what they take, and what becomes of a call.
//!
//! A tool is a row of its domain's table: a description for the model and a function over the database and the bound
//! arguments. [`Domain::call`] is the one way to run it. It answers as the original's environment does
//! (`Env.step` of `tau_bench/envs/base.py`): whatever goes wrong inside a call is text for the model, and what the
//! tool had changed by then stays changed.
//!
//! Arguments are bound as Python binds keyword arguments, and are otherwise not checked: a value of a wrong type goes
//! wherever the original would let it go.

use std::borrow::Cow;

use serde_json::{Map, json};

use super::Database;
use crate::chat::ToolSpec;
use crate::py::{Dict, Exception, PyError, PyResult, Value};

/// The name that makes an [`Action`](super::Action) a reply to the user instead of a tool call.
pub const RESPOND: &str = "respond";

/// A τ-style world's fixed part: its tables and its tools.
#[derive(Debug)]
pub struct Domain {
    /// As the benchmark names it (`retail`).
    pub name: &'static str,
    /// Names of the tables, in the order in which they are loaded.
    pub tables: &'static [&'static str],
    /// In the order in which models are told of them.
    pub tools: &'static [ToolDef],
    /// Tools that end the rollout when called, even if the call fails.
    pub terminate_tools: &'static [&'static str],
}

/// One tool.
#[derive(Debug)]
pub struct ToolDef {
    pub name: &'static str,
    /// What the model is told of it.
    pub description: &'static str,
    /// In the order of the original's signature; all are required.
    pub params: &'static [Param],
    /// Whether a call can change the database.
    pub writes: bool,
    pub run: fn(&mut Database, &Args<'_>) -> ToolResult,
}

/// One parameter of a tool, or one field of a record parameter.
#[derive(Debug)]
pub struct Param {
    pub name: &'static str,
    pub kind: ParamKind,
    /// What the model is told of it; empty where the name says it all.
    pub description: &'static str,
}

/// The type that the model is told. It is not enforced.
#[derive(Debug)]
pub enum ParamKind {
    Text,
    Choice(&'static [&'static str]),
    Number,
    Integer,
    /// A list of texts.
    Texts,
    /// A list of objects with these fields, all required.
    Records(&'static [Param]),
}

/// What a tool function gives back: the text for the model, or why there is none.
pub type ToolResult = Result<String, Stop>;

/// Why a tool ended early.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stop {
    /// The tool's own refusal: the whole text that it returns, `Error: ` included.
    Refused(Cow<'static, str>),
    /// An exception. [`Exception::ValidationError`] is raised out of the step; the text of any other is the answer.
    Raised(PyError),
}

impl From<PyError> for Stop {
    fn from(error: PyError) -> Self {
        Self::Raised(error)
    }
}

/// A refusal with this text.
pub fn refuse<T>(text: impl Into<Cow<'static, str>>) -> Result<T, Stop> {
    Err(Stop::Refused(text.into()))
}

/// A finished tool call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ToolOutcome {
    /// What the model reads.
    pub observation: String,
    pub status: CallStatus,
    /// Whether the call ends the rollout.
    pub terminates: bool,
}

/// How a call went. Models are told only the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallStatus {
    /// The tool did its job.
    Answered,
    /// The tool found a reason not to.
    Refused,
    /// The call broke off with an exception; what it had changed by then is kept.
    Raised(Exception),
    /// The domain has no tool of that name.
    UnknownTool,
}

impl CallStatus {
    #[must_use]
    pub const fn is_error(self) -> bool {
        !matches!(self, Self::Answered)
    }
}

/// Arguments that were bound to a tool's parameters: each parameter has one.
#[derive(Clone, Copy, Debug)]
pub struct Args<'a>(&'a Dict);

impl<'a> Args<'a> {
    /// The argument of a declared parameter.
    #[must_use]
    pub fn get(&self, name: &str) -> &'a Value {
        let argument = self.0.get(name);
        debug_assert!(argument.is_some(), "`{name}` is not a declared parameter");
        argument.unwrap_or(&Value::None)
    }
}

impl Domain {
    /// The tool of that name, matched exactly.
    #[must_use]
    pub fn tool(&self, name: &str) -> Option<&'static ToolDef> {
        self.tools.iter().find(|tool| tool.name == name)
    }

    #[must_use]
    pub fn terminates(&self, name: &str) -> bool {
        self.terminate_tools.contains(&name)
    }

    /// The tools as a model is told of them.
    #[must_use]
    pub fn specs(&self) -> Vec<ToolSpec> {
        self.tools.iter().map(ToolDef::spec).collect()
    }

    /// Runs a tool call on the database.
    ///
    /// # Errors
    /// The exception that the original's step raises itself: its record of the answer refuses what the tool returned.
    /// Everything else is an observation.
    pub fn call(&self, db: &mut Database, name: &str, kwargs: &Dict) -> PyResult<ToolOutcome> {
        let Some(tool) = self.tool(name) else {
            let observation = format!("Unknown action {name}");
            return Ok(ToolOutcome { observation, status: CallStatus::UnknownTool, terminates: false });
        };
        let result = tool.bind(self.name, kwargs).map_err(Stop::from).and_then(|args| (tool.run)(db, &args));
        let (observation, status) = match result {
            Ok(text) => (text, CallStatus::Answered),
            Err(Stop::Refused(text)) => (text.into_owned(), CallStatus::Refused),
            Err(Stop::Raised(error)) if error.kind == Exception::ValidationError => return Err(error),
            Err(Stop::Raised(error)) => (format!("Error: {}", error.message), CallStatus::Raised(error.kind)),
        };
        Ok(ToolOutcome { observation, status, terminates: self.terminates(name) })
    }
}

impl ToolDef {
    /// The tool as a model is told of it.
    #[must_use]
    pub fn spec(&self) -> ToolSpec {
        ToolSpec {
            name: self.name.to_owned(),
            description: self.description.to_owned(),
            parameters: object_schema(self.params),
        }
    }

    /// Binds keyword arguments the way Python calls `invoke(data, …)`, with its complaints in its order.
    fn bind<'a>(&self, domain: &str, kwargs: &'a Dict) -> PyResult<Args<'a>> {
        // The environment itself passes the database under this name.
        if kwargs.contains_key("data") {
            let class = self.class_name();
            return Err(PyError::type_error(format!(
                "tau_bench.envs.{domain}.tools.{}.{class}.invoke() got multiple values for keyword argument 'data'",
                self.name
            )));
        }
        if let Some(unknown) = kwargs.keys().find(|key| self.params.iter().all(|param| *param.name != ***key)) {
            let class = self.class_name();
            return Err(PyError::type_error(format!(
                "{class}.invoke() got an unexpected keyword argument '{unknown}'"
            )));
        }
        let missing: Vec<_> =
            self.params.iter().map(|param| param.name).filter(|name| !kwargs.contains_key(*name)).collect();
        if !missing.is_empty() {
            return Err(self.missing_arguments(&missing));
        }
        Ok(Args(kwargs))
    }

    fn missing_arguments(&self, missing: &[&str]) -> PyError {
        let quoted: Vec<_> = missing.iter().map(|name| format!("'{name}'")).collect();
        let (plural, names) = match quoted.as_slice() {
            [one] => ("", one.clone()),
            [one, two] => ("s", format!("{one} and {two}")),
            [first @ .., last] => ("s", format!("{}, and {last}", first.join(", "))),
            [] => ("s", String::new()),
        };
        let class = self.class_name();
        let count = missing.len();
        PyError::type_error(format!("{class}.invoke() missing {count} required positional argument{plural}: {names}"))
    }

    /// The name of the original's class: the tool's name in camel case.
    fn class_name(&self) -> String {
        let mut class = String::with_capacity(self.name.len());
        for word in self.name.split('_') {
            let mut letters = word.chars();
            class.extend(letters.next().map(|first| first.to_ascii_uppercase()));
            class.push_str(letters.as_str());
        }
        class
    }
}

fn object_schema(params: &[Param]) -> serde_json::Value {
    let properties: Map<_, _> = params.iter().map(|param| (param.name.to_owned(), param.schema())).collect();
    let required: Vec<_> = params.iter().map(|param| param.name).collect();
    json!({"type": "object", "properties": properties, "required": required})
}

impl Param {
    fn schema(&self) -> serde_json::Value {
        let mut schema = match &self.kind {
            ParamKind::Text => json!({"type": "string"}),
            ParamKind::Choice(options) => json!({"type": "string", "enum": options}),
            ParamKind::Number => json!({"type": "number"}),
            ParamKind::Integer => json!({"type": "integer"}),
            ParamKind::Texts => json!({"type": "array", "items": {"type": "string"}}),
            ParamKind::Records(fields) => json!({"type": "array", "items": object_schema(fields)}),
        };
        if !self.description.is_empty() {
            schema["description"] = self.description.into();
        }
        schema
    }
}
