//! A document version is one text of a document: who wrote, reviewed and approved it, and from when to when it was in force.

use model::handling::Publication;

use super::document;
use crate::prelude::*;

pub const DOCUMENT: Key<Ref> = Key::new("document");
pub const VERSION: Key<Decimal> = Key::new("version");
pub const TEXT: Key<Long> = Key::new("text");
pub const FILE: Key<Text> = Key::new("file");
pub const CHANGE_NOTE: Key<Long> = Key::new("change_note");
pub const AUTHOR: Key<Person> = Key::new("author");
pub const WRITERS: Key<Many<Person>> = Key::new("writers");
pub const TURN: Key<Person> = Key::new("turn");
pub const REVIEWER: Key<Person> = Key::new("reviewer");
pub const REVIEWED_BY: Key<Person> = Key::new("reviewed_by");
pub const REVIEWED_ON: Key<Date> = Key::new("reviewed_on");
pub const APPROVER: Key<Person> = Key::new("approver");
pub const MEANING: Key<Text> = Key::new("meaning");
pub const EFFECTIVE_ON: Key<Date> = Key::new("effective_on");
pub const ENDED_ON: Key<Date> = Key::new("ended_on");

/// What an approval says where its signer says nothing else.
const FIT: &str = "Read in full, right and fit for use; to be followed from the day on which it comes into force.";

pub fn kind() -> Kind {
    Kind::new("document_version", "document_versions", "DVN")
        .about(
            "A document version is one text of a document: who wrote, reviewed \
             and approved it, and from when to when it was in force.",
        )
        .clause(&["7.5.2", "7.5.3.2"])
        .area(Area::Prove)
        .include(fields())
        .include(shared::grouped("Signatures", signatures()))
        .include(shared::grouped("In force", in_force()))
        .lifecycle(life())
        .include_links(links::general())
        .grants(roles::document_versions())
        .list(&["number", "title", "state", "document", "version", "turn", "effective_on"])
        .looks_at(&["document"])
        .publishes(PUBLICATION)
        .rule(follows_its_document)
        .rule(text_is_written_in_draft)
        .rule(ready_to_be_read)
        .rule(reviewed_by_another)
        .rule(approved_by_another)
        .rule(stands_from_its_day)
        .rule(somebody_has_it)
}

const PUBLICATION: Publication = Publication {
    of: "document",
    kind: "document",
    checked_in: "in_review",
    waiting: "approved",
    on: "effective_on",
    stands: "in_force",
    ended: "superseded",
    ended_on: "ended_on",
    count: "version",
    state: "approved",
    current: "in_force",
    carries: &[
        ("text", "text"),
        ("version", "version"),
        ("change_note", "change_note"),
        ("approved_by", "approved_by"),
        ("approved_on", "approved_on"),
    ],
    review: ("review_due", "review_months", 12),
    text: "text",
};

fn fields() -> Vec<Field> {
    vec![
        DOCUMENT.reference(&["document"]).required(),
        VERSION
            .number()
            .help("Grows from one to the next: the next whole number where nothing is said, 2.1 for a small change."),
        TEXT.long().help("In Markdown. What stands in a block of parameters becomes the setting of the house."),
        FILE.text().label("Attached file").help("Its name, where the document is a file that is attached here."),
        CHANGE_NOTE.long().label("What changed").help("Against the version before; from the second version on."),
        AUTHOR.person().column(Column::Requester).help("Who answers for the text."),
        WRITERS
            .persons()
            .label("Wrote in it")
            .help("Everybody who put words into it; none of them approves it.")
            .derived(),
        TURN.person().label("Whose turn it is").column(Column::Owner).derived(),
    ]
}

fn signatures() -> Vec<Field> {
    let mut fields = vec![
        REVIEWER.person().help("Reads it before it is approved, where somebody is to."),
        REVIEWED_BY.person().derived(),
        REVIEWED_ON.date().label("Reviewed").derived(),
        APPROVER.person().help("Somebody who wrote nothing of it."),
        MEANING.text().label("What the approval says").help("The meaning of the signature, in the signer's words."),
    ];
    fields.extend(shared::approval().into_iter().map(Field::derived));
    fields
}

fn in_force() -> Vec<Field> {
    vec![
        EFFECTIVE_ON.date().label("In force from").help("The day of its approval where nothing is said."),
        ENDED_ON.date().label("In force until").derived(),
    ]
}

