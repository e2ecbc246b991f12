//! The door: the only way a record changes. Pages, API, import, jobs and the command line all come through here, and it
//! reads as the list of what must happen: permit, draft, rules, validity, step, delta, write, journal, reactions.

use futures::{FutureExt as _, future::BoxFuture};
use model::{
    Act, Actor, Command, Draft, Entry, Input, Kind, Link, Moment, Record, RecordId, Refusal, Target, Value,
    command::{File, Raw},
    journal::{Changes, Note},
    kind::Facts,
    pause,
};

use crate::{
    amend, escalating, mirrors, procedures, publish, reopening,
    rights::{self, Permit},
    seals,
    settings::Settings,
    single,
    stages::{answers, approvals, delta, draft, step, valid, work},
    store::record::Kept,
    talk::{self, Voice},
    unit::Unit,
};

/// What became of a command.
#[derive(Clone, Debug, PartialEq)]
pub struct Done {
    pub kind: &'static str,
    pub number: String,
    pub version: i64,
    pub outcome: Outcome,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Created,
    Changed,
    Unchanged,
}

/// Longest note, in characters.
const NOTE_MAX: usize = 50_000;
const STATE_BY_STEPS: &str = "the state changes by steps (transitions), not by editing";

/// Carries out one command within a unit. Boxed (`docs/decisions/0041-wide-doors-are-boxed.md`): whoever awaits it would
/// otherwise be compiled together with all that a write can lead to.
pub(crate) fn perform<'a>(
    unit: &'a mut Unit<'_>,
    actor: &'a Actor,
    command: Command,
    now: Moment,
) -> BoxFuture<'a, Result<Done, Refusal>> {
    carry_out(unit, actor, command, now).boxed()
}

async fn carry_out(unit: &mut Unit<'_>, actor: &Actor, command: Command, now: Moment) -> Result<Done, Refusal> {
    match command {
        Command::Create { kind, number, input } => create(unit, actor, &kind, number, input, now).await,
        Command::Edit { target, input } => {
            let (kind, before, permit) = open(unit, actor, &target, Act::Edit, now).await?;
            refuse_state(&input)?;
            let mut draft = drafted(unit, &kind, actor, &before, &input, None, now).await?;
            procedures::keeps_word(&kind, &mut draft, Some(&before.record), false, unit.settings(), now);
            write_tied(unit, actor, permit, &kind, before, draft, Told::act("edit"), now).await
        }
        Command::Step { target, to, input, note, public } => {
            let note = note.map(|text| (text, public));
            step_to(unit, actor, &target, &to, &input, note, now).await
        }
        Command::Note { target, text, public } => {
            let (kind, before, permit) = open(unit, actor, &target, Act::Note, now).await?;
            // A customer's people have no internal notes: what they write is for both sides.
            let note = noted(text, public || actor.customer.is_some())?;
            let mut draft = unchanged(&before.record);
            if note.public {
                draft = taken_up(unit, &kind, actor, &before, &note.text, now).await?.unwrap_or(draft);
                hear(unit, actor, &kind, &before.record, &mut draft, now).await?;
            }
            let note = Some(note);
            write(unit, actor, permit, &kind, before, draft, Told { note, ..Told::act("note") }, now)
        }
        Command::Decide { target, approve, reason } => decide(unit, actor, &target, approve, reason, now).await,
        Command::Escalate { target, raised } => escalating::escalate(unit, actor, &target, &raised, now).await,
        Command::Link { target, link } => {
            let (kind, before, permit) = open(unit, actor, &target, Act::Link, now).await?;
            let link = checked_link(unit, actor, &before.record, link, now).await?;
            let draft = unchanged(&before.record);
            let known = unit.links(before.record.id).await?.contains(&link);
            let linked = if known { Vec::new() } else { vec![link] };
            write(unit, actor, permit, &kind, before, draft, Told { linked, ..Told::act("link") }, now)
        }
        Command::Unlink { target, link } => {
            let (kind, before, permit) = open(unit, actor, &target, Act::Link, now).await?;
            if !unit.links(before.record.id).await?.contains(&link) {
                return Err(Refusal::field("to", format!("there is no link \"{}\" to {}", link.name, link.to)));
            }
            let draft = unchanged(&before.record);
            write(unit, actor, permit, &kind, before, draft, Told { unlinked: vec![link], ..Told::act("unlink") }, now)
        }
        Command::Attach { target, file } => {
            let (kind, before, permit) = open(unit, actor, &target, Act::Attach, now).await?;
            let file = File { public: file.public || actor.customer.is_some(), ..file };
            let draft = unchanged(&before.record);
            write(unit, actor, permit, &kind, before, draft, Told { file: Some(file), ..Told::act("attach") }, now)
        }
        Command::Undo { target } => crate::undo::undo(unit, actor, &target, now).await,
        Command::Import { line } => crate::import::import(unit, actor, *line, now).await,
    }
}

