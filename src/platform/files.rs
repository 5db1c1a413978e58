//! Files that the user drops or chooses, alone or in folders.

use js_sys::{Array, Function, Promise, Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    Blob, BlobPropertyBag, DataTransfer, File, FileList, FileSystemDirectoryEntry, FileSystemDirectoryReader,
    FileSystemEntry, FileSystemFileEntry, HtmlAnchorElement, Url,
};

use crate::pack::given::GivenFile;
use crate::pack::setup::MAX_FILE_BYTES;

/// More files than a clone of a benchmark's repository has. What is beyond was not meant to be dropped.
pub const MAX_FILES: usize = 20_000;

/// Folders that hold no data and can hold very many files.
const SKIPPED: [&str; 4] = [".git", "node_modules", "__pycache__", ".venv"];

/// A file of the user's. It is not read until it is asked for.
#[derive(Clone, Debug)]
pub struct PageFile {
    path: String,
    source: FileSource,
}

#[derive(Clone, Debug)]
enum FileSource {
    File(File),
    Entry(FileSystemFileEntry),
}

/// What was dropped. It must be taken in the handler of the event; it can be listed later.
#[derive(Clone, Debug, Default)]
pub struct Dropped {
    entries: Vec<FileSystemEntry>,
    files: Vec<PageFile>,
}

/// Why the dropped folders can't be listed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DropFault {
    #[error("More than {MAX_FILES} files were dropped. Drop a smaller folder, such as the benchmark's domain.")]
    TooMany,
    #[error("The folder {path} can't be read: {reason}. Check that it can be opened, then drop it again.")]
    Unreadable { path: String, reason: String },
}

/// Hands a text to the user as a file, into the browser's downloads.
pub fn save(name: &str, text: &str) {
    hand_over(name, &text.into(), "application/json");
}

/// Hands bytes of a media type to the user as a file.
pub fn save_bytes(name: &str, bytes: &[u8], media_type: &str) {
    hand_over(name, &Uint8Array::from(bytes).into(), media_type);
}

fn hand_over(name: &str, part: &JsValue, media_type: &str) {
    let made = || {
        let kind = BlobPropertyBag::new();
        kind.set_type(media_type);
        // A text and an array of bytes are both parts of a blob.
        let blob = Blob::new_with_str_sequence_and_options(&Array::of1(part), &kind).ok()?;
        let address = Url::create_object_url_with_blob(&blob).ok()?;
        let document = web_sys::window()?.document()?;
        let link: HtmlAnchorElement = document.create_element("a").ok()?.dyn_into().ok()?;
        link.set_href(&address);
        link.set_download(name);
        link.click();
        Some(address)
    };
    if let Some(address) = made() {
        // The download has begun by then; the text would otherwise stay in memory until the page goes.
        gloo_timers::callback::Timeout::new(KEPT_MS, move || _ = Url::revoke_object_url(&address)).forget();
    }
}

/// How long a saved file's text is kept for the browser to take, in milliseconds.
const KEPT_MS: u32 = 60_000;

/// The files of an `<input type=file>`, or of a folder chosen with its `webkitdirectory`.
#[must_use]
pub fn chosen(list: &FileList) -> Vec<PageFile> {
    let page_file = |file: File| {
        let relative = Reflect::get(&file, &"webkitRelativePath".into()).ok().and_then(|path| path.as_string());
        let path = relative.filter(|path| !path.is_empty()).unwrap_or_else(|| file.name());
        PageFile { path, source: FileSource::File(file) }
    };
    (0..list.length()).filter_map(|index| list.get(index)).map(page_file).collect()
}

