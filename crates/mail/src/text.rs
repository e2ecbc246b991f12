//! Words of automatic mail: templates that the organisation edits, strict about names and bounded in what they may do.

use minijinja::{AutoEscape, Environment, UndefinedBehavior};

/// Longest template and longest result, in characters; most steps that drawing one may take.
pub const TEMPLATE_MAX: usize = 20_000;
const RESULT_MAX: usize = 100_000;
const FUEL: u64 = 50_000;

/// An occasion on which mail goes out, with the words that the program offers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Occasion {
    pub name: &'static str,
    pub label: &'static str,
    pub help: &'static str,
    pub subject: &'static str,
    pub body: &'static str,
    /// Whether no person wrote what it says.
    pub automatic: bool,
    /// Whether it goes to somebody beside the requester: to people of the house who must act, to whoever is named or watches.
    pub inner: bool,
}

impl Occasion {
    /// Whether whoever gets it may do without it, and hears no more than they may read.
    pub fn is_by_choice(&self) -> bool {
        matches!(self.name, "mention" | "watch")
    }

    /// Whether a machine at the other end could answer it for ever: whoever must act is told each time.
    pub fn answers_by_itself(&self) -> bool {
        self.automatic && !self.inner
    }
}

pub const OCCASIONS: [Occasion; 10] = [
    Occasion {
        name: "receipt",
        label: "Receipt",
        help: "Goes to the requester when a record is opened.",
        subject: "[{{ number }}] {{ title }}",
        body: "Hello{% if requester_name %} {{ requester_name }}{% endif %},\n\nwe have received your message. It has the number \
               {{ number }}.\n\nTo add something, answer this mail.\n{% if link %}\n{{ link }}\n{% endif %}\n{{ organisation }}",
        automatic: true,
        inner: false,
    },
    Occasion {
        name: "note",
        label: "Note of an agent",
        help: "Goes to the requester when a colleague writes a public note.",
        subject: "[{{ number }}] {{ title }}",
        body: "{{ note }}\n\n{{ author_name }}\n{{ organisation }}\n{% if link %}\n{{ link }}\n{% endif %}",
        automatic: false,
        inner: false,
    },
    Occasion {
        name: "done",
        label: "Done",
        help: "Goes to the requester when a record is resolved or otherwise brought to its end.",
        subject: "[{{ number }}] {{ title }}",
        body: "Hello{% if requester_name %} {{ requester_name }}{% endif %},\n\n{{ number }} is now: {{ state }}.\n\
               {% if note %}\n{{ note }}\n{% endif %}{% if resolution %}\n{{ resolution }}\n{% endif %}\n\
               If it is not, answer this mail and we open it again.\n{% if link %}\n{{ link }}\n{% endif %}\
               {% if rating %}\nHow did we do? One press tells us:\n\n  Very happy: {{ rating }}5\n  Happy: {{ rating }}4\n  Neither nor: {{ rating }}3\n\
               \x20 Unhappy: {{ rating }}2\n  Very unhappy: {{ rating }}1\n{% endif %}\n{{ organisation }}",
        automatic: true,
        inner: false,
    },
    Occasion {
        name: "escalation",
        label: "Escalation",
        help: "Goes to whoever is brought in beside the owner, by a colleague or by an agreed step of a clock.",
        subject: "[{{ number }}] Escalated: {{ title }}",
        body: "Hello{% if receiver_name %} {{ receiver_name }}{% endif %},\n\n{{ kind }} {{ number }}, \"{{ title }}\", is escalated to you: \
               {{ note }}.\n\nIt is now: {{ state }}.\n{% if link %}\n{{ link }}\n{% endif %}\n{{ organisation }}",
        automatic: true,
        inner: true,
    },
    Occasion {
        name: "major",
        label: "Major incident",
        help: "Goes to top management when an incident is declared major.",
        subject: "[{{ number }}] Major incident: {{ title }}",
        body: "Hello{% if receiver_name %} {{ receiver_name }}{% endif %},\n\n{{ number }}, \"{{ title }}\", is handled as a major incident. \
               {{ note }}\n\nIt is now: {{ state }}.\n{% if link %}\n{{ link }}\n{% endif %}\n{{ organisation }}",
        automatic: true,
        inner: true,
    },
    Occasion {
        name: "approval",
        label: "Approval",
        help: "Goes to whoever is asked to approve, and to whoever stands in for them, with a link by which they answer without an account.",
        subject: "Approval of {{ number }}: {{ title }}",
        body: "Hello{% if receiver_name %} {{ receiver_name }}{% endif %},\n\n{% if requester_name %}{{ requester_name }}{% else %}{{ requester or \"Somebody\" }}{% endif %} \
               asks for your approval of {{ number }}: {{ title }}.\n{% if link %}\n{{ link }}\n\nThe link opens a page where you read what is \
               asked for and approve or refuse it.\n{% endif %}{{ note }}\n\n{{ organisation }}",
        automatic: true,
        inner: true,
    },
    Occasion {
        name: "mention",
        label: "Mention",
        help: "Goes to whoever is named in a note (@name), if they may read it.",
        subject: "[{{ number }}] {{ title }}",
        body: "Hello{% if receiver_name %} {{ receiver_name }}{% endif %},\n\n{% if author_name %}{{ author_name }} names you{% else %}you are named{% endif %} in {{ kind|lower }} {{ number }}, \
               \"{{ title }}\":\n\n{{ note }}\n\nIt is now: {{ state }}.\n{% if link %}\n{{ link }}\n{% endif %}\n{{ organisation }}",
        automatic: false,
        inner: true,
    },
    Occasion {
        name: "watch",
        label: "News of what one watches",
        help: "Goes to whoever watches a record when it goes to another state or a note is written that they may read.",
        subject: "[{{ number }}] {{ title }}",
        body: "Hello{% if receiver_name %} {{ receiver_name }}{% endif %},\n\nyou watch {{ kind|lower }} {{ number }}, \"{{ title }}\". \
               It is now: {{ state }}.\n{% if note %}\n{% if author_name %}{{ author_name }} writes{% else %}A note says{% endif %}:\n\n{{ note }}\n{% endif %}\
               {% if link %}\n{{ link }}\n{% endif %}\n{{ organisation }}",
        automatic: true,
        inner: true,
    },
    Occasion {
        name: "report",
        label: "Saved report",
        help: "Goes to the readers of a saved report, with its file.",
        subject: "{{ title }}",
        body: "Hello{% if receiver_name %} {{ receiver_name }}{% endif %},\n\n{{ note }}\n\n{{ number }}, \"{{ title }}\".\n\
               {% if link %}\n{{ link }}\n{% endif %}\n{{ organisation }}",
        automatic: true,
        inner: true,
    },
    Occasion {
        name: "reading",
        label: "Something to be read",
        help: "Goes to whoever must read a version of a document or what a campaign tells, or answer the questions of a training, and again when they are late.",
        subject: "[{{ number }}] {{ title }}",
        body: "Hello{% if receiver_name %} {{ receiver_name }}{% endif %},\n\nthis waits for your word; please read it and confirm it, or answer its questions: \
               \"{{ title }}\". {{ note }}\n{% if link %}\n{{ link }}\n{% endif %}\n{{ organisation }}",
        automatic: true,
        inner: true,
    },
];

