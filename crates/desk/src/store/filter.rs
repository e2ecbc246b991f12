//! The one filter as SQL: the same meaning as `model::Filter::holds`, which a property test holds it to.
//!
//! Filters are pushed down to their leaves with the negation, so that a missing value makes a plain test false and its
//! negation true, and plain tests stay in the form that indexes answer.

use model::{
    Column, Filter, Kind, Type, Value,
    filter::{Context, Op, Operand},
};

use crate::store::{
    db::{Dialect, Sql},
    words::literal,
};

/// What stands in `due` when there is none.
pub const NEVER: i64 = 9_999_999_999_999;

/// A statement in the making: its text and the values bound so far.
pub struct Builder<'a> {
    pub dialect: Dialect,
    pub context: Context<'a>,
    pub args: Vec<Sql>,
}

impl<'a> Builder<'a> {
    pub fn new(dialect: Dialect, context: Context<'a>) -> Builder<'a> {
        Builder { dialect, context, args: Vec::new() }
    }

    pub fn bind(&mut self, value: impl Into<Sql>) -> String {
        self.args.push(value.into());
        format!("${}", self.args.len())
    }

    /// Places for an `in (…)`, the last value repeated up to a power of two: few different texts, so that statements that
    /// are prepared already are met again.
    pub fn bind_all(&mut self, values: &[String]) -> String {
        let wanted = values.len().next_power_of_two().max(8);
        let padded = values.iter().chain(values.last().into_iter().cycle()).take(wanted);
        let places: Vec<String> = padded.map(|value| self.bind(value.as_str())).collect();
        places.join(",")
    }

    /// The condition for a filter over a kind (or over the kind of all kinds).
    pub fn filter(&mut self, filter: &Filter, kind: &Kind) -> String {
        self.part(filter, kind, false)
    }

    fn part(&mut self, filter: &Filter, kind: &Kind, negated: bool) -> String {
        match filter {
            Filter::Not(inner) => self.part(inner, kind, !negated),
            Filter::All(parts) | Filter::Any(parts) => {
                let all = matches!(filter, Filter::All(_)) != negated;
                if parts.is_empty() {
                    return if all { "1 = 1" } else { "1 = 0" }.into();
                }
                let parts: Vec<String> = parts.iter().map(|part| self.part(part, kind, negated)).collect();
                format!("({})", parts.join(if all { " and " } else { " or " }))
            }
            Filter::Filled { path } => {
                let place = place(kind, path);
                if negated { place.empty() } else { place.filled() }
            }
            Filter::Linked { name, kind: to, number } => {
                let linked = self.linked(name.as_deref(), to.as_deref(), number.as_deref());
                if negated { format!("not {linked}") } else { linked }
            }
            // In these words the planner finds the partial indexes of unfinished work.
            Filter::Compare { path, op: Op::Equal, value: Operand::Value(value) }
                if negated && matches!(place(kind, path), Place::Phase) && value.as_text() == Some("done") =>
            {
                "phase < 2".into()
            }
            Filter::Compare { path, op, value } => {
                let value = value.resolve(self.context);
                self.leaf(&place(kind, path), negated, |builder, place| builder.compare(place, *op, &value))
            }
            Filter::In { path, values } => {
                let values: Vec<Value> = values.iter().map(|value: &Operand| value.resolve(self.context)).collect();
                self.leaf(&place(kind, path), negated, |builder, place| {
                    let tests: Vec<String> =
                        values.iter().map(|value| builder.compare(place, Op::Equal, value)).collect();
                    format!("({})", tests.join(" or "))
                })
            }
            Filter::Contains { path, text } => {
                let text = text.to_ascii_lowercase();
                self.leaf(&place(kind, path), negated, |builder, place| {
                    let part = builder.bind(text.as_str());
                    let held = builder.dialect.words(&format!("lower(({}){{bytewise}})", place.text()));
                    builder.dialect.holds(&held, &part)
                })
            }
        }
    }

    /// A test of a place, or of each entry of its list; the negation holds where nothing is.
    fn leaf(&mut self, place: &Place, negated: bool, test: impl FnOnce(&mut Self, &Place) -> String) -> String {
        if let Place::Data { list: true, path, .. } = place {
            let entries = self.dialect.entries(&format!("data -> {}", path_literal(path)));
            let test = test(self, &place.entry());
            let some = format!("exists (select 1 from {entries} where {test})");
            let there = format!("data -> {} is not null", path_literal(path));
            return if negated { format!("not ({there} and {some})") } else { format!("({there} and {some})") };
        }
        let test = test(self, place);
        if negated { format!("not coalesce({test}, 1 = 0)") } else { test }
    }

    fn compare(&mut self, place: &Place, op: Op, value: &Value) -> String {
        let sign = op.sign();
        match place {
            Place::Phase => {
                let wanted = value.as_text().and_then(model::Phase::parse);
                // The second half lets partial indexes of unfinished work answer.
                match wanted {
                    Some(model::Phase::Done) if op == Op::Equal => "phase = 2".into(),
                    Some(phase) if op == Op::Equal => format!("(phase = {} and phase < 2)", phase as i64),
                    _ => "1 = 0".into(),
                }
            }
            Place::Moment(column) => match value.as_moment() {
                Some(at) => {
                    let bound = self.bind(at.0);
                    let there = if *column == "due" { format!(" and due <> {NEVER}") } else { String::new() };
                    format!("({column} {sign} {bound}{there})")
                }
                None => "1 = 0".into(),
            },
            Place::Text(column) => self.compare_text(column, sign, op, value),
            Place::Data { ty, .. } | Place::Entry { ty } if ty.is_numeric() => match value {
                Value::Number(number) => {
                    let bound = self.bind(number.normalize().to_string());
                    format!("{} {sign} cast({bound} as numeric)", place.number())
                }
                _ => "1 = 0".into(),
            },
            Place::Data { ty, .. } | Place::Entry { ty } => {
                let stored = match ty.store(value) {
                    serde_json::Value::String(text) => text,
                    other => other.to_string(),
                };
                let stored = date_text(ty, value).unwrap_or(stored);
                let text = place.text();
                // Said in full, as the index of what is marked says it.
                if let (Type::Flag, Value::Flag(flag), Op::Equal) = (ty, value, op) {
                    return format!("({} = {})", self.dialect.words(&text), literal(&flag.to_string()));
                }
                self.compare_text(&text, sign, op, &Value::Text(stored))
            }
        }
    }

    fn compare_text(&mut self, expression: &str, sign: &str, op: Op, value: &Value) -> String {
        let text = match value {
            Value::Text(text) => text.clone(),
            other => Type::Mixed.print(other),
        };
        let bound = self.bind(text);
        let expression = self.dialect.words(expression);
        // What is not there is '' and smaller than nothing.
        let there =
            if matches!(op, Op::Less | Op::AtMost) { format!(" and {expression} <> ''") } else { String::new() };
        format!("({expression} {sign} {bound}{there})")
    }

    fn linked(&mut self, name: Option<&str>, kind: Option<&str>, number: Option<&str>) -> String {
        let mut out = vec!["l.source = record.id".to_string(), format!("l.until = {NEVER}")];
        let mut back = vec!["l.target = record.number".to_string(), format!("l.until = {NEVER}")];
        if let Some(name) = name {
            let bound = self.bind(name);
            out.push(format!("l.name = {bound}"));
            back.push(format!("l.name = {bound}"));
        }
        if let Some(number) = number {
            let bound = self.bind(number);
            out.push(format!("l.target = {bound}"));
            back.push(format!("exists (select 1 from record o where o.id = l.source and o.number = {bound})"));
        }
        if let Some(kind) = kind {
            let bound = self.bind(kind);
            out.push(format!("exists (select 1 from record o where o.number = l.target and o.kind = {bound})"));
            back.push(format!("exists (select 1 from record o where o.id = l.source and o.kind = {bound})"));
        }
        format!(
            "(exists (select 1 from link l where {}) or exists (select 1 from link l where {}))",
            out.join(" and "),
            back.join(" and ")
        )
    }
}

/// A day compared with an instant, and the other way round, goes by 00:00 UTC.
fn date_text(ty: &Type, value: &Value) -> Option<String> {
    match ty {
        Type::Date => match value {
            Value::Date(date) => Some(date.to_string()),
            other => other
                .as_moment()
                .map(|at| if at.0 % model::time::DAY == 0 { at.date().to_string() } else { format!("{}T", at.date()) }),
        },
        Type::Instant => value.as_moment().map(model::Moment::sortable),
        _ => None,
    }
}

/// Where a path's value is kept.
pub enum Place {
    Phase,
    /// A column of milliseconds.
    Moment(&'static str),
    /// A column of text, '' where there is none.
    Text(String),
    Data {
        path: Vec<String>,
        ty: Type,
        list: bool,
    },
    /// One entry of a list.
    Entry {
        ty: Type,
    },
}

impl Place {
    /// The value as text, '' where there is none; the form that indexes have.
    pub fn text(&self) -> String {
        match self {
            Place::Phase => "phase".into(),
            Place::Moment(column) => (*column).into(),
            Place::Text(column) => column.clone(),
            Place::Entry { .. } => "e.value{bytewise}".into(),
            Place::Data { path, .. } if path.len() == 1 => sort_expression(&path[0]),
            Place::Data { path, ty, .. } => {
                let last = path.len() - 1;
                let mut text = String::from("data");
                for name in &path[..last] {
                    text = format!("{text} -> {}", literal(name));
                }
                // Inside parts flags are natural JSON, whose text is the same on both databases.
                if matches!(ty, Type::Flag) {
                    format!("coalesce(cast({text} -> {} as text), ''){{bytewise}}", literal(&path[last]))
                } else {
                    format!("coalesce({text} ->> {}, ''){{bytewise}}", literal(&path[last]))
                }
            }
        }
    }

