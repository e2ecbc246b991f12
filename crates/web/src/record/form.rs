//! Forms of any kind: each field as its control, grouped, with what was typed and what is wrong with it.

use desk::Names;
use model::{Common, Field, FieldError, Kind, Type};

use super::sent::{OTHER, Sent, is_lined};
use crate::view::field::{self as view, Control, Pick};

/// Fields under one heading.
#[derive(Clone, Debug, Default)]
pub struct Group {
    pub title: String,
    pub fields: Vec<view::Field>,
    /// Folded away until it is wanted: nothing in it is needed, filled or wrong.
    pub folded: bool,
}

/// What a form is drawn from.
pub struct Draw<'a> {
    pub kind: &'a Kind,
    pub sent: &'a Sent,
    pub names: &'a Names,
    pub errors: &'a [FieldError],
    /// The state in which fields may be needed: that of the record, or the one a step leads to.
    pub state: &'a str,
    /// Whether the reader belongs to a customer and sees no internal fields.
    pub outer: bool,
}

/// Whether a form may offer the field: its own, not another name of number, title or state.
pub fn editable(kind: &Kind, name: &str) -> bool {
    kind.find(name).is_some_and(|field| field.alias.is_none())
}

/// All fields that the reader may fill, in the order of the kind.
pub fn groups(draw: &Draw<'_>, new: bool) -> Vec<Group> {
    let mut groups: Vec<Group> = vec![Group { fields: vec![title(draw)], ..Group::default() }];
    for field in draw.kind.fields.iter().filter(|field| is_offered(field, draw.outer)) {
        let drawn = drawn(draw, field, &field.name);
        match groups.iter_mut().find(|group| group.title == field.group) {
            Some(group) => group.fields.push(drawn),
            None => groups.push(Group { title: field.group.into(), fields: vec![drawn], folded: false }),
        }
    }
    if new && !draw.outer {
        let last = Group { title: "Number".into(), fields: vec![number(draw)], folded: false };
        groups.push(last);
    }
    for group in groups.iter_mut().skip(1) {
        let kind = draw.kind;
        let asks = |field: &view::Field| {
            let filled =
                draw.sent.has(&field.name) && kind.find(&field.name).is_none_or(|field| field.default.is_none());
            field.required || !field.error.is_empty() || (filled && !new) || are_questions(kind, &field.name)
        };
        // A group most of which the kind needs later or shows in its list is worth seeing at once.
        let matters = |field: &&view::Field| {
            let needed = kind.find(&field.name).is_some_and(|field| !field.required_in.is_empty());
            needed || kind.columns.contains(&field.name.as_str())
        };
        let mattering = group.fields.iter().filter(matters).count();
        group.folded = new && !group.fields.iter().any(asks) && mattering * 2 < group.fields.len();
    }
    groups
}

/// Whether a field holds the answers to a form that is chosen: its parts are the questions.
fn are_questions(kind: &Kind, name: &str) -> bool {
    let asked = kind.form.filter(|form| form.answers == name).and_then(|_| kind.type_of(name));
    matches!(asked, Some(Type::Parts(questions)) if !questions.is_empty())
}

/// The fields that a step asks for: those needed in the state it leads to.
pub fn needed(draw: &Draw<'_>) -> Vec<view::Field> {
    let wrong = |field: &&Field| draw.errors.iter().any(|error| error.field == field.name);
    // Where it waits, all that is said of that is asked, whatever of it is needed.
    let waits = |field: &Field| {
        model::pause::is_said(draw.kind, draw.state) && model::pause::FIELDS.contains(&field.name.as_str())
    };
    let asked = |field: &&Field| field.required_in.contains(&draw.state) || waits(field) || wrong(field);
    let offered = draw.kind.fields.iter().filter(|field| is_offered(field, draw.outer));
    offered.filter(asked).map(|field| drawn(draw, field, &field.name)).collect()
}

fn is_offered(field: &Field, outer: bool) -> bool {
    field.alias.is_none() && !field.derived && !(outer && field.internal)
}