/// The occasion of this name.
pub fn occasion(name: &str) -> Option<&'static Occasion> {
    OCCASIONS.iter().find(|occasion| occasion.name == name)
}

/// What a template may name. Nothing is among it that whoever gets the mail may not read.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Words {
    pub number: String,
    pub title: String,
    pub kind: String,
    pub state: String,
    pub requester: String,
    pub requester_name: String,
    /// Name of whoever the mail goes to.
    pub receiver_name: String,
    pub author_name: String,
    pub note: String,
    pub resolution: String,
    pub organisation: String,
    pub link: String,
    /// Address to which one figure from 1 to 5 is added; empty where nothing is asked.
    pub rating: String,
}

impl Words {
    /// Names with what they hold, as the page beside the templates lists them.
    pub const NAMES: [(&'static str, &'static str); 13] = [
        ("number", "number of the record"),
        ("title", "its title"),
        ("kind", "what it is, such as Incident"),
        ("state", "its state in words"),
        ("requester", "e-mail of the requester"),
        ("requester_name", "their name; empty where it is not known"),
        ("receiver_name", "name of whoever the mail goes to; empty where it is not known"),
        ("author_name", "name of whoever wrote the note"),
        ("note", "the note, if whoever gets the mail may read it; empty where there is none"),
        ("resolution", "what put it right; empty where nothing is said"),
        ("organisation", "our name"),
        ("link", "address of the record; empty where the server does not know its own"),
        ("rating", "address that asks how it was, to be followed by 1 to 5; empty where nothing is asked"),
    ];