    fn number(&self) -> String {
        match self {
            Place::Entry { .. } => "cast(e.value as numeric)".into(),
            Place::Data { path, .. } if path.len() == 1 => format!("cast(data ->> {} as numeric)", literal(&path[0])),
            Place::Data { path, .. } => format!("cast(cast(data -> {} as text) as numeric)", path_literal(path)),
            other => other.text(),
        }
    }

    fn filled(&self) -> String {
        match self {
            Place::Phase => "1 = 1".into(),
            Place::Moment("due") => format!("due <> {NEVER}"),
            Place::Moment(_) => "1 = 1".into(),
            Place::Text(column) => format!("{column} <> ''"),
            Place::Entry { .. } => "e.value <> ''".into(),
            Place::Data { path, .. } => {
                format!(
                    "coalesce(cast(data -> {} as text), '') not in ('', '[]', '{{}}', '\"\"', 'null')",
                    path_literal(path)
                )
            }
        }
    }

    /// Said as an equation where there is a column: by that the planner finds its index.
    fn empty(&self) -> String {
        match self {
            Place::Moment("due") => format!("due = {NEVER}"),
            Place::Text(column) => format!("{column} = ''"),
            _ => format!("not ({})", self.filled()),
        }
    }

    fn entry(&self) -> Place {
        match self {
            Place::Data { ty: Type::List(of), .. } => Place::Entry { ty: (**of).clone() },
            Place::Data { ty, .. } => Place::Entry { ty: ty.clone() },
            _ => Place::Entry { ty: Type::Text },
        }
    }
}

fn path_literal(path: &[String]) -> String {
    path.iter().map(|name| literal(name)).collect::<Vec<_>>().join(" -> ")
}

/// The expression by which a field in the JSON is indexed, sorted and compared.
pub fn sort_expression(name: &str) -> String {
    format!("coalesce(data ->> {}, ''){{bytewise}}", literal(name))
}

/// Where a path of a kind is kept. The path is known to the kind: filters are read against it.
pub fn place(kind: &Kind, path: &str) -> Place {
    match kind.common_name(path) {
        "phase" => return Place::Phase,
        "created" => return Place::Moment("created"),
        "changed" => return Place::Moment("changed"),
        name @ ("number" | "title" | "state") => return Place::Text(name.into()),
        "kind" if !kind.has_field("kind") => return Place::Text("kind".into()),
        "customer" if !kind.has_field("customer") || kind.customer_field == Some("customer") => {
            return Place::Text("customer".into());
        }
        _ => {}
    }
    if let Some(column) = kind.find(path).and_then(|field| field.column) {
        return match column {
            Column::Due => Place::Moment("due"),
            other => Place::Text(column_name(other).into()),
        };
    }
    let ty = kind.type_of(path).unwrap_or(Type::Mixed);
    let list = matches!(ty, Type::List(_) | Type::Mixed);
    Place::Data { path: path.split('.').map(str::to_string).collect(), ty, list }
}

pub fn column_name(column: Column) -> &'static str {
    match column {
        Column::Priority => "priority",
        Column::Service => "service",
        Column::Team => "team",
        Column::Owner => "owner",
        Column::Requester => "requester",
        Column::Due => "due",
    }
}
