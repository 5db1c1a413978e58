//! The page in the user's words: what one does there and what one sees, by the names a screen reader says.

use thirtyfour::Key;

use super::support::{
    Outcome, Session,
    seek::Seek,
    wait::{LONG, Look, SOON, until},
};

/// The name of the pack that the tests use.
pub const PACK: &str = "τ-bench retail";

/// The name of the world that comes with the page.
pub const STARTER: &str = "Lantern Lane";

/// The page that a session shows.
#[derive(Clone, Copy)]
pub struct Page<'s> {
    pub session: &'s Session,
}

impl<'s> Page<'s> {
    /// Opens the page at a route, such as `#/data`, and waits until its program runs.
    pub async fn open(session: &'s Session, route: &str) -> Outcome<Self> {
        let page = Self { session };
        session.driver.goto(session.site(route)).await?;
        page.ready().await?;
        Ok(page)
    }

    /// Waits until the program has taken over from the start-up frame.
    pub async fn ready(&self) -> Outcome {
        until("the page's program to start", SOON, async || {
            let ready = self.session.script("return document.querySelector('#app[data-ready]') !== null").await?;
            if ready == true { Ok(Look::Seen(())) } else { Ok(Look::NotYet(self.session.visible_text().await?)) }
        })
        .await
    }

    /// Reloads, as with the browser's button.
    pub async fn reload(&self) -> Outcome {
        self.session.driver.refresh().await?;
        self.ready().await
    }

    /// Presses a button that makes the page start anew, and waits until it has.
    ///
    /// Nothing is sought while the old page goes: Chromium's tab crashes when it is asked for the accessibility tree
    /// of a document that is being left.
    pub async fn press_and_restart(&self, button: &Seek<'_>) -> Outcome {
        button.thing().await?;
        self.session.script("window.old = true").await?;
        button.click().await?;
        until("the page to start anew", SOON, async || {
            let is_old = self.session.script("return window.old === true").await?;
            if is_old == true { Ok(Look::NotYet("it is the old one".to_owned())) } else { Ok(Look::Seen(())) }
        })
        .await?;
        self.ready().await
    }

    /// Goes to another page by the main navigation.
    pub async fn go_to(&self, name: &str) -> Outcome {
        let rail = self.session.named("navigation", "Main");
        self.session.named("link", name).within(&rail).click().await?;
        let current = format!("#/{}", name.to_lowercase());
        until(&format!("the address {current}"), SOON, async || {
            let route = self.route().await?;
            Ok(if route.starts_with(&current) { Look::Seen(()) } else { Look::NotYet(format!("it is {route}")) })
        })
        .await
    }

    /// The route in the address bar.
    pub async fn route(&self) -> Outcome<String> {
        Ok(self.session.script("return location.hash").await?.as_str().unwrap_or_default().to_owned())
    }

    /// Performs an action of the command palette by keyboard alone.
    pub async fn command(&self, name: &str) -> Outcome {
        self.session.press_with(Key::Control, 'k').await?;
        self.session.field("Search commands").thing().await?;
        self.session.press(name).await?;
        self.session.role("option").beginning(name).thing().await?;
        self.session.press(Key::Enter).await?;
        self.session.named("dialog", "Command palette").gone().await
    }

    /// An error when the page as a whole scrolls, where its panels are meant to.
    pub async fn fills_its_window(&self) -> Outcome {
        let excess = self
            .session
            .script(
                "const root = document.scrollingElement;
                 const over = [...document.querySelectorAll('body *')].filter((e) => {
                    const box = e.getBoundingClientRect();
                    return box.bottom + scrollY > innerHeight + 1 && getComputedStyle(e).position === 'absolute';
                 });
                 return root.scrollHeight > innerHeight
                    ? `${root.scrollHeight} px in ${innerHeight}: ${over.slice(0, 5).map((e) => e.outerHTML.slice(0, 120))}`
                    : null",
            )
            .await?;
        if excess.is_null() { Ok(()) } else { Err(format!("the page is taller than its window: {excess}").into()) }
    }

    /// An error when the page is wider than its window, which on a phone means scrolling sideways to read.
    pub async fn fits_its_window(&self) -> Outcome {
        let excess = self
            .session
            .script(
                // Not innerWidth: a phone's grows along with what is too wide for it.
                "const root = document.scrollingElement;
                 const width = root.clientWidth;
                 const over = [...document.querySelectorAll('body *')].filter((e) =>
                    e.getBoundingClientRect().right > width + 1 && e.checkVisibility());
                 return root.scrollWidth > width
                    ? `${root.scrollWidth} px in ${width}: ${over.slice(0, 5).map((e) => e.outerHTML.slice(0, 120))}`
                    : null",
            )
            .await?;
        if excess.is_null() { Ok(()) } else { Err(format!("the page is wider than its window: {excess}").into()) }
    }
}

