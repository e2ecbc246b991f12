//! Approvals of a record by its kind's declaration: rows made from the policy, what people say to them, and no way around
//! them. Who is asked and what came of it is decided by `engines::approvals`.

use engines::approvals::{self as engine, Asked, Away, Clause, Outcome, Row, Standing, Verdict};
use model::{
    Draft, FieldError, Kind, Record, Value,
    approval::{self, Approval, NAMED},
    kind::{Absence, Facts, Related},
    lifecycle::WITHDRAWN,
};

use super::related::texts;

/// Asks for approval where the policy of the record that the draft refers to wants it, keeps who is asked now, and lets
/// nothing go on before it is approved.
///
/// # Errors
/// Beside the rows: what still waits, or that nobody is on record who could be asked.
pub fn asked_for(kind: &Kind, draft: &mut Draft, facts: &Facts<'_>) -> Result<(), FieldError> {
    let Some(approval) = kind.approval else { return Ok(()) };
    if approval.asked == approval::Asked::WhenItWaits {
        begins_anew(kind, &approval, draft, facts);
        not_passed_by(&approval, draft, facts)?;
    }
    if is_to_be_asked(&approval, draft, facts) {
        let mut rows = plan(&approval, draft, facts)?;
        engine::settle(&mut rows, facts.related.house().quorum);
        let start = facts.before.map_or(kind.lifecycle.start(), |before| before.state.as_str());
        match rows.is_empty() {
            true => drop(draft.fields.remove(approval.rows)),
            false => {
                known_before(kind, &approval, draft)?;
                draft.fields.insert(approval.rows.into(), Row::write_all(&rows));
                if kind.lifecycle.step_to(start, approval.waiting).is_some() || start == approval.refused {
                    draft.state = approval.waiting.into();
                }
            }
        }
    }
    let standing = standing(kind, draft, facts);
    keep_waiting(&approval, draft, &standing);
    hold(kind, &approval, draft, facts, &standing)
}

/// When the record is new or its policy another one, and when what was refused is taken up again.
fn is_to_be_asked(approval: &Approval, draft: &Draft, facts: &Facts<'_>) -> bool {
    if facts.related.of(draft, approval.policy.0).is_none() || is_spared(approval, draft) {
        return false;
    }
    let entered = facts.before.is_some_and(|before| before.state != draft.state) && draft.state == approval.waiting;
    if approval.asked == approval::Asked::WhenItWaits {
        return entered;
    }
    let Some(before) = facts.before else { return true };
    let other = before.fields.get(approval.policy.0) != draft.fields.get(approval.policy.0);
    let again = before.state == approval.refused && draft.state != before.state && !is_over(approval, &draft.state);
    other || again || (entered && !draft.fields.contains_key(approval.rows))
}

fn is_spared(approval: &Approval, draft: &Draft) -> bool {
    let has = |(field, value): &(&str, &str)| draft.fields.get(*field).and_then(Value::as_text) == Some(*value);
    approval.spared.iter().any(has)
}

/// What was refused and begins again is asked for anew.
fn begins_anew(kind: &Kind, approval: &Approval, draft: &mut Draft, facts: &Facts<'_>) {
    let again = facts.before.is_some_and(|before| before.state == approval.refused);
    if again && draft.state == kind.lifecycle.start() {
        draft.fields.remove(approval.rows);
    }
}

/// Nobody approves alone what others are to be asked about.
fn not_passed_by(approval: &Approval, draft: &Draft, facts: &Facts<'_>) -> Result<(), FieldError> {
    let Some(before) = facts.before.filter(|before| before.state != draft.state) else { return Ok(()) };
    // What waits there from before anybody was named is decided as it was.
    let asked = draft.fields.contains_key(approval.rows) || before.state == approval.waiting;
    let skips = draft.state == approval.approved && !asked && !is_spared(approval, draft);
    match skips && !plan(approval, draft, facts)?.is_empty() {
        true => {
            let why =
                format!("is decided by those whom {} names: bring it to {} first", approval.policy.0, approval.waiting);
            Err(FieldError::new(approval.rows, why))
        }
        false => Ok(()),
    }
}

