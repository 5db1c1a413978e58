//! Child processes: streamed, captured, or with a time limit. A failing one is named by the exact command line,
//! so that it can be run again by hand.

use crate::failure::{Context, Failure, Result};
use std::env;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// The cargo that started us, or the one on `PATH`.
pub fn cargo() -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    // Set by `cargo run` for us; a cargo inside must find out for itself.
    for name in ["CARGO_MANIFEST_DIR", "CARGO_MANIFEST_PATH", "CARGO_PKG_NAME", "CARGO_PKG_VERSION"] {
        command.env_remove(name);
    }
    command
}

/// Where cargo puts what it builds.
pub fn target_folder(root: &Path) -> PathBuf {
    env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), |folder| root.join(folder))
}

/// Runs with the terminal's input and output; fails unless the process ends with 0.
pub fn run(command: &mut Command) -> Result<()> {
    let status = command.status().context(|| format!("could not start `{}`", command_line(command)))?;
    judge(command, status)
}

/// As [`run`], but stops the process when `limit` has passed.
pub fn run_within(command: &mut Command, limit: Duration) -> Result<()> {
    let mut child = command.spawn().context(|| format!("could not start `{}`", command_line(command)))?;
    let started = Instant::now();
    loop {
        if let Some(status) = child.try_wait().context(|| command_line(command))? {
            return judge(command, status);
        }
        if started.elapsed() > limit {
            let _ = child.kill();
            let _ = child.wait();
            return Err(Failure::new(format!("no end after {} s: `{}`", limit.as_secs(), command_line(command))));
        }
        thread::sleep(Duration::from_millis(50));
    }
}

/// Runs quietly and returns standard output; on failure the text includes standard error.
pub fn output(command: &mut Command) -> Result<String> {
    let output =
        command.stdin(Stdio::null()).output().context(|| format!("could not start `{}`", command_line(command)))?;
    if !output.status.success() {
        let error = String::from_utf8_lossy(&output.stderr);
        return Err(Failure::new(format!(
            "`{}` ended with {}\n{}",
            command_line(command),
            describe(output.status),
            error.trim_end()
        )));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

fn judge(command: &Command, status: ExitStatus) -> Result<()> {
    if status.success() {
        Ok(())
    } else {
        Err(Failure::new(format!("ended with {}: `{}`", describe(status), command_line(command))))
    }
}

fn describe(status: ExitStatus) -> String {
    status.code().map_or_else(|| "a signal".to_owned(), |code| format!("code {code}"))
}

/// The command as it could be typed into a shell, variables that we set included.
pub fn command_line(command: &Command) -> String {
    let mut words = Vec::new();
    if let Some(folder) = command.get_current_dir() {
        words.push(format!("cd {} &&", quote(folder.as_os_str())));
    }
    for (name, value) in command.get_envs() {
        if let Some(value) = value.filter(|_| name != "PATH") {
            words.push(format!("{}={}", name.to_string_lossy(), quote(value)));
        }
    }
    words.push(quote(command.get_program()));
    words.extend(command.get_args().map(quote));
    words.join(" ")
}

fn quote(word: &OsStr) -> String {
    let word = word.to_string_lossy();
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_=./:,+@%".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.into_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

/// Makes the process end when this one does, however that happens: a server or a browser that outlives a killed
/// command would keep its port. Elsewhere than on Linux only Ctrl-C reaches both.
pub fn end_with_us(command: &mut Command) -> &mut Command {
    #[cfg(target_os = "linux")]
    {
        use std::ffi::c_int;
        use std::io;
        use std::os::unix::process::CommandExt;

        const PR_SET_PDEATHSIG: c_int = 1;
        const SIGTERM: std::ffi::c_ulong = 15;
        unsafe extern "C" {
            fn prctl(option: c_int, ...) -> c_int;
        }
        // SAFETY: between fork and exec only async-signal-safe calls are allowed; prctl is a bare system call, and
        // this option takes one unsigned long.
        unsafe {
            command.pre_exec(|| match prctl(PR_SET_PDEATHSIG, SIGTERM) {
                0 => Ok(()),
                _ => Err(io::Error::last_os_error()),
            });
        }
    }
    command
}

/// The first executable of that name on `PATH`.
pub fn find_on_path(name: &str) -> Option<PathBuf> {
    let file = format!("{name}{}", env::consts::EXE_SUFFIX);
    env::split_paths(&env::var_os("PATH")?).map(|folder| folder.join(&file)).find(|path| is_executable(path))
}

#[cfg(unix)]
fn is_executable(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    path.metadata().is_ok_and(|data| data.is_file() && data.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_executable(path: &Path) -> bool {
    path.is_file()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_line_can_be_pasted_into_a_shell() {
        let mut command = Command::new("cargo");
        command.arg("test").arg("two words").arg("it's").env("A", "b c").env("PATH", "/x");
        assert_eq!(command_line(&command), r"A='b c' cargo test 'two words' 'it'\''s'");
    }

    #[test]
    #[cfg(unix)]
    fn a_process_over_its_limit_is_stopped() {
        let started = Instant::now();
        let error = run_within(Command::new("sleep").arg("30"), Duration::from_millis(100)).unwrap_err();
        assert!(started.elapsed() < Duration::from_secs(10));
        assert!(error.to_string().contains("`sleep 30`"), "{error}");
    }

    #[test]
    fn a_failing_process_is_named_with_what_it_said() {
        let error = output(Command::new("rustc").arg("--no-such-option")).unwrap_err().to_string();
        assert!(error.contains("`rustc --no-such-option` ended with code"), "{error}");
        assert!(error.contains("no-such-option'"), "{error}");
    }
}
