//! A line of the past through the door: new, changed or known already.

use std::collections::HashSet;

use model::{
    Act, Actor, Draft, Entry, FieldError, Kind, Line, Link, Moment, Record, RecordId, Refusal,
    journal::Changes,
    kind::{Facts, Related},
};

use crate::{
    perform::{Done, Outcome, is_link_name},
    rights, seals,
    stages::{delta, past},
    store::record::Kept,
    unit::{Unit, check_number},
};

pub(crate) async fn import(unit: &mut Unit<'_>, actor: &Actor, line: Line, now: Moment) -> Result<Done, Refusal> {
    let catalog = unit.catalog();
    let kind = catalog.find(&line.kind).filter(|kind| kind.name == line.kind);
    let kind = kind.ok_or_else(|| Refusal::field("kind", catalog.unknown(&line.kind)))?;
    let permit = rights::permit(actor, kind, Act::Import, None, now)?;
    let mut line = line;
    line.number = line.own_number(kind);
    let mut errors = line_errors(&line);
    let mut story = past::story(kind, &line).map_err(|own| errors.extend(own)).ok();
    let Some(mut story) = story.take().filter(|_| errors.is_empty()) else { return Err(Refusal::Invalid(errors)) };
    if let Some(late) = story.told.iter().find(|told| told.at > now.plus(model::time::DAY)) {
        return Err(Refusal::field("history", format!("{} has not happened yet", late.at)));
    }
    let digest = past::digest(&line.write());
    let before = match &line.number {
        Some(number) => unit.find(number).await?,
        None => None,
    };
    match before {
        Some(before) if before.record.kind != kind.name => {
            let other = before.record.kind.replace('_', " ");
            Err(Refusal::field(
                "number",
                format!("{} is the number of a record of another kind ({other})", before.record.number),
            ))
        }
        Some(before) if before.origin == digest => Ok(done(&before.record, Outcome::Unchanged)),
        Some(before) => again(unit, actor, &permit, kind, before, story, line.links, digest, now).await,
        None => {
            past::settle(&mut story);
            let number = match line.number {
                Some(number) => {
                    unit.pass(kind, &number);
                    number
                }
                None => unit.number(kind).await?,
            };
            seals::refuse(unit, kind, None, &story.draft, seals::Way::Import).await?;
            Ok(fresh(unit, actor, &permit, kind, number, story, line.links, digest, now))
        }
    }
}

fn done(record: &Record, outcome: Outcome) -> Done {
    Done { kind: record.kind, number: record.number.clone(), version: record.version, outcome }
}

fn line_errors(line: &Line) -> Vec<FieldError> {
    let mut errors = Vec::new();
    if let Some(number) = &line.number
        && let Err(why) = check_number(number)
    {
        errors.push(FieldError::new("number", why));
    }
    for link in &line.links {
        if !is_link_name(&link.name) {
            errors
                .push(FieldError::new("links", format!("\"{}\" is not a name of a link such as caused_by", link.name)));
        } else if let Err(why) = check_number(&link.to) {
            errors.push(FieldError::new("links", why));
        }
    }
    errors
}

#[allow(clippy::too_many_arguments)]
fn fresh(
    unit: &mut Unit<'_>,
    actor: &Actor,
    permit: &rights::Permit,
    kind: &Kind,
    number: String,
    story: past::Story,
    links: Vec<Link>,
    digest: String,
    now: Moment,
) -> Done {
    let id = RecordId(unit.id(now));
    let times = || story.told.iter().map(|told| told.at);
    let record = Record {
        id,
        kind: kind.name,
        number,
        title: story.draft.title.clone(),
        state: story.draft.state.clone(),
        customer: kind.customer_of(&story.draft.fields),
        version: story.told.len() as i64,
        created: times().min().unwrap_or_default(),
        changed: times().max().unwrap_or_default(),
        fields: story.draft.fields.clone(),
    };
    let mut entries: Vec<(Entry, String)> = Vec::with_capacity(story.told.len());
    for (place, told) in story.told.into_iter().enumerate() {
        let linked = if place == 0 { unique(links.clone()) } else { Vec::new() };
        entries.push(entry(actor, &record, told, linked, place as i64 + 1, unit.recorded()));
    }
    let result = done(&record, Outcome::Created);
    unit.stage(permit, kind, Kept { record, entry: String::new(), origin: digest, clocks: Vec::new() }, entries);
    result
}

