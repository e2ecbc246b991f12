//! What is read for the thread of a record: the record with its clocks and what was said, the records around it, and the
//! reports and results of its month.

use std::collections::{BTreeSet, HashMap};

use desk::{
    Shown, rights,
    thread::{Course, Knot, Leaf, Thread},
};
use engines::clocks::Clock;
use model::{Act, Filter, Kind, Moment, Query, Refusal, Value, filter::Operand, query::EVERY};

use crate::{App, Seat};

/// Most records of a thread, and how many layers it has.
const KNOTS: usize = 80;
const STEPS: usize = 3;
/// Most reports and results of a month.
const COUNTED: usize = 12;

/// States of an agreement that holds.
const IN_FORCE: [&str; 4] = ["agreed", "active", "in-force", "current"];

/// Where a thread ends, and what still leads on from there: from a service to those who supply it, from these to what was
/// agreed with them.
const LEAVES: [Leaf; 21] = [
    leaf("service", &["parties"], &[]),
    leaf("other_party", &[], &["contract"]),
    leaf("ci", &[], &[]),
    leaf("incident", &[], &[]),
    leaf("service_request", &[], &[]),
    leaf("action", &[], &[]),
    leaf("customer", &[], &[]),
    leaf("person", &[], &[]),
    leaf("team", &[], &[]),
    leaf("location", &[], &[]),
    leaf("service_calendar", &[], &[]),
    leaf("process", &[], &[]),
    leaf("sla", &[], &[]),
    leaf("contract", &[], &[]),
    leaf("risk", &[], &[]),
    leaf("asset", &[], &[]),
    leaf("report", &["actions"], &[]),
    leaf("management_review", &[], &[]),
    leaf("knowledge_article", &[], &[]),
    leaf("document", &[], &[]),
    leaf("report_definition", &[], &[]),
];

