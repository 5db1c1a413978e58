//! A small static file server: folders under paths, the right types, nothing outside the folders.
//!
//! Serves the built page (`cargo xtask serve --release`), the recorded data next to it, and the pages of the browser
//! tests, which include this file by `#[path]`: so it uses `std` only and nothing else of this package.
//! One request a connection and one thread a request: enough for one browser on the same machine.

use std::fs;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::Sender;
use std::thread::{self, JoinHandle};
use std::time::Duration;

const HEAD_LIMIT: u64 = 64 * 1024;
const BODY_LIMIT: u64 = 16 * 1024 * 1024;
const SILENCE_LIMIT: Duration = Duration::from_secs(10);

/// A folder under a path.
#[derive(Clone, Debug)]
pub struct Mount {
    /// Starts and ends with a slash.
    pub path: String,
    pub folder: PathBuf,
    /// Whether pages of other origins may read it.
    pub cors: bool,
}

impl Mount {
    pub fn new(path: &str, folder: impl Into<PathBuf>) -> Self {
        Mount { path: path.to_owned(), folder: folder.into(), cors: false }
    }

    /// Lets pages of any origin read this folder.
    pub fn with_cors(self) -> Self {
        Mount { cors: true, ..self }
    }
}

/// A running server; it stops when this value is dropped.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

struct Site {
    mounts: Vec<Mount>,
    inbox: Option<Sender<String>>,
}

impl Server {
    /// Serves on 127.0.0.1; port 0 takes any free one. `/` leads to the first mount.
    pub fn start(port: u16, mounts: Vec<Mount>) -> io::Result<Self> {
        Self::start_with_inbox(port, mounts, None)
    }

    /// Also takes any POST and hands its body, as text, to `inbox`.
    pub fn start_with_inbox(port: u16, mounts: Vec<Mount>, inbox: Option<Sender<String>>) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
        let address = listener.local_addr()?;
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let site = Arc::new(Site { mounts, inbox });
        let thread = thread::spawn(move || {
            for stream in listener.incoming() {
                if stopped.load(Ordering::Relaxed) {
                    break;
                }
                let Ok(stream) = stream else { continue };
                let site = Arc::clone(&site);
                // A browser that goes away in the middle of an answer is no error of ours.
                thread::spawn(move || drop(site.answer(&stream)));
            }
        });
        Ok(Server { address, stop, thread: Some(thread) })
    }

    /// `http://127.0.0.1:<port>` and the path, which starts with a slash.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Serves until the process ends.
    pub fn wait(mut self) {
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let Some(thread) = self.thread.take() else { return };
        self.stop.store(true, Ordering::Relaxed);
        // Wakes the listener, which then sees the flag.
        drop(TcpStream::connect(self.address));
        let _ = thread.join();
    }
}

/// What is sent back.
struct Answer {
    status: &'static str,
    headers: Vec<(&'static str, String)>,
    body: Vec<u8>,
}

impl Answer {
    fn empty(status: &'static str) -> Self {
        Answer { status, headers: Vec::new(), body: Vec::new() }
    }

    fn text(status: &'static str) -> Self {
        let headers = vec![("Content-Type", "text/plain; charset=utf-8".to_owned())];
        Answer { status, headers, body: format!("{status}\n").into_bytes() }
    }

    fn redirect(to: String) -> Self {
        Answer { status: "302 Found", headers: vec![("Location", to)], body: Vec::new() }
    }

    fn file(path: &Path, body: Vec<u8>) -> Self {
        let headers =
            vec![("Content-Type", content_type(path).to_owned()), ("Cache-Control", cache_control(path).to_owned())];
        Answer { status: "200 OK", headers, body }
    }
}

impl Site {
    fn answer(&self, stream: &TcpStream) -> io::Result<()> {
        stream.set_read_timeout(Some(SILENCE_LIMIT))?;
        let mut reader = BufReader::new(stream);
        let Some(request) = Request::read(&mut reader)? else { return Ok(()) };
        let mut answer = self.decide(&request);
        answer.headers.push(("X-Content-Type-Options", "nosniff".to_owned()));
        if self.mount_of(&request.path).is_some_and(|mount| mount.cors) {
            for (name, value) in [
                ("Access-Control-Allow-Origin", "*"),
                ("Access-Control-Allow-Methods", "GET, HEAD, OPTIONS"),
                ("Access-Control-Allow-Headers", "*"),
                ("Access-Control-Allow-Private-Network", "true"),
            ] {
                answer.headers.push((name, value.to_owned()));
            }
        }
        send(stream, &answer, request.method == "HEAD")
    }

