//! Hosts to start an endpoint from: the base URL, and the one thing to know about each.
//!
//! No model names: they change monthly and are listed by the host itself.

/// A host to start from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Preset {
    pub name: &'static str,
    pub base_url: &'static str,
    /// The key is asked for; local servers need none as they come.
    pub needs_key: bool,
    /// Where its keys are made; empty where there are none.
    pub keys_page: &'static str,
    /// What to know or to do before it works from a page.
    pub note: &'static str,
}

/// Hosted services, then servers on the user's own computer ([`Preset::needs_key`] tells them apart).
pub const PRESETS: [Preset; 11] = [
    Preset {
        name: "OpenRouter",
        base_url: "https://openrouter.ai/api/v1",
        needs_key: true,
        keys_page: "https://openrouter.ai/settings/keys",
        note: "One key for models of many makers. It accepts only a few headers from a page, so add none.",
    },
    Preset {
        name: "OpenAI",
        base_url: "https://api.openai.com/v1",
        needs_key: true,
        keys_page: "https://platform.openai.com/api-keys",
        note: "Its newer models refuse tools on this interface while they reason: set the effort to none under \
               Sampling. A wrong key looks like a network failure, because OpenAI hides that answer from pages.",
    },
    Preset {
        name: "Mistral",
        base_url: "https://api.mistral.ai/v1",
        needs_key: true,
        keys_page: "https://console.mistral.ai/api-keys",
        note: "Works from a page as long as no header is added.",
    },
    Preset {
        name: "Groq",
        base_url: "https://api.groq.com/openai/v1",
        needs_key: true,
        keys_page: "https://console.groq.com/keys",
        note: "Works from a page.",
    },
    Preset {
        name: "DeepSeek",
        base_url: "https://api.deepseek.com",
        needs_key: true,
        keys_page: "https://platform.deepseek.com/api_keys",
        note: "Works from a page. While it thinks it ignores the temperature without saying so.",
    },
    Preset {
        name: "Together",
        base_url: "https://api.together.xyz/v1",
        needs_key: true,
        keys_page: "https://api.together.ai/settings/api-keys",
        note: "Works from a page. Not every model there calls tools: the test below tells.",
    },
    Preset {
        name: "xAI",
        base_url: "https://api.x.ai/v1",
        needs_key: true,
        keys_page: "https://console.x.ai",
        note: "Works from a page.",
    },
    Preset {
        name: "Ollama",
        base_url: "http://localhost:11434/v1",
        needs_key: false,
        keys_page: "",
        note: "Start it with OLLAMA_ORIGINS set to this page’s address unless the page itself is on localhost, and \
               with a larger OLLAMA_CONTEXT_LENGTH: a policy with its tools needs 8,000 tokens or more.",
    },
    Preset {
        name: "LM Studio",
        base_url: "http://localhost:1234/v1",
        needs_key: false,
        keys_page: "",
        note: "Switch on “Enable CORS” in its server settings, or start it with lms server start --cors.",
    },
    Preset {
        name: "llama.cpp",
        base_url: "http://localhost:8080/v1",
        needs_key: false,
        keys_page: "",
        note: "llama-server answers pages as it comes. Tools need --jinja and a model whose template knows them.",
    },
    Preset {
        name: "vLLM",
        base_url: "http://localhost:8000/v1",
        needs_key: false,
        keys_page: "",
        note: "Answers pages as it comes. Tools need --enable-auto-tool-choice and the --tool-call-parser of the model.",
    },
];

/// The preset that a base URL belongs to: the one on the same origin.
#[must_use]
pub fn of(base_url: &str) -> Option<&'static Preset> {
    use crate::provider::Origin;
    let origin = Origin::of_url(base_url)?;
    PRESETS.iter().find(|preset| Origin::of_url(preset.base_url).as_ref() == Some(&origin))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provider::{BaseUrl, Host, Reach};

    #[test]
    fn every_preset_is_an_address_of_a_known_host() {
        for preset in PRESETS {
            let base = BaseUrl::parse(preset.base_url).unwrap_or_else(|error| panic!("{}: {error}", preset.name));
            assert!(!matches!(Host::of(&base), Host::Other | Host::OtherLocal), "{}", preset.name);
            assert_eq!(preset.needs_key, base.origin().reach() == Reach::Internet, "{}", preset.name);
            assert_eq!(preset.needs_key, !preset.keys_page.is_empty(), "{}", preset.name);
        }
    }

    #[test]
    fn a_base_url_finds_its_preset() {
        assert_eq!(of("https://api.x.ai/v1/chat/completions").map(|preset| preset.name), Some("xAI"));
        assert_eq!(of("https://example.org/v1"), None);
        assert_eq!(of("not an address"), None);
    }
}
