//! A value as it is read: what a template draws for it, wherever it stands.

use std::collections::BTreeSet;

use askama::Template;
use desk::{Names, Shown};
use model::{Catalog, Column, Field, Kind, Moment, Phase, Type, Value};

use super::{
    address::segment,
    causes::{self, Drawing},
    clocks,
};
use crate::view::{
    parts::{Clock, Link, Mark, Person, Priority, When},
    state, text, time,
};

/// What is drawn for a value. Lists and parts hold pieces again.
#[derive(Clone, Debug, Default, PartialEq, Template)]
#[template(path = "field/show.html")]
pub enum Piece {
    #[default]
    Nothing,
    Text(String),
    /// Figures stand at the end of their column.
    Number(String),
    /// Sanitised markup of a text of several lines.
    Prose(String),
    State(Mark),
    Priority(Priority),
    Person(Person),
    Link(Link),
    When(When),
    Clock(Clock),
    Items(Vec<Piece>),
    Parts(Vec<(String, Piece)>),
    Rows(Vec<String>, Vec<Vec<Piece>>),
    /// Causes drawn, with the rows that say them.
    Drawn(Box<Drawing>, Box<Piece>),
}

impl Piece {
    pub fn is_nothing(&self) -> bool {
        *self == Piece::Nothing
    }

    /// Takes the whole width of a record's page.
    pub fn is_wide(&self) -> bool {
        matches!(self, Piece::Prose(_) | Piece::Rows(..) | Piece::Parts(_) | Piece::Drawn(..))
    }

    pub fn is_number(&self) -> bool {
        matches!(self, Piece::Number(_))
    }
}

/// Through what values are looked at: names that references stand for, and the moment of looking.
#[derive(Clone, Copy)]
pub struct Lens<'a> {
    pub catalog: &'a Catalog,
    pub names: &'a Names,
    pub now: Moment,
}

