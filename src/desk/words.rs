//! A command line: what a process is given, and what a person types for the same.

use std::path::Path;

/// A command line in parts.
#[derive(Debug, Default)]
pub(super) struct Words {
    /// The verb and its flags; values stand behind `=`, so that none is taken for a flag.
    flags: Vec<String>,
    /// What stands behind them.
    operands: Vec<String>,
    /// What a person need not type: where an archive goes.
    hidden: Vec<String>,
    /// Where the page gets the file that the command writes.
    pub(super) download: Option<String>,
}

/// A word as a shell takes it for one.
fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=,+@%".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
    }
}

impl Words {
    /// A verb.
    pub(super) fn of(verb: &str) -> Self {
        Self { flags: vec![verb.to_owned()], ..Self::default() }
    }

    pub(super) fn flag(mut self, name: &str) -> Self {
        self.flags.push(format!("--{name}"));
        self
    }

    pub(super) fn flag_if(self, is_set: bool, name: &str) -> Self {
        if is_set { self.flag(name) } else { self }
    }

    pub(super) fn value(mut self, name: &str, value: &str) -> Self {
        self.flags.push(format!("--{name}={value}"));
        self
    }

    pub(super) fn value_if(self, name: &str, value: Option<&String>) -> Self {
        match value {
            Some(value) => self.value(name, value),
            None => self,
        }
    }

    pub(super) fn operand(mut self, word: impl Into<String>) -> Self {
        self.operands.push(word.into());
        self
    }

    /// Where the page gets what the command writes.
    pub(super) fn downloaded(mut self, from: String) -> Self {
        self.download = Some(from);
        self
    }

    /// A flag that a person who types it need not give.
    pub(super) fn hidden(mut self, word: String) -> Self {
        self.hidden.push(word);
        self
    }

    /// What the process is given.
    pub(super) fn arguments(&self, root: &Path) -> Vec<std::ffi::OsString> {
        let mut all: Vec<std::ffi::OsString> = self.flags.iter().chain(&self.hidden).map(Into::into).collect();
        all.extend(["--json".into(), "--books".into(), root.as_os_str().to_owned()]);
        if !self.operands.is_empty() {
            all.push("--".into());
            all.extend(self.operands.iter().map(Into::into));
        }
        all
    }

    /// What a person types for the same.
    pub(super) fn typed(&self, root: &Path) -> String {
        let mut words = vec!["crossfoot".to_owned()];
        for flag in &self.flags {
            words.push(match flag.split_once('=') {
                Some((name, value)) if !value.starts_with('-') => format!("{name} {}", quoted(value)),
                Some((name, value)) => format!("{name}={}", quoted(value)),
                None => flag.clone(),
            });
        }
        if root.as_os_str() != "." {
            words.push(format!("--books {}", quoted(&root.display().to_string())));
        }
        if self.operands.iter().any(|word| word.starts_with('-')) {
            words.push("--".to_owned());
        }
        words.extend(self.operands.iter().map(|word| quoted(word)));
        words.join(" ")
    }
}
