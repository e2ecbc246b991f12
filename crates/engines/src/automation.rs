//! Automation rules as data: when something happens to a record of a kind, and a filter holds, then it is set, moved on,
//! noted, answered, or another record is opened. Reading and judging rules is pure; the desk carries them out.
//!
//! ```text
//! act = "set" FIELD "=" VALUE { "," FIELD "=" VALUE }
//!     | "step" STATE [ ":" WORDS ]
//!     | "note:" WORDS                                    for our own people
//!     | "reply:" WORDS                                   the customer reads it too
//!     | "mail" ADDRESS { "," ADDRESS } ":" WORDS          {{owner}} stands for the owner's
//!     | "open" KIND [ "as" LINK ] ":" FIELD "=" VALUE { "," FIELD "=" VALUE }
//! ```
//!
//! One act a line; `{{field}}` stands for what the record has there.

use model::{
    Catalog, Column, Entry, FieldError, Filter, Kind, Record, Role, Type, Value, Via, filter_text, suggest, words,
};
use serde::{Deserialize, Serialize};

/// Most acts of one rule, and longest text of them.
const ACTS_MAX: usize = 20;
const TEXT_MAX: usize = 10_000;
/// Farthest from the due moment, in minutes.
const MINUTES_MAX: i64 = 43_200;

/// What a rule waits for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum When {
    #[default]
    Created,
    Changed,
    Entered,
    Due,
}

impl When {
    pub const ALL: [When; 4] = [When::Created, When::Changed, When::Entered, When::Due];

    pub fn name(self) -> &'static str {
        match self {
            When::Created => "created",
            When::Changed => "changed",
            When::Entered => "entered",
            When::Due => "due",
        }
    }

    pub fn label(self) -> &'static str {
        match self {
            When::Created => "It is created",
            When::Changed => "Fields of it change",
            When::Entered => "It enters a state",
            When::Due => "Something of it is due",
        }
    }

    pub fn parse(name: &str) -> Option<When> {
        When::ALL.into_iter().find(|when| when.name() == name.trim())
    }
}

/// A rule as its author writes it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Definition {
    pub kind: String,
    pub when: When,
    /// For `changed`: any of these; every change where there are none.
    pub fields: Vec<String>,
    /// For `entered`.
    pub state: String,
    /// For `due`: so many minutes before it; less than zero after it.
    pub minutes: i64,
    pub filter: String,
    pub acts: String,
    /// The roles it acts with: never more than its author has.
    pub roles: Vec<Role>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Act {
    Set(Vec<(String, String)>),
    Step {
        to: String,
        note: String,
    },
    Note {
        text: String,
        public: bool,
    },
    /// To e-mail addresses, as texts with gaps.
    Mail {
        to: Vec<String>,
        text: String,
    },
    Open {
        kind: String,
        link: String,
        fields: Vec<(String, String)>,
    },
    /// To whoever of the team has least open among those who are there; without a team, of the one that has the record.
    Assign {
        team: String,
    },
}

/// Reads the acts of a rule.
///
/// # Errors
/// One sentence that names the line.
pub fn acts(text: &str) -> Result<Vec<Act>, String> {
    if text.chars().count() > TEXT_MAX {
        return Err(format!("longer than {TEXT_MAX} characters"));
    }
    let mut acts = Vec::new();
    for (at, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        acts.push(act(line).map_err(|why| format!("line {}: {why}", at + 1))?);
    }
    match acts.len() {
        0 => Err("says nothing to do".into()),
        1..=ACTS_MAX => Ok(acts),
        many => Err(format!("{many} acts, {ACTS_MAX} at most")),
    }
}