/// Moves a record to another state; what its kind publishes follows in the same transaction.
async fn step_to(
    unit: &mut Unit<'_>,
    actor: &Actor,
    target: &Target,
    to: &str,
    input: &Input,
    note: Option<(String, bool)>,
    now: Moment,
) -> Result<Done, Refusal> {
    let (kind, before, permit) = open_to_step(unit, actor, target, to, input, now).await?;
    step::step(&kind, &before.record, to)?;
    refuse_state(input)?;
    reopening::in_time(unit, &kind, &before.record, to, now).await?;
    let input = &explained(&kind, to, input, note.as_ref());
    let mut draft = drafted(unit, &kind, actor, &before, input, Some(to), now).await?;
    publish::checked(unit, &kind, &before.record, &draft).await?;
    let note = note.map(|(text, public)| noted(text, public || actor.customer.is_some())).transpose()?;
    match note.as_ref().is_some_and(|note| note.public) {
        true => hear(unit, actor, &kind, &before.record, &mut draft, now).await?,
        false => procedures::keeps_word(&kind, &mut draft, Some(&before.record), false, unit.settings(), now),
    }
    let concerns = kind.amendment.is_some() || publish::concerns(unit.catalog(), &kind);
    let stood = concerns.then(|| before.record.clone());
    let told = Told { note, ..Told::act("step") };
    let done = write_tied(unit, actor, permit, &kind, before, draft, told, now).await?;
    let Some(stood) = stood else { return Ok(done) };
    publish::follow(unit, actor, &kind, &stood, &done.number, now).await?;
    amend::follow(unit, actor, &kind, &stood.state, &done.number, now).await?;
    // What followed may have written to the record once more.
    let version = unit.find(&done.number).await?.map_or(done.version, |kept| kept.record.version);
    Ok(Done { version, ..done })
}

/// A note that goes with a step to where a record waits says why it waits, unless that is said beside it.
fn explained(kind: &Kind, to: &str, input: &Input, note: Option<&(String, bool)>) -> Input {
    let mut input = input.clone();
    if let Some((text, _)) = note.filter(|(text, _)| !text.trim().is_empty() && pause::is_said(kind, to)) {
        input.fields.entry(pause::BECAUSE.into()).or_insert_with(|| Raw::Json(text.as_str().into()));
    }
    input
}

/// The record that is to go to another state. Whoever may say something about it may say, with that and nothing else, that
/// it works or that it does not.
async fn open_to_step(
    unit: &mut Unit<'_>,
    actor: &Actor,
    target: &Target,
    to: &str,
    input: &Input,
    now: Moment,
) -> Result<(Kind, Kept, Permit), Refusal> {
    let refused = match open(unit, actor, target, Act::Step, now).await {
        Err(refusal @ Refusal::Forbidden(_)) if actor.customer.is_some() && input.fields.is_empty() => refusal,
        opened => return opened,
    };
    let (kind, before, permit) = open(unit, actor, target, Act::Note, now).await?;
    if reopening::is_askers(&kind, &before.record, to) { Ok((kind, before, permit)) } else { Err(refused) }
}

