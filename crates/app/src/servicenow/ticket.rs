//! Rows of one ticket as one incident with its history.
//!
//! The log repeats in every row what was known at the end (when it was resolved, by whom, with which code). A history
//! that says so from the first entry on would know the future, so these stand in it from the state on that they belong to.

use std::collections::BTreeMap;

use model::{Line, Moment, line::Past};
use serde_json::{Map, Value as Json};

use super::{
    header::{Column, Header, Values},
    words::Words,
};

/// One row, packed: a log of a million rows must fit into memory before its tickets can be told.
pub struct Update {
    line: u64,
    at: Moment,
    /// The tool's own count of changes, which orders rows of the same minute.
    count: u32,
    values: Box<str>,
}

impl Update {
    /// # Errors
    /// The first reason why the row cannot be taken, with its column.
    pub fn read(line: u64, values: &[String], header: &Header, words: &Words) -> Result<Update, String> {
        header.check(values)?;
        let packed = header.packed(values);
        let open = Values::open(&packed);
        let updated =
            open.get(Column::UpdatedAt).ok_or("sys_updated_at: it is missing, so nobody can tell when it was")?;
        let at = words.moment("sys_updated_at", updated)?;
        let count = open.get(Column::ModCount).map(|text| words.count("sys_mod_count", text)).transpose()?;
        facts(&open, words)?;
        Ok(Update { line, at, count: count.unwrap_or_default(), values: packed })
    }
}

pub struct Ticket {
    number: String,
    pub updates: Vec<Update>,
}

impl Ticket {
    pub fn new(number: &str) -> Ticket {
        Ticket { number: number.to_string(), updates: Vec::new() }
    }

    pub fn first_line(&self) -> u64 {
        self.updates.iter().map(|update| update.line).min().unwrap_or_default()
    }

    /// Puts rows into the order of their times and answers how many stood there twice.
    pub fn settle(&mut self) -> usize {
        let before = self.updates.len();
        self.updates.sort_by_key(|update| (update.at, update.count, update.line));
        self.updates.dedup_by(|later, earlier| later.at == earlier.at && later.values == earlier.values);
        before - self.updates.len()
    }

    /// Number and name of each team that it went to.
    pub fn teams(&self, words: &Words) -> BTreeMap<String, String> {
        let group = |update: &Update| Values::open(&update.values).get(Column::Group).map(|text| words.team(text));
        self.updates.iter().filter_map(group).collect()
    }

    pub fn line(&self, words: &Words) -> Line {
        let mut standing: BTreeMap<&'static str, Json> = BTreeMap::new();
        let (mut state, mut title) = ("new", String::new());
        let mut history = Vec::with_capacity(self.updates.len());
        for (place, update) in self.updates.iter().enumerate() {
            let values = Values::open(&update.values);
            // Rows that cannot be read were refused when they came.
            let Ok(facts) = facts(&values, words) else { continue };
            let by = values.get(Column::UpdatedBy).map(|text| words.person("updated-by", text));
            let mut past = Past { at: update.at, by, ..Past::default() };
            if let Some(now) = facts.state.filter(|now| place == 0 || *now != state) {
                state = now;
                past.state = Some(now.into());
            } else if place == 0 {
                past.state = Some(state.into());
            }
            let fields = facts.in_state(state, update.at, &standing);
            past.fields = differences(&standing, &fields);
            standing = fields;
            let told = told_title(&values).unwrap_or_else(|| format!("Incident {}", self.number));
            if told != title {
                past.title = Some(told.clone());
                title = told;
            }
            history.push(past);
        }
        Line {
            kind: "incident".into(),
            number: Some(self.number.clone()),
            title: Some(title),
            state: Some(state.into()),
            fields: standing.into_iter().map(|(name, value)| (name.to_string(), value)).collect(),
            links: Vec::new(),
            history,
        }
    }
}

/// What differs, null for what is no longer there.
fn differences(before: &BTreeMap<&'static str, Json>, after: &BTreeMap<&'static str, Json>) -> Map<String, Json> {
    let mut changes = Map::new();
    for (name, value) in after.iter().filter(|(name, value)| before.get(*name) != Some(*value)) {
        changes.insert((*name).to_string(), value.clone());
    }
    for name in before.keys().filter(|name| !after.contains_key(*name)) {
        changes.insert((*name).to_string(), Json::Null);
    }
    changes
}

/// The log has no titles of its own in most forms: what it is about stands in its categories.
fn told_title(values: &Values<'_>) -> Option<String> {
    if let Some(title) = values.get(Column::Title) {
        return Some(title.to_string());
    }
    let columns = [(Column::Category, "category"), (Column::Subcategory, "subcategory"), (Column::Symptom, "symptom")];
    let named = columns.into_iter().filter_map(|(column, word)| {
        let text = values.get(column)?;
        Some(if text.bytes().all(|byte| byte.is_ascii_digit()) { format!("{word} {text}") } else { text.to_string() })
    });
    let text = named.collect::<Vec<_>>().join(", ");
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect())
}