fn act(line: &str) -> Result<Act, String> {
    let said = |text: &str| match text.trim() {
        "" => Err("needs words behind the colon".to_string()),
        text => Ok(text.to_string()),
    };
    if let Some(text) = line.strip_prefix("note:") {
        return Ok(Act::Note { text: said(text)?, public: false });
    }
    if let Some(text) = line.strip_prefix("reply:") {
        return Ok(Act::Note { text: said(text)?, public: true });
    }
    let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
    match word {
        "set" => Ok(Act::Set(sets(rest)?)),
        "step" => {
            let (to, note) = rest.split_once(':').unwrap_or((rest, ""));
            match to.trim() {
                "" => Err("step needs the state it moves to".into()),
                to => Ok(Act::Step { to: to.into(), note: note.trim().into() }),
            }
        }
        "mail" => {
            let (to, text) = rest.split_once(':').ok_or("mail needs a colon before its words")?;
            let to: Vec<String> = to.split(',').map(|to| to.trim().to_string()).filter(|to| !to.is_empty()).collect();
            match to.len() {
                0 => Err("mail needs an address, such as {{owner}}".into()),
                _ => Ok(Act::Mail { to, text: said(text)? }),
            }
        }
        "open" => {
            let (what, rest) = rest.split_once(':').ok_or("open needs a colon before its fields")?;
            let (kind, link) = what.split_once(" as ").unwrap_or((what, ""));
            Ok(Act::Open { kind: kind.trim().into(), link: link.trim().into(), fields: sets(rest)? })
        }
        "assign" => Ok(Act::Assign { team: rest.trim().into() }),
        other => {
            let known = ["set", "step", "note:", "reply:", "mail", "open", "assign"];
            Err(format!("\"{other}\" is none of {}{}", known.join(", "), suggest::hint(other, known)))
        }
    }
}

fn sets(text: &str) -> Result<Vec<(String, String)>, String> {
    words::split(text, ",").iter().map(|part| words::set(part)).collect()
}

/// Everything that is wrong with a rule, beside the name of its part.
pub fn errors(definition: &Definition, catalog: &Catalog) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let mut wrong = |name: &str, why: String| errors.push(FieldError::new(name, why));
    if definition.roles.is_empty() {
        wrong("roles", "needs at least one role to act with".into());
    }
    let Some(kind) = catalog.find(&definition.kind) else {
        wrong("kind", catalog.unknown(&definition.kind));
        return errors;
    };
    if let Err(why) = filter(definition, kind) {
        wrong("filter", why);
    }
    match definition.when {
        When::Changed => {
            for name in definition.fields.iter().filter(|name| kind.type_of(name).is_none()) {
                wrong("fields", strange(kind, name));
            }
        }
        When::Entered if kind.lifecycle.find(&definition.state).is_none() => {
            wrong("state", no_state(kind, &definition.state));
        }
        When::Due if !kind.fields.iter().any(|field| field.column == Some(Column::Due)) => {
            wrong("when", format!("nothing of {} is ever due", kind.labels.to_lowercase()));
        }
        When::Due if !(-MINUTES_MAX..=MINUTES_MAX).contains(&definition.minutes) => {
            wrong("minutes", format!("is not a whole number from -{MINUTES_MAX} to {MINUTES_MAX}"));
        }
        _ => {}
    }
    match acts(&definition.acts) {
        Err(why) => wrong("acts", why),
        Ok(acts) => acts.iter().filter_map(|act| act_error(act, kind, catalog)).for_each(|why| wrong("acts", why)),
    }
    errors
}

/// The filter of a rule, read.
///
/// # Errors
/// Where it cannot be read, and for a test of links: they are not part of what happened.
pub fn filter(definition: &Definition, kind: &Kind) -> Result<Filter, String> {
    let filter = filter_text::parse(&definition.filter, kind)?;
    let mut paths = Vec::new();
    filter.paths(&mut paths);
    match paths.contains(&"linked") {
        true => Err("filter: a rule cannot test links".into()),
        false => Ok(filter),
    }
}

fn strange(kind: &Kind, name: &str) -> String {
    format!("{} has no field \"{name}\"{}", kind.label.to_lowercase(), suggest::hint(name, kind.names()))
}

fn no_state(kind: &Kind, state: &str) -> String {
    let names = kind.lifecycle.states.iter().map(|state| state.name);
    format!("\"{state}\" is no state of {}{}", kind.label.to_lowercase(), suggest::hint(state, names))
}

