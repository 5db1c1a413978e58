//! How good a piece of news is.

/// The tone of a message, a badge or a finding. Shape and words say it too: colour alone never does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Tone {
    /// Neither good nor bad.
    #[default]
    Plain,
    /// What the user changed or may act on.
    Accent,
    Good,
    Warn,
    Bad,
}

impl Tone {
    /// The class that colours a badge or chip; empty for plain.
    #[must_use]
    pub const fn class(self) -> &'static str {
        match self {
            Self::Plain => "",
            Self::Accent => "tone-accent",
            Self::Good => "tone-good",
            Self::Warn => "tone-warn",
            Self::Bad => "tone-bad",
        }
    }

    /// The icon that says the same as the colour.
    #[must_use]
    pub const fn icon(self) -> &'static str {
        match self {
            Self::Plain | Self::Accent => "info",
            Self::Good => "good",
            Self::Warn => "warn",
            Self::Bad => "error",
        }
    }
}