/// What a word of a customer's people makes of a record that is over: it goes on, where it is not too late and no rule stands
/// against it. What came by mail was decided upon before.
async fn taken_up(
    unit: &mut Unit<'_>,
    kind: &Kind,
    actor: &Actor,
    before: &Kept,
    text: &str,
    now: Moment,
) -> Result<Option<Draft>, Refusal> {
    if actor.customer.is_none() {
        return Ok(None);
    }
    let Some(to) = reopening::by_word(unit, kind, &before.record, text, now).await? else { return Ok(None) };
    match drafted(unit, kind, actor, before, &Input::default(), Some(to), now).await {
        Ok(draft) => Ok(Some(draft)),
        // The word is kept whatever stands against the step.
        Err(Refusal::Invalid(_)) => Ok(None),
        Err(refusal) => Err(refusal),
    }
}

/// What follows from a public word. Whoever is promised one has it when one of ours says it.
async fn hear(
    unit: &mut Unit<'_>,
    actor: &Actor,
    kind: &Kind,
    before: &Record,
    draft: &mut Draft,
    now: Moment,
) -> Result<(), Refusal> {
    let voice = Voice::of(unit, kind, before, actor, now).await?;
    talk::heard(kind, draft, before, actor, voice, draft::act_time(now, Some(before)));
    procedures::keeps_word(kind, draft, Some(before), voice.ours, unit.settings(), now);
    Ok(())
}

/// What an entry tells beside the delta.
pub(crate) struct Told {
    act: &'static str,
    note: Option<Note>,
    linked: Vec<Link>,
    unlinked: Vec<Link>,
    file: Option<File>,
}

impl Told {
    pub fn act(act: &'static str) -> Told {
        Told { act, note: None, linked: Vec::new(), unlinked: Vec::new(), file: None }
    }

    fn says_nothing(&self) -> bool {
        self.note.is_none() && self.linked.is_empty() && self.unlinked.is_empty() && self.file.is_none()
    }
}

async fn create(
    unit: &mut Unit<'_>,
    actor: &Actor,
    kind: &str,
    number: Option<String>,
    input: Input,
    now: Moment,
) -> Result<Done, Refusal> {
    let kind = unit.catalog().find(kind).cloned().ok_or(Refusal::NotFound)?;
    let permit = rights::permit(actor, &kind, Act::Create, None, now)?;
    let mut errors = draft::hidden(&kind, actor, &input);
    let typed =
        draft::typed(&kind, &input, &model::Fields::new()).map_err(|own| errors.extend(own)).unwrap_or_default();
    if let Some(state) = typed.state.as_deref().filter(|state| *state != kind.lifecycle.start()) {
        let start = kind.lifecycle.start();
        errors.push(model::FieldError::new(
            "state",
            format!("a new record is \"{start}\"; \"{state}\" is reached by steps"),
        ));
    }
    errors.extend(draft::derived(&kind, actor, &typed, &model::Fields::new()));
    if !errors.is_empty() {
        return Err(Refusal::Invalid(errors));
    }
    let given = number.or_else(|| typed.number.clone());
    let mut draft = draft::create(&kind, typed, actor, kind.lifecycle.start());
    let related = unit.related(&kind, &draft, None).await?;
    ruled(&kind, &Facts { actor, now, before: None, related: &related }, &mut draft)?;
    seals::refuse(unit, &kind, None, &draft, seals::Way::Door).await?;
    single::refuse(unit, &kind, None, &draft).await?;
    stands_somewhere(&kind, &mut draft, unit.settings());
    procedures::keeps_word(&kind, &mut draft, None, false, unit.settings(), now);
    let number = match given {
        Some(number) => unit.claim(&kind, number).await?,
        None => unit.number(&kind).await?,
    };
    let record = Record {
        id: RecordId(unit.id(now)),
        kind: kind.name,
        number,
        title: draft.title.clone(),
        state: draft.state.clone(),
        customer: kind.customer_of(&draft.fields),
        version: 1,
        created: now,
        changed: now,
        fields: draft.fields.clone(),
    };
    // Whoever may only reach some records may only make such.
    if !rights::may(actor, &kind, Act::Create, Some(&record)) {
        return Err(Refusal::Forbidden(format!("You may not create {} for others.", kind.labels.to_lowercase())));
    }
    let entry =
        entry(actor, &record, delta::created(&draft), &Told::act("create"), String::new(), now, unit.recorded());
    let tied = mirrors::named(&kind, None, &draft);
    let done = Done { kind: kind.name, number: record.number.clone(), version: 1, outcome: Outcome::Created };
    unit.stage(
        &permit,
        &kind,
        Kept { record, entry: String::new(), origin: String::new(), clocks: Vec::new() },
        vec![(entry, String::new())],
    );
    mirrors::reflect(unit, actor, tied, &done.number, now).await?;
    Ok(done)
}