/// One field of the kind by name; title included.
pub fn one(draw: &Draw<'_>, name: &str) -> Option<view::Field> {
    if name == "title" {
        return Some(title(draw));
    }
    let field = draw.kind.find(name).filter(|field| is_offered(field, draw.outer))?;
    Some(drawn(draw, field, name))
}

/// The fields of the parts of one field, where they stand on a page of their own.
pub fn part_fields(draw: &Draw<'_>, name: &str) -> Vec<view::Field> {
    match draw.kind.find(name).map(|field| &field.ty) {
        Some(Type::Parts(fields)) => {
            fields.iter().map(|field| drawn(draw, field, &format!("{name}.{}", field.name))).collect()
        }
        _ => Vec::new(),
    }
}

fn title(draw: &Draw<'_>) -> view::Field {
    let alias = draw.kind.fields.iter().find(|field| field.alias == Some(Common::Title));
    let derived = !draw.kind.titled_by.is_empty();
    let help = match alias {
        Some(field) if !field.help.is_empty() => field.help.clone(),
        _ if derived => "Left empty, it follows from what is entered below.".into(),
        _ => "One line that tells this one from all others.".into(),
    };
    view::Field {
        name: "title".into(),
        label: alias.map_or_else(|| "Title".into(), |field| field.label.clone()),
        help,
        error: error(draw.errors, "title"),
        required: !derived,
        wide: true,
        control: Control::Line {
            value: draw.sent.text("title"),
            kind: "text",
            autocomplete: "off",
            max: Some(model::types::TEXT_MAX),
        },
    }
}

fn number(draw: &Draw<'_>) -> view::Field {
    view::Field {
        name: "number".into(),
        label: "Number of your own".into(),
        help: format!("Left empty, it gets the next one, {}-…", draw.kind.prefix),
        error: error(draw.errors, "number"),
        control: Control::line(draw.sent.text("number")),
        ..view::Field::default()
    }
}

fn drawn(draw: &Draw<'_>, field: &Field, name: &str) -> view::Field {
    let control = control(draw, &field.ty, name);
    let wide = matches!(control, Control::Lines { .. } | Control::Rows { .. } | Control::Parts { .. });
    view::Field {
        name: name.into(),
        label: field.label.clone(),
        help: help(field),
        error: error(draw.errors, name),
        required: field.required || field.required_in.contains(&draw.state),
        wide,
        control,
    }
}

/// The field's own words, and how a value is written where that is not plain.
fn help(field: &Field) -> String {
    let how = match &field.ty {
        Type::Period => "A month, quarter, half or year: 2026-11, 2026-Q4, 2026-H2, 2026.",
        Type::Duration => "Such as 4 h 30 min or 3 d.",
        Type::Mixed => "Words, or JSON where it has parts.",
        ty if is_lined(ty) => "One on each line.",
        _ => "",
    };
    [field.help.as_str(), how].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}

/// The sentence beside a control. `entry 2: on: …` of a list of rows belongs to the cell that it names.
fn error(errors: &[FieldError], name: &str) -> String {
    let exact = errors.iter().find(|error| error.field == name && placed(error).is_none());
    let cell = || errors.iter().find_map(|error| placed(error).filter(|(place, _)| place == name));
    exact.map(|error| sentence(&error.message)).or_else(|| cell().map(|cell| sentence(&cell.1))).unwrap_or_default()
}

/// The name of the cell behind `entry N: part: why`, or `part: why` of named parts, with the reason.
fn placed(error: &FieldError) -> Option<(String, String)> {
    let (first, rest) = error.message.split_once(": ")?;
    let word =
        |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    match first.strip_prefix("entry ") {
        Some(number) => {
            let row = number.parse::<usize>().ok()?.checked_sub(1)?;
            let (part, why) = rest.split_once(": ").filter(|(part, _)| word(part))?;
            Some((format!("{}.{row}.{part}", error.field), why.into()))
        }
        None if word(first) => Some((format!("{}.{first}", error.field), rest.into())),
        None => None,
    }
}

fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|first| first.to_uppercase().collect::<String>()).unwrap_or_default();
    let rest = letters.as_str();
    if text.ends_with(['.', '?', '…']) { format!("{first}{rest}") } else { format!("{first}{rest}.") }
}

/// For the summary above a form: each error with the control that it belongs to and the label of its field.
pub fn summary(draw: &Draw<'_>) -> Vec<(String, String)> {
    let entry = |error: &FieldError| {
        let cell = placed(error);
        let name = cell.as_ref().map_or_else(|| error.field.clone(), |cell| cell.0.clone());
        let shown = match error.field.as_str() {
            "title" | "note" | "number" => true,
            field => draw.kind.find(field).is_some_and(|field| is_offered(field, draw.outer)),
        };
        let label = draw.kind.label_of(&error.field);
        let why = cell.map_or_else(|| error.message.clone(), |cell| cell.1);
        let why = sentence(&why);
        // "Title is needed" names its field already.
        let why = if why.to_lowercase().starts_with(&label.to_lowercase()) { why } else { format!("{label}: {why}") };
        (if shown { name } else { String::new() }, why)
    };
    draw.errors.iter().map(entry).collect()
}

fn control(draw: &Draw<'_>, ty: &Type, name: &str) -> Control {
    let value = || draw.sent.text(name);
    match ty {
        Type::Text | Type::Period => {
            Control::Line { value: value(), kind: "text", autocomplete: "off", max: Some(model::types::TEXT_MAX) }
        }
        Type::LongText => Control::Lines { value: value(), max: Some(model::types::LONG_MAX) },
        Type::Mixed => Control::Lines { value: value(), max: None },
        Type::Number => Control::Number { value: value(), unit: String::new(), step: "any" },
        Type::Percentage => Control::Number { value: value(), unit: "%".into(), step: "any" },
        Type::Money => Control::Money {
            amount: value(),
            currency: draw.sent.text(&format!("{name}.currency")),
            currencies: currencies(&draw.sent.text(&format!("{name}.currency"))),
        },
        Type::Date => Control::Date { value: value() },
        Type::Instant => Control::Instant { value: value(), zone: "UTC".into() },
        Type::Duration => Control::Duration { value: value() },
        Type::Flag => Control::Choice {
            options: picks(&[("yes".into(), "Yes".into()), ("no".into(), "No".into())], &value()),
            blank: Some("Not stated".into()),
        },
        Type::Choice(choices) if choices.open => {
            Control::Own { value: value(), options: choices.options.iter().map(|option| option.0.clone()).collect() }
        }
        Type::Choice(choices) => {
            let mut options = picks(&choices.options, &value());
            // What stands there and is no longer among the choices is shown, not silently replaced.
            if !value().is_empty() && !options.iter().any(|option| option.chosen) {
                options.push(Pick {
                    value: value(),
                    label: format!("{} (not among the choices)", value()),
                    chosen: true,
                });
            }
            Control::Choice { options, blank: Some("Choose".into()) }
        }
        Type::Person => {
            Control::Reference { value: value(), title: name_of(draw, &value()), suggest: of_person(draw, name) }
        }
        Type::Ref(refs) => Control::Reference {
            value: value(),
            title: name_of(draw, &value()),
            suggest: format!("/lookup?kinds={}", refs.kinds.join(",")),
        },
        Type::Parts(fields) => parts(draw, fields, name),
        Type::List(of) => list(draw, ty, of, name),
    }
}

fn parts(draw: &Draw<'_>, fields: &[Field], name: &str) -> Control {
    let whole = draw.sent.get(name).filter(|text| !text.trim().is_empty());
    if let Some(words) = whole {
        return Control::Lines { value: words.into(), max: None };
    }
    let mut inner: Vec<view::Field> =
        fields.iter().map(|field| drawn(draw, field, &format!("{name}.{}", field.name))).collect();
    inner.push(carried(draw, name));
    Control::Parts { fields: inner }
}