/// Whoever is asked cannot fill in what is missing: it is there before they are.
fn known_before(kind: &Kind, approval: &Approval, draft: &Draft) -> Result<(), FieldError> {
    if approval.asked == approval::Asked::AtOnce {
        return Ok(());
    }
    let needed = kind.fields.iter().filter(|field| field.required_in.contains(&approval.approved));
    let missing = |field: &&model::Field| !draft.fields.get(&field.name).is_some_and(Value::is_filled);
    match needed.into_iter().find(missing) {
        Some(field) => Err(FieldError::new(&field.name, "is needed before anybody is asked to approve it")),
        None => Ok(()),
    }
}

fn plan(approval: &Approval, draft: &Draft, facts: &Facts<'_>) -> Result<Vec<Row>, FieldError> {
    let clauses = policy(approval, draft, facts.related);
    let price = draft.fields.get(approval.amount).and_then(engine::Sum::read);
    let instead = facts.related.of(draft, approval.policy.0).and_then(|policy| policy.fields.get(approval.instead));
    let instead = instead.map(texts).unwrap_or_default();
    let named = |clause: &Clause| named(approval, clause, draft, facts.related);
    let requester = requester(approval, draft);
    engine::plan(&clauses, price.as_ref(), &requester, named, &instead)
        .map_err(|why| FieldError::new(approval.policy.0, why))
}

fn policy(approval: &Approval, draft: &Draft, related: &Related) -> Vec<Clause> {
    let policy = related.of(draft, approval.policy.0);
    Clause::read_all(policy.and_then(|policy| policy.fields.get(approval.policy.1)))
}

fn requester(approval: &Approval, draft: &Draft) -> String {
    draft.fields.get(approval.requester).and_then(Value::as_text).unwrap_or_default().to_string()
}

/// Who stands behind a clause: the people it names, or those of the first source of its word that names anybody.
fn named(approval: &Approval, clause: &Clause, draft: &Draft, related: &Related) -> Vec<String> {
    if clause.word == NAMED || !clause.people.is_empty() {
        return clause.people.clone();
    }
    let sources = approval.sources.iter().filter(|source| source.word == clause.word);
    let people = sources.map(|source| {
        let there = related.of(draft, source.by).and_then(|record| record.fields.get(source.field));
        there.map(people_of).unwrap_or_default()
    });
    people.into_iter().find(|people| !people.is_empty()).unwrap_or_default()
}

/// A person, people, or rows with a person each.
fn people_of(value: &Value) -> Vec<String> {
    let person = |entry: &Value| match entry {
        Value::Parts(_) => entry.part("person").and_then(Value::as_text).map(str::to_string),
        other => other.as_text().filter(|text| *text != "none").map(str::to_string),
    };
    value.entries().iter().filter_map(person).collect()
}

/// Everybody whose absence may count: who is asked, who may come to be asked, and who stands in for them.
pub fn people(kind: &Kind, draft: &Draft, related: &Related) -> Vec<String> {
    let Some(approval) = kind.approval else { return Vec::new() };
    let mut people: Vec<String> =
        Row::read_all(draft.fields.get(approval.rows)).into_iter().map(|row| row.approver).collect();
    for clause in policy(&approval, draft, related) {
        people.extend(named(&approval, &clause, draft, related));
    }
    people.extend(absences(related).into_iter().map(|away| away.stand_in));
    people.retain(|person| person.contains('@'));
    people
}

fn absences(related: &Related) -> Vec<Away> {
    let mut all = Vec::new();
    for record in related.records() {
        let Some(kind) = related.kind_of(record) else { continue };
        match kind.absence {
            Some(Absence::OfThePerson) => {
                let parts = Value::Parts(record.fields.clone());
                let person = kind.identity.and_then(|field| record.fields.get(field)).and_then(Value::as_text);
                all.extend(person.map(|person| away(person, &parts)));
            }
            Some(Absence::InRows(field)) => {
                let rows = record.fields.get(field).map(Value::entries).unwrap_or_default();
                let row = |row: &Value| Some(away(row.part("person")?.as_text()?, row));
                all.extend(rows.iter().filter_map(row));
            }
            None => {}
        }
    }
    all.retain(|away| !away.stand_in.is_empty());
    all
}