impl Lens<'_> {
    /// A value in a cell of a list: one line.
    pub fn cell(&self, kind: &Kind, shown: &Shown, path: &str) -> Piece {
        let common = kind.common_name(path);
        match common {
            "state" => return Piece::State(state::mark(kind, shown.state())),
            "number" => return Piece::Link(Link::new(shown.number(), record_address(kind, shown.number()))),
            "title" => return Piece::Link(Link::new(shown.title(), record_address(kind, shown.number()))),
            "created" | "changed" => {
                let at = if common == "created" { shown.created() } else { shown.changed() };
                return if at == Moment::UNKNOWN { Piece::Nothing } else { Piece::When(time::when(at, self.now)) };
            }
            "kind" => return Piece::Text(kind.label.clone()),
            _ => {}
        }
        let Some(ty) = kind.type_of(path) else { return Piece::Nothing };
        let field = kind.find(path);
        if kind.clocked && field.is_some_and(|field| field.column == Some(Column::Due)) {
            return clocks::next(kind, shown, self.now).map_or(Piece::Nothing, Piece::Clock);
        }
        let Some(value) = shown.value(kind, path) else {
            // That nobody has it is worth a word in a list of work.
            let owner = field.is_some_and(|field| field.column == Some(Column::Owner));
            return if owner { Piece::Person(Person::default()) } else { Piece::Nothing };
        };
        if let Some(clock) = self.due(kind, shown, field, &value) {
            return Piece::Clock(clock);
        }
        if field.is_some_and(|field| field.column == Some(Column::Priority))
            && let Some(priority) = value.as_text().and_then(state::priority)
        {
            return Piece::Priority(priority);
        }
        self.short(&ty, &value)
    }

    /// How long is left of a due moment, while the record is not done.
    fn due(&self, kind: &Kind, shown: &Shown, field: Option<&Field>, value: &Value) -> Option<Clock> {
        field.filter(|field| field.column == Some(Column::Due))?;
        let due = value.as_moment()?;
        if kind.phase(shown.state()) == Phase::Done {
            return None;
        }
        Some(clocks::promised(shown, due, self.now))
    }

    /// One line, whatever the type.
    fn short(&self, ty: &Type, value: &Value) -> Piece {
        match (ty, value) {
            (Type::Text | Type::LongText | Type::Mixed, Value::Text(held)) => Piece::Text(text::shortened(held, 120)),
            (Type::List(of), Value::List(items)) if items.len() == 1 => self.short(of, &items[0]),
            (Type::List(of), Value::List(items)) if is_rows(of) => Piece::Text(counted(items.len())),
            (Type::List(of), Value::List(items)) => {
                let words: Vec<String> = items.iter().map(|item| self.words(of, item)).collect();
                Piece::Text(text::shortened(&words.join(", "), 120))
            }
            (_, Value::Parts(_)) => Piece::Text(text::shortened(&self.words(ty, value), 120)),
            _ => self.whole(ty, value),
        }
    }

    /// A value on a page of its own record.
    pub fn whole(&self, ty: &Type, value: &Value) -> Piece {
        match (ty, value) {
            (_, value) if !value.is_filled() => Piece::Nothing,
            (Type::LongText, Value::Text(held)) => Piece::Prose(text::markdown(held)),
            (Type::Person, Value::Text(mail)) => Piece::Person(self.person(mail)),
            (Type::Ref(_), Value::Text(number)) => self.reference(number),
            (Type::Instant, Value::Instant(at)) => Piece::When(time::when(*at, self.now)),
            (Type::Date, Value::Date(date)) => Piece::When(time::when_date(*date)),
            (Type::Money, value) => Piece::Number(money(value)),
            (_, Value::Number(_)) => Piece::Number(grouped(&ty.print(value))),
            (Type::List(of), Value::List(items)) if is_rows(of) => match causes::drawing(of, items) {
                Some(drawing) => Piece::Drawn(Box::new(drawing), Box::new(self.rows(of, items))),
                None => self.rows(of, items),
            },
            (Type::List(of), Value::List(items)) => {
                Piece::Items(items.iter().map(|item| self.whole(of, item)).collect())
            }
            (_, Value::List(items)) => Piece::Items(items.iter().map(|item| self.whole(&Type::Mixed, item)).collect()),
            (Type::Parts(fields), Value::Parts(parts)) => {
                let declared = fields.iter().filter_map(|field| {
                    let value = parts.get(&field.name)?;
                    Some((field.label.clone(), self.whole(&field.ty, value)))
                });
                let other = parts.iter().filter(|(name, _)| !fields.iter().any(|field| field.name == **name));
                let other = other.map(|(name, value)| (label(name), self.whole(&Type::Mixed, value)));
                Piece::Parts(declared.chain(other).collect())
            }
            (_, Value::Parts(parts)) => {
                Piece::Parts(parts.iter().map(|(name, value)| (label(name), self.whole(&Type::Mixed, value))).collect())
            }
            (Type::Mixed, Value::Text(held)) if held.contains('\n') => Piece::Prose(text::markdown(held)),
            _ => Piece::Text(ty.print(value)),
        }
    }

    fn rows(&self, of: &Type, items: &[Value]) -> Piece {
        let Type::Parts(fields) = of else { return Piece::Nothing };
        let mut names: Vec<(String, String, Type)> = fields
            .iter()
            .filter(|field| items.iter().any(|item| item.part(&field.name).is_some()))
            .map(|field| (field.name.clone(), field.label.clone(), field.ty.clone()))
            .collect();
        let mut other = BTreeSet::new();
        for item in items {
            if let Value::Parts(parts) = item {
                other.extend(parts.keys().filter(|name| !fields.iter().any(|field| field.name == **name)));
            }
        }
        names.extend(other.into_iter().map(|name| (name.clone(), label(name), Type::Mixed)));
        let plain: Vec<&Value> = items.iter().filter(|item| !matches!(item, Value::Parts(_))).collect();
        if names.is_empty() {
            return Piece::Items(plain.iter().map(|item| self.whole(&Type::Mixed, item)).collect());
        }
        let row = |item: &Value| -> Vec<Piece> {
            match item {
                Value::Parts(_) => names
                    .iter()
                    .map(|(name, _, ty)| item.part(name).map_or(Piece::Nothing, |value| self.whole(ty, value)))
                    .collect(),
                // A row that is only words ("none") stands in the first cell.
                words => std::iter::once(self.whole(&Type::Mixed, words))
                    .chain(std::iter::repeat_n(Piece::Nothing, names.len() - 1))
                    .collect(),
            }
        };
        Piece::Rows(names.iter().map(|name| name.1.clone()).collect(), items.iter().map(row).collect())
    }

    /// How people call a record; its number, or the words themselves, where it is not to be seen.
    pub fn title(&self, number: &str) -> String {
        self.names.records.get(number).map_or(number, |(title, _)| title.as_str()).to_string()
    }

    /// The same with its page.
    pub fn link(&self, number: &str) -> Link {
        let known = self.names.records.get(number);
        let kind = known.and_then(|(_, kind)| self.catalog.find(kind));
        Link::new(self.title(number), kind.map(|kind| record_address(kind, number)).unwrap_or_default())
    }

    /// A value in words, with the names of what it refers to: for the journal, for lists in a line, for files.
    pub fn words(&self, ty: &Type, value: &Value) -> String {
        match (ty, value) {
            (Type::Person, Value::Text(mail)) => self.person(mail).name,
            (Type::Ref(_), Value::Text(number)) => match self.names.records.get(number) {
                Some((title, kind)) if kind.is_empty() => title.clone(),
                Some((title, _)) => format!("{number} {title}"),
                None => number.clone(),
            },
            (Type::Instant, Value::Instant(at)) => time::exact(*at),
            (Type::Date, Value::Date(date)) => time::day(*date),
            (Type::Money, value) => money(value),
            (Type::List(of), Value::List(items)) => {
                items.iter().map(|item| self.words(of, item)).collect::<Vec<_>>().join(", ")
            }
            (Type::Parts(fields), Value::Parts(parts)) => {
                let part = |(name, value): (&String, &Value)| {
                    let field = fields.iter().find(|field| field.name == *name);
                    let ty = field.map_or(&Type::Mixed, |field| &field.ty);
                    let label = field.map_or_else(|| label(name), |field| field.label.clone());
                    format!("{label}: {}", self.words(ty, value))
                };
                parts.iter().map(part).collect::<Vec<_>>().join("; ")
            }
            _ => ty.print(value),
        }
    }

    pub fn person(&self, mail: &str) -> Person {
        match self.names.people.get(mail) {
            Some((name, number)) => {
                let kind = self.catalog.kinds().iter().find(|kind| kind.identity.is_some() && !number.is_empty());
                Person { name: name.clone(), href: kind.map(|kind| record_address(kind, number)).unwrap_or_default() }
            }
            None => Person { name: mail.into(), href: String::new() },
        }
    }

    fn reference(&self, number: &str) -> Piece {
        match self.names.records.get(number) {
            Some((title, kind)) => match self.catalog.find(kind) {
                Some(kind) => Piece::Link(Link::new(title, record_address(kind, number))),
                None => Piece::Text(title.clone()),
            },
            // Not on record yet, or not to be seen: the number is all there is to say.
            None => Piece::Text(number.into()),
        }
    }
}

