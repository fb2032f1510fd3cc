//! The error document: what stopped a command, for programs and for the desk's page.

use serde::Serialize;

use crate::model::problem::Problem;

/// A problem as `--json` prints it.
#[derive(Serialize)]
pub(crate) struct ErrorDocument<'a> {
    schema: &'static str,
    error: ErrorPart<'a>,
}

#[derive(Serialize)]
struct ErrorPart<'a> {
    code: &'static str,
    exit_code: u8,
    message: &'a str,
    place: Option<&'a str>,
    why: Option<&'a str>,
    next: Option<&'a str>,
    not_done: Option<&'a str>,
    also: &'a [String],
}

impl<'a> ErrorDocument<'a> {
    /// The document of a problem.
    pub(crate) fn of(problem: &'a Problem) -> Self {
        Self {
            schema: "crossfoot/error/v1",
            error: ErrorPart {
                code: problem.code,
                exit_code: problem.exit.code(),
                message: &problem.what,
                place: problem.place.as_deref(),
                why: problem.why.as_deref(),
                next: problem.next.as_deref(),
                not_done: problem.not_done.as_deref(),
                also: &problem.also,
            },
        }
    }
}