fn unique(links: Vec<Link>) -> Vec<Link> {
    let mut seen = HashSet::new();
    links.into_iter().filter(|link| seen.insert((link.name.clone(), link.to.clone()))).collect()
}

fn entry(
    actor: &Actor,
    record: &Record,
    told: past::Told,
    linked: Vec<Link>,
    version: i64,
    recorded: Moment,
) -> (Entry, String) {
    let entry = Entry {
        seq: 0,
        record: record.id,
        kind: record.kind,
        number: record.number.clone(),
        version,
        at: told.at,
        recorded,
        by: told.by,
        via: actor.via,
        act: "import".into(),
        changes: told.changes,
        base: told.base,
        note: told.note,
        linked,
        unlinked: Vec::new(),
        attached: Vec::new(),
        previous: String::new(),
    };
    (entry, told.origin)
}

/// A line whose record is there already but which says something new: new history is added, and what else differs is a
/// change made now by whoever imports.
#[allow(clippy::too_many_arguments)]
async fn again(
    unit: &mut Unit<'_>,
    actor: &Actor,
    permit: &rights::Permit,
    kind: &Kind,
    before: Kept,
    story: past::Story,
    links: Vec<Link>,
    digest: String,
    now: Moment,
) -> Result<Done, Refusal> {
    let known: HashSet<String> = unit.origins(before.record.id).await?.into_iter().collect();
    let mut record = before.record.clone();
    let mut entries = Vec::new();
    for told in story.told.into_iter().filter(|told| !known.contains(&told.origin)) {
        record.version += 1;
        record.changed = record.changed.max(told.at);
        record.created = record.created.min(told.at);
        if told.at >= before.record.changed {
            for (name, value) in &told.changes {
                set(&mut record, name, value.clone());
            }
        }
        entries.push((told, record.version));
    }
    let own = unit.links(before.record.id).await?;
    let linked: Vec<Link> = unique(links).into_iter().filter(|link| !own.contains(link)).collect();
    let changes = delta::between(&record, &story.draft);
    readable(kind, actor, &record, &story.draft, now)?;
    if changes.is_empty() && entries.is_empty() && linked.is_empty() {
        return Ok(done(&before.record, Outcome::Unchanged));
    }
    seals::refuse(unit, kind, Some(&before.record), &story.draft, seals::Way::Import).await?;
    let mut written: Vec<(Entry, String)> = entries
        .into_iter()
        .map(|(told, version)| entry(actor, &record, told, Vec::new(), version, unit.recorded()))
        .collect();
    if !changes.is_empty() || !linked.is_empty() {
        record.version += 1;
        record.changed = record.changed.max(now);
        let told = past::Told {
            at: record.changed,
            by: Some(actor.email.clone()),
            changes,
            base: Changes::new(),
            note: None,
            origin: String::new(),
        };
        written.push(entry(actor, &record, told, linked, record.version, unit.recorded()));
    }
    record.title = story.draft.title;
    record.state = story.draft.state;
    record.customer = kind.customer_of(&story.draft.fields);
    record.fields = story.draft.fields;
    let result = done(&record, Outcome::Changed);
    let kept = Kept { record, entry: before.entry, origin: digest, clocks: before.clocks };
    unit.stage(permit, kind, kept, written);
    Ok(result)
}

/// What a line changes now must be such that the program can read it; what it tells of the past may be as it was.
fn readable(kind: &Kind, actor: &Actor, before: &Record, draft: &Draft, now: Moment) -> Result<(), Refusal> {
    let (mut draft, related) = (draft.clone(), Related::default());
    let facts = Facts { actor, now, before: Some(before), related: &related };
    let errors: Vec<FieldError> = kind.checks.iter().filter_map(|check| check(&mut draft, &facts).err()).collect();
    if errors.is_empty() { Ok(()) } else { Err(Refusal::Invalid(errors)) }
}

fn set(record: &mut Record, name: &str, value: Option<model::Value>) {
    let text = || value.as_ref().and_then(model::Value::as_text).unwrap_or_default().to_string();
    match name {
        "title" => record.title = text(),
        "state" => record.state = text(),
        _ => match value {
            Some(value) => drop(record.fields.insert(name.into(), value)),
            None => drop(record.fields.remove(name)),
        },
    }
}