/// `/incidents/INC-20431`
pub fn record_address(kind: &Kind, number: &str) -> String {
    format!("/{}/{}", kind.plural, segment(number))
}

fn is_rows(of: &Type) -> bool {
    matches!(of, Type::Parts(_))
}

fn counted(rows: usize) -> String {
    model::words::counted(rows, "entry", "entries")
}

fn label(name: &str) -> String {
    model::lifecycle::sentence_case(name)
}

fn money(value: &Value) -> String {
    match value {
        Value::Parts(_) => {
            let amount = value.part("amount").and_then(Value::as_number).map(|number| number.to_string());
            let currency = value.part("currency").and_then(Value::as_text).unwrap_or_default();
            format!("{} {currency}", grouped(&amount.unwrap_or_default()))
        }
        Value::Number(number) => grouped(&number.to_string()),
        other => Type::Mixed.print(other),
    }
}

/// Thin groups of three from five digits on: `12 500.00`. A narrow no-break space keeps them together.
fn grouped(number: &str) -> String {
    let end = number.find(|c: char| !c.is_ascii_digit() && c != '-').unwrap_or(number.len());
    let (whole, rest) = number.split_at(end);
    let digits = whole.trim_start_matches('-');
    if digits.len() < 5 {
        return number.into();
    }
    let mut grouped = String::from(if whole.starts_with('-') { "-" } else { "" });
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at) % 3 == 0 {
            grouped.push('\u{202f}');
        }
        grouped.push(digit);
    }
    grouped + rest
}