    fn decide(&self, request: &Request) -> Answer {
        match request.method.as_str() {
            "GET" | "HEAD" => self.get(&request.path),
            "OPTIONS" => Answer::empty("204 No Content"),
            "POST" => match &self.inbox {
                Some(inbox) => {
                    // Nobody listens any more: the answer to the page is the same.
                    let _ = inbox.send(String::from_utf8_lossy(&request.body).into_owned());
                    Answer::empty("204 No Content")
                }
                None => Answer::text("405 Method Not Allowed"),
            },
            _ => Answer::text("405 Method Not Allowed"),
        }
    }

    fn get(&self, path: &str) -> Answer {
        let not_found = || Answer::text("404 Not Found");
        let Some(mount) = self.mount_of(path) else {
            return match self.mounts.iter().find(|mount| path == "/" || mount.path == format!("{path}/")) {
                Some(mount) => Answer::redirect(mount.path.clone()),
                None => not_found(),
            };
        };
        let Some(relative) = safe_path(&path[mount.path.len()..]) else { return not_found() };
        let mut file = mount.folder.join(relative);
        if file.is_dir() {
            if !path.ends_with('/') {
                return Answer::redirect(format!("{path}/"));
            }
            file.push("index.html");
        }
        if !is_inside(&file, &mount.folder) {
            return not_found();
        }
        match fs::read(&file) {
            Ok(body) => Answer::file(&file, body),
            Err(_) => not_found(),
        }
    }

    /// The mount with the longest path that leads to this one.
    fn mount_of(&self, path: &str) -> Option<&Mount> {
        self.mounts.iter().filter(|mount| path.starts_with(&mount.path)).max_by_key(|mount| mount.path.len())
    }
}

struct Request {
    method: String,
    /// Percent-decoded, without the query.
    path: String,
    body: Vec<u8>,
}

impl Request {
    /// `None` when the peer sent nothing that can be answered.
    fn read(reader: &mut impl BufRead) -> io::Result<Option<Self>> {
        let mut head = reader.by_ref().take(HEAD_LIMIT);
        let mut line = String::new();
        head.read_line(&mut line)?;
        let mut words = line.split_whitespace();
        let (Some(method), Some(target)) = (words.next(), words.next()) else { return Ok(None) };
        let Some(path) = decode(target.split(['?', '#']).next().unwrap_or_default()) else { return Ok(None) };
        let mut length = 0;
        loop {
            let mut line = String::new();
            if head.read_line(&mut line)? == 0 {
                return Ok(None);
            }
            if line.trim_end().is_empty() {
                break;
            }
            if let Some((_, value)) =
                line.split_once(':').filter(|(name, _)| name.eq_ignore_ascii_case("content-length"))
            {
                length = value.trim().parse().unwrap_or(0);
            }
        }
        if length > BODY_LIMIT {
            return Ok(None);
        }
        let mut body = Vec::new();
        reader.by_ref().take(length).read_to_end(&mut body)?;
        Ok(Some(Request { method: method.to_owned(), path, body }))
    }
}

fn send(mut stream: &TcpStream, answer: &Answer, head_only: bool) -> io::Result<()> {
    let mut head =
        format!("HTTP/1.1 {}\r\nContent-Length: {}\r\nConnection: close\r\n", answer.status, answer.body.len());
    for (name, value) in &answer.headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str("\r\n");
    stream.write_all(head.as_bytes())?;
    if !head_only {
        stream.write_all(&answer.body)?;
    }
    stream.flush()
}

fn decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        if *first == b'%' {
            let digits = std::str::from_utf8(after.get(..2)?).ok()?;
            bytes.push(u8::from_str_radix(digits, 16).ok()?);
            rest = &after[2..];
        } else {
            bytes.push(*first);
            rest = after;
        }
    }
    String::from_utf8(bytes).ok()
}

/// A path that can't leave the folder it is joined to by its own words.
fn safe_path(path: &str) -> Option<PathBuf> {
    if path.contains(['\\', '\0', ':']) {
        return None;
    }
    let path = Path::new(path.trim_end_matches('/'));
    path.components().all(|part| matches!(part, Component::Normal(_))).then(|| path.to_owned())
}

/// Whether a file is still in the folder when links are followed.
fn is_inside(file: &Path, folder: &Path) -> bool {
    match (file.canonicalize(), folder.canonicalize()) {
        (Ok(file), Ok(folder)) => file.starts_with(folder),
        _ => false,
    }
}

fn content_type(path: &Path) -> &'static str {
    match path.extension().and_then(|extension| extension.to_str()).unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "wasm" => "application/wasm",
        "json" | "map" => "application/json",
        "jsonl" | "md" | "txt" | "py" => "text/plain; charset=utf-8",
        "webmanifest" => "application/manifest+json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "gz" => "application/gzip",
        _ => "application/octet-stream",
    }
}