fn life() -> Lifecycle {
    Lifecycle::starts_in("draft", Open)
        .state("in_review", Waiting)
        .state("reviewed", Waiting)
        .state("approved", Waiting)
        .state("in_force", Done)
        .state("superseded", Done)
        .state("cancelled", Done)
        .step("send_to_review", &["draft"], "in_review")
        .step("review", &["in_review"], "reviewed")
        .step("return", &["in_review", "reviewed", "approved"], "draft")
        .step("approve", &["in_review", "reviewed"], "approved")
        .step("put_in_force", &["approved"], "in_force")
        .step("supersede", &["in_force"], "superseded")
        .step("cancel", &["draft", "in_review", "reviewed", "approved"], "cancelled")
        .step("restore", &["cancelled"], "draft")
        .withdrawable()
}

/// Number, title and people of a new version follow from the document where nothing is said.
fn follows_its_document(draft: &mut Draft, facts: &Facts<'_>) -> Result<(), FieldError> {
    if facts.before.is_none() {
        rules::sign(draft, facts, AUTHOR);
    }
    let Some(of) = facts.related.of(draft, DOCUMENT.name) else { return Ok(()) };
    let last = of.get(document::VERSION).unwrap_or_default();
    // A first text of a document that has none yet counts as the version that the document names.
    let stands = of.state == "approved";
    let next = if stands || last.is_zero() { last.floor() + Decimal::ONE } else { last };
    let version = draft.get(VERSION).unwrap_or(next);
    if stands && version <= last {
        return Err(FieldError::new(VERSION.name, format!("is not above {}, which is in force", last.normalize())));
    }
    if version <= Decimal::ZERO || version >= Decimal::from(10_000) {
        return Err(FieldError::new(VERSION.name, "is a number above 0 and below 10000"));
    }
    draft.set(VERSION, version);
    if let Some(approver) = of.get(document::APPROVER).filter(|_| draft.get(APPROVER).is_none()) {
        draft.set(APPROVER, approver);
    }
    if draft.title.trim().is_empty() {
        draft.title = format!("{}, version {}", of.title, version.normalize());
    }
    Ok(())
}

/// Whoever puts words into it is a writer of it; once it was sent to review it stays as it is until it is returned.
fn text_is_written_in_draft(draft: &mut Draft, facts: &Facts<'_>) -> Result<(), FieldError> {
    let fixed = [DOCUMENT.name, VERSION.name, TEXT.name, FILE.name, CHANGE_NOTE.name, AUTHOR.name];
    if let Some(before) = facts.before.filter(|before| before.state != "draft") {
        let differs = fixed.iter().find(|name| before.fields.get(**name) != draft.fields.get(**name));
        return match differs {
            Some(name) => Err(FieldError::new(*name, "is as it was sent to review: return it to draft first")),
            None => Ok(()),
        };
    }
    let wrote = facts.before.map_or(draft.get(TEXT).is_some() || draft.get(FILE).is_some(), |before| {
        before.fields.get(TEXT.name) != draft.fields.get(TEXT.name)
            || before.fields.get(FILE.name) != draft.fields.get(FILE.name)
    });
    let mut writers = draft.get(WRITERS).map(|writers| writers.0).unwrap_or_default();
    let mut add = |person: Person| {
        if model::types::is_mail(&person.0) && !writers.contains(&person) {
            writers.push(person);
        }
    };
    draft.get(AUTHOR).into_iter().for_each(&mut add);
    if wrote {
        add(Person(facts.actor.email.clone()));
    }
    if !writers.is_empty() {
        draft.set(WRITERS, Many(writers));
    }
    Ok(())
}

fn wrote(draft: &Draft, person: &str) -> bool {
    draft.get(WRITERS).is_some_and(|writers| writers.0.iter().any(|writer| writer.0 == person))
}

/// Nobody is asked to read what is not there.
fn ready_to_be_read(draft: &mut Draft, facts: &Facts<'_>) -> Result<(), FieldError> {
    if !rules::enters(draft, facts, &["in_review"]) {
        return Ok(());
    }
    if draft.get(VERSION).is_none() {
        return Err(FieldError::new(VERSION.name, "say which version it is"));
    }
    if draft.get(TEXT).is_none() && draft.get(FILE).is_none() {
        return Err(FieldError::new(TEXT.name, "is needed, or the name of an attached file"));
    }
    if draft.get(CHANGE_NOTE).is_none() && draft.get(VERSION).is_some_and(|version| version > Decimal::ONE) {
        return Err(FieldError::new(CHANGE_NOTE.name, "say what changed against the version before"));
    }
    for key in [REVIEWER, APPROVER] {
        if draft.get(key).is_some_and(|person| wrote(draft, &person.0)) {
            return Err(FieldError::new(key.name, "wrote in it: four eyes see more than two, name somebody else"));
        }
    }
    if draft.get(APPROVER).is_none() {
        return Err(FieldError::new(APPROVER.name, "say who approves it"));
    }
    Ok(())
}