/// What a drop event brought. Call it in the event's handler: the browser empties the list afterwards.
#[must_use]
pub fn dropped(transfer: &DataTransfer) -> Dropped {
    let items = transfer.items();
    let mut dropped = Dropped::default();
    for item in (0..items.length()).filter_map(|index| items.get(index)).filter(|item| item.kind() == "file") {
        match (item.webkit_get_as_entry(), item.get_as_file()) {
            (Ok(Some(entry)), _) => dropped.entries.push(entry),
            (_, Ok(Some(file))) => {
                dropped.files.push(PageFile { path: file.name(), source: FileSource::File(file) });
            }
            _ => {}
        }
    }
    dropped
}

impl Dropped {
    /// True where no file and no folder was dropped, but text or a link perhaps.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty() && self.files.is_empty()
    }

    /// All files, those in folders included.
    ///
    /// # Errors
    /// A folder can't be read, or there are more than [`MAX_FILES`] files.
    pub async fn list(self) -> Result<Vec<PageFile>, DropFault> {
        let mut files = self.files;
        let mut waiting = self.entries;
        while let Some(entry) = waiting.pop() {
            let path = entry.full_path().trim_start_matches('/').to_owned();
            // By its own word: browsers give their entries classes of other names.
            if entry.is_file() {
                files.push(PageFile { path, source: FileSource::Entry(entry.unchecked_into()) });
            } else if entry.is_directory() && !SKIPPED.contains(&entry.name().as_str()) {
                let folder = entry.unchecked_into::<FileSystemDirectoryEntry>();
                let entries = entries(&folder.create_reader()).await;
                waiting.extend(entries.map_err(|error| DropFault::Unreadable { path, reason: text_of(&error) })?);
            }
            if files.len() + waiting.len() > MAX_FILES {
                return Err(DropFault::TooMany);
            }
        }
        Ok(files)
    }
}

impl GivenFile for PageFile {
    fn path(&self) -> &str {
        &self.path
    }

    async fn read(&self) -> Result<Vec<u8>, String> {
        let file = self.file().await.map_err(|error| text_of(&error))?;
        // Asked before reading: a film that lies in the dropped folder under this name would fill the memory.
        if file.size() > MAX_FILE_BYTES as f64 {
            return Err(format!("it is longer than {MAX_FILE_BYTES} bytes, which no file of a pack is"));
        }
        let buffer = JsFuture::from(file.array_buffer()).await.map_err(|error| text_of(&error))?;
        Ok(Uint8Array::new(&buffer).to_vec())
    }
}

impl PageFile {
    async fn file(&self) -> Result<File, JsValue> {
        match &self.source {
            FileSource::File(file) => Ok(file.clone()),
            FileSource::Entry(entry) => {
                let file = promised(|resolve, reject| entry.file_with_callback_and_callback(resolve, reject));
                file.await?.dyn_into::<File>()
            }
        }
    }
}

/// All entries of a folder; the browser hands them out in portions, an empty one at the end.
async fn entries(reader: &FileSystemDirectoryReader) -> Result<Vec<FileSystemEntry>, JsValue> {
    let mut all: Vec<FileSystemEntry> = Vec::new();
    loop {
        let mut refused = Ok(());
        let portion = promised(|resolve, reject| {
            refused = reader.read_entries_with_callback_and_callback(resolve, reject);
            if let Err(error) = &refused {
                // The promise must end too. Calling its own function does not throw.
                _ = reject.call1(&JsValue::NULL, error);
            }
        });
        let portion: Array = portion.await?.dyn_into()?;
        if portion.length() == 0 || all.len() > MAX_FILES {
            return Ok(all);
        }
        all.extend(portion.iter().map(JsCast::unchecked_into::<FileSystemEntry>));
    }
}

/// The result of a function that takes a success and an error callback.
fn promised(mut start: impl FnMut(&Function, &Function)) -> JsFuture {
    JsFuture::from(Promise::new(&mut |resolve, reject| start(&resolve, &reject)))
}

fn text_of(error: &JsValue) -> String {
    let message = Reflect::get(error, &"message".into()).ok().and_then(|message| message.as_string());
    message.filter(|message| !message.is_empty()).unwrap_or_else(|| "the browser gives no reason".to_owned())
}
