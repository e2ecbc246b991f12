//! A saved report is a picture or a list that is kept, and sent again and again to those who work with it.

use crate::prelude::*;

pub const NAME: Key<Text> = Key::new("name");
pub const SOURCE: Key<Text> = Key::new("source");
pub const OWNER: Key<Person> = Key::new("owner");
pub const SEND_TO: Key<Many<Person>> = Key::new("send_to");
pub const EVERY: Key<Choice> = Key::new("every");
pub const AT: Key<Choice> = Key::new("at");
pub const FORM: Key<Choice> = Key::new("form");
pub const MESSAGE: Key<Long> = Key::new("message");
pub const NEXT_ON: Key<Moment> = Key::new("next_on");
pub const LAST_ON: Key<Moment> = Key::new("last_on");
pub const OUTCOME: Key<Text> = Key::new("outcome");

/// Most people that a report goes to: more is a mailing list, which has an address of its own.
const READERS_MAX: usize = 50;

pub fn kind() -> Kind {
    Kind::new("saved_report", "saved_reports", "SRP")
        .about(
            "A saved report is a picture or a list that is kept, and sent again and again to those who work with it.",
        )
        .clause(&["9.1", "9.4"])
        .area(Area::Run)
        .field(NAME.text().required())
        .field(SOURCE.text().required().label("What it shows").help(
            "The address of pictures or of a list here, such as /pictures?weeks=4 or /incidents?filter=priority = P1.",
        ))
        .field(
            OWNER
                .person()
                .derived()
                .column(Column::Owner)
                .help("Whoever last said what goes to whom: it is made with their rights, each time anew."),
        )
        .include(shared::grouped("Sending", sending()))
        .lifecycle(life())
        .include_links(links::general())
        .grants(roles::everybody())
        .list(&["number", "title", "state", "every", "form", "send_to", "owner", "next_on"])
        .titled_by(&["name"])
        .rule(shows_what_is_here)
        .rule(belongs_to_whoever_says_so)
        .rule(comes_at_a_time)
}

fn sending() -> Vec<Field> {
    let text = |text: &str| Value::Text(text.into());
    vec![
        SEND_TO.persons().label("Sent to").help("One e-mail a line. None: it is kept and not sent."),
        EVERY
            .choice(&["daily", "weekly", "monthly"])
            .label("How often")
            .help("Weekly is on Mondays, monthly on the first.")
            .default(text("weekly")),
        AT.choice(&shared::HOURS)
            .label("At")
            .help("By the clock of the organisation's time zone.")
            .default(text("07:00")),
        FORM.choice(&["xlsx", "csv", "pdf"]).label("As").default(text("xlsx")),
        MESSAGE.long().label("Words that go with it"),
        NEXT_ON.instant().derived().label("Goes out next"),
        LAST_ON.instant().derived().label("Went out last"),
        OUTCOME.text().derived().label("What came of it"),
    ]
}

/// One that is sent is no open work; one that was stopped waits for somebody.
fn life() -> Lifecycle {
    let lifecycle = Lifecycle::starts_in("current", Done)
        .state("stopped", Waiting)
        .step("stop", &["current"], "stopped")
        .step("start", &["stopped"], "current");
    lifecycles::ending(lifecycle)
}

/// An address of ours: pictures or a list by the plural of its kind.
fn shows_what_is_here(draft: &mut Draft, facts: &Facts<'_>) -> Result<(), FieldError> {
    if !rules::touched(draft, facts, &[SOURCE.name]) {
        return Ok(());
    }
    let source = draft.get(SOURCE).map(|text| text.0).unwrap_or_default();
    let path = source.split('?').next().unwrap_or_default();
    let plain = |letter: char| letter.is_ascii_lowercase() || letter == '_';
    match path.strip_prefix('/') {
        _ if source.is_empty() => Ok(()),
        Some(name) if !name.is_empty() && name.chars().all(plain) => Ok(()),
        _ => Err(FieldError::new(
            SOURCE.name,
            "is not an address of pictures or of a list here, such as /pictures?weeks=4",
        )),
    }
}

/// What goes out is made with the rights of the owner: that is whoever last said what goes to whom, or started it again. So
/// nobody sends themselves what only somebody else may see.
fn belongs_to_whoever_says_so(draft: &mut Draft, facts: &Facts<'_>) -> Result<(), FieldError> {
    let readers = draft.get(SEND_TO).map_or(0, |readers| readers.0.len());
    if readers > READERS_MAX {
        return Err(FieldError::new(SEND_TO.name, format!("names {readers} people, {READERS_MAX} at most")));
    }
    let starts = rules::enters(draft, facts, &["current"]);
    let says_so = starts || rules::touched(draft, facts, &[SOURCE.name, SEND_TO.name]);
    if says_so && model::types::is_mail(&facts.actor.email) {
        draft.set(OWNER, Person(facts.actor.email.clone()));
    }
    Ok(())
}

/// The next turn is reckoned anew when something is said about it.
fn comes_at_a_time(draft: &mut Draft, facts: &Facts<'_>) -> Result<(), FieldError> {
    let moved = facts.before.is_some_and(|before| before.state != draft.state);
    let said = rules::touched(draft, facts, &[AT.name, EVERY.name, SEND_TO.name]);
    if facts.before.is_some() && (moved || said) {
        draft.clear(NEXT_ON);
    }
    Ok(())
}
