//! A knowledge article is know-how written down so that others can use it again.

use model::Record;

use crate::prelude::*;

pub const TEXT: Key<Long> = Key::new("text");
pub const SERVICES: Key<Many<Ref>> = Key::new("services");
pub const CATEGORY: Key<Text> = Key::new("category");
pub const OWNER: Key<Person> = Key::new("owner");
pub const AUDIENCE: Key<Many<Text>> = Key::new("audience");
pub const REVIEWED_ON: Key<Date> = Key::new("reviewed_on");
pub const REVIEW_DUE: Key<Date> = Key::new("review_due");
pub const VERSION: Key<Decimal> = Key::new("version");
pub const HELPFUL: Key<Decimal> = Key::new("helpful");
pub const NOT_HELPFUL: Key<Decimal> = Key::new("not_helpful");
pub const USES: Key<Decimal> = Key::new("uses");
pub const FROM: Key<Many<Ref>> = Key::new("from");
pub const PROBLEM: Key<Ref> = Key::new("problem");
pub const PROPOSED_TITLE: Key<Text> = Key::new("proposed_title");
pub const PROPOSED_TEXT: Key<Long> = Key::new("proposed_text");

pub fn kind() -> Kind {
    Kind::new("knowledge_article", "knowledge_articles", "KBA")
        .about("A knowledge article is know-how written down so that others can use it again.")
        .clause(&["7.6", "8.6.3"])
        .area(Area::Run)
        .field(shared::title_alias())
        .field(TEXT.long())
        .field(SERVICES.references(&["service"]).help("The services for which it helps."))
        .field(CATEGORY.text())
        .field(OWNER.person().column(Column::Owner))
        .field(shared::state_alias("state"))
        .field(AUDIENCE.texts().help("Who may read it, one a line: staff, users, customers."))
        .field(REVIEWED_ON.date().label("Reviewed").help("Once a year."))
        .field(
            REVIEW_DUE
                .date()
                .label("To be reviewed")
                .help("A year after it was last reviewed, unless said otherwise.")
                .column(Column::Due),
        )
        .field(VERSION.number().help("Counts each text that was published.").derived())
        .field(USES.number().label("Solved with it").help("How many tickets it helped to solve.").internal())
        .field(HELPFUL.number().help("How many readers said that it helped.").internal())
        .field(NOT_HELPFUL.number().help("How many readers said that it did not.").internal())
        .field(PROBLEM.reference(&["problem"]).internal())
        .field(
            FROM.references(&["incident", "problem", "service_request", "known_error"])
                .label("Written from")
                .help("The records whose solution it tells.")
                .internal(),
        )
        .field(
            PROPOSED_TITLE
                .text()
                .help("While it is revised: the title of the next version; empty where it stays.")
                .internal()
                .group(REVISION),
        )
        .field(
            PROPOSED_TEXT
                .long()
                .help("While it is revised: what the next version says. Readers keep the text until this one is published.")
                .internal()
                .group(REVISION),
        )
        .lifecycle(life())
        .include_links(links::general())
        .grants(roles::operational())
        .grants(roles::customers_find(FOR_READERS))
        .list(&["number", "title", "state", "services", "audience", "owner", "reviewed_on", "uses"])
        .rule(revisions_are_written_aside)
        .rule(published_versions_are_counted)
        .rule(reviewed_once_a_year)
}

/// Heading of what is written of the next version.
const REVISION: &str = "Revision";

/// States in which it is for readers, and nobody writes a revision of it.
const VALID: &[&str] = &["current", "published", "approved"];

/// States in which it is for readers while a revision of it is written aside.
const REVISED: &[&str] = &["in_revision", "revision_in_review"];

/// States in which readers have its text.
pub const FOR_READERS: &[&str] = &["current", "published", "approved", "in_revision", "revision_in_review"];

fn life() -> Lifecycle {
    let lifecycle = Lifecycle::starts_in("draft", Open)
        .state("in_review", Waiting)
        .state("approved", Done)
        .state("published", Done)
        .state("current", Done)
        .state("in_revision", Open)
        .state("revision_in_review", Waiting)
        .state("retired", Done)
        .step("send_to_review", &["draft"], "in_review")
        .step("return", &["in_review"], "draft")
        .step("send_revision_to_review", &["in_revision"], "revision_in_review")
        .step("return_revision", &["revision_in_review"], "in_revision")
        .step("approve", &["draft", "in_review", "in_revision", "revision_in_review"], "approved")
        .step("publish", &["draft", "in_review", "approved", "in_revision", "revision_in_review"], "published")
        .step("make_current", &["approved", "published"], "current")
        .step("keep_as_it_was", REVISED, "current")
        .step("revise", VALID, "in_revision")
        .step("retire", FOR_READERS, "retired")
        .step("reopen", &["retired"], "draft");
    lifecycles::ending(lifecycle)
}

