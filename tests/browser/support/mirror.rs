//! A file server whose files misbehave on demand: a mirror of the benchmark's files on an origin of its own, or a host
//! of the page that has lost a part of it.

use std::{
    collections::HashMap,
    fs,
    io::{BufRead as _, BufReader, Write as _},
    net::{TcpListener, TcpStream},
    path::{Component, Path, PathBuf},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
};

use super::Outcome;

/// How a file fails to arrive as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Status 404.
    Missing,
    /// The first byte differs; the length is right.
    Altered,
    /// The full length is announced, half of it comes, and the connection ends.
    Cut,
    /// The connection ends before the first byte, as when no network reaches the host.
    Unreachable,
    /// Half of it comes, and the rest only when the fault is lifted or the server ends.
    Held,
}

#[derive(Default)]
struct Shared {
    folder: PathBuf,
    /// By the end of the path.
    faults: Mutex<HashMap<String, Fault>>,
    asked: Mutex<Vec<String>>,
    ended: AtomicBool,
}

/// Serves until it is dropped.
pub struct Mirror {
    origin: String,
    shared: Arc<Shared>,
    listening: Option<JoinHandle<()>>,
}

impl Mirror {
    /// Serves a folder to pages of any origin, on a free port of 127.0.0.1.
    pub fn start(folder: PathBuf) -> Outcome<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let origin = format!("http://{}", listener.local_addr()?);
        let shared = Arc::new(Shared { folder, ..Shared::default() });
        let listening = thread::spawn({
            let shared = Arc::clone(&shared);
            move || listen(&listener, &shared)
        });
        Ok(Self { origin, shared, listening: Some(listening) })
    }

    /// The address of the folder, `http://127.0.0.1:<port>/`.
    pub fn url(&self) -> String {
        format!("{}/", self.origin)
    }

    /// From now on, files whose path ends in `path` fail to arrive as they are.
    pub fn fail(&self, path: &str, fault: Fault) {
        lock(&self.shared.faults).insert(path.to_owned(), fault);
    }

    /// Lifts every fault.
    pub fn mend(&self) {
        lock(&self.shared.faults).clear();
    }

    /// The paths asked for so far, in order.
    pub fn asked(&self) -> Vec<String> {
        lock(&self.shared.asked).clone()
    }
}

impl Drop for Mirror {
    fn drop(&mut self) {
        self.shared.ended.store(true, Ordering::SeqCst);
        // Wakes the listener, which then sees that it is over.
        let _ = TcpStream::connect(self.origin.trim_start_matches("http://"));
        if let Some(listening) = self.listening.take() {
            let _ = listening.join();
        }
    }
}

/// A test that panicked while it held the lock has failed already; the others' data are as good as before.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn listen(listener: &TcpListener, shared: &Arc<Shared>) {
    for connection in listener.incoming() {
        if shared.ended.load(Ordering::SeqCst) {
            return;
        }
        if let Ok(connection) = connection {
            let shared = Arc::clone(shared);
            // A browser that hangs up early is no fault of the server's.
            thread::spawn(move || answer(&connection, &shared).ok());
        }
    }
}

fn answer(connection: &TcpStream, shared: &Shared) -> std::io::Result<()> {
    let mut lines = BufReader::new(connection).lines().map_while(Result::ok);
    let first = lines.next().unwrap_or_default();
    lines.take_while(|line| !line.is_empty()).for_each(drop);
    let mut words = first.split(' ');
    let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let path = target.split(['?', '#']).next().unwrap_or_default();
    lock(&shared.asked).push(path.to_owned());

    let fault = || lock(&shared.faults).iter().find(|(end, _)| path.ends_with(*end)).map(|(_, fault)| *fault);
    let now = fault();
    if now == Some(Fault::Unreachable) {
        return Ok(());
    }
    let mut out = connection;
    let found = find(&shared.folder, path).filter(|_| now != Some(Fault::Missing));
    let Some((file, mut body)) = found.and_then(|file| fs::read(&file).ok().map(|body| (file, body))) else {
        return out.write_all(
            b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\naccess-control-allow-origin: *\r\nconnection: close\r\n\r\n",
        );
    };
    if now == Some(Fault::Altered)
        && let Some(first) = body.first_mut()
    {
        *first ^= 1;
    }
    write!(
        out,
        "HTTP/1.1 200 OK\r\ncontent-type: {}\r\ncontent-length: {}\r\ncache-control: no-store\r\n\
         access-control-allow-origin: *\r\nconnection: close\r\n\r\n",
        content_type(&file),
        body.len()
    )?;
    if method == "HEAD" {
        return Ok(());
    }
    let (begin, rest) = body.split_at(body.len() / 2);
    out.write_all(begin)?;
    if now == Some(Fault::Cut) {
        return Ok(());
    }
    while fault() == Some(Fault::Held) && !shared.ended.load(Ordering::SeqCst) {
        thread::sleep(std::time::Duration::from_millis(10));
    }
    out.write_all(rest)
}

fn find(folder: &Path, path: &str) -> Option<PathBuf> {
    let inner = Path::new(path.strip_prefix('/')?);
    let stays_inside = inner.components().all(|part| matches!(part, Component::Normal(_)));
    let file = folder.join(inner);
    stays_inside.then(|| if file.is_dir() { file.join("index.html") } else { file })
}

fn content_type(file: &Path) -> &'static str {
    match file.extension().and_then(|end| end.to_str()) {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("json" | "webmanifest") => "application/json",
        Some("svg") => "image/svg+xml",
        Some("wasm") => "application/wasm",
        // What the public host of the benchmark's files says of every file.
        _ => "text/plain; charset=utf-8",
    }
}
