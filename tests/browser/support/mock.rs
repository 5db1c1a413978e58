//! A scripted model server: an OpenAI-compatible endpoint that answers by rules and fails on demand.

use std::{
    fs,
    path::PathBuf,
    process::{Child, Command, Stdio},
    sync::atomic::{AtomicUsize, Ordering},
};

use serde_json::Value;

use super::{
    Outcome, places,
    wait::{Look, SOON, until},
};

/// A running server; dropping it ends it.
pub struct Mock {
    child: Child,
    folder: PathBuf,
    origin: String,
}

impl Mock {
    /// Starts a server that answers by `script`. `None` where the server's program is absent.
    pub async fn start(script: &Value) -> Outcome<Option<Self>> {
        static STARTED: AtomicUsize = AtomicUsize::new(0);
        let Some(program) = places::mock_program()? else { return Ok(None) };
        let number = STARTED.fetch_add(1, Ordering::SeqCst);
        let folder = places::leavings("mock")?.join(format!("{}-{number}", std::process::id()));
        fs::create_dir_all(&folder)?;
        let (port, script_file) = (folder.join("port"), folder.join("script.json"));
        fs::write(&script_file, script.to_string())?;
        let child = Command::new("python3")
            .arg(program)
            .args(["--port", "0", "--seed", "1", "--lifetime", "900", "--port-file"])
            .arg(&port)
            .arg("--script")
            .arg(&script_file)
            .arg("--log")
            .arg(folder.join("requests.jsonl"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(fs::File::create(folder.join("stderr"))?)
            .spawn()
            .map_err(|error| format!("python3, which runs the scripted model server, does not start: {error}"))?;
        let mut mock = Self { child, folder, origin: String::new() };
        let port = until("the scripted model server", SOON, async || {
            if let Some(status) = mock.child.try_wait()? {
                let words = fs::read_to_string(mock.folder.join("stderr")).unwrap_or_default();
                return Err(format!("the scripted model server ended ({status}): {words}").into());
            }
            let said = fs::read_to_string(&port).unwrap_or_default();
            Ok(match said.trim() {
                "" => Look::NotYet("it has not named its port".to_owned()),
                port => Look::Seen(port.to_owned()),
            })
        })
        .await?;
        mock.origin = format!("http://127.0.0.1:{port}");
        Ok(Some(mock))
    }

    /// The base URL of the OpenAI-compatible endpoint.
    pub fn base_url(&self) -> String {
        format!("{}/v1", self.origin)
    }

    /// The base URL of an endpoint that behaves as another host does: its CORS rules, its error texts.
    pub fn like(&self, host: &str) -> String {
        format!("{}/f/{host}/v1", self.origin)
    }

    /// The base URL of the same endpoint with a fault in every answer, in the server's notation.
    pub fn failing_url(&self, fault: &str) -> String {
        format!("{}/fault/{fault}/v1", self.origin)
    }

    /// The base URL of an endpoint that needs no key, with a fault in every answer.
    pub fn keyless_url(&self, fault: &str) -> String {
        format!("{}/fault/{fault}/f/ollama/v1", self.origin)
    }

    /// Every request that has ended, oldest first, preflights left out.
    pub fn requests(&self) -> Outcome<Vec<Value>> {
        let log = fs::read_to_string(self.folder.join("requests.jsonl")).unwrap_or_default();
        let all = log.lines().map(serde_json::from_str).collect::<Result<Vec<Value>, _>>()?;
        Ok(all.into_iter().filter(|request| request["method"] != "OPTIONS").collect())
    }

    /// Those that asked for a reply.
    pub fn chats(&self) -> Outcome<Vec<Value>> {
        let is_chat =
            |request: &Value| request["path"].as_str().is_some_and(|path| path.ends_with("/chat/completions"));
        Ok(self.requests()?.into_iter().filter(is_chat).collect())
    }
}

impl Drop for Mock {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = fs::remove_dir_all(&self.folder);
    }
}