/// While a published text is revised, readers keep it: the next one is written beside it, and takes its place when it goes out.
fn revisions_are_written_aside(draft: &mut Draft, facts: &Facts<'_>) -> Result<(), FieldError> {
    let before = facts.before.filter(|before| is_for_readers(&before.state));
    let (was, is) = (before.is_some_and(|before| is_revised(&before.state)), is_revised(&draft.state));
    if let Some(before) = before.filter(|_| was || is) {
        readers_keep_theirs(draft, before)?;
    }
    match (was, is) {
        (false, true) => begin_revision(draft),
        (true, false) => end_revision(draft),
        _ => {}
    }
    Ok(())
}

fn readers_keep_theirs(draft: &Draft, before: &Record) -> Result<(), FieldError> {
    let why = |field, aside: &str| {
        let why = format!("is what readers have until the revision is published; write the next one in {aside}");
        Err(FieldError::new(field, why))
    };
    if draft.title != before.title {
        return why("title", PROPOSED_TITLE.name);
    }
    if draft.get(TEXT) != before.get(TEXT) {
        return why(TEXT.name, PROPOSED_TEXT.name);
    }
    Ok(())
}

/// It begins with what is proposed already, else with what stands.
fn begin_revision(draft: &mut Draft) {
    if let Some(text) = draft.get(TEXT).filter(|_| draft.get(PROPOSED_TEXT).is_none()) {
        draft.set(PROPOSED_TEXT, text);
    }
}

/// What goes out takes the place of the text that readers had; what is kept or retired stays as they had it.
fn end_revision(draft: &mut Draft) {
    if matches!(draft.state.as_str(), "approved" | "published") {
        if let Some(title) = draft.get(PROPOSED_TITLE) {
            draft.title = title.0;
        }
        if let Some(text) = draft.get(PROPOSED_TEXT) {
            draft.set(TEXT, text);
        }
    }
    draft.clear(PROPOSED_TITLE);
    draft.clear(PROPOSED_TEXT);
}

/// Each time it goes out to readers it is another version, and so is each other text that they find in the same place.
fn published_versions_are_counted(draft: &mut Draft, facts: &Facts<'_>) -> Result<(), FieldError> {
    let before = facts.before.filter(|before| is_for_readers(&before.state));
    if !is_for_readers(&draft.state) {
        return Ok(());
    }
    match before {
        None => {
            rules::count(draft, VERSION);
            rules::stamp_day(draft, facts, REVIEWED_ON);
        }
        Some(before) if before.title != draft.title || before.get(TEXT) != draft.get(TEXT) => {
            rules::count(draft, VERSION);
        }
        Some(_) => {}
    }
    Ok(())
}

/// Whether an article in this state is read by whoever it is written for.
pub fn is_for_readers(state: &str) -> bool {
    FOR_READERS.contains(&state)
}

/// Whether readers have its text in this state while the next one is written beside it.
pub fn is_revised(state: &str) -> bool {
    REVISED.contains(&state)
}

/// Whoever says that it was reviewed says as well when it is to be reviewed again.
fn reviewed_once_a_year(draft: &mut Draft, facts: &Facts<'_>) -> Result<(), FieldError> {
    let before = facts.before.and_then(|before| before.get(REVIEWED_ON));
    let due_stands = facts.before.and_then(|before| before.get(REVIEW_DUE)) == draft.get(REVIEW_DUE);
    match draft.get(REVIEWED_ON) {
        Some(on) if before != Some(on) && due_stands => {
            // The last day of February has no such day a year later.
            let next = Date::new(on.year() + 1, on.month(), on.day());
            let next = next.or_else(|_| Date::new(on.year() + 1, on.month(), 28));
            draft.set(REVIEW_DUE, next.unwrap_or(on));
            Ok(())
        }
        _ => Ok(()),
    }
}
