//! What a person sees while a capture runs: on a terminal one line that is drawn again,
//! with the time left; elsewhere only what is worth keeping.

use std::sync::atomic::{AtomicU64, Ordering};

use chrono::{DateTime, Utc};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::context::Context;
use super::output::Output;
use crate::capture::client::Watch;
use crate::model::problem::Problem;

/// So many repeated attempts are told one by one.
const TOLD: u64 = 3;

/// Set by who shows a command's talk to a person elsewhere, as the desk does.
const LINES: &str = "CROSSFOOT_PROGRESS";

/// Progress off a terminal, for who asks for it: a line at each twentieth.
struct Lines {
    out: Option<Output>,
    told: AtomicU64,
}

impl Lines {
    fn new(context: &Context<'_>) -> Self {
        let is_wanted = context.environment.variable(LINES).is_some_and(|word| word == "lines");
        Self { out: is_wanted.then_some(*context.out), told: AtomicU64::new(0) }
    }

    fn tell(&self, done: u64, total: u64, what: &str) {
        let Some(out) = self.out.filter(|_| total > 8) else { return };
        let part = done * 20 / total;
        if self.told.fetch_max(part, Ordering::Relaxed) < part {
            out.say(&format!("  {done} of {total} {what}"));
        }
    }
}

/// Things done one after another, out of a known number.
pub(super) struct Counted {
    bar: ProgressBar,
    lines: Lines,
    what: String,
}

impl Counted {
    /// Nothing is drawn off a terminal, or where little is to be done.
    pub(super) fn new(context: &Context<'_>, many: usize, what: &str) -> Self {
        let bar = ProgressBar::hidden();
        if let Ok(style) =
            ProgressStyle::with_template(&format!("  {{bar:30}} {{pos}} of {{len}} {what}, {{eta}} left"))
        {
            bar.set_style(style.progress_chars("=> "));
        }
        bar.set_length(many as u64);
        if context.environment.stderr_is_terminal && !context.out.is_quiet() {
            bar.set_draw_target(ProgressDrawTarget::stderr());
        }
        Self { bar, lines: Lines::new(context), what: what.to_owned() }
    }

    /// One more of so many, where that was not known at the beginning.
    pub(super) fn one_of(&self, many: usize) {
        self.bar.set_length(many as u64);
        self.one();
    }

    pub(super) fn one(&self) {
        self.bar.inc(1);
        self.lines.tell(self.bar.position(), self.bar.length().unwrap_or_default(), &self.what);
    }

    pub(super) fn end(&self) {
        self.bar.finish_and_clear();
    }
}

/// Draws and talks.
pub(super) struct Progress<'a> {
    out: &'a Output,
    clock: &'a (dyn Fn() -> DateTime<Utc> + Sync),
    bar: ProgressBar,
    lines: Lines,
    on_terminal: bool,
    retries: AtomicU64,
}

impl<'a> Progress<'a> {
    /// Nothing is drawn unless `on_terminal`.
    ///
    /// # Errors
    /// The clock cannot be read.
    pub(super) fn new(context: &'a Context<'_>, on_terminal: bool) -> Result<Self, Problem> {
        let bar = ProgressBar::hidden();
        // The template is ours and known to be right; a plain bar would do, too.
        if let Ok(style) = ProgressStyle::with_template("  {bar:30} {pos} of {len} answers, {eta} left") {
            bar.set_style(style.progress_chars("=> "));
        }
        let (out, clock) = (context.out, context.environment.clock()?);
        Ok(Self { out, clock, bar, lines: Lines::new(context), on_terminal, retries: AtomicU64::new(0) })
    }

    fn apart(&self, talk: impl FnOnce()) {
        self.bar.suspend(talk);
    }

    /// Takes the line away, and says what is left to say.
    pub(super) fn end(&self) {
        self.bar.finish_and_clear();
        let retries = self.retries.load(Ordering::Relaxed);
        if retries > TOLD {
            self.out.say(&format!("{retries} attempts failed and were repeated (-v tells each)."));
        }
    }
}

impl Watch for Progress<'_> {
    fn now(&self) -> DateTime<Utc> {
        (self.clock)()
    }

    fn say(&self, text: &str) {
        self.apart(|| self.out.say(text));
    }

    fn detail(&self, text: &str) {
        self.apart(|| self.out.detail(text));
    }

    fn retrying(&self, text: &str) {
        if self.retries.fetch_add(1, Ordering::Relaxed) < TOLD {
            self.say(text);
        } else {
            self.detail(text);
        }
    }

    fn progress(&self, done: u64, total: u64) {
        // Three answers are there before a line could be read.
        if total > 8 {
            if self.on_terminal && self.bar.is_hidden() {
                self.bar.reset();
                self.bar.set_draw_target(ProgressDrawTarget::stderr());
            }
            self.bar.set_length(total);
            self.bar.set_position(done);
            self.lines.tell(done, total, "answers");
        }
    }
}
