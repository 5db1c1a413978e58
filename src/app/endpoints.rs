//! The endpoints that the user configured, and their keys.
//!
//! Endpoints are kept in the browser without keys. Keys are in memory only: they are gone when the page closes, and
//! each belongs to the one origin it was entered for.

use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;
use std::sync::Arc;

use leptos::prelude::*;

use super::storage::{PageStore, Setting};
use crate::{
    chat::{ChatError, ChatErrorKind},
    pack::StorageFault,
    platform::{
        clock::BrowserClock,
        fetch::{Fetch, page_context},
    },
    present::{endpoint_form, saved_endpoints},
    provider::{
        self, BaseUrl, Endpoint, EndpointReport, Gate, ModelInfo, Obstacle, OpenAiModel, Origin, Reach, Secret,
    },
};

/// A model behind an endpoint, over the browser's network and clock.
pub type PageModel = OpenAiModel<Fetch, BrowserClock>;

/// The configured endpoints. A small copyable handle.
#[derive(Clone, Copy)]
pub struct Endpoints {
    list: RwSignal<Vec<Endpoint>>,
    keys: RwSignal<BTreeMap<String, Secret>>,
    /// False until the kept endpoints were read, so that nothing is written over them.
    read: RwSignal<bool>,
    /// False where reading them failed.
    keeps: StoredValue<bool>,
    storage: PageStore,
    clients: StoredValue<Clients, LocalStorage>,
}

/// The clients in use. One endpoint has one, so that all its calls queue at one gate and learn from each other.
#[derive(Default)]
struct Clients {
    models: HashMap<String, Rc<PageModel>>,
    /// By host, whatever the endpoints there are called.
    gates: HashMap<Origin, Arc<Gate>>,
}

/// What is told of a key that is held.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldKey {
    /// Its last characters, or dots.
    pub hint: String,
    /// The only party that it is sent to.
    pub origin: String,
}

/// A removed endpoint, to be put back where it was.
#[derive(Clone)]
pub struct Removed {
    endpoint: Endpoint,
    key: Option<Secret>,
    place: usize,
}

impl Endpoints {
    #[must_use]
    pub fn new(storage: PageStore) -> Self {
        Self {
            list: RwSignal::new(Vec::new()),
            keys: RwSignal::new(BTreeMap::new()),
            read: RwSignal::new(false),
            keeps: StoredValue::new(true),
            storage,
            clients: StoredValue::new_local(Clients::default()),
        }
    }

    /// Reads the kept endpoints; how many entries of them could not be read.
    ///
    /// # Errors
    /// Storage fails. Then nothing is kept in this visit, so as not to write over what is there.
    pub async fn restore(self) -> Result<usize, StorageFault> {
        let (endpoints, lost) = match self.storage.setting(Setting::Endpoints).await {
            Ok(Some(text)) => saved_endpoints::from_text(&text),
            Ok(None) => (Vec::new(), 0),
            Err(fault) => {
                self.keeps.set_value(false);
                self.read.set(true);
                return Err(fault);
            }
        };
        // Whatever was added while storage was being asked comes after what was there.
        self.list.update(|list| {
            let added = std::mem::replace(list, endpoints);
            list.extend(added);
        });
        self.read.set(true);
        Ok(lost)
    }

    /// Whether the kept endpoints were read yet.
    #[must_use]
    pub fn is_read(self) -> bool {
        self.read.get()
    }

    /// All endpoints, in their order. Tracks.
    #[must_use]
    pub fn list(self) -> Vec<Endpoint> {
        self.list.get()
    }

    /// The endpoint of an id. Tracks.
    #[must_use]
    pub fn find(self, id: &str) -> Option<Endpoint> {
        self.list.with(|list| list.iter().find(|endpoint| endpoint.id == id).cloned())
    }

    /// Adds an endpoint at the end.
    pub fn add(self, endpoint: Endpoint) {
        self.list.update(|list| list.push(endpoint));
        self.keep();
    }

    /// Puts an endpoint in place of the one with its id. A key for another origin is forgotten; true if one was.
    pub fn save(self, endpoint: Endpoint) -> bool {
        let base = endpoint.base().ok();
        let mut forgotten = false;
        self.keys.update(|keys| {
            if let Some(key) = keys.remove(&endpoint.id) {
                match base.and_then(|base| key.kept_for(&base)) {
                    Some(key) => _ = keys.insert(endpoint.id.clone(), key),
                    None => forgotten = true,
                }
            }
        });
        self.renew(&endpoint.id);
        self.list.update(|list| {
            if let Some(own) = list.iter_mut().find(|own| own.id == endpoint.id) {
                *own = endpoint;
            }
        });
        self.keep();
        forgotten
    }

    /// Adds a copy after the original and gives its id. The key is not copied: a copy is often for another host.
    pub fn duplicate(self, id: &str) -> Option<String> {
        let place = self.list.with_untracked(|list| list.iter().position(|endpoint| endpoint.id == id))?;
        let copy_id = new_id();
        self.list.update(|list| {
            let copy =
                Endpoint { id: copy_id.clone(), name: endpoint_form::copy_name(&list[place]), ..list[place].clone() };
            list.insert(place + 1, copy);
        });
        self.keep();
        Some(copy_id)
    }

