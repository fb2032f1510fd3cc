//! The partner id and the secret token: found by name, held so that they cannot be
//! printed, sent as headers and nowhere else.

use std::fmt;
use std::path::Path;

use crate::books::config::Upstream;
use crate::model::problem::{Problem, io};

/// A secret text. `Debug` and `Display` do not show it.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Secret(String);

impl Secret {
    /// Wraps a secret.
    #[must_use]
    pub(crate) fn new(text: String) -> Self {
        Self(text)
    }

    /// The secret itself, for the header and for removing it from texts.
    #[must_use]
    pub(crate) fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(redacted)")
    }
}

/// What authenticates us to the partner API.
#[derive(Clone, Debug)]
pub(crate) struct Credentials {
    /// `X-Auth-ID`
    pub auth_id: Secret,
    /// `X-Auth-Token`
    pub auth_token: Secret,
}

/// Finds the credentials. `variable` looks up the environment; `root` is the books'
/// folder, which a relative token file is taken from.
///
/// # Errors
/// A variable that is not set, a token file that others can read, an unusable value; the
/// values are never shown.
pub(crate) fn find(
    upstream: &Upstream,
    root: &Path,
    variable: &dyn Fn(&str) -> Option<String>,
) -> Result<Credentials, Problem> {
    let nothing = |p: Problem| p.not_done("Nothing was fetched.");
    let named = |name: &str, what: &str| {
        let next = format!("set {name} and run the command again, or add --offline to use the capture");
        from_environment(name, &format!("{what} for the partner API"), variable).map_err(|p| match p.next {
            Some(_) => nothing(p.next(next)),
            None => nothing(p),
        })
    };
    let auth_id = named(&upstream.auth_id_env, "partner id")?;
    let auth_token = match &upstream.auth_token_file {
        Some(file) => from_file(&root.join(file)).map_err(nothing)?,
        None => named(&upstream.auth_token_env, "secret token")?,
    };
    Ok(Credentials { auth_id, auth_token })
}

/// A secret from the environment variable `name`; `what` is what errors call it.
///
/// # Errors
/// It is not set, or not usable.
pub(crate) fn from_environment(
    name: &str,
    what: &str,
    variable: &dyn Fn(&str) -> Option<String>,
) -> Result<Secret, Problem> {
    match variable(name).map(|v| v.trim().to_owned()).filter(|v| !v.is_empty()) {
        Some(value) => usable(value, &format!("the environment variable {name}")),
        None => Err(Problem::usage("no-credentials", format!("the {what} is not set"))
            .because(format!("the environment variable {name} is empty or missing"))
            .next(format!("set {name} and run the command again"))),
    }
}

/// A secret from a file that only its owner can read.
///
/// # Errors
/// It cannot be read, others can read it, or it is not usable.
pub(crate) fn from_file(path: &Path) -> Result<Secret, Problem> {
    let text = std::fs::read_to_string(path).map_err(|e| {
        let mut problem = io("no-credentials", "read the token file", path, &e);
        problem.exit = crate::model::problem::Exit::Usage;
        problem
    })?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(path).map(|m| m.permissions().mode()).unwrap_or_default();
        if mode & 0o077 != 0 {
            return Err(Problem::usage("token-file-open", "others can read the token file")
                .at(path.display().to_string())
                .because(format!("its permissions are {:o}", mode & 0o777))
                .next(format!("chmod 600 {}", path.display())));
        }
    }
    usable(text.trim().to_owned(), &path.display().to_string())
}

fn usable(value: String, source: &str) -> Result<Secret, Problem> {
    let printable = !value.is_empty() && value.bytes().all(|b| b.is_ascii_graphic() || b == b' ');
    if printable {
        return Ok(Secret::new(value));
    }
    Err(Problem::usage("no-credentials", format!("{source} does not hold a usable credential"))
        .because("it is empty, or has characters that an HTTP header cannot carry"))
}