const fn leaf(kind: &'static str, fields: &'static [&'static str], named_by: &'static [&'static str]) -> Leaf {
    Leaf { kind, fields, named_by }
}

/// Whether a thread ends at records of this kind.
pub fn ends(kind: &str) -> bool {
    LEAVES.iter().any(|leaf| leaf.kind == kind)
}

pub struct Case {
    pub kind: Kind,
    pub thread: Thread,
    pub clocks: Vec<Clock>,
    /// What the customer could read in the journal: when, and what.
    pub said: Vec<(Moment, String)>,
    /// The month in which it is counted, such as `2026-05`; `None` for a record that is counted nowhere.
    pub month: Option<String>,
    /// Kinds that the reader may read; of others nothing is missed.
    readable: BTreeSet<&'static str>,
    people: HashMap<String, String>,
}

impl Case {
    /// # Errors
    /// `NotFound` for what is not there or not for the reader.
    pub async fn read(app: &App, seat: &Seat, number: &str) -> Result<Case, Refusal> {
        let catalog = app.desk.catalog();
        let found = app.desk.find(&seat.actor, number, seat.now).await?;
        let kind = catalog.find(found.kind()).ok_or(Refusal::NotFound)?.clone();
        let whole = app.desk.whole(&seat.actor, kind.name, number, seat.now).await?;
        let mut also = agreements(&whole.worked.clocks);
        if also.is_empty() && kind.clocked {
            also = agreed(app, seat, &whole.shown).await?;
        }
        let course = Course { steps: STEPS, most: KNOTS, leaves: &LEAVES, also: &also };
        let mut thread = app.desk.thread(&seat.actor, number, course, seat.now).await?;
        let month = month(&whole.shown);
        if let Some(month) = &month {
            count(app, seat, &whole.shown, &also, month, &mut thread).await?;
        }
        let said = whole.entries.iter().filter_map(|shown| {
            let note = shown.entry.note.as_ref().filter(|note| note.public)?;
            Some((shown.entry.at, note.text.clone()))
        });
        let readable = catalog.kinds().iter().filter(|kind| rights::may(&seat.actor, kind, Act::Read, None));
        Ok(Case {
            people: people(app, seat, &thread).await?,
            readable: readable.map(|kind| kind.name).collect(),
            said: said.collect(),
            clocks: whole.worked.clocks.into_iter().filter(|clock| clock.leg.is_empty()).collect(),
            month,
            thread,
            kind,
        })
    }

    pub fn may_read(&self, kind: &str) -> bool {
        self.readable.contains(kind)
    }

    pub fn met(&self, kind: &str) -> bool {
        self.thread.knots.iter().any(|knot| knot.shown.kind() == kind)
    }

    /// The name of a person by e-mail, where there is one on record.
    pub fn person<'a>(&'a self, mail: &'a str) -> &'a str {
        self.people.get(mail).map_or(mail, String::as_str)
    }
}

/// The agreements under which the clocks ran.
fn agreements(clocks: &[Clock]) -> Vec<(String, String)> {
    // What teams and suppliers owe us stands on the page of the record itself.
    let every = clocks.iter().filter(|clock| clock.leg.is_empty()).flat_map(|clock| {
        let segments = clock.segments.iter().map(|segment| segment.agreement.as_str());
        segments.chain([clock.agreement.as_str()])
    });
    let numbers: BTreeSet<&str> = every.filter(|number| !number.is_empty()).collect();
    numbers.into_iter().map(|number| (number.to_string(), "runs under it".to_string())).collect()
}

/// The agreements about its service that stood when it was raised, where no clock says under which one it ran: none is started
/// for what was over when it was brought in.
async fn agreed(app: &App, seat: &Seat, shown: &Shown) -> Result<Vec<(String, String)>, Refusal> {
    let Some(service) = shown.fields().get("service").and_then(Value::as_text) else { return Ok(Vec::new()) };
    let query = Query { filter: Filter::equal("service", service), columns: vec![EVERY.into()], ..Query::of("sla") };
    let records = match app.desk.list(&seat.actor, &query, seat.now).await {
        Ok(page) => page.records,
        Err(Refusal::NotFound) => Vec::new(),
        Err(refusal) => return Err(refusal),
    };
    let at = |shown: &Shown, name: &str| shown.fields().get(name).and_then(Value::as_moment);
    let raised = at(shown, "raised_on").unwrap_or(seat.now);
    let stood = |sla: &&Shown| {
        let of_customer = sla.customer().is_none() || sla.customer() == shown.customer();
        of_customer && IN_FORCE.contains(&sla.state()) && at(sla, "agreed_on").is_some_and(|agreed| agreed <= raised)
    };
    Ok(records.iter().filter(stood).map(|sla| (sla.number().to_string(), "is about its service".to_string())).collect())
}

/// The month that counts an incident or a request: that of its resolution, or of its beginning while it is open.
fn month(shown: &Shown) -> Option<String> {
    if !["incident", "service_request"].contains(&shown.kind()) {
        return None;
    }
    let at = |name: &str| shown.fields().get(name).and_then(Value::as_moment);
    let day = ["resolved_on", "fulfilled_on", "closed_on"].into_iter().find_map(at)?.date().to_string();
    day.get(..7).map(str::to_string)
}

/// Reports and results of the month come to the end of the thread, unless they are in it already.
async fn count(
    app: &App,
    seat: &Seat,
    shown: &Shown,
    agreements: &[(String, String)],
    month: &str,
    thread: &mut Thread,
) -> Result<(), Refusal> {
    let any = |path: &str, values: Vec<&str>| Filter::In {
        path: path.into(),
        values: values.into_iter().map(|value| Operand::Value(Value::text(value))).collect(),
    };
    let service = shown.fields().get("service").and_then(Value::as_text).unwrap_or_default();
    let agreed: Vec<&str> = agreements.iter().map(|(number, _)| number.as_str()).collect();
    let period = || any("period", periods(month).iter().map(String::as_str).collect());
    let mut wanted = vec![("report", period())];
    if !agreed.is_empty() {
        wanted.push(("sla_result", period().and(any("sla", agreed))));
    }
    if !service.is_empty() {
        wanted.push(("availability_result", period().and(Filter::equal("service", service))));
    }
    for (kind, filter) in wanted {
        let query = Query { filter, columns: vec![EVERY.into()], size: COUNTED, ..Query::of(kind) };
        let records = match app.desk.list(&seat.actor, &query, seat.now).await {
            Ok(page) => page.records,
            Err(Refusal::NotFound) => Vec::new(),
            Err(refusal) => return Err(refusal),
        };
        let own = |found: &Shown| found.customer().is_none() || found.customer() == shown.customer();
        let known = |number: &str, thread: &Thread| thread.knots.iter().any(|knot| knot.shown.number() == number);
        for found in records.into_iter().filter(own) {
            if !known(found.number(), thread) {
                thread.knots.push(Knot { shown: found, from: String::new(), words: format!("tells of {month}") });
            }
        }
    }
    Ok(())
}

/// The periods that hold a month: itself, its quarter and its year.
fn periods(month: &str) -> Vec<String> {
    let (year, number) = month.split_once('-').unwrap_or((month, "1"));
    let quarter = number.parse::<u32>().map_or(1, |number| number.saturating_sub(1) / 3 + 1);
    vec![month.to_string(), format!("{year}-Q{quarter}"), year.to_string()]
}

async fn people(app: &App, seat: &Seat, thread: &Thread) -> Result<HashMap<String, String>, Refusal> {
    const FIELDS: [&str; 4] = ["decided_by", "approved_by", "owner", "implementer"];
    let held = thread.knots.iter().flat_map(|knot| FIELDS.map(|field| knot.shown.fields().get(field)));
    let mails = held.flatten().filter_map(Value::as_text).filter(|mail| model::types::is_mail(mail));
    let names = app.desk.names_of(&seat.actor, BTreeSet::new(), mails.map(str::to_string).collect(), seat.now).await?;
    Ok(names.people.into_iter().map(|(mail, (name, _))| (mail, name)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_lies_in_its_quarter_and_year() {
        assert_eq!(periods("2026-05"), ["2026-05", "2026-Q2", "2026"]);
        assert_eq!(periods("2026-01")[1], "2026-Q1");
        assert_eq!(periods("2026-12")[1], "2026-Q4");
    }
}