fn carried(draw: &Draw<'_>, name: &str) -> view::Field {
    let name = format!("{name}.{OTHER}");
    view::Field { control: Control::Hidden { value: draw.sent.text(&name) }, name, ..view::Field::default() }
}

fn list(draw: &Draw<'_>, ty: &Type, of: &Type, name: &str) -> Control {
    let entries = || draw.sent.all(name).map(str::trim).filter(|text| !text.is_empty());
    match of {
        Type::Parts(_) if entries().next().is_some() => Control::Lines { value: draw.sent.text(name), max: None },
        Type::Parts(fields) => {
            let cells = |row: &str| -> Vec<view::Field> {
                let place = format!("{name}.{row}");
                let cell = |field: &Field| cell(draw, field, &format!("{place}.{}", field.name));
                fields.iter().map(cell).chain([carried(draw, &place)]).collect()
            };
            let numbers: Vec<usize> = draw.sent.rows(name).into_iter().collect();
            Control::Rows {
                columns: fields.iter().map(|field| field.label.clone()).collect(),
                rows: numbers.iter().map(|row| cells(&row.to_string())).collect(),
                numbers,
                blank: cells("__row__"),
                add: format!("add.{name}"),
            }
        }
        Type::Choice(choices) if !choices.open => {
            let chosen: Vec<&str> = entries().collect();
            let pick = |(value, label): &(String, String)| Pick {
                value: value.clone(),
                label: label.clone(),
                chosen: chosen.contains(&value.as_str()),
            };
            Control::Choices { options: choices.options.iter().map(pick).collect() }
        }
        Type::Ref(_) | Type::Person => {
            let suggest = match of {
                Type::Ref(refs) => format!("/lookup?kinds={}", refs.kinds.join(",")),
                _ => people(),
            };
            Control::References {
                values: entries().map(|entry| (entry.to_string(), name_of(draw, entry))).collect(),
                suggest,
            }
        }
        _ if is_lined(ty) => Control::Lines { value: entries().collect::<Vec<_>>().join("\n"), max: None },
        _ => Control::Lines { value: draw.sent.text(name), max: None },
    }
}

/// A cell of a table is narrow: tables inside it are written as JSON.
fn cell(draw: &Draw<'_>, field: &Field, name: &str) -> view::Field {
    let simple = match &field.ty {
        Type::Parts(_) => true,
        Type::List(of) => !of.is_scalar(),
        _ => false,
    };
    let drawn = drawn(draw, field, name);
    let help = String::new();
    if simple {
        let value = draw.sent.nested(&field.ty, name);
        return view::Field { control: Control::Lines { value, max: None }, help, ..drawn };
    }
    view::Field { help, ..drawn }
}

fn picks(options: &[(String, String)], chosen: &str) -> Vec<Pick> {
    let pick = |(value, label): &(String, String)| Pick {
        value: value.clone(),
        label: label.clone(),
        chosen: value == chosen,
    };
    options.iter().map(pick).collect()
}

/// The organisation's own first (empty), then those in use in Europe and around it (ISO 4217).
fn currencies(known: &str) -> Vec<String> {
    let usual = ["", "EUR", "USD", "GBP", "CHF", "SEK", "NOK", "DKK", "PLN", "CZK", "JPY", "CAD", "AUD"];
    let mut codes: Vec<String> = usual.iter().map(|code| (*code).to_string()).collect();
    if !codes.iter().any(|code| code == known) {
        codes.push(known.into());
    }
    codes
}

/// Whoever names the person who gets the work sees how much each has open.
fn of_person(draw: &Draw<'_>, name: &str) -> String {
    let is_owner = draw.kind.assignment.is_some_and(|assignment| assignment.owner == name);
    if is_owner { format!("{}&load=yes", people()) } else { people() }
}

fn people() -> String {
    "/lookup?people=yes".into()
}

fn name_of(draw: &Draw<'_>, known: &str) -> String {
    let person = draw.names.people.get(known).map(|person| person.0.clone());
    person.or_else(|| draw.names.records.get(known).map(|record| record.0.clone())).unwrap_or_default()
}
