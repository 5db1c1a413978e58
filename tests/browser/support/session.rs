//! One test's browser and everything around it.

use std::{
    cell::RefCell,
    fs,
    path::{Path, PathBuf},
};

use serde_json::{Value, json};
use thirtyfour::{Key, TypingData, WebDriver};

use super::{
    Outcome,
    browser::Driver,
    places,
    seek::{Name, Seek},
    wait::{Look, SOON, until},
    witness::Witness,
};

/// A window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Window {
    Desktop,
    Phone,
}

/// What the system says of the user's taste.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    Light,
    Dark,
}

pub struct Session {
    pub driver: WebDriver,
    pub driver_process: Driver,
    site: String,
    name: String,
    profile: PathBuf,
    witness: Witness,
    look: RefCell<(Window, Scheme)>,
}

impl Session {
    /// Starts a driver for the page at `site` and opens an empty browser of desktop size with the light scheme.
    pub async fn open(name: &str, site: &str) -> Outcome<Self> {
        let file_name = name.replace("::", ".");
        let driver_process = Driver::start(places::leavings("logs")?.join(format!("{file_name}.log")))?;
        let profile = places::leavings("profiles")?.join(&file_name);
        // What an earlier run left, killed or failed, says nothing of this one.
        let _ = fs::remove_dir_all(&profile);
        let _ = fs::remove_dir_all(places::leavings("failures")?.join(&file_name));
        let driver = driver_process.open_browser(&profile).await?;
        let session = Self {
            driver,
            driver_process,
            site: site.to_owned(),
            name: file_name,
            profile,
            witness: Witness::default(),
            look: RefCell::new((Window::Desktop, Scheme::Light)),
        };
        session.cdp("Accessibility.enable", json!({})).await?;
        session.set_window(Window::Desktop).await?;
        session.set_scheme(Scheme::Light).await?;
        Ok(session)
    }

    /// Ends the browser and removes its profile.
    pub async fn close(self) {
        if let Err(error) = self.driver.quit().await {
            eprintln!("the browser did not end well: {error}");
        }
        drop(self.driver_process);
        let _ = fs::remove_dir_all(&self.profile);
    }

    /// The test's name, fit for a file.
    pub fn file_name(&self) -> &str {
        &self.name
    }

    pub fn witness(&self) -> &Witness {
        &self.witness
    }

    /// The address of the page at `route`, which begins with `#` or is empty.
    pub fn site(&self, route: &str) -> String {
        format!("{}{route}", self.site)
    }

    /// Sends a command of Chromium's own protocol.
    pub async fn cdp(&self, method: &str, parameters: Value) -> Outcome<Value> {
        Ok(self.driver.cdp().send_raw(method, parameters).await?)
    }

    /// Runs a function body in the page.
    pub async fn script(&self, body: &str) -> Outcome<Value> {
        Ok(self.driver.execute(body, Vec::new()).await?.json().clone())
    }

    /// Gives the page the size of a window; a phone's also has touch and a phone's layout rules.
    pub async fn set_window(&self, window: Window) -> Outcome {
        let (width, height, phone) = match window {
            Window::Desktop => (1440, 900, false),
            Window::Phone => (390, 844, true),
        };
        let metrics = json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": phone});
        self.cdp("Emulation.setDeviceMetricsOverride", metrics).await?;
        self.cdp("Emulation.setTouchEmulationEnabled", json!({"enabled": phone})).await?;
        self.look.borrow_mut().0 = window;
        Ok(())
    }

    /// Sets the system's colour scheme. Motion is always asked to be reduced, so that no look at the page falls into
    /// the middle of a transition.
    pub async fn set_scheme(&self, scheme: Scheme) -> Outcome {
        let value = if scheme == Scheme::Dark { "dark" } else { "light" };
        let features = json!([
            {"name": "prefers-color-scheme", "value": value},
            {"name": "prefers-reduced-motion", "value": "reduce"},
        ]);
        self.cdp("Emulation.setEmulatedMedia", json!({"features": features})).await?;
        self.look.borrow_mut().1 = scheme;
        Ok(())
    }

    /// Cuts the browser from every network, the local one included, or connects it again.
    pub async fn set_offline(&self, offline: bool) -> Outcome {
        self.cdp("Network.enable", json!({})).await?;
        let conditions = json!({"offline": offline, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1});
        self.cdp("Network.emulateNetworkConditions", conditions).await?;
        Ok(())
    }

    /// Limits what the page may store, in bytes; `None` lifts the limit.
    pub async fn set_quota(&self, bytes: Option<u64>) -> Outcome {
        let origin = self.script("return location.origin").await?;
        let mut parameters = json!({"origin": origin});
        if let Some(bytes) = bytes {
            parameters["quotaSize"] = json!(bytes);
        }
        self.cdp("Storage.overrideQuotaForOrigin", parameters).await?;
        Ok(())
    }

    /// Lets the page save files, in a folder of the test's own that is empty at first.
    pub async fn allow_downloads(&self) -> Outcome<PathBuf> {
        let folder = places::leavings("downloads")?.join(&self.name);
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder)?;
        self.cdp("Browser.setDownloadBehavior", json!({"behavior": "allow", "downloadPath": folder})).await?;
        Ok(folder)
    }

    /// Types into whatever has the focus; `Key`s may be mixed in.
    pub async fn press(&self, keys: impl Into<TypingData>) -> Outcome {
        Ok(self.driver.action_chain().send_keys(keys).perform().await?)
    }

    /// Presses one key while another is held.
    pub async fn press_with(&self, held: Key, key: char) -> Outcome {
        Ok(self.driver.action_chain().key_down(held.clone()).send_keys(key.to_string()).key_up(held).perform().await?)
    }

    /// Things of a role, as a screen reader names it: `button`, `link`, `textbox`, `heading`, `dialog`, `status` …
    pub fn role(&self, role: &'static str) -> Seek<'_> {
        Seek::new(self, [role])
    }

    /// The field with exactly this label.
    pub fn field(&self, label: impl Into<String>) -> Seek<'_> {
        Seek::new(self, ["textbox", "searchbox", "combobox", "spinbutton"]).called(Name::Is(label.into()))
    }

    /// The thing of this role with exactly this name.
    pub fn named(&self, role: &'static str, name: impl Into<String>) -> Seek<'_> {
        self.role(role).called(Name::Is(name.into()))
    }

    /// Waits until the page shows `text`.
    pub async fn sees(&self, text: &str) -> Outcome {
        until(&format!("the text {text:?}"), SOON, async || {
            let all = self.visible_text().await?;
            Ok(if all.contains(text) { Look::Seen(()) } else { Look::NotYet(format!("the page shows:\n{all}")) })
        })
        .await
    }

    /// The text that the page shows now.
    pub async fn visible_text(&self) -> Outcome<String> {
        Ok(self.script("return document.body.innerText").await?.as_str().unwrap_or_default().to_owned())
    }

    /// Saves a picture of the window as `target/browser/pictures/<name>-<width>-<scheme>.png`.
    pub async fn picture(&self, name: &str) -> Outcome {
        let file = match *self.look.borrow() {
            (Window::Desktop, Scheme::Light) => format!("{name}-1440-light.png"),
            (Window::Desktop, Scheme::Dark) => format!("{name}-1440-dark.png"),
            (Window::Phone, Scheme::Light) => format!("{name}-390-light.png"),
            (Window::Phone, Scheme::Dark) => format!("{name}-390-dark.png"),
        };
        let path = places::leavings("pictures")?.join(file);
        Ok(self.driver.screenshot(Path::new(&path)).await?)
    }
}