fn reviewed_by_another(draft: &mut Draft, facts: &Facts<'_>) -> Result<(), FieldError> {
    if rules::enters(draft, facts, &["draft"]) {
        draft.clear(REVIEWED_BY);
        draft.clear(REVIEWED_ON);
        draft.clear(shared::APPROVED_BY);
        draft.clear(shared::APPROVED_ON);
    }
    if !rules::enters(draft, facts, &["reviewed"]) {
        return Ok(());
    }
    let me = &facts.actor.email;
    if wrote(draft, me) {
        return Err(FieldError::new("state", "whoever wrote in it does not review it"));
    }
    if let Some(reviewer) = draft.get(REVIEWER).filter(|reviewer| reviewer.0 != *me) {
        return Err(FieldError::new("state", format!("it is {} who was asked to review it", reviewer.0)));
    }
    rules::sign(draft, facts, REVIEWED_BY);
    rules::stamp_day(draft, facts, REVIEWED_ON);
    Ok(())
}

/// Four eyes: who wrote in it does not approve it, and where somebody is named it is they.
fn approved_by_another(draft: &mut Draft, facts: &Facts<'_>) -> Result<(), FieldError> {
    if !rules::enters(draft, facts, &["approved"]) {
        return Ok(());
    }
    let me = &facts.actor.email;
    if wrote(draft, me) {
        return Err(FieldError::new("state", "whoever wrote in it does not approve it"));
    }
    if let Some(approver) = draft.get(APPROVER).filter(|approver| approver.0 != *me) {
        return Err(FieldError::new("state", format!("it is {} who was asked to approve it", approver.0)));
    }
    match draft.get(REVIEWER).filter(|_| draft.get(REVIEWED_BY).is_none()) {
        Some(reviewer) if reviewer.0 != *me => {
            return Err(FieldError::new("state", format!("{} has not reviewed it yet", reviewer.0)));
        }
        // Who approves has read it, and need not say so twice.
        Some(_) => {
            rules::sign(draft, facts, REVIEWED_BY);
            rules::stamp_day(draft, facts, REVIEWED_ON);
        }
        None => {}
    }
    rules::sign(draft, facts, shared::APPROVED_BY);
    rules::stamp_day(draft, facts, shared::APPROVED_ON);
    if draft.get(MEANING).is_none() {
        draft.set(MEANING, Text(FIT.into()));
    }
    let today = facts.now.date();
    match draft.get(EFFECTIVE_ON) {
        Some(day) if day < today => Err(FieldError::new(EFFECTIVE_ON.name, "lies before the approval")),
        Some(_) => Ok(()),
        None => {
            draft.set(EFFECTIVE_ON, today);
            Ok(())
        }
    }
}

/// Nobody puts it in force before its day, and once it stands its days and signatures stay.
fn stands_from_its_day(draft: &mut Draft, facts: &Facts<'_>) -> Result<(), FieldError> {
    if rules::enters(draft, facts, &["in_force"])
        && let Some(day) = draft.get(EFFECTIVE_ON).filter(|day| *day > facts.now.date())
    {
        return Err(FieldError::new(EFFECTIVE_ON.name, format!("it comes into force on {day}")));
    }
    let signed = ["approved", "in_force", "superseded", "withdrawn"];
    let Some(before) = facts.before.filter(|before| signed.contains(&before.state.as_str())) else { return Ok(()) };
    let fixed = [REVIEWER.name, APPROVER.name, MEANING.name, EFFECTIVE_ON.name];
    let stays = draft.state != "draft";
    match fixed.iter().find(|name| stays && before.fields.get(**name) != draft.fields.get(**name)) {
        Some(name) => Err(FieldError::new(*name, "is as it was approved")),
        None => Ok(()),
    }
}

/// Who has the next move, so that it stands in their work.
fn somebody_has_it(draft: &mut Draft, _: &Facts<'_>) -> Result<(), FieldError> {
    let turn = match draft.state.as_str() {
        "draft" => draft.get(AUTHOR),
        "in_review" => draft.get(REVIEWER).or(draft.get(APPROVER)),
        "reviewed" => draft.get(APPROVER),
        _ => None,
    };
    match turn {
        Some(person) => draft.set(TURN, person),
        None => draft.clear(TURN),
    }
    Ok(())
}
