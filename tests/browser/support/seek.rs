//! Finding things as a screen reader does: by role and accessible name, in the browser's own accessibility tree.
//!
//! What a test cannot find here, a user of a screen reader cannot find either. Things that the tree leaves out
//! (hidden, or behind a modal dialog) are not found.

use std::fmt;

use serde_json::{Value, json};
use thirtyfour::{
    Key, WebElement,
    components::SelectElement,
    error::{WebDriverError, WebDriverErrorInner},
};

use super::{
    Outcome, Session,
    wait::{Look, SOON, until},
};

/// What a thing is called.
#[derive(Clone, Debug)]
pub enum Name {
    Any,
    Is(String),
    Begins(String),
    Contains(String),
    OneOf(Vec<String>),
}

impl Name {
    fn fits(&self, name: &str) -> bool {
        match self {
            Self::Any => true,
            Self::Is(text) => name == text,
            Self::Begins(text) => name.starts_with(text.as_str()),
            Self::Contains(text) => name.contains(text.as_str()),
            Self::OneOf(texts) => texts.iter().any(|text| name == text),
        }
    }
}

/// A thing in the accessibility tree.
#[derive(Clone, Debug)]
pub struct Thing {
    pub name: String,
    pub disabled: bool,
    /// Of a check box, a radio button or an option.
    pub chosen: bool,
    /// Of a text box, a combo box, a progress bar.
    pub value: String,
    node: u64,
}

/// A search for things of a role; lazy until one of its questions is asked, and then patient.
#[derive(Clone)]
pub struct Seek<'s> {
    session: &'s Session,
    /// Any of them.
    roles: Vec<&'static str>,
    name: Name,
    within: Option<Box<Seek<'s>>>,
}

impl fmt::Display for Seek<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.roles.join("/"))?;
        match &self.name {
            Name::Any => {}
            Name::Is(name) => write!(f, " {name:?}")?,
            Name::Begins(name) => write!(f, " {name:?}…")?,
            Name::Contains(name) => write!(f, " …{name:?}…")?,
            Name::OneOf(names) => write!(f, " of {names:?}")?,
        }
        match &self.within {
            Some(outer) => write!(f, " in {outer}"),
            None => Ok(()),
        }
    }
}

impl<'s> Seek<'s> {
    pub fn new(session: &'s Session, roles: impl Into<Vec<&'static str>>) -> Self {
        Self { session, roles: roles.into(), name: Name::Any, within: None }
    }

    pub fn called(self, name: Name) -> Self {
        Self { name, ..self }
    }

    pub fn containing(self, text: impl Into<String>) -> Self {
        self.called(Name::Contains(text.into()))
    }

    pub fn beginning(self, text: impl Into<String>) -> Self {
        self.called(Name::Begins(text.into()))
    }

    pub fn one_of(self, names: &[&str]) -> Self {
        self.called(Name::OneOf(names.iter().map(|name| (*name).to_owned()).collect()))
    }

    /// Only inside the first thing that `outer` finds.
    pub fn within(self, outer: &Self) -> Self {
        Self { within: Some(Box::new(outer.clone())), ..self }
    }

    /// All that is there now, in the order of the page.
    pub async fn now(&self) -> Outcome<Vec<Thing>> {
        Ok(self.all_of_role().await?.into_iter().filter(|thing| self.name.fits(&thing.name)).collect())
    }

    /// Waits for the first.
    pub async fn thing(&self) -> Outcome<Thing> {
        until(&self.to_string(), SOON, async || {
            let all = self.all_of_role().await?;
            Ok(match all.iter().find(|thing| self.name.fits(&thing.name)) {
                Some(thing) => Look::Seen(thing.clone()),
                None => Look::NotYet(self.instead(&all)),
            })
        })
        .await
    }

    /// Waits until none is left.
    pub async fn gone(&self) -> Outcome {
        until(&format!("{self} to go"), SOON, async || {
            let left = self.now().await?;
            Ok(if left.is_empty() { Look::Seen(()) } else { Look::NotYet(format!("there are {}", left.len())) })
        })
        .await
    }

