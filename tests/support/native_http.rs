//! A small HTTP/1.1 client over a socket that behaves as a browser's `fetch` does for a page of another origin, and a
//! clock that runs a thousand times faster than the wall's.
//!
//! As in a page: a request that is not simple is preceded by a preflight, an answer without leave cannot be read, most
//! headers cannot be seen, and nothing tells why.

use std::future::Future;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::pin::Pin;
use std::sync::{Arc, Condvar, Mutex};
use std::task::{Context, Poll, Waker};
use std::thread;
use std::time::{Duration, Instant};

use futures::channel::{mpsc, oneshot};
use futures::future::LocalBoxFuture;
use futures::{FutureExt, StreamExt};
use taupe::provider::Origin;
use taupe::provider::http::{Clock, Http, HttpRequest, HttpResponse, Method, Mode, TransportError};

/// Sends requests as a page of this origin would.
#[derive(Clone)]
pub struct NativeHttp {
    pub page_origin: String,
}

type Head = (u16, Vec<(String, String)>);
type Pieces = mpsc::UnboundedSender<Result<Vec<u8>, TransportError>>;
type Wire = Arc<Mutex<Option<TcpStream>>>;

/// Closes the connection when the answer is no longer wanted.
struct HangUp(Wire);

impl Drop for HangUp {
    fn drop(&mut self) {
        if let Some(stream) = self.0.lock().expect("no thread panics with it").take() {
            let _ = stream.shutdown(Shutdown::Both);
        }
    }
}

impl Http for NativeHttp {
    fn send(&self, request: HttpRequest) -> LocalBoxFuture<'_, Result<HttpResponse, TransportError>> {
        let wire = Wire::default();
        let guard = HangUp(wire.clone());
        let (head_sender, head) = oneshot::channel();
        let (pieces, body) = mpsc::unbounded();
        let origin = self.page_origin.clone();
        thread::spawn(move || {
            let head_sender = Mutex::new(Some(head_sender));
            let tell =
                |head| head_sender.lock().ok().and_then(|mut sender| sender.take()).map(|sender| sender.send(head));
            if let Err(error) = fetch(&request, &origin, &wire, &pieces, &|head| drop(tell(Ok(head)))) {
                drop(tell(Err(error)));
                let _ = pieces.unbounded_send(Err(TransportError::Broken));
            }
        });
        async move {
            let (status, headers) = head.await.map_err(|_| TransportError::Unreachable)??;
            let body = body.map(move |piece| {
                let _keep = &guard;
                piece
            });
            Ok(HttpResponse { status, headers, body: body.boxed_local() })
        }
        .boxed_local()
    }
}

/// Headers that need no preflight and headers of an answer that a page may always see.
const SIMPLE_REQUEST: [&str; 3] = ["accept", "accept-language", "content-language"];
const SIMPLE_RESPONSE: [&str; 5] = ["cache-control", "content-length", "content-type", "expires", "last-modified"];

fn fetch(
    request: &HttpRequest,
    origin: &str,
    wire: &Wire,
    pieces: &Pieces,
    tell: &dyn Fn(Head),
) -> Result<(), TransportError> {
    let lines = request.header_lines();
    let names: Vec<String> = lines.iter().map(|(name, _)| name.to_lowercase()).collect();
    let special: Vec<&str> = names.iter().map(String::as_str).filter(|name| !SIMPLE_REQUEST.contains(name)).collect();
    let origin_line = ("origin".to_owned(), origin.to_owned());
    if request.mode == Mode::Cors && !special.is_empty() {
        let asked = [
            origin_line.clone(),
            ("access-control-request-method".to_owned(), method_name(request.method).to_owned()),
            ("access-control-request-headers".to_owned(), special.join(", ")),
        ];
        let (mut reader, head) = exchange(&request.url, "OPTIONS", &asked, None, wire)?;
        read_body(&mut reader, &head, &mut |_| true)?;
        let allowed = list(&head, "access-control-allow-headers");
        let has_leave =
            |name: &str| allowed.iter().any(|allowed| allowed == name || allowed == "*" && name != "authorization");
        let is_allowed =
            (200..300).contains(&head.0) && may_read(&head, origin) && special.iter().all(|name| has_leave(name));
        if !is_allowed {
            return Err(TransportError::Unreachable);
        }
    }
    let mut sent = lines;
    if request.mode == Mode::Cors {
        sent.push(origin_line);
    }
    let (mut reader, head) = exchange(&request.url, method_name(request.method), &sent, request.body.as_deref(), wire)?;
    if request.mode == Mode::Opaque {
        tell((0, Vec::new()));
        return Ok(());
    }
    if !may_read(&head, origin) || (300..400).contains(&head.0) {
        return Err(TransportError::Unreachable);
    }
    let exposed = list(&head, "access-control-expose-headers");
    let visible = |name: &str| SIMPLE_RESPONSE.contains(&name) || exposed.iter().any(|exposed| exposed == name);
    let headers = head.1.iter().filter(|(name, _)| visible(name)).cloned().collect();
    tell((head.0, headers));
    read_body(&mut reader, &head, &mut |piece| pieces.unbounded_send(Ok(piece.to_vec())).is_ok())
}

fn method_name(method: Method) -> &'static str {
    match method {
        Method::Get => "GET",
        Method::Post => "POST",
    }
}

fn header<'a>(head: &'a Head, name: &str) -> Option<&'a str> {
    head.1.iter().find_map(|(key, value)| (key == name).then_some(value.as_str()))
}