/// Files whose names hold a hash of their content never change; all others are asked for again.
fn cache_control(path: &Path) -> &'static str {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let is_hash = |part: &str| part.len() == 16 && part.bytes().all(|byte| byte.is_ascii_hexdigit());
    if name.split(['-', '.', '_']).any(is_hash) { "max-age=31536000, immutable" } else { "no-cache" }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc;

    /// A folder that is removed with its content.
    struct Folder(PathBuf);

    impl Folder {
        fn new(name: &str) -> Self {
            let path = std::env::temp_dir().join(format!("taupe-http-{name}-{}", std::process::id()));
            fs::create_dir_all(path.join("site/deep")).unwrap();
            fs::create_dir_all(path.join("data")).unwrap();
            for (file, text) in [
                ("secret.txt", "secret"),
                ("site/index.html", "<p>page</p>"),
                ("site/app-0123456789abcdef_bg.wasm", "wasm"),
                ("site/deep/index.html", "deep"),
                ("data/a b.json", "{}"),
            ] {
                fs::write(path.join(file), text).unwrap();
            }
            Folder(path)
        }

        fn serve(&self) -> Server {
            let mounts = vec![
                Mount::new("/taupe/", self.0.join("site")),
                Mount::new("/upstream/", self.0.join("data")).with_cors(),
            ];
            Server::start(0, mounts).unwrap()
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    fn ask(server: &Server, request: &str) -> String {
        let mut stream = TcpStream::connect(server.address).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    fn get(server: &Server, path: &str) -> String {
        ask(server, &format!("GET {path} HTTP/1.1\r\nHost: x\r\n\r\n"))
    }

    #[track_caller]
    fn check(answer: &str, status: &str, parts: &[&str]) {
        assert!(answer.starts_with(&format!("HTTP/1.1 {status}")), "{answer}");
        for part in parts {
            assert!(answer.contains(part), "{part:?} is not in {answer}");
        }
    }

    #[test]
    fn files_come_with_their_type_and_how_long_they_keep() {
        let folder = Folder::new("types");
        let server = folder.serve();
        check(&get(&server, "/taupe/"), "200", &["Content-Type: text/html", "Cache-Control: no-cache", "<p>page</p>"]);
        let wasm = get(&server, "/taupe/app-0123456789abcdef_bg.wasm?x=1");
        check(&wasm, "200", &["Content-Type: application/wasm", "immutable", "nosniff"]);
        check(&get(&server, "/taupe/deep/"), "200", &["deep"]);
        check(&get(&server, "/upstream/a%20b.json"), "200", &["application/json", "Access-Control-Allow-Origin: *"]);
        assert!(!get(&server, "/taupe/").contains("Access-Control"));
    }

    #[test]
    fn paths_without_their_slash_are_redirected() {
        let folder = Folder::new("slash");
        let server = folder.serve();
        check(&get(&server, "/"), "302", &["Location: /taupe/"]);
        check(&get(&server, "/taupe"), "302", &["Location: /taupe/"]);
        check(&get(&server, "/taupe/deep"), "302", &["Location: /taupe/deep/"]);
    }

    #[test]
    fn nothing_outside_the_folders_is_served() {
        let folder = Folder::new("outside");
        let server = folder.serve();
        for path in
            ["/taupe/../secret.txt", "/taupe/%2e%2e/secret.txt", "/taupe/..%5csecret.txt", "/secret.txt", "/taupe/no"]
        {
            check(&get(&server, path), "404", &[]);
        }
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink(folder.0.join("secret.txt"), folder.0.join("site/link.txt")).unwrap();
            check(&get(&server, "/taupe/link.txt"), "404", &[]);
        }
    }

    #[test]
    fn other_methods_get_their_due() {
        let folder = Folder::new("methods");
        let server = folder.serve();
        let head = ask(&server, "HEAD /taupe/ HTTP/1.1\r\n\r\n");
        check(&head, "200", &["Content-Length: 11"]);
        assert!(!head.contains("page"));
        let preflight = ask(&server, "OPTIONS /upstream/a HTTP/1.1\r\nOrigin: http://x\r\n\r\n");
        check(&preflight, "204", &["Access-Control-Allow-Headers: *"]);
        check(&ask(&server, "POST /taupe/ HTTP/1.1\r\nContent-Length: 2\r\n\r\nhi"), "405", &[]);
        check(&ask(&server, "DELETE /taupe/ HTTP/1.1\r\n\r\n"), "405", &[]);
    }

    #[test]
    fn posts_reach_the_inbox() {
        let (sender, inbox) = mpsc::channel();
        let server = Server::start_with_inbox(0, Vec::new(), Some(sender)).unwrap();
        check(&ask(&server, "POST /report HTTP/1.1\r\ncontent-length: 3\r\n\r\nokay"), "204", &[]);
        assert_eq!(inbox.recv().unwrap(), "oka");
    }

    #[test]
    fn a_dropped_server_is_gone() {
        let folder = Folder::new("drop");
        let server = folder.serve();
        let address = server.address;
        drop(server);
        assert!(TcpStream::connect(address).is_err());
    }
}