/// When a person is away and who stands in, by the parts in which a record says so.
pub(crate) fn away(person: &str, parts: &Value) -> Away {
    let date = |part: &str| parts.part(part).and_then(Value::as_moment).map(model::Moment::date);
    let stand_in = parts.part("stand_in").and_then(Value::as_text).unwrap_or_default().to_string();
    Away { person: person.into(), from: date("away_from"), until: date("away_until"), stand_in }
}

/// Where the approval of a record stands now.
pub fn standing(kind: &Kind, draft: &Draft, facts: &Facts<'_>) -> Standing {
    let Some(approval) = kind.approval else {
        return Standing { outcome: Outcome::NotNeeded, asked: Vec::new() };
    };
    let rows = Row::read_all(draft.fields.get(approval.rows));
    let standing = engine::standing(&rows, &requester(&approval, draft), &absences(facts.related), facts.now.date());
    // What was cancelled or is over waits for nobody.
    if is_over(&approval, &draft.state) { Standing { asked: Vec::new(), ..standing } } else { standing }
}

fn is_over(approval: &Approval, state: &str) -> bool {
    state == approval.refused || WITHDRAWN.contains(&state)
}

fn keep_waiting(approval: &Approval, draft: &mut Draft, standing: &Standing) {
    let people: Vec<Value> = standing.asked.iter().map(|asked: &Asked| Value::text(&asked.approver)).collect();
    match people.is_empty() {
        true => drop(draft.fields.remove(approval.waits_for)),
        false => drop(draft.fields.insert(approval.waits_for.into(), Value::List(people))),
    }
}

/// No step leads past an approval that is not given.
fn hold(
    kind: &Kind,
    approval: &Approval,
    draft: &Draft,
    facts: &Facts<'_>,
    standing: &Standing,
) -> Result<(), FieldError> {
    let moved = facts.before.is_none_or(|before| before.state != draft.state);
    let holds = draft.state == approval.waiting || is_over(approval, &draft.state);
    if !moved || holds || draft.state == kind.lifecycle.start() {
        return Ok(());
    }
    match standing.outcome {
        Outcome::Pending => {
            let people: Vec<&str> = standing.asked.iter().map(|asked| asked.approver.as_str()).collect();
            Err(FieldError::new(approval.rows, format!("still waits for the approval of {}", people.join(", "))))
        }
        Outcome::Refused if draft.state != "closed" => Err(FieldError::new(approval.rows, "was not approved")),
        _ => Ok(()),
    }
}

/// Writes down what the actor says, and moves the record on where that decides it.
///
/// # Errors
/// Beside the field that is wrong.
pub fn answer(
    kind: &Kind,
    draft: &mut Draft,
    facts: &Facts<'_>,
    approve: bool,
    reason: String,
) -> Result<(), FieldError> {
    let Some(approval) = kind.approval else { return Err(FieldError::new("decision", "nothing is to be approved")) };
    let mut rows = Row::read_all(draft.fields.get(approval.rows));
    let before = standing(kind, draft, facts);
    let verdict = Verdict { approved: approve, by: facts.actor.email.clone(), on: facts.now, reason };
    engine::answer(&mut rows, &before, verdict).map_err(|(field, why)| FieldError::new(field, why))?;
    draft.fields.insert(approval.rows.into(), Row::write_all(&rows));
    match standing(kind, draft, facts).outcome {
        Outcome::Approved => draft.state = approval.approved.into(),
        Outcome::Refused => draft.state = approval.refused.into(),
        _ => {}
    }
    Ok(())
}

/// The record as a draft, for looking at where it stands.
pub fn as_draft(record: &Record) -> Draft {
    Draft { title: record.title.clone(), state: record.state.clone(), fields: record.fields.clone() }
}
