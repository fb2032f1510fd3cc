//! What pages are rendered with: nothing in them is undefined, and what would do something to whoever
//! reads or prints them is shown instead.

use minijinja::{Environment, UndefinedBehavior, Value, escape_formatter};

use crate::model::visible::{hides, visible};

/// The template engine of a page.
#[must_use]
pub(super) fn environment<'a>() -> Environment<'a> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_formatter(|out, state, value| match value.as_str() {
        Some(text) if text.contains(hides) && !value.is_safe() => {
            escape_formatter(out, state, &Value::from(visible(text, false).into_owned()))
        }
        _ => escape_formatter(out, state, value),
    });
    environment
}

#[cfg(test)]
mod tests {
    use minijinja::context;

    use super::*;

    #[test]
    fn what_hides_is_shown() {
        let mut environment = environment();
        environment.add_template("page.html", "<p>{{ name }}</p>").unwrap();
        let page = environment.get_template("page.html").unwrap();
        let page = page.render(context! { name => "A\u{1b}[31m\u{202e}<b>" }).unwrap();
        assert_eq!(page, "<p>A&lt;U+001B&gt;[31m&lt;U+202E&gt;&lt;b&gt;</p>");
    }
}