/// What somebody asks for and no rule gives to a team comes to the first line, so that it stands in a queue.
fn stands_somewhere(kind: &Kind, draft: &mut Draft, settings: &Settings) {
    let Some(assignment) = kind.assignment.filter(|_| kind.talk.is_some() && !settings.first_team.is_empty()) else {
        return;
    };
    draft.fields.entry(assignment.team.into()).or_insert_with(|| Value::text(&settings.first_team));
}

/// The record that a command is about, found through the actor's own scope, with the permit to do it.
pub(crate) async fn open(
    unit: &mut Unit<'_>,
    actor: &Actor,
    target: &Target,
    act: Act,
    now: Moment,
) -> Result<(Kind, Kept, Permit), Refusal> {
    let kind = unit.catalog().find(&target.kind).cloned().ok_or(Refusal::NotFound)?;
    let before =
        unit.find(&target.number).await?.filter(|kept| kept.record.kind == kind.name).ok_or(Refusal::NotFound)?;
    let permit = rights::permit(actor, &kind, act, Some(&before.record), now)?;
    match target.version {
        Some(expected) if expected != before.record.version => {
            Err(Refusal::Stale { expected, found: before.record.version })
        }
        _ => Ok((kind, before, permit)),
    }
}

fn refuse_state(input: &Input) -> Result<(), Refusal> {
    if input.fields.contains_key("state") {
        return Err(Refusal::field("state", STATE_BY_STEPS));
    }
    Ok(())
}

pub(crate) fn unchanged(record: &Record) -> Draft {
    Draft { title: record.title.clone(), state: record.state.clone(), fields: record.fields.clone() }
}

async fn drafted(
    unit: &mut Unit<'_>,
    kind: &Kind,
    actor: &Actor,
    before: &Kept,
    input: &Input,
    to: Option<&str>,
    now: Moment,
) -> Result<Draft, Refusal> {
    let mut errors = draft::hidden(kind, actor, input);
    let typed = draft::typed(kind, input, &before.record.fields).map_err(|own| errors.extend(own)).unwrap_or_default();
    if typed.state.is_some() {
        errors.push(model::FieldError::new("state", STATE_BY_STEPS));
    }
    if typed.number.as_ref().is_some_and(|number| *number != before.record.number) {
        errors.push(model::FieldError::new("number", "the number of a record never changes"));
    }
    errors.extend(draft::derived(kind, actor, &typed, &before.record.fields));
    if !errors.is_empty() {
        return Err(Refusal::Invalid(errors));
    }
    let mut draft = draft::edit(&before.record, typed);
    if let Some(to) = to {
        draft.state = to.into();
    }
    let related = unit.related(kind, &draft, Some(&before.record)).await?;
    ruled(kind, &Facts { actor, now, before: Some(&before.record), related: &related }, &mut draft)?;
    seals::refuse(unit, kind, Some(&before.record), &draft, seals::Way::Door).await?;
    single::refuse(unit, kind, Some(&before.record), &draft).await?;
    Ok(draft)
}