/// What is wrong with an act as far as that can be known before a record is there.
fn act_error(act: &Act, kind: &Kind, catalog: &Catalog) -> Option<String> {
    let gap =
        |text: &str| words::gaps(text).into_iter().find(|name| kind.type_of(name).is_none()).map(|n| strange(kind, n));
    match act {
        Act::Set(sets) => sets.iter().find_map(|(name, value)| gap(value).or_else(|| set_error(kind, name, value))),
        Act::Step { to, note } if kind.lifecycle.find(to).is_some() => gap(note),
        Act::Step { to, .. } => Some(no_state(kind, to)),
        Act::Note { text, .. } => gap(text),
        Act::Mail { to, text } => {
            let address = |to: &String| match gap(to) {
                None if to.contains("{{") || model::types::is_mail(to) => None,
                None => Some(format!("\"{to}\" is no e-mail address")),
                strange => strange,
            };
            to.iter().find_map(address).or_else(|| gap(text))
        }
        Act::Assign { team } => match kind.assignment {
            None => Some(format!("{} are given to nobody by itself", kind.labels.to_lowercase())),
            Some(_) if team.is_empty() => None,
            Some(assignment) => gap(team).or_else(|| set_error(kind, assignment.team, team)),
        },
        Act::Open { kind: other, link, fields } => {
            let Some(other) = catalog.find(other) else { return Some(catalog.unknown(other)) };
            if !link.is_empty() && !kind.links.iter().any(|known| known.name == *link) {
                let names = kind.links.iter().map(|link| link.name.as_str());
                return Some(format!("there is no link \"{link}\"{}", suggest::hint(link, names)));
            }
            fields.iter().find_map(|(name, value)| gap(value).or_else(|| set_error(other, name, value)))
        }
    }
}

fn set_error(kind: &Kind, name: &str, value: &str) -> Option<String> {
    let of = kind.find(name);
    if of.is_some_and(|field| field.derived || field.alias.is_some()) && name != "title" {
        return Some(format!("\"{name}\" is not set by hand"));
    }
    let Some(ty) = kind.type_of(name).filter(|_| name == "title" || of.is_some()) else {
        return Some(strange(kind, name));
    };
    if value.contains("{{") || value.is_empty() {
        return None;
    }
    ty.parse(value).err().map(|why| format!("{name}: {why}"))
}

/// Whether an entry of the journal is what a rule waits for. What an import tells has happened long ago.
pub fn is_told(definition: &Definition, entry: &Entry) -> bool {
    if definition.kind != entry.kind || entry.via == Via::Import {
        return false;
    }
    match definition.when {
        When::Created => entry.act == "create",
        When::Changed if entry.act == "create" => false,
        When::Changed if definition.fields.is_empty() => !entry.changes.is_empty(),
        When::Changed => definition.fields.iter().any(|name| entry.changes.contains_key(name)),
        When::Entered => {
            let state = entry.changes.get("state").and_then(Option::as_ref).and_then(model::Value::as_text);
            state == Some(definition.state.as_str())
        }
        When::Due => false,
    }
}

/// A text with what the record has in each gap, as people read it.
pub fn filled(text: &str, kind: &Kind, record: &Record) -> String {
    words::filled(text, |name| {
        let ty = kind.type_of(name).unwrap_or(Type::Mixed);
        Some(record.value(kind, name).map_or(String::new(), |value| ty.print(&value)))
    })
}

/// A text as the value of a field: with each gap filled, and a gap that stands alone as the very value, not as people read it.
pub fn value_in(text: &str, kind: &Kind, record: &Record) -> String {
    let alone = text.trim().strip_prefix("{{").and_then(|rest| rest.strip_suffix("}}")).map(str::trim);
    let alone = alone.filter(|name| kind.type_of(name).is_some());
    match alone.and_then(|name| record.value(kind, name)) {
        Some(Value::Text(value)) => value,
        _ => filled(text, kind, record),
    }
}

