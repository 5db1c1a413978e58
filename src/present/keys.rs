//! Keyboard shortcuts as values: written once, matched against key strokes and shown in menus and the help.

/// A key stroke as the browser reports it (`KeyboardEvent`), without the event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stroke<'a> {
    /// `KeyboardEvent.key`.
    pub key: &'a str,
    pub ctrl: bool,
    pub meta: bool,
    pub alt: bool,
    pub shift: bool,
}

/// A shortcut. `primary` is the platform's command key: Ctrl, or ⌘ on Apple's systems.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Shortcut {
    /// `KeyboardEvent.key`, letters in lower case.
    pub key: &'static str,
    pub primary: bool,
    pub shift: bool,
    pub alt: bool,
}

impl Shortcut {
    /// A bare key. It acts only while no text is being typed.
    #[must_use]
    pub const fn key(key: &'static str) -> Self {
        Self { key, primary: false, shift: false, alt: false }
    }

    /// A key with Ctrl or ⌘.
    #[must_use]
    pub const fn primary(key: &'static str) -> Self {
        Self { primary: true, ..Self::key(key) }
    }

    /// True if the stroke is this shortcut. Either of Ctrl and ⌘ counts as the primary key, whatever the platform:
    /// external keyboards and remote desktops mix them up.
    ///
    /// Shift is not compared for characters that need it on some keyboard layouts (`?`, `/`).
    #[must_use]
    pub fn matches(&self, stroke: Stroke<'_>) -> bool {
        let symbol = self.key.len() == 1 && !self.key.as_bytes()[0].is_ascii_alphanumeric() && self.key != " ";
        stroke.key.eq_ignore_ascii_case(self.key)
            && (stroke.ctrl || stroke.meta) == self.primary
            && stroke.alt == self.alt
            && (symbol || stroke.shift == self.shift)
    }

    /// True if the shortcut would also be typed text, so that it must be quiet inside a text field.
    #[must_use]
    pub fn is_typing(&self) -> bool {
        !self.primary && !self.alt
    }

    /// The caps of the keys, in the order in which they are pressed.
    #[must_use]
    pub fn caps(&self, apple: bool) -> Vec<String> {
        let mut caps = Vec::new();
        let modifiers = [
            (self.primary, if apple { "⌘" } else { "Ctrl" }),
            (self.alt, if apple { "⌥" } else { "Alt" }),
            (self.shift, if apple { "⇧" } else { "Shift" }),
        ];
        caps.extend(modifiers.iter().filter(|(on, _)| *on).map(|(_, cap)| (*cap).to_owned()));
        caps.push(match self.key {
            " " => "Space".to_owned(),
            "ArrowLeft" => "←".to_owned(),
            "ArrowRight" => "→".to_owned(),
            "ArrowUp" => "↑".to_owned(),
            "ArrowDown" => "↓".to_owned(),
            "Enter" => "↵".to_owned(),
            "Escape" => "Esc".to_owned(),
            key if key.len() == 1 => key.to_uppercase(),
            key => key.to_owned(),
        });
        caps
    }

    /// The value of `aria-keyshortcuts`.
    #[must_use]
    pub fn aria(&self, apple: bool) -> String {
        let mut parts = Vec::new();
        let modifiers =
            [(self.primary, if apple { "Meta" } else { "Control" }), (self.alt, "Alt"), (self.shift, "Shift")];
        parts.extend(modifiers.iter().filter(|(on, _)| *on).map(|(_, name)| *name));
        parts.push(if self.key == " " { "Space" } else { self.key });
        parts.join("+")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stroke(key: &str) -> Stroke<'_> {
        Stroke { key, ctrl: false, meta: false, alt: false, shift: false }
    }

    #[test]
    fn the_primary_key_is_ctrl_or_command() {
        let shortcut = Shortcut::primary("k");
        assert!(shortcut.matches(Stroke { ctrl: true, ..stroke("k") }));
        assert!(shortcut.matches(Stroke { meta: true, ..stroke("K") }));
        assert!(!shortcut.matches(stroke("k")));
        assert!(!shortcut.matches(Stroke { ctrl: true, shift: true, ..stroke("k") }));
        assert!(!shortcut.matches(Stroke { ctrl: true, alt: true, ..stroke("k") }));
    }

    #[test]
    fn symbols_do_not_care_how_they_are_reached() {
        assert!(Shortcut::key("?").matches(Stroke { shift: true, ..stroke("?") }));
        assert!(Shortcut::key("/").matches(stroke("/")));
        assert!(Shortcut::key("/").matches(Stroke { shift: true, ..stroke("/") }));
        assert!(!Shortcut::key(" ").matches(Stroke { shift: true, ..stroke(" ") }));
    }

    #[test]
    fn caps_follow_the_platform() {
        let shortcut = Shortcut { shift: true, ..Shortcut::primary("Enter") };
        assert_eq!(shortcut.caps(false), ["Ctrl", "Shift", "↵"]);
        assert_eq!(shortcut.caps(true), ["⌘", "⇧", "↵"]);
        assert_eq!(shortcut.aria(false), "Control+Shift+Enter");
        assert_eq!(Shortcut::key(" ").caps(false), ["Space"]);
    }
}