/// Somebody who is asked says yes or no. Being asked is the right to answer, whatever else one may do with the record.
async fn decide(
    unit: &mut Unit<'_>,
    actor: &Actor,
    target: &Target,
    approve: bool,
    reason: String,
    now: Moment,
) -> Result<Done, Refusal> {
    let kind = unit.catalog().find(&target.kind).cloned().ok_or(Refusal::NotFound)?;
    let before =
        unit.find(&target.number).await?.filter(|kept| kept.record.kind == kind.name).ok_or(Refusal::NotFound)?;
    let mut draft = unchanged(&before.record);
    let related = unit.related(&kind, &draft, None).await?;
    let facts = Facts { actor, now, before: Some(&before.record), related: &related };
    let permit = rights::answer(actor, &kind, &before.record, &approvals::standing(&kind, &draft, &facts), now)?;
    if let Some(expected) = target.version.filter(|expected| *expected != before.record.version) {
        return Err(Refusal::Stale { expected, found: before.record.version });
    }
    let reason = draft::reason(&reason).map_err(|error| Refusal::Invalid(vec![error]))?;
    approvals::answer(&kind, &mut draft, &facts, approve, reason).map_err(|error| Refusal::Invalid(vec![error]))?;
    ruled(&kind, &facts, &mut draft)?;
    let act = if approve { "approve" } else { "refuse" };
    write(unit, actor, permit, &kind, before, draft, Told::act(act), now)
}

/// Answers are checked against their form and approvals asked for, rules complete the draft, then it must be valid; every
/// error is told at once.
fn ruled(kind: &Kind, facts: &Facts<'_>, draft: &mut Draft) -> Result<(), Refusal> {
    let mut errors = answers::answered(kind, draft, facts);
    if errors.is_empty() {
        errors.extend(approvals::asked_for(kind, draft, facts).err());
    }
    errors.extend(kind.work.and_then(|log| work::counted(&log, draft, facts).err()));
    errors.extend(kind.rules.iter().chain(&kind.checks).filter_map(|rule| rule(draft, facts).err()));
    // A title that a field gave follows that field.
    let follows = facts.before.is_some_and(|before| {
        before.title == draft.title && draft::derived_title(kind, &before.fields).as_ref() == Some(&before.title)
    });
    if (draft.title.trim().is_empty() || follows)
        && let Some(title) = draft::derived_title(kind, &draft.fields)
    {
        draft.title = title;
    }
    if let Err(own) = valid::valid(kind, draft) {
        errors.extend(own);
    }
    if errors.is_empty() { Ok(()) } else { Err(Refusal::Invalid(errors)) }
}

fn noted(text: String, public: bool) -> Result<Note, Refusal> {
    let text = text.trim().replace('\0', "");
    let length = text.chars().count();
    if text.is_empty() {
        return Err(Refusal::field("note", "A note needs words"));
    }
    if length > NOTE_MAX {
        return Err(Refusal::field("note", format!("has {length} characters, {NOTE_MAX} at most")));
    }
    Ok(Note { text, public })
}

/// A link by hand leads to a record that its maker can see; only imports may point at what is not there yet.
async fn checked_link(
    unit: &mut Unit<'_>,
    actor: &Actor,
    from: &Record,
    link: Link,
    now: Moment,
) -> Result<Link, Refusal> {
    let link = Link { name: link.name.trim().to_lowercase(), to: link.to.trim().to_string() };
    if !is_link_name(&link.name) {
        return Err(Refusal::field("type", "a link is named in small letters such as caused_by"));
    }
    if link.to == from.number {
        return Err(Refusal::field("to", "a record cannot be linked to itself"));
    }
    let missing = || Refusal::field("to", format!("there is no record {}", link.to));
    let target = unit.find(&link.to).await?.ok_or_else(missing)?;
    let kind = unit.catalog().find(target.record.kind).cloned().ok_or_else(missing)?;
    rights::permit(actor, &kind, Act::Read, Some(&target.record), now).map_err(|_| missing())?;
    Ok(link)
}

