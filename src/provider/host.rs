//! The hosts that people point the page at, and what each of them needs done.
//!
//! What is known of a host only colours advice and the first request; everything else is learnt from its answers.
//! CORS behaviour was measured by others in 2026 and may change.

use super::base_url::{BaseUrl, Origin, Reach};

/// A host with known habits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Host {
    OpenAi,
    Azure,
    Anthropic,
    Gemini,
    OpenRouter,
    Mistral,
    Groq,
    DeepSeek,
    Together,
    Xai,
    Ollama,
    LmStudio,
    /// llama.cpp's own server.
    LlamaServer,
    /// vLLM or llama-cpp-python, which share a default port.
    Vllm,
    SgLang,
    /// Another server on this computer or the local network.
    OtherLocal,
    Other,
}

impl Host {
    /// Recognises a host by its name, and a local one by the port that its software uses unless told otherwise.
    #[must_use]
    pub fn of(base_url: &BaseUrl) -> Self {
        let origin = base_url.origin();
        if origin.reach() != Reach::Internet {
            return Self::of_local_port(origin);
        }
        [
            ("api.openai.com", Self::OpenAi),
            ("openai.azure.com", Self::Azure),
            ("api.anthropic.com", Self::Anthropic),
            ("generativelanguage.googleapis.com", Self::Gemini),
            ("openrouter.ai", Self::OpenRouter),
            ("mistral.ai", Self::Mistral),
            ("api.groq.com", Self::Groq),
            ("api.deepseek.com", Self::DeepSeek),
            ("together.xyz", Self::Together),
            ("together.ai", Self::Together),
            ("api.x.ai", Self::Xai),
        ]
        .into_iter()
        .find_map(|(domain, host)| origin.is_under(domain).then_some(host))
        .unwrap_or(Self::Other)
    }

    fn of_local_port(origin: &Origin) -> Self {
        match origin.port {
            11434 => Self::Ollama,
            1234 => Self::LmStudio,
            8080 => Self::LlamaServer,
            8000 => Self::Vllm,
            30000 => Self::SgLang,
            _ => Self::OtherLocal,
        }
    }

    /// Whether pages were seen to reach this host, so that a failure without an answer is more likely the key or
    /// the network than CORS.
    #[must_use]
    pub fn answers_pages(self) -> bool {
        matches!(
            self,
            Self::OpenAi
                | Self::Azure
                | Self::Gemini
                | Self::OpenRouter
                | Self::Mistral
                | Self::Groq
                | Self::DeepSeek
                | Self::Together
                | Self::Xai
        )
    }

    /// Where a user looks at credit and limits.
    #[must_use]
    pub fn billing_page(self) -> Option<&'static str> {
        Some(match self {
            Self::OpenAi => "https://platform.openai.com/settings/organization/billing",
            Self::Anthropic => "https://console.anthropic.com/settings/billing",
            Self::Gemini => "https://aistudio.google.com/usage",
            Self::OpenRouter => "https://openrouter.ai/settings/credits",
            Self::Mistral => "https://console.mistral.ai/billing",
            Self::Groq => "https://console.groq.com/settings/billing",
            Self::DeepSeek => "https://platform.deepseek.com/top_up",
            Self::Together => "https://api.together.ai/settings/billing",
            Self::Xai => "https://console.x.ai",
            _ => return None,
        })
    }

    /// The one thing to do on this host so that a page at `page_origin` may call it.
    #[must_use]
    pub fn access_advice(self, page_origin: Option<&str>) -> String {
        let page = page_origin.unwrap_or("this page's address");
        match self {
            Self::OpenAi => {
                "Check the key first: api.openai.com hides its answer to a wrong key from web pages.".to_owned()
            }
            Self::Gemini => {
                "Check the key, and remove custom headers: this host refuses every header that it does not know."
                    .to_owned()
            }
            Self::OpenRouter | Self::Mistral => {
                "Check the key, and remove custom headers: this host accepts only a few of them from web pages."
                    .to_owned()
            }
            Self::Anthropic => "Anthropic's own interface differs from this one; reach its models through \
                 https://openrouter.ai/api/v1."
                .to_owned(),
            Self::Azure | Self::Groq | Self::DeepSeek | Self::Together | Self::Xai => {
                "Check the key, the network, and extensions that block requests.".to_owned()
            }
            Self::Ollama => format!(
                "Start Ollama with OLLAMA_ORIGINS={page} in its environment (on macOS `launchctl setenv`, with systemd \
                 an `Environment=` line, on Windows a user variable), and restart it."
            ),
            Self::LmStudio => {
                "Switch on \"Enable CORS\" in LM Studio's server settings, or start it with `lms server start --cors`."
                    .to_owned()
            }
            Self::LlamaServer => format!(
                "Check that llama-server is running on this port; if it was started with --cors-origins, add {page} to it."
            ),
            Self::Vllm => format!(
                "Check that the server is running on this port; if it is vLLM started with --allowed-origins, add {page} to it."
            ),
            Self::SgLang | Self::OtherLocal => format!(
                "Check that the server is running on this port, and that it allows requests from {page} (CORS)."
            ),
            Self::Other => format!(
                "The host must allow requests from {page} (CORS). If it does not, reach the model through \
                 https://openrouter.ai/api/v1 or through a small proxy of your own on this computer."
            ),
        }
    }

    /// What to set when a server answers but its model's tool calls do not arrive as calls.
    #[must_use]
    pub fn tool_advice(self) -> &'static str {
        match self {
            Self::Vllm => {
                "Start vLLM with --enable-auto-tool-choice and the --tool-call-parser of this model, or llama-cpp-python \
                 with --chat_format chatml-function-calling."
            }
            Self::SgLang => "Start SGLang with the --tool-call-parser of this model.",
            Self::LlamaServer => {
                "Start llama-server with --jinja and a chat template that knows tools, or choose a model that was trained for them."
            }
            Self::Ollama => "Choose a model that Ollama lists with the capability \"tools\".",
            _ => "Choose a model that supports tool calls, or set the server's tool-call parser for this model.",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_recognised_by_name_and_local_ones_by_port() {
        for (url, host) in [
            ("https://api.openai.com/v1", Host::OpenAi),
            ("https://my-resource.openai.azure.com/openai/v1", Host::Azure),
            ("https://api.eu.mistral.ai/v1", Host::Mistral),
            ("https://api.together.ai/v1", Host::Together),
            ("https://openrouter.ai/api/v1", Host::OpenRouter),
            ("https://notopenrouter.ai/api/v1", Host::Other),
            ("http://localhost:11434/v1", Host::Ollama),
            ("http://192.168.0.4:8080/v1", Host::LlamaServer),
            ("http://127.0.0.1:8765/v1", Host::OtherLocal),
        ] {
            assert_eq!(Host::of(&BaseUrl::parse(url).expect("a valid URL")), host, "{url}");
        }
    }
}