fn list(head: &Head, name: &str) -> Vec<String> {
    header(head, name).unwrap_or_default().split(',').map(|item| item.trim().to_lowercase()).collect()
}

fn may_read(head: &Head, origin: &str) -> bool {
    header(head, "access-control-allow-origin").is_some_and(|allowed| allowed == "*" || allowed == origin)
}

/// Sends a request and reads the head of the answer.
fn exchange(
    url: &str,
    method: &str,
    lines: &[(String, String)],
    body: Option<&str>,
    wire: &Wire,
) -> Result<(BufReader<TcpStream>, Head), TransportError> {
    let unreachable = |_| TransportError::Unreachable;
    let origin = Origin::of_url(url).ok_or(TransportError::Invalid)?;
    let authority = format!("{}:{}", origin.host, origin.port);
    let path = url.splitn(4, '/').nth(3).unwrap_or_default();
    let stream = TcpStream::connect(&authority).map_err(unreachable)?;
    *wire.lock().expect("no thread panics with it") = Some(stream.try_clone().map_err(unreachable)?);
    let mut text = format!("{method} /{path} HTTP/1.1\r\nhost: {authority}\r\nconnection: close\r\n");
    for (name, value) in lines {
        text += &format!("{name}: {value}\r\n");
    }
    let body = body.unwrap_or_default();
    text += &format!("content-length: {}\r\n\r\n{body}", body.len());
    (&stream).write_all(text.as_bytes()).map_err(unreachable)?;
    let mut reader = BufReader::new(stream);
    let mut next_line = || {
        let mut line = String::new();
        match reader.read_line(&mut line) {
            Ok(length) if length > 0 => Ok(line.trim_end().to_owned()),
            _ => Err(TransportError::Unreachable),
        }
    };
    let status =
        next_line()?.split(' ').nth(1).and_then(|code| code.parse().ok()).ok_or(TransportError::Unreachable)?;
    let mut headers = Vec::new();
    loop {
        let line = next_line()?;
        let Some((name, value)) = line.split_once(':') else { break };
        headers.push((name.to_lowercase(), value.trim().to_owned()));
    }
    Ok((reader, (status, headers)))
}

/// Passes the body on until it ends or nobody wants more of it.
fn read_body(
    reader: &mut BufReader<TcpStream>,
    head: &Head,
    take: &mut dyn FnMut(&[u8]) -> bool,
) -> Result<(), TransportError> {
    let broken = |_| TransportError::Broken;
    let chunked = header(head, "transfer-encoding").is_some_and(|value| value.contains("chunked"));
    loop {
        let length = if chunked {
            let mut line = String::new();
            reader.read_line(&mut line).map_err(broken)?;
            usize::from_str_radix(line.trim(), 16).map_err(|_| TransportError::Broken)?
        } else {
            header(head, "content-length").and_then(|value| value.parse().ok()).unwrap_or(0)
        };
        let mut piece = vec![0; length];
        reader.read_exact(&mut piece).map_err(broken)?;
        let is_last = !chunked || length == 0;
        if length > 0 && !take(&piece) || is_last {
            return Ok(());
        }
        reader.read_line(&mut String::new()).map_err(broken)?;
    }
}

/// Milliseconds of this clock in one of the wall's.
pub const SPEED: f64 = 1_000.0;

/// A clock that runs `SPEED` times as fast as the wall's.
#[derive(Clone)]
pub struct FastClock {
    started: Instant,
    sleepers: Arc<(Mutex<Vec<Sleeper>>, Condvar)>,
}

struct Sleeper {
    until: Instant,
    number: u64,
    waker: Waker,
}

impl FastClock {
    pub fn new() -> Self {
        let clock = Self { started: Instant::now(), sleepers: Arc::default() };
        let weak = Arc::downgrade(&clock.sleepers);
        // One thread wakes all who sleep; it ends with the clock.
        thread::spawn(move || {
            while let Some(sleepers) = weak.upgrade() {
                let now = Instant::now();
                let mut list = sleepers.0.lock().expect("no thread panics with it");
                for sleeper in list.extract_if(.., |sleeper| sleeper.until <= now) {
                    sleeper.waker.wake();
                }
                drop(sleepers.1.wait_timeout(list, Duration::from_millis(1)));
            }
        });
        clock
    }
}

impl Clock for FastClock {
    fn now_ms(&self) -> f64 {
        self.started.elapsed().as_secs_f64() * 1_000.0 * SPEED
    }

    fn sleep(&self, ms: f64) -> LocalBoxFuture<'_, ()> {
        let until = Instant::now() + Duration::from_secs_f64(ms / 1_000.0 / SPEED);
        Box::pin(Sleep { clock: self, until, number: None })
    }
}

struct Sleep<'a> {
    clock: &'a FastClock,
    until: Instant,
    number: Option<u64>,
}

impl Future for Sleep<'_> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        if Instant::now() >= self.until {
            return Poll::Ready(());
        }
        let mut list = self.clock.sleepers.0.lock().expect("no thread panics with it");
        let number = self.number.unwrap_or_else(|| list.iter().map(|sleeper| sleeper.number).max().unwrap_or(0) + 1);
        list.retain(|sleeper| sleeper.number != number);
        list.push(Sleeper { until: self.until, number, waker: context.waker().clone() });
        drop(list);
        self.number = Some(number);
        Poll::Pending
    }
}

impl Drop for Sleep<'_> {
    fn drop(&mut self) {
        let mut list = self.clock.sleepers.0.lock().expect("no thread panics with it");
        list.retain(|sleeper| Some(sleeper.number) != self.number);
    }
}
