//! Light, dark, or as the system says.

use crate::platform::page;

/// A choice of theme, kept in the browser.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    #[default]
    System,
    Light,
    Dark,
}

/// The name under which `assets/theme.js` finds the choice before the first paint.
const SETTING: &str = "theme";
/// The page bar's ground in either theme; `index.html` and `assets/theme.js` say the same.
const LIGHT_BAR: &str = "#fffdfb";
const DARK_BAR: &str = "#211d1a";

impl Theme {
    pub const ALL: [Self; 3] = [Self::System, Self::Light, Self::Dark];

    /// The choice as menus say it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::System => "As the system",
            Self::Light => "Light",
            Self::Dark => "Dark",
        }
    }

    /// The choice's icon in the sprite.
    #[must_use]
    pub const fn icon(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "sun",
            Self::Dark => "moon",
        }
    }

    /// The kept choice.
    #[must_use]
    pub fn kept() -> Self {
        match page::setting(SETTING).as_deref() {
            Some("light") => Self::Light,
            Some("dark") => Self::Dark,
            _ => Self::System,
        }
    }

    /// Shows the page in this theme and keeps the choice.
    pub fn apply(self) {
        let (value, light, dark) = match self {
            Self::System => (None, LIGHT_BAR, DARK_BAR),
            Self::Light => (Some("light"), LIGHT_BAR, LIGHT_BAR),
            Self::Dark => (Some("dark"), DARK_BAR, DARK_BAR),
        };
        page::set_root_data(SETTING, value);
        page::set_bar_colours(light, dark);
        page::keep_setting(SETTING, value);
    }
}
