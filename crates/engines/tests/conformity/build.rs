//! Makes worlds from JSON Lines the way an import does: history as it happened, fields that no entry carries from the first
//! entry on, `state`, `status`, `title` and `id` as the parts of a record that they name.

use std::collections::{BTreeSet, HashMap};

use engines::conformity::{Assessment, Case, Settings, Verdict, World, assess, catalogue, judge};
use model::{
    Line, Mark, Moment, Record, RecordId, Value,
    journal::{Changes, fold},
};
use serde_json::{Map, Value as Json};

pub fn at(text: &str) -> Moment {
    Moment::parse(text).unwrap()
}

pub fn world(lines: &[Json], instant: &str) -> World {
    let instant = at(instant);
    let cases = lines.iter().enumerate().filter_map(|(place, line)| case(line, place, instant)).collect();
    World::new(instant, Settings::default(), cases)
}

pub fn verdict(lines: &[Json], instant: &str, requirement: &str) -> Verdict {
    judge(&world(lines, instant), catalogue().requirement(requirement).unwrap())
}

pub fn assessed(lines: &[Json], instant: &str) -> Assessment {
    assess(world(lines, instant))
}

/// Assesses variations of the same lines: what a variation leaves alone is read once.
pub struct Variations {
    lines: Vec<Json>,
    instant: Moment,
    cases: HashMap<String, (Json, Option<Case>)>,
}

impl Variations {
    pub fn of(lines: Vec<Json>, instant: &str) -> Variations {
        let instant = at(instant);
        let read = |(place, line): (usize, &Json)| (number(line), (line.clone(), case(line, place, instant)));
        let cases = lines.iter().enumerate().map(read).collect();
        Variations { lines, instant, cases }
    }

    pub fn lines(&self) -> Vec<Json> {
        self.lines.clone()
    }

    pub fn assessed(&self, lines: &[Json]) -> Assessment {
        let known = |line: &Json| self.cases.get(&number(line)).filter(|(same, _)| same == line);
        let cases = lines.iter().enumerate().filter_map(|(place, line)| match known(line) {
            Some((_, case)) => case.clone(),
            None => case(line, place, self.instant),
        });
        assess(World::new(self.instant, Settings::default(), cases.collect()))
    }
}

fn number(line: &Json) -> String {
    line["number"].as_str().unwrap_or_default().to_string()
}

/// The record of a line as of an instant; `None` when it is not on record yet.
pub fn case(json: &Json, place: usize, instant: Moment) -> Option<Case> {
    let line = Line::read(json.clone()).unwrap();
    let kind = catalogue().record_types.iter().find(|known| known.id == line.kind).expect("a known kind");
    let marks = marks(&line);
    let folded = fold(&marks, instant)?;
    let record = Record {
        id: RecordId(place as i64),
        kind: kind.id.as_str(),
        number: line.number.clone().unwrap_or_else(|| format!("X-{place}")),
        title: folded.title,
        state: folded.state,
        customer: None,
        version: 1,
        created: marks[0].at,
        changed: folded.changed,
        fields: folded.fields,
    };
    let mut marks: Vec<Mark> = marks.into_iter().filter(|mark| mark.at <= instant).collect();
    marks.iter_mut().for_each(engines::conformity::lean);
    Some(Case { record, marks, links: line.links })
}

fn marks(line: &Line) -> Vec<Mark> {
    let mut last = given(&line.fields);
    if let Some(title) = &line.title {
        last.insert("title".into(), Some(Value::text(title)));
    }
    if let Some(state) = &line.state {
        last.insert("state".into(), Some(Value::text(state)));
    }
    // Where a check asks whether the state is known, an import does not make one up.
    let unstated = ["ci", "complaint", "dispute"].contains(&line.kind.as_str());
    last.entry("state".into()).or_insert_with(|| Some(Value::text(if unstated { "unstated" } else { "current" })));
    if line.history.is_empty() {
        return vec![Mark {
            at: Moment::UNKNOWN,
            by: None,
            note: None,
            changes: Changes::new(),
            base: last,
            wrote: false,
        }];
    }
    let mut marks: Vec<Mark> = Vec::new();
    for past in &line.history {
        let mut changes = given(&past.fields);
        if let Some(state) = &past.state {
            changes.insert("state".into(), Some(Value::text(state)));
        }
        let (by, note) = (past.by.clone(), past.note.clone());
        let wrote = changes.keys().any(|name| model::journal::is_field(name));
        marks.push(Mark { at: past.at, by, note, changes, base: Changes::new(), wrote });
    }
    let carried: BTreeSet<String> = marks.iter().flat_map(|mark| mark.changes.keys().cloned()).collect();
    for (name, value) in last {
        let told = marks.iter().rev().find_map(|mark| mark.changes.get(&name)).cloned();
        if !carried.contains(&name) {
            marks[0].base.insert(name, value);
        } else if told != Some(value.clone()) {
            marks.last_mut().unwrap().base.insert(name, value);
        }
    }
    marks
}

fn given(fields: &Map<String, Json>) -> Changes {
    let named = fields.iter().filter(|(name, _)| *name != "id");
    let named = named.map(|(name, value)| (if name == "status" { "state" } else { name.as_str() }, value));
    named.filter_map(|(name, value)| Some((name.to_string(), Some(Value::from_json(value)?)))).collect()
}