pub(crate) fn is_link_name(name: &str) -> bool {
    let plain = name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_' || c == '-');
    plain && !name.is_empty() && name.len() <= 60
}

#[allow(clippy::too_many_arguments)]
pub(crate) fn write(
    unit: &mut Unit<'_>,
    actor: &Actor,
    permit: Permit,
    kind: &Kind,
    before: Kept,
    draft: Draft,
    told: Told,
    now: Moment,
) -> Result<Done, Refusal> {
    let mut draft = draft;
    pause::over(kind, &before.record, &mut draft);
    let changes = delta::between(&before.record, &draft);
    if changes.is_empty() && told.says_nothing() {
        let record = &before.record;
        return Ok(Done {
            kind: kind.name,
            number: record.number.clone(),
            version: record.version,
            outcome: Outcome::Unchanged,
        });
    }
    let at = draft::act_time(now, Some(&before.record));
    let record = Record {
        title: draft.title,
        state: draft.state,
        customer: kind.customer_of(&draft.fields),
        fields: draft.fields,
        version: before.record.version + 1,
        changed: at,
        ..before.record
    };
    // Nobody moves a record to where they may not reach it.
    if !permit.is_answer() && !rights::may(actor, kind, permit.act(), Some(&record)) {
        return Err(Refusal::Forbidden("You may not give this record to others.".into()));
    }
    let entry = entry(actor, &record, changes, &told, before.entry.clone(), at, unit.recorded());
    let done =
        Done { kind: kind.name, number: record.number.clone(), version: record.version, outcome: Outcome::Changed };
    for link in &told.unlinked {
        unit.unlink(record.id, link.clone(), at);
    }
    if let Some(file) = told.file {
        unit.attach(record.id, file, actor, now);
    }
    unit.stage(
        &permit,
        kind,
        Kept { record, entry: before.entry, origin: before.origin, clocks: before.clocks },
        vec![(entry, String::new())],
    );
    Ok(done)
}

/// Writes, and has the records that it newly names say so as well: nothing of that where the write itself is refused.
#[allow(clippy::too_many_arguments)]
async fn write_tied(
    unit: &mut Unit<'_>,
    actor: &Actor,
    permit: Permit,
    kind: &Kind,
    before: Kept,
    draft: Draft,
    told: Told,
    now: Moment,
) -> Result<Done, Refusal> {
    let tied = mirrors::named(kind, Some(&before.record), &draft);
    let done = write(unit, actor, permit, kind, before, draft, told, now)?;
    mirrors::reflect(unit, actor, tied, &done.number, now).await?;
    Ok(done)
}

/// Stages a write that is nothing but a changed draft.
pub(crate) fn write_plain(
    unit: &mut Unit<'_>,
    actor: &Actor,
    permit: Permit,
    kind: &Kind,
    before: Kept,
    draft: Draft,
    at: Moment,
) -> Result<Done, Refusal> {
    write(unit, actor, permit, kind, before, draft, Told::act("edit"), at)
}

/// The first entry of a record that the program makes in consequence of something else.
pub(crate) fn first_entry(actor: &Actor, record: &Record, act: &'static str, at: Moment, recorded: Moment) -> Entry {
    entry(actor, record, delta::created(&unchanged(record)), &Told::act(act), String::new(), at, recorded)
}

fn entry(
    actor: &Actor,
    record: &Record,
    changes: Changes,
    told: &Told,
    previous: String,
    at: Moment,
    recorded: Moment,
) -> Entry {
    Entry {
        seq: 0,
        record: record.id,
        kind: record.kind,
        number: record.number.clone(),
        version: record.version,
        at,
        recorded,
        by: Some(actor.email.clone()),
        via: actor.via,
        act: told.act.into(),
        changes,
        base: Changes::new(),
        note: told.note.clone(),
        linked: told.linked.clone(),
        unlinked: told.unlinked.clone(),
        attached: told.file.iter().map(|file| file.name.clone()).collect(),
        previous,
    }
}
