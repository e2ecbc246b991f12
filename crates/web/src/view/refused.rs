//! The page for what cannot be done: what happened, and what to do next. Nothing of the cause that is not the reader's.

use askama::Template;

use super::{
    parts::{Link, Mark, Shape, Tone},
    shell::Shell,
};

#[derive(Template)]
#[template(path = "page/refused.html")]
pub struct RefusedPage {
    pub shell: Shell,
    pub mark: Mark,
    pub heading: &'static str,
    /// One or two sentences, the first of them from the refusal itself where it has one.
    pub text: String,
    pub ways_on: Vec<Link>,
    /// For a fault: under which the cause stands in the log. Empty otherwise.
    pub reference: String,
}

impl RefusedPage {
    /// `status` is the answer's status code; `sentence` comes from the refusal and may be empty.
    pub fn new(shell: Shell, status: u16, sentence: &str) -> RefusedPage {
        let (shape, tone, heading, text) = words(status);
        let text = if sentence.is_empty() { text.to_owned() } else { format!("{}{text}", ended(sentence)) };
        let ways_on = match status {
            401 => vec![Link::new("Sign in", "/sign-in")],
            412 | 428 => vec![Link::new("Open it as it is now", shell.path.clone()), Link::new("Home", "/")],
            500.. => vec![Link::new("Try again", shell.path.clone()), Link::new("Home", "/")],
            409 | 413 | 415 | 422 => record_of(&shell.path)
                .into_iter()
                .chain([Link::new("Home", "/"), Link::new("Search", "/search")])
                .collect(),
            _ => vec![Link::new("Home", "/"), Link::new("Search", "/search")],
        };
        let mark = Mark::new(shape, tone, format!("{status}"));
        RefusedPage { shell, mark, heading, text, ways_on, reference: String::new() }
    }

    /// A form of another session: signing in elsewhere or again is no fault, and nothing has been written.
    pub fn outdated(shell: Shell, sentence: &str) -> RefusedPage {
        let mark = Mark::new(Shape::Risk, Tone::Warn, "403");
        let heading = "This form is out of date";
        let text = format!("{}Nothing has been written.", ended(sentence));
        let ways_on = vec![Link::new("Home", "/")];
        RefusedPage { shell, mark, heading, text, ways_on, reference: String::new() }
    }

    /// A fault of ours: the reader gets an id to quote, the log has the cause.
    pub fn fault(shell: Shell, reference: &str) -> RefusedPage {
        RefusedPage { reference: reference.to_owned(), ..RefusedPage::new(shell, 500, "") }
    }
}

/// The record whose page a small form was sent from: what was typed there is still in the browser's memory of it.
fn record_of(path: &str) -> Option<Link> {
    let mut parts = path.trim_start_matches('/').split('/');
    let (plural, number, _) = (parts.next()?, parts.next()?, parts.next()?);
    let is_number = number.contains('-') && number.starts_with(|letter: char| letter.is_ascii_uppercase());
    is_number.then(|| Link::new(format!("Back to {number}"), format!("/{plural}/{number}")))
}

/// What a refusal says, with the stop that it leaves to whoever shows it.
fn ended(sentence: &str) -> String {
    let stop = if sentence.ends_with(['.', '?', '!']) { "" } else { "." };
    format!("{sentence}{stop} ")
}

fn words(status: u16) -> (Shape, Tone, &'static str, &'static str) {
    match status {
        400 => (Shape::Risk, Tone::Warn, "This address cannot be understood", "Nothing has been left out or guessed."),
        401 => (Shape::Lock, Tone::Mute, "Please sign in", "This page is only for people with an account."),
        403 => (Shape::Lock, Tone::Mute, "This is not yours to do", "Whoever looks after the roles can allow it."),
        404 => (
            Shape::Nothing,
            Tone::Mute,
            "Nothing is here",
            "Either it does not exist, or it is not for your eyes; we do not tell which.",
        ),
        405 => (Shape::Risk, Tone::Warn, "This cannot be done here", "The address exists, but not for this."),
        409 => (Shape::Risk, Tone::Warn, "This step is not possible now", "Nothing has been written."),
        412 | 428 => (
            Shape::Risk,
            Tone::Warn,
            "Somebody else was here first",
            "The record has been written since you opened it, so nothing of yours has been saved over theirs.",
        ),
        413 => (Shape::Risk, Tone::Warn, "This is too large", "Nothing has been written."),
        415 => (Shape::Risk, Tone::Warn, "This form cannot be read", "Please send it from the page it belongs to."),
        422 => (Shape::Nonconforming, Tone::Bad, "This needs a correction", "Nothing has been written."),
        429 => (Shape::Pause, Tone::Mute, "Too many at once", "Please wait a minute and try again."),
        503 => (
            Shape::Pause,
            Tone::Warn,
            "Not ready yet",
            "The program is starting or its database is away. Try again in a moment.",
        ),
        _ => (
            Shape::Nonconforming,
            Tone::Bad,
            "Something went wrong on our side",
            "What you sent may not have been saved. It has been written down for whoever looks after this program.",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_refusal_says_what_to_do_next() {
        for status in [400, 401, 403, 404, 405, 409, 412, 413, 415, 422, 428, 429, 500, 503] {
            let page = RefusedPage::new(Shell::default(), status, "").render().expect("the page renders");
            assert!(page.contains("class=\"btn"), "{status} leads nowhere");
        }
        let told = |sentence: &str| RefusedPage::new(Shell::default(), 400, sentence).text;
        assert_eq!(told("there is no version 7"), "there is no version 7. Nothing has been left out or guessed.");
        assert_eq!(told("did you mean \"name\"?"), "did you mean \"name\"? Nothing has been left out or guessed.");
        let page = RefusedPage::fault(Shell::default(), "f-81").render().expect("the page renders");
        assert!(page.contains("f-81"));
    }
}
