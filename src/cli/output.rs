//! The one place that prints. Results go to stdout, all talk to stderr.

use std::io::{ErrorKind, Write};

use serde::Serialize;

use super::args::Color;
use super::environment::Environment;
use crate::model::problem::Problem;
use crate::model::visible::{hides, visible};
use crate::render::problem_json::ErrorDocument;
use crate::render::reconciliation_json::write_json;
use crate::render::text::Paint;

fn printed(written: std::io::Result<()>) -> Result<(), Problem> {
    match written {
        Err(e) if e.kind() != ErrorKind::BrokenPipe => {
            Err(Problem::stop("stdout", "the result cannot be printed").because(e.to_string()))
        }
        _ => Ok(()),
    }
}

/// How to talk.
#[derive(Clone, Copy, Debug)]
pub struct Output {
    json: bool,
    quiet: bool,
    verbose: bool,
    colour_out: bool,
    colour_err: bool,
    muted: bool,
}

impl Output {
    /// Decides on colours: off when not a terminal, when NO_COLOR is set and not empty, or
    /// when TERM is dumb (no-color.org, clig.dev).
    #[must_use]
    pub fn new(environment: &Environment, json: bool, quiet: bool, verbose: bool, color: Color) -> Self {
        let plain = environment.variable("NO_COLOR").is_some_and(|v| !v.is_empty())
            || environment.variable("TERM").as_deref() == Some("dumb");
        let on = |terminal: bool| match color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => terminal && !plain,
        };
        Self {
            json,
            quiet,
            verbose,
            colour_out: on(environment.stdout_is_terminal) && !json,
            colour_err: on(environment.stderr_is_terminal),
            muted: false,
        }
    }

    /// The same that says nothing: for commands on the way to what somebody asked for.
    #[must_use]
    pub fn muted(&self) -> Self {
        Self { muted: true, quiet: true, verbose: false, ..*self }
    }

    /// Whether the result is wanted as JSON.
    #[must_use]
    pub fn is_json(&self) -> bool {
        self.json
    }

    /// Whether more is wanted.
    #[must_use]
    pub fn is_verbose(&self) -> bool {
        self.verbose
    }

    /// Whether talk is unwanted.
    #[must_use]
    pub fn is_quiet(&self) -> bool {
        self.quiet
    }

    /// Prints a result for a person. What comes from outside does nothing to the terminal.
    ///
    /// # Errors
    /// stdout cannot be written; a pipe that was closed is no error.
    pub fn text(&self, text: &str) -> Result<(), Problem> {
        self.bytes(visible(text, self.colour_out).as_bytes())
    }

    /// Prints a result for a program.
    ///
    /// # Errors
    /// As [`Output::text`].
    pub fn document(&self, document: &impl Serialize) -> Result<(), Problem> {
        if self.muted {
            return Ok(());
        }
        let stdout = std::io::BufWriter::with_capacity(1 << 16, std::io::stdout().lock());
        let mut stdout = Escaped(stdout);
        printed(write_json(&mut stdout, document).and_then(|()| stdout.flush()))
    }

    /// Prints a result: `text` for a person, or `document` where JSON is asked for.
    ///
    /// # Errors
    /// As [`Output::text`].
    pub fn result(&self, text: &str, document: &impl Serialize) -> Result<(), Problem> {
        if self.json { self.document(document) } else { self.text(text) }
    }

    /// Prints bytes as they are.
    ///
    /// # Errors
    /// As [`Output::text`].
    pub fn bytes(&self, bytes: &[u8]) -> Result<(), Problem> {
        if self.muted {
            return Ok(());
        }
        let mut stdout = std::io::stdout().lock();
        printed(stdout.write_all(bytes).and_then(|()| stdout.flush()))
    }

    /// Says something to the person, unless quiet.
    pub fn say(&self, text: &str) {
        if !self.quiet {
            self.stderr(text);
        }
    }

    /// Says something that only `-v` wants to know.
    pub fn detail(&self, text: &str) {
        if self.verbose {
            self.stderr(text);
        }
    }

    fn stderr(&self, text: &str) {
        if self.muted {
            return;
        }
        // Talk that cannot be heard changes nothing.
        let _ = writeln!(std::io::stderr().lock(), "{}", visible(text, self.colour_err));
    }

    /// Reports what stopped a command whose result has been printed: for people only.
    pub fn complaint(&self, problem: &Problem) {
        Self { json: false, ..*self }.problem(problem);
    }

    /// Reports what stopped a command.
    pub fn problem(&self, problem: &Problem) {
        let heading = format!("error[{}]", problem.code);
        let heading = if self.colour_err { format!("\u{1b}[1;31m{heading}\u{1b}[0m") } else { heading };
        let mut text = format!("{heading}: {}", problem.what);
        let parts = [("where", &problem.place), ("why", &problem.why), ("next", &problem.next)];
        for (name, value) in parts {
            if let Some(value) = value {
                text.push_str(&format!("\n  {name:<6} {value}"));
            }
        }
        const SHOWN: usize = 50;
        for line in problem.also.iter().take(SHOWN) {
            text.push_str(&format!("\n  also   {line}"));
        }
        if problem.also.len() > SHOWN {
            text.push_str(&format!("\n  and {} more", problem.also.len() - SHOWN));
        }
        if let Some(sentence) = &problem.not_done {
            text.push_str(&format!("\n{sentence}"));
        }
        self.stderr(&text);
        if self.json {
            // It has been told on stderr already.
            let _ = self.document(&ErrorDocument::of(problem));
        }
    }

    fn colour(&self, code: &str, text: &str) -> String {
        if self.colour_out { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
    }
}

impl Paint for Output {
    fn good(&self, text: &str) -> String {
        self.colour("32", text)
    }

    fn bad(&self, text: &str) -> String {
        self.colour("1;31", text)
    }

    fn warn(&self, text: &str) -> String {
        self.colour("33", text)
    }

    fn faint(&self, text: &str) -> String {
        self.colour("2", text)
    }
}

/// JSON on its way to a terminal: what would do something to it, or make text look otherwise than it
/// is, stands there as `\u202e`. serde escapes the controls of ASCII only.
struct Escaped<W>(W);

impl<W: Write> Write for Escaped<W> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        // serde hands over whole characters.
        let Some(text) = std::str::from_utf8(bytes).ok().filter(|text| text.contains(hides)) else {
            self.0.write_all(bytes)?;
            return Ok(bytes.len());
        };
        for c in text.chars() {
            if hides(c) {
                write!(self.0, "\\u{:04x}", u32::from(c))?;
            } else {
                write!(self.0, "{c}")?;
            }
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.0.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_hides_nothing_and_is_the_same_document() {
        let mut bytes = Vec::new();
        let document = serde_json::json!({"name": "Acme\u{202e}dtL\u{9b}\u{7f} & Söhne नमस्ते"});
        write_json(Escaped(&mut bytes), &document).unwrap();
        let text = String::from_utf8(bytes).unwrap();
        assert!(text.contains("Acme\\u202edtL\\u009b\\u007f & Söhne नमस्ते"), "{text}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&text).unwrap(), document);
    }
}