/// Why a rule acts, in words.
pub fn because(definition: &Definition) -> String {
    let when = match definition.when {
        When::Created => "it was created".to_string(),
        When::Changed if definition.fields.is_empty() => "it changed".into(),
        When::Changed => format!("{} changed", definition.fields.join(" or ")),
        When::Entered => format!("it is {} now", definition.state),
        When::Due if definition.minutes > 0 => format!("it is due within {} minutes", definition.minutes),
        When::Due if definition.minutes < 0 => format!("it was due {} minutes ago", -definition.minutes),
        When::Due => "it is due".into(),
    };
    match definition.filter.trim() {
        "" => when,
        filter => format!("{when}, and {filter}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn definition(acts: &str) -> Definition {
        Definition { kind: "incident".into(), acts: acts.into(), roles: vec![Role::Agent], ..Definition::default() }
    }

    fn told(definition: &Definition) -> Vec<String> {
        let errors = errors(definition, &kinds::catalog());
        errors.into_iter().map(|error| format!("{}: {}", error.field, error.message)).collect()
    }

    #[test]
    fn acts_are_read_line_by_line() {
        let read = acts(
            "# first\nset team = TM-3, category = \"network, wide\"\nstep in_progress: taken by {{owner}}\nnote: see {{number}}\n\
             reply: we are on it\nassign TM-3\nassign\nmail {{owner}}, duty@tidewell.example: look\nopen problem as caused_by: title = \"Cause of {{title}}\"",
        )
        .expect("acts");
        assert_eq!(read.len(), 8);
        assert_eq!(
            read[0],
            Act::Set(vec![("team".into(), "TM-3".into()), ("category".into(), "network, wide".into())])
        );
        assert_eq!(read[1], Act::Step { to: "in_progress".into(), note: "taken by {{owner}}".into() });
        assert_eq!(read[4..6], [Act::Assign { team: "TM-3".into() }, Act::Assign { team: String::new() }]);
        let Act::Open { kind, link, .. } = &read[7] else { panic!("it opens something") };
        assert_eq!((kind.as_str(), link.as_str()), ("problem", "caused_by"));
        assert_eq!(
            told(&definition("set team = TM-3\nstep in_progress: by {{owner}}\nopen problem as caused_by: title = x")),
            [""; 0]
        );
    }

    #[test]
    fn what_a_rule_cannot_mean_is_told_beside_its_part() {
        assert_eq!(acts(""), Err("says nothing to do".into()));
        assert!(acts("\nsett a = b").expect_err("wrong").starts_with("line 2: \"sett\" is none of set, step"));
        for (acts, why) in [
            ("set impact = hihg", "acts: impact: \"hihg\" is not one of high, medium, low, did you mean \"high\"?"),
            ("set teem = TM-1", "acts: incident has no field \"teem\", did you mean \"team\"?"),
            ("set state = closed", "acts: \"state\" is not set by hand"),
            ("step closd", "acts: \"closd\" is no state of incident, did you mean \"closed\"?"),
            ("note: {{titel}}", "acts: incident has no field \"titel\", did you mean \"title\"?"),
            ("mail somebody: x", "acts: \"somebody\" is no e-mail address"),
            ("mail {{ownr}}: x", "acts: incident has no field \"ownr\", did you mean \"owner\"?"),
            ("open problm: title = x", "acts: there is no kind \"problm\", did you mean \"problem\"?"),
        ] {
            assert_eq!(told(&definition(acts)), [why]);
        }
        let change = Definition { kind: "change".into(), ..definition("assign") };
        assert_eq!(told(&change), ["acts: changes are given to nobody by itself"]);
        let rule = Definition { filter: "impct = high".into(), roles: Vec::new(), ..definition("note: x") };
        let said = told(&rule);
        assert!(said[0].starts_with("roles: needs") && said[1].contains("position 1"), "{said:?}");
        let links = Definition { filter: "linked to problem".into(), ..definition("note: x") };
        assert_eq!(told(&links), ["filter: filter: a rule cannot test links"]);
        let due = Definition { kind: "service".into(), when: When::Due, ..definition("note: x") };
        assert_eq!(told(&due), ["when: nothing of services is ever due"]);
    }
}
