//! Tickets, agreements and calendars with a history, in few words.

use engines::clocks::{Agreements, Clock, Name, replay};
use model::{Kind, Mark, Moment, Record, RecordId, Type, Value, journal::Changes};
use serde_json::{Value as Json, json};

pub fn at(text: &str) -> Moment {
    let full = if text.len() == 5 { format!("2026-11-12T{text}:00Z") } else { text.into() };
    Moment::parse(&full).unwrap_or_else(|| panic!("{text} is no moment"))
}

pub fn kind(name: &str) -> Kind {
    kinds::catalog().find(name).expect("a kind").clone()
}

fn changes(kind: &Kind, fields: &Json) -> Changes {
    let fields = fields.as_object().expect("an object");
    let value = |(name, json): (&String, &Json)| {
        let ty = kind.find(name).filter(|field| field.alias.is_none()).map_or(Type::Text, |field| field.ty.clone());
        (name.clone(), if json.is_null() { None } else { ty.read(json).expect("a value") })
    };
    fields.iter().map(value).collect()
}

pub fn mark(kind: &Kind, time: &str, fields: Json) -> Mark {
    Mark { at: at(time), by: None, note: None, changes: changes(kind, &fields), base: Changes::new(), wrote: true }
}

/// The marks of an incident: times with what was set at them.
pub fn incident(told: &[(&str, Json)]) -> Vec<Mark> {
    let kind = kind("incident");
    told.iter().map(|(time, fields)| mark(&kind, time, fields.clone())).collect()
}

pub fn record(name: &str, number: &str, told: &[(&str, Json)]) -> (Record, Vec<Mark>) {
    let kind = kind(name);
    let marks: Vec<Mark> = told.iter().map(|(time, fields)| mark(&kind, time, fields.clone())).collect();
    let folded = model::journal::fold(&marks, Moment(i64::MAX)).expect("marks");
    let record = Record {
        id: RecordId(1),
        kind: kind.name,
        number: number.into(),
        title: folded.title,
        state: folded.state,
        customer: folded.fields.get("customer").and_then(Value::as_text).map(str::to_string),
        version: 1,
        created: marks[0].at,
        changed: folded.changed,
        fields: folded.fields,
    };
    (record, marks)
}

/// An agreement about SVC-1 with hours for a response and a resolution of P1.
pub fn sla(number: &str, customer: Option<&str>, since: &str, response: i64, resolution: i64) -> (Record, Vec<Mark>) {
    let row =
        json!({"kind": "incident", "priority": "P1", "response": response * 3600, "resolution": resolution * 3600});
    let mut fields = json!({"state": "agreed", "service": "SVC-1", "ticket_targets": [row]});
    if let Some(customer) = customer {
        fields["customer"] = customer.into();
    }
    record("sla", number, &[(since, fields)])
}

pub fn clock(name: Name, marks: &[Mark], agreements: &Agreements, now: &str) -> Clock {
    let clocks = replay(&kind("incident"), marks, agreements, at(now));
    clocks.into_iter().find(|clock| clock.name == name).expect("a clock")
}

pub fn resolution(marks: &[Mark], agreements: &Agreements, now: &str) -> Clock {
    clock(Name::Resolution, marks, agreements, now)
}