/// Data.
impl Page<'_> {
    /// The card of the pack that the tests use.
    pub fn pack_card(&self) -> Seek<'_> {
        self.session.named("article", PACK)
    }

    /// Says where packs come from. `pinned`: only files with the pinned content are taken.
    pub async fn set_pack_source(&self, base: &str, pinned: bool) -> Outcome {
        let section = self.session.named("region", "Where packs are loaded from");
        self.session.named("radio", "Another address").within(&section).choose(true).await?;
        self.session.field("Base address").enter(base).await?;
        let unpinned = self.session.role("checkbox").beginning("Take files that are not the pinned").within(&section);
        unpinned.choose(!pinned).await
    }

    /// Presses the button that loads the pack.
    pub async fn press_load(&self) -> Outcome {
        self.session.role("button").one_of(&["Load", "Try again"]).within(&self.pack_card()).click().await
    }

    /// Waits until the pack is loaded and stored.
    pub async fn pack_is_ready(&self) -> Outcome {
        let card = self.pack_card();
        until("the pack to be ready", LONG, async || {
            let text = card.text().await?;
            Ok(if text.contains("ready, also offline") { Look::Seen(()) } else { Look::NotYet(text) })
        })
        .await
    }

    /// On the Data page, loads the pack from a copy of the benchmark at `base`.
    pub async fn load_pack_from(&self, base: &str) -> Outcome {
        self.set_pack_source(base, false).await?;
        self.press_load().await?;
        self.pack_is_ready().await
    }

    /// Opens the Data page and loads the pack from the folder beside the page.
    pub async fn load_pack(session: &Session) -> Outcome<Page<'_>> {
        let page = Page::open(session, "#/data").await?;
        page.load_pack_from(super::support::UPSTREAM).await?;
        Ok(page)
    }

    /// What the card says went wrong; waits for it.
    pub async fn trouble(&self) -> Outcome<String> {
        let alert = self.session.role("alert").within(&self.pack_card());
        alert.thing().await?;
        alert.text().await
    }
}

/// Models.
impl Page<'_> {
    /// On the Models page, adds an endpoint and fills in its address, key and model.
    pub async fn configure_endpoint(&self, base_url: &str, key: &str, model: &str) -> Outcome {
        // With an endpoint there already, the second; the page tells when it knows.
        let add = self.session.role("button").one_of(&["Another address", "Add endpoint"]);
        let is_first = add.thing().await?.name == "Another address";
        add.click().await?;
        if !is_first {
            self.session.named("menuitem", "OpenAI-compatible address").click().await?;
        }
        self.session.field("Base URL").enter(base_url).await?;
        if !key.is_empty() {
            self.session.field("Key").enter(key).await?;
            self.session.named("button", "Forget").thing().await?;
        }
        self.session.field("Model").enter(model).await
    }

    /// Changes the address of the endpoint on show.
    pub async fn change_base_url(&self, base_url: &str) -> Outcome {
        self.session.field("Base URL").enter(base_url).await
    }

    /// Tests the endpoint on show and returns what was found.
    pub async fn test_endpoint(&self) -> Outcome<String> {
        self.session.named("button", "Test this endpoint").click().await?;
        let status = self.session.role("status");
        until("the endpoint's test to end", LONG, async || {
            let texts = status.texts().await?;
            let verdict = texts.iter().find(|text| text.contains("Ready:") || text.contains("sable"));
            Ok(verdict.map_or_else(|| Look::NotYet(format!("there is {texts:?}")), |text| Look::Seen(text.clone())))
        })
        .await
    }
}

/// Play.
impl Page<'_> {
    /// Opens a task by its address.
    pub async fn choose_task(&self, split: &str, index: usize) -> Outcome {
        self.session.driver.goto(self.session.site(&format!("#/play/tau-bench-retail/{split}/{index}"))).await?;
        self.ready().await?;
        self.session.named("button", "Replay expected actions").thing().await?;
        Ok(())
    }

    /// Replays the expected actions step by step to their end.
    pub async fn replay_expected_to_end(&self) -> Outcome {
        self.session.named("button", "Replay expected actions").click().await?;
        let on = self.session.named("button", "One step on");
        while !on.thing().await?.disabled {
            on.click().await?;
        }
        self.session.named("region", "Verdict").thing().await?;
        Ok(())
    }

    /// The verdict; waits for it.
    pub async fn verdict(&self) -> Outcome<String> {
        let verdict = self.session.named("region", "Verdict");
        until("the verdict", LONG, async || match verdict.now().await?.is_empty() {
            false => Ok(Look::Seen(())),
            true => Ok(Look::NotYet(self.session.named("log", "Conversation").texts().await?.join("\n"))),
        })
        .await?;
        verdict.text().await
    }

    /// Starts a rollout.
    pub async fn run(&self) -> Outcome {
        self.session.named("button", "Run").click().await
    }

    /// Replaces the instruction.
    pub async fn edit_instruction(&self, text: &str) -> Outcome {
        self.session.named("tab", "Instruction").click().await?;
        self.session.field("System instruction").enter(text).await
    }

    /// Puts a text of the pack in the instruction's place: `One-line seed`, `Full policy`.
    pub async fn start_from(&self, text: &str) -> Outcome {
        self.session.named("tab", "Instruction").click().await?;
        self.session.named("button", "Start from").click().await?;
        self.session.role("menuitemradio").beginning(text).click().await
    }

    /// The conversation as far as it is shown.
    pub fn conversation(&self) -> Seek<'_> {
        self.session.named("log", "Conversation")
    }
}
