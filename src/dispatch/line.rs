//! A conversation with a mail server in a thread of its own, step by step, so that each step has
//! an end: a server that sends a byte a second never lets a socket's own time-outs run out.

use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::Duration;

use lettre::transport::smtp::Error;
use lettre::transport::smtp::client::SmtpConnection;

type Step = Box<dyn FnOnce(&mut SmtpConnection) + Send>;

/// An open conversation. Dropped, it ends: a step that is under way is the last one.
#[allow(missing_debug_implementations, reason = "a connection has none")]
pub(super) struct Line {
    steps: Sender<Step>,
}

/// Why a step came to nothing.
pub(super) enum Stopped<E> {
    /// It failed.
    Failed(E),
    /// It was not over in time, and the conversation is.
    Late(Duration),
}

impl Line {
    /// Opens a conversation.
    pub(super) fn open<E: Send + 'static>(
        within: Duration,
        connect: impl FnOnce() -> Result<SmtpConnection, E> + Send + 'static,
    ) -> Result<Self, Stopped<E>> {
        let (steps, todo) = channel::<Step>();
        let (told, opened) = channel();
        std::thread::spawn(move || match connect() {
            Ok(mut connection) if told.send(Ok(())).is_ok() => {
                for step in todo {
                    step(&mut connection);
                }
            }
            Ok(_) => {}
            Err(e) => drop(told.send(Err(e))),
        });
        wait(&opened, within)?.map_err(Stopped::Failed)?;
        Ok(Self { steps })
    }

    /// Takes a step. After [`Stopped::Late`] the conversation is of no use.
    pub(super) fn step<T: Send + 'static>(
        &self,
        within: Duration,
        step: impl FnOnce(&mut SmtpConnection) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Stopped<Error>> {
        let (told, done) = channel();
        // A thread that is gone is told below.
        let _ = self.steps.send(Box::new(move |connection| drop(told.send(step(connection)))));
        wait(&done, within)?.map_err(Stopped::Failed)
    }
}

fn wait<T, E>(answer: &Receiver<T>, within: Duration) -> Result<T, Stopped<E>> {
    answer.recv_timeout(within).map_err(|e| match e {
        RecvTimeoutError::Timeout => Stopped::Late(within),
        RecvTimeoutError::Disconnected => Stopped::Late(Duration::ZERO),
    })
}
