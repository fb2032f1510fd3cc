//! The commands that the desk runs, as processes of their own: their locks, files, messages and exit
//! codes are those of the terminal. None outlives the desk.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::words::Words;
use crate::model::problem::{Exit, Problem};

/// The most that a command may print as its result, in bytes: the reading of a ledger with very many
/// customers has some.
const MOST_RESULT: u64 = 256 << 20;
/// The most that is kept of one line that it says.
const MOST_LINE: u64 = 16 << 10;
/// How often an ending process is looked at.
const LOOK: Duration = Duration::from_millis(4);
/// How long commands have to end when the desk does.
const PATIENCE: Duration = Duration::from_secs(20);

/// This program, which is run for everything that computes or writes.
pub(super) struct Program {
    /// Its file.
    pub(super) file: PathBuf,
    pub(super) children: Children,
}

impl Program {
    /// Runs a command on books to its end. `started` gets its number, `said` each line of its talk.
    ///
    /// # Errors
    /// It cannot be started, or prints without end.
    pub(super) fn run(
        &self,
        words: &Words,
        root: &Path,
        started: impl FnOnce(u64),
        said: impl Fn(String) + Send,
    ) -> Result<Ended, Problem> {
        let mut command = Command::new(&self.file);
        command.args(words.arguments(root)).env("CROSSFOOT_PROGRESS", "lines");
        self.children.run(command, started, said)
    }
}

/// The processes that are under way, by a number.
#[derive(Debug, Default)]
pub(super) struct Children(Mutex<All>);

#[derive(Debug, Default)]
struct All {
    /// The number that was given last.
    last: u64,
    running: BTreeMap<u64, Arc<Mutex<Child>>>,
}

/// How a command ended.
#[derive(Debug)]
pub(super) struct Ended {
    /// Its exit code; that of an interruption where a signal ended it.
    pub(super) code: i32,
    /// What it printed.
    pub(super) stdout: Vec<u8>,
}

impl Children {
    /// Runs a command to its end. `started` gets its number, `said` each line of its talk.
    ///
    /// # Errors
    /// It cannot be started, or prints without end.
    fn run(
        &self,
        mut command: Command,
        started: impl FnOnce(u64),
        said: impl Fn(String) + Send,
    ) -> Result<Ended, Problem> {
        let failed = |e: std::io::Error| Problem::stop("desk", "the command cannot be run").because(e.to_string());
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().map_err(failed)?;
        let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
        let child = Arc::new(Mutex::new(child));
        let number = self.enter(Arc::clone(&child));
        started(number);
        let mut printed = Vec::new();
        std::thread::scope(|scope| {
            scope.spawn(|| listen(stderr, said));
            if let Some(mut stdout) = stdout {
                let _ = (&mut stdout).take(MOST_RESULT + 1).read_to_end(&mut printed);
                let _ = std::io::copy(&mut stdout, &mut std::io::sink());
            }
        });
        let status = wait(&child);
        self.leave(number);
        if printed.len() as u64 > MOST_RESULT {
            return Err(Problem::stop("desk", "the command printed more than the desk can show"));
        }
        let interrupted = i32::from(Exit::Interrupted.code());
        let code = status.map_err(failed)?.code().unwrap_or(interrupted);
        Ok(Ended { code, stdout: printed })
    }

    fn enter(&self, child: Arc<Mutex<Child>>) -> u64 {
        let Ok(mut all) = self.0.lock() else { return 0 };
        all.last += 1;
        let number = all.last;
        all.running.insert(number, child);
        number
    }

    fn leave(&self, number: u64) {
        if let Ok(mut all) = self.0.lock() {
            all.running.remove(&number);
        }
    }

    /// Interrupts one, as Ctrl-C in its terminal would.
    pub(super) fn interrupt(&self, number: u64) {
        let child = self.0.lock().ok().and_then(|all| all.running.get(&number).cloned());
        if let Some(child) = child {
            interrupt(&child);
        }
    }

    /// Interrupts all, and waits until they have ended.
    pub(super) fn end(&self) {
        let all: Vec<_> = self.0.lock().map(|all| all.running.values().cloned().collect()).unwrap_or_default();
        for child in &all {
            interrupt(child);
        }
        let mut left = PATIENCE;
        while !left.is_zero() && self.0.lock().is_ok_and(|all| !all.running.is_empty()) {
            std::thread::sleep(LOOK);
            left = left.saturating_sub(LOOK);
        }
    }
}

/// Tells each line.
fn listen(stderr: Option<impl Read>, said: impl Fn(String)) {
    let Some(stderr) = stderr else { return };
    let mut stderr = BufReader::new(stderr);
    loop {
        let mut line = Vec::new();
        match (&mut stderr).take(MOST_LINE).read_until(b'\n', &mut line) {
            Ok(0) | Err(_) => return,
            Ok(_) => said(String::from_utf8_lossy(&line).trim_end().to_owned()),
        }
    }
}

/// Waits for an end without holding on to the process meanwhile: it may have to be interrupted.
fn wait(child: &Mutex<Child>) -> std::io::Result<ExitStatus> {
    loop {
        let looked = child.lock().map_err(|_| std::io::Error::other("a thread failed"))?.try_wait()?;
        match looked {
            Some(status) => return Ok(status),
            None => std::thread::sleep(LOOK),
        }
    }
}

fn interrupt(child: &Mutex<Child>) {
    let Ok(mut child) = child.lock() else { return };
    // One that was waited for has no number any more: another process may have it.
    if !matches!(child.try_wait(), Ok(None)) {
        return;
    }
    #[cfg(unix)]
    if let Some(id) = i32::try_from(child.id()).ok().and_then(rustix::process::Pid::from_raw) {
        let _ = rustix::process::kill_process(id, rustix::process::Signal::INT);
    }
    // Elsewhere there is no such signal for one process; its files are staged all the same.
    #[cfg(not(unix))]
    let _ = child.kill();
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    #[test]
    fn both_streams_are_read_to_their_ends() {
        let children = Children::default();
        let lines = Mutex::new(Vec::new());
        let script = "i=0; while [ $i -lt 5000 ]; do echo out $i; echo err $i >&2; i=$((i+1)); done; exit 3";
        let ended = children.run(shell(script), |_| {}, |line| lines.lock().unwrap().push(line)).unwrap();
        assert_eq!((ended.code, ended.stdout.iter().filter(|b| **b == b'\n').count()), (3, 5000));
        let lines = lines.into_inner().unwrap();
        assert_eq!((lines.len(), lines[4999].as_str()), (5000, "err 4999"));
        assert!(children.0.lock().unwrap().running.is_empty());
    }

    #[test]
    fn an_interrupted_command_ends() {
        let children = Children::default();
        let ended = std::thread::scope(|scope| {
            let run = scope
                .spawn(|| children.run(shell("trap 'exit 130' INT; while :; do sleep 0.05; done"), |_| {}, |_| {}));
            while children.0.lock().unwrap().running.is_empty() {
                std::thread::sleep(LOOK);
            }
            std::thread::sleep(Duration::from_millis(100));
            children.end();
            run.join().unwrap().unwrap()
        });
        assert_eq!(ended.code, 130);
    }
}
