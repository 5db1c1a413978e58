//! The client of chat completions endpoints against a server that fails on purpose.

#[path = "../support/mock_llm.rs"]
mod mock_llm;
#[path = "../support/native_http.rs"]
mod native_http;
mod rig;

mod diagnosis;
mod model_faults;
mod refusals;
mod retries;
mod shapes;
mod talk;