    fn pairs(&self) -> [(&'static str, &str); 13] {
        [
            ("number", &self.number),
            ("title", &self.title),
            ("kind", &self.kind),
            ("state", &self.state),
            ("requester", &self.requester),
            ("requester_name", &self.requester_name),
            ("receiver_name", &self.receiver_name),
            ("author_name", &self.author_name),
            ("note", &self.note),
            ("resolution", &self.resolution),
            ("organisation", &self.organisation),
            ("link", &self.link),
            ("rating", &self.rating),
        ]
    }

    /// An example to look at a template with.
    pub fn sample() -> Words {
        let words = |text: &str| text.to_string();
        Words {
            number: words("INC-4711"),
            title: words("Card payments declined"),
            kind: words("Incident"),
            state: words("Resolved"),
            requester: words("kim@harbour.example"),
            requester_name: words("Kim Harbour"),
            receiver_name: words("Kim Harbour"),
            author_name: words("Ines Okafor"),
            note: words("The payment terminal takes cards again."),
            resolution: words("The certificate of the gateway was renewed."),
            organisation: words("Tidewell Managed Services"),
            link: words("https://sms.example/incidents/INC-4711"),
            rating: words("https://sms.example/rate/INC-4711.k3?rating="),
        }
    }
}

/// Draws a template. An unknown name is refused, never empty.
///
/// # Errors
/// A sentence with the line.
pub fn draw(template: &str, words: &Words) -> Result<String, String> {
    if template.chars().count() > TEMPLATE_MAX {
        return Err(format!("has more than {TEMPLATE_MAX} characters"));
    }
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_auto_escape_callback(|_| AutoEscape::None);
    environment.set_fuel(Some(FUEL));
    let drawn =
        environment.render_str(template, minijinja::Value::from_pairs(words.pairs())).map_err(|error| told(&error))?;
    if drawn.chars().count() > RESULT_MAX {
        return Err(format!("makes more than {RESULT_MAX} characters"));
    }
    Ok(drawn.trim().to_string())
}

fn told(error: &minijinja::Error) -> String {
    let what = match error.kind() {
        minijinja::ErrorKind::UndefinedError => "names something that is not there".to_string(),
        minijinja::ErrorKind::OutOfFuel => "does too much".to_string(),
        _ => error.detail().map_or_else(|| error.kind().to_string(), str::to_string),
    };
    error.line().map_or_else(|| what.clone(), |line| format!("line {line}: {what}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_offered_words_can_be_drawn_full_and_empty() {
        for occasion in OCCASIONS {
            for words in [Words::sample(), Words::default()] {
                draw(occasion.subject, &words).unwrap_or_else(|why| panic!("{}: {why}", occasion.name));
                draw(occasion.body, &words).unwrap_or_else(|why| panic!("{}: {why}", occasion.name));
            }
            assert!(draw(occasion.body, &Words::sample()).expect("text").contains("Tidewell"), "{}", occasion.name);
        }
    }

    #[test]
    fn what_is_wrong_with_a_template_is_told_by_line() {
        let wrong = |template: &str| draw(template, &Words::sample()).expect_err("refused");
        assert!(wrong("Hello\n{{ nubmer }}").starts_with("line 2"));
        assert!(wrong("{% if %}").starts_with("line 1"));
        assert!(
            wrong("{% for a in range(9000) %}{% for b in range(9000) %}x{% endfor %}{% endfor %}").contains("too much")
        );
        assert_eq!(draw("{{ title }}", &Words { title: "<b>".into(), ..Words::sample() }).as_deref(), Ok("<b>"));
    }

    #[test]
    fn every_name_is_one_that_templates_know() {
        for (name, _) in Words::NAMES {
            draw(&format!("{{{{ {name} }}}}"), &Words::sample()).unwrap_or_else(|why| panic!("{name}: {why}"));
        }
    }
}