    /// Waits until there are as many as `count`.
    pub async fn number(&self, count: usize) -> Outcome<Vec<Thing>> {
        until(&format!("{count} × {self}"), SOON, async || {
            let all = self.all_of_role().await?;
            let fit: Vec<Thing> = all.iter().filter(|thing| self.name.fits(&thing.name)).cloned().collect();
            Ok(if fit.len() == count { Look::Seen(fit) } else { Look::NotYet(self.instead(&all)) })
        })
        .await
    }

    /// Waits until the first can be used.
    pub async fn enabled(&self) -> Outcome<Thing> {
        until(&format!("{self} to be usable"), SOON, async || {
            let all = self.all_of_role().await?;
            Ok(match all.iter().find(|thing| self.name.fits(&thing.name)) {
                Some(thing) if !thing.disabled => Look::Seen(thing.clone()),
                Some(_) => Look::NotYet("it is disabled".to_owned()),
                None => Look::NotYet(self.instead(&all)),
            })
        })
        .await
    }

    /// The page's element behind the first.
    pub async fn element(&self) -> Outcome<WebElement> {
        let thing = self.thing().await?;
        self.session.element_of(&thing).await
    }

    /// Clicks the first, once it can be used and nothing lies over it.
    pub async fn click(&self) -> Outcome {
        until(&format!("a click on {self}"), SOON, async || {
            let thing = self.enabled().await?;
            let clicked = match self.session.element_of(&thing).await {
                Ok(element) => self.session.target_of(element).await?.click().await,
                Err(gone) => return Ok(Look::NotYet(gone.to_string())),
            };
            match clicked {
                Ok(()) => Ok(Look::Seen(())),
                // The page moved on between the look and the click.
                Err(error) => match error.as_inner() {
                    WebDriverErrorInner::ElementClickIntercepted(_)
                    | WebDriverErrorInner::ElementNotInteractable(_)
                    | WebDriverErrorInner::NoSuchElement(_)
                    | WebDriverErrorInner::StaleElementReference(_) => Ok(Look::NotYet(brief(&error))),
                    _ => Err(error.into()),
                },
            }
        })
        .await
    }

    /// Replaces what the first holds, as a user does: select all, type.
    pub async fn fill(&self, text: &str) -> Outcome {
        self.enabled().await?;
        let element = self.element().await?;
        element.send_keys(Key::Control + "a").await?;
        if text.is_empty() {
            element.send_keys(Key::Delete).await?
        } else {
            element.send_keys(text).await?
        }
        Ok(())
    }

    /// Replaces what the first holds and goes on to the next field, which is when most fields take it.
    pub async fn enter(&self, text: &str) -> Outcome {
        self.fill(text).await?;
        self.session.press(Key::Tab).await
    }

    /// Chooses or unchooses a check box or a radio button; nothing if it is so already.
    pub async fn choose(&self, wanted: bool) -> Outcome {
        if self.thing().await?.chosen != wanted {
            self.click().await?;
        }
        until(&format!("{self} to be {}", if wanted { "chosen" } else { "unchosen" }), SOON, async || {
            let chosen = self.thing().await?.chosen;
            Ok(if chosen == wanted { Look::Seen(()) } else { Look::NotYet("it is not".to_owned()) })
        })
        .await
    }

    /// Chooses an option of a list by its value.
    pub async fn choose_option(&self, value: &str) -> Outcome {
        let list = SelectElement::new(&self.element().await?).await?;
        Ok(list.select_by_value(value).await?)
    }

    /// The visible text of the first.
    pub async fn text(&self) -> Outcome<String> {
        Ok(self.element().await?.text().await?)
    }

    /// The visible texts of all that are there now.
    pub async fn texts(&self) -> Outcome<Vec<String>> {
        let mut texts = Vec::new();
        for thing in self.now().await? {
            // It may have gone since the look.
            if let Ok(element) = self.session.element_of(&thing).await
                && let Ok(text) = element.text().await
            {
                texts.push(text);
            }
        }
        Ok(texts)
    }