/// What one row says.
struct Facts {
    state: Option<&'static str>,
    fields: BTreeMap<&'static str, Json>,
    resolved_at: Option<Moment>,
    closed_at: Option<Moment>,
    resolved_by: Option<String>,
    closed_code: Option<String>,
}

impl Facts {
    /// Fields as they were known then: how it ended is known from its end on, and never before the row itself.
    fn in_state(self, state: &str, at: Moment, before: &BTreeMap<&'static str, Json>) -> BTreeMap<&'static str, Json> {
        let mut fields = self.fields;
        let earlier = |name: &str| before.get(name).cloned().unwrap_or_else(|| at.to_string().into());
        fields.entry("raised_on").or_insert_with(|| earlier("raised_on"));
        let over = matches!(state, "resolved" | "closed");
        if over {
            let known = self.resolved_at.map(|resolved| Json::from(resolved.min(at).to_string()));
            fields.insert("resolved_on", known.unwrap_or_else(|| earlier("resolved_on")));
            fields.extend(self.resolved_by.map(|by| ("resolved_by", by.into())));
            fields.extend(self.closed_code.map(|code| ("closed_code", code.into())));
        }
        if matches!(state, "closed" | "cancelled") {
            let known = self.closed_at.map(|closed| Json::from(closed.min(at).to_string()));
            fields.insert("closed_on", known.unwrap_or_else(|| earlier("closed_on")));
        }
        fields
    }
}

fn facts(values: &Values<'_>, words: &Words) -> Result<Facts, String> {
    let text = |column| values.get(column);
    let moment = |column, name: &str| text(column).map(|text| words.moment(name, text)).transpose();
    let mut fields: BTreeMap<&'static str, Json> = BTreeMap::new();
    let mut put = |name: &'static str, value: Option<String>| {
        fields.extend(value.map(|value| (name, Json::from(value))));
    };
    put("description", text(Column::Description).map(str::to_string));
    put("category", text(Column::Category).map(str::to_string));
    put("subcategory", text(Column::Subcategory).map(str::to_string));
    put("symptom", text(Column::Symptom).map(str::to_string));
    put("location", text(Column::Location).map(str::to_string));
    put("vendor", text(Column::Vendor).map(str::to_string));
    put("contact_type", text(Column::ContactType).map(|text| words.contact(text)));
    put("notify", text(Column::Notify).map(|text| words.notify(text)));
    put("requester", text(Column::Caller).map(|text| words.person("caller", text)));
    put("opened_by", text(Column::OpenedBy).map(|text| words.person("opened-by", text)));
    put("owner", text(Column::AssignedTo).map(|text| words.person("resolver", text)));
    put("team", text(Column::Group).map(|text| words.team(text).0));
    put("ci", text(Column::Ci).map(|text| words.ci(text)));
    put("problem", text(Column::Problem).map(|text| words.problem(text)));
    put("change", text(Column::Rfc).map(|text| words.change(text)));
    put("caused_by_change", text(Column::CausedBy).map(|text| words.change(text)));
    put("priority", text(Column::Priority).map(|text| words.priority(text)).transpose()?);
    let level = |column, name| text(column).map(|text| words.level(name, text).map(str::to_string)).transpose();
    put("impact", level(Column::Impact, "impact")?);
    put("urgency", level(Column::Urgency, "urgency")?);
    let created = moment(Column::CreatedAt, "sys_created_at")?;
    let raised = moment(Column::OpenedAt, "opened_at")?.or(created);
    put("raised_on", raised.map(|raised| raised.to_string()));
    for (column, name, field) in [
        (Column::MadeSla, "made_sla", "made_target"),
        (Column::Knowledge, "knowledge", "knowledge_used"),
        (Column::PriorityConfirmed, "u_priority_confirmation", "priority_confirmed"),
    ] {
        let flag = text(column).map(|text| words.flag(name, text)).transpose()?;
        fields.extend(flag.map(|flag| (field, Json::from(flag))));
    }
    for (column, name) in [(Column::Reassignments, "reassignment_count"), (Column::Reopenings, "reopen_count")] {
        let count = text(column).map(|text| words.count(name, text)).transpose()?;
        fields.extend(count.map(|count| (name, Json::from(count))));
    }
    Ok(Facts {
        state: text(Column::State).map(|text| words.state(text)).transpose()?,
        fields,
        resolved_at: moment(Column::ResolvedAt, "resolved_at")?,
        closed_at: moment(Column::ClosedAt, "closed_at")?,
        resolved_by: text(Column::ResolvedBy).map(|text| words.person("resolved-by", text)),
        closed_code: text(Column::ClosedCode).map(str::to_string),
    })
}