    /// Removes an endpoint with its key.
    pub fn remove(self, id: &str) -> Option<Removed> {
        let place = self.list.with_untracked(|list| list.iter().position(|endpoint| endpoint.id == id))?;
        self.renew(id);
        let endpoint = self.list.try_update(|list| list.remove(place))?;
        let key = self.keys.try_update(|keys| keys.remove(id)).flatten();
        self.keep();
        Some(Removed { endpoint, key, place })
    }

    /// Undoes a removal.
    pub fn put_back(self, removed: Removed) {
        let Removed { endpoint, key, place } = removed;
        if let Some(key) = key {
            self.keys.update(|keys| _ = keys.insert(endpoint.id.clone(), key));
        }
        self.list.update(|list| list.insert(place.min(list.len()), endpoint));
        self.keep();
    }

    /// Holds a key for an endpoint, for the origin that its base URL names. False if that is no address, or if the
    /// text cannot be a key.
    pub fn hold_key(self, id: &str, text: &str) -> bool {
        let base = self.list.with_untracked(|list| list.iter().find(|own| own.id == id).map(Endpoint::base));
        let key = base.and_then(Result::ok).and_then(|base: BaseUrl| Secret::new(&base, text));
        match key.filter(Secret::is_header_text) {
            Some(key) => {
                self.renew(id);
                self.keys.update(|keys| _ = keys.insert(id.to_owned(), key));
                true
            }
            None => false,
        }
    }

    /// Forgets an endpoint's key.
    pub fn forget_key(self, id: &str) {
        self.renew(id);
        self.keys.update(|keys| _ = keys.remove(id));
    }

    /// What may be told of an endpoint's key. Tracks.
    #[must_use]
    pub fn held_key(self, id: &str) -> Option<HeldKey> {
        self.keys.with(|keys| keys.get(id).map(|key| HeldKey { hint: key.hint(), origin: key.origin().to_string() }))
    }

    /// A text that is about to be stored or handed out, with dots in place of every key that is held.
    #[must_use]
    pub fn without_keys(self, text: String) -> String {
        self.keys.with_untracked(|keys| keys.values().fold(text, |text, key| key.taken_out_of(text)))
    }

    /// The model behind an endpoint as it is configured now; `None` if there is no such endpoint. Does not track.
    ///
    /// Whether the configuration is complete shows when the model is called.
    #[must_use]
    pub fn model(self, id: &str) -> Option<Rc<PageModel>> {
        let endpoint = self.list.with_untracked(|list| list.iter().find(|own| own.id == id).cloned())?;
        let key = self.keys.with_untracked(|keys| keys.get(id).cloned());
        self.clients.try_update_value(|clients| {
            let Clients { models, gates } = clients;
            let made = models.entry(id.to_owned()).or_insert_with(|| {
                let origin = endpoint.base().ok().map(|base| base.origin().clone());
                let own_limit = endpoint.max_concurrent.is_some();
                let model = OpenAiModel::new(Fetch, BrowserClock, endpoint, key);
                Rc::new(match origin.filter(|_| !own_limit) {
                    Some(origin) => {
                        let gate = gates.entry(origin).or_insert_with(|| model.gate().clone()).clone();
                        model.sharing(gate)
                    }
                    None => model,
                })
            });
            made.clone()
        })
    }

    /// Asks an endpoint for its models.
    ///
    /// # Errors
    /// As [`OpenAiModel::list_models`].
    pub async fn list_models(self, id: &str) -> Result<Vec<ModelInfo>, ChatError> {
        match self.model(id) {
            Some(model) => model.list_models().await,
            None => Err(ChatError::new(ChatErrorKind::Config, "This endpoint was removed.")),
        }
    }

    /// Tests an endpoint, with two short calls at most.
    pub async fn test(self, id: &str) -> EndpointReport {
        match self.model(id) {
            Some(model) => {
                // What is no address is found by the test itself, before it matters how far away it is.
                let reach = model.endpoint().base().map_or(Reach::Internet, |base| base.origin().reach());
                model.test_endpoint(&page_context(reach).await).await
            }
            None => EndpointReport::default(),
        }
    }

    /// What stands between this page and an endpoint, as far as it can be known without a call.
    pub async fn obstacle(self, id: &str) -> Option<Obstacle> {
        // What is no address is said by the call itself.
        let found = self.list.with_untracked(|list| list.iter().find(|own| own.id == id).map(Endpoint::base));
        let base = found?.ok()?;
        let page = page_context(base.origin().reach()).await;
        provider::obstacle(&base, &page)
    }

    /// Forgets an endpoint's client: what it was made of has changed.
    fn renew(self, id: &str) {
        self.clients.update_value(|clients| _ = clients.models.remove(id));
    }

    fn keep(self) {
        if self.read.get_untracked() && self.keeps.get_value() {
            let text = self.list.with_untracked(|list| saved_endpoints::to_text(list));
            self.storage.keep(Setting::Endpoints, text.into_bytes());
        }
    }
}

/// An id for a new endpoint.
#[must_use]
pub fn new_id() -> String {
    crate::platform::page::random_id()
}

/// The endpoints.
///
/// # Panics
/// Outside the mounted page, which provides them before anything is built.
#[must_use]
pub fn use_endpoints() -> Endpoints {
    expect_context()
}