    /// Waits until the visible text of one contains `part`, and returns it.
    pub async fn says(&self, part: &str) -> Outcome<String> {
        until(&format!("{self} to say {part:?}"), SOON, async || {
            let texts = self.texts().await?;
            Ok(match texts.iter().find(|text| text.contains(part)) {
                Some(text) => Look::Seen(text.clone()),
                None => Look::NotYet(format!("it says {texts:?}")),
            })
        })
        .await
    }

    fn instead(&self, all: &[Thing]) -> String {
        let names: Vec<&str> = all.iter().take(40).map(|thing| thing.name.as_str()).collect();
        format!("each {} there: {names:?}", self.roles.join("/"))
    }

    async fn all_of_role(&self) -> Outcome<Vec<Thing>> {
        let root = match &self.within {
            None => self.session.document().await?,
            // Not found yet is nothing found.
            Some(outer) => match Box::pin(outer.now()).await?.first() {
                Some(thing) => json!({"backendNodeId": thing.node}),
                None => return Ok(Vec::new()),
            },
        };
        let mut all = Vec::new();
        for role in &self.roles {
            let mut query = root.clone();
            query["role"] = json!(role);
            match self.session.cdp("Accessibility.queryAXTree", query).await {
                Ok(found) => all.extend(found["nodes"].as_array().into_iter().flatten().filter_map(read)),
                // The document or the outer thing was replaced while we asked.
                Err(error) if is_stale(&error.to_string()) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(all)
    }
}

impl Session {
    async fn document(&self) -> Outcome<Value> {
        let document = self.cdp("DOM.getDocument", json!({"depth": 0})).await?;
        Ok(json!({"backendNodeId": document["root"]["backendNodeId"]}))
    }

    /// From the accessibility tree to the driver: the node passes through a variable of the page, the only way that
    /// both protocols document.
    async fn element_of(&self, thing: &Thing) -> Outcome<WebElement> {
        let node = self.cdp("DOM.resolveNode", json!({"backendNodeId": thing.node})).await?;
        // A text node's element is its parent.
        let hand_over = "function() { window.soughtByTest = this.nodeType === 1 ? this : this.parentElement; }";
        let call = json!({"objectId": node["object"]["objectId"], "functionDeclaration": hand_over});
        self.cdp("Runtime.callFunctionOn", call).await?;
        let take = "const sought = window.soughtByTest; delete window.soughtByTest; return sought";
        Ok(self.driver.execute(take, Vec::new()).await?.element()?)
    }

    /// What a user clicks for a control, in the middle of the window: the label of a radio button or check box, which
    /// may itself be drawn away.
    async fn target_of(&self, element: WebElement) -> Outcome<WebElement> {
        let body = "const control = arguments[0];
                    const target = /^(radio|checkbox)$/.test(control.type) ? control.labels[0] ?? control : control;
                    target.scrollIntoView({ block: 'center', behavior: 'instant' });
                    return target";
        Ok(self.driver.execute(body, vec![element.to_json()?]).await?.element()?)
    }
}

/// A driver's error without the stack of the driver.
fn brief(error: &WebDriverError) -> String {
    let text = error.to_string();
    let head = text.split("Stacktrace:").next().unwrap_or_default();
    head.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn is_stale(error: &str) -> bool {
    ["No node", "Could not find node", "Node is detached", "Cannot find", "does not belong"]
        .iter()
        .any(|part| error.contains(part))
}

fn read(node: &Value) -> Option<Thing> {
    let property = |name: &str| {
        let all = node["properties"].as_array();
        all.into_iter()
            .flatten()
            .find(|property| property["name"] == name)
            .map(|property| property["value"]["value"].clone())
    };
    let is = |name: &str| matches!(property(name), Some(value) if value == true || value == "true");
    if node["ignored"] == true {
        return None;
    }
    Some(Thing {
        name: text(&node["name"]["value"]),
        disabled: is("disabled"),
        chosen: is("checked") || is("selected") || is("pressed"),
        value: text(&node["value"]["value"]),
        node: node["backendDOMNodeId"].as_u64()?,
    })
}

/// Values are texts or numbers.
fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| if value.is_null() { String::new() } else { value.to_string() }, str::to_owned)
}
