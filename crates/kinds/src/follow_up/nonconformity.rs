//! A nonconformity is a requirement that was not met, and what was done about it.

use model::handling::{Likeness, Used};

use crate::{causes, performance::audit, prelude::*};

pub const SOURCE: Key<Ref> = Key::new("source");
pub const CLAUSE: Key<Text> = Key::new("clause");
pub const GRADE: Key<Choice> = Key::new("grade");
pub const TEXT: Key<Long> = Key::new("text");
pub const OWNER: Key<Person> = Key::new("owner");
pub const RAISED_ON: Key<Date> = Key::new("raised_on");
pub const CORRECTION: Key<Long> = Key::new("correction");
pub const CONSEQUENCES: Key<Long> = Key::new("consequences");
pub const CAUSE: Key<Long> = Key::new("cause");
pub const SIMILAR: Key<Long> = Key::new("similar");
pub const SIMILAR_CASES: Key<Many<Ref>> = Key::new("similar_cases");
pub const ACTIONS: Key<Many<Ref>> = Key::new("actions");
pub const EFFECTIVE: Key<bool> = Key::new("effective");
pub const CHECKED_ON: Key<Date> = Key::new("checked_on");
pub const INDICATOR: Key<Ref> = Key::new("indicator");
pub const DIRECTION: Key<Choice> = Key::new("direction");
pub const LIMIT: Key<Decimal> = Key::new("limit");
pub const WATCH_FROM: Key<Date> = Key::new("watch_from");
pub const WATCH_UNTIL: Key<Date> = Key::new("watch_until");
pub const EFFECT: Key<Choice> = Key::new("effect");
pub const SMS_CHANGED: Key<bool> = Key::new("sms_changed");
pub const CLOSED_ON: Key<Date> = Key::new("closed_on");

pub fn kind() -> Kind {
    Kind::new("nonconformity", "nonconformities", "NCR")
        .about("A nonconformity is a requirement that was not met, and what was done about it.")
        .clause(&["10.1.1", "10.1.2"])
        .area(Area::Prove)
        .include(fields())
        .include(putting_it_right())
        .include(causes::fields())
        .include(watching())
        .lifecycle(life())
        .link("changed", "changed", "was changed by", &["document", "change", "process", "policy"])
        .include_links(links::general())
        .grants(roles::findings())
        .list(&["number", "title", "grade", "clause", "state", "owner", "raised_on", "closed_on"])
        .titled_by(&["text"])
        .alike(ALIKE)
        .sealed(audit::FOUND_AS_IT_WAS)
        .rule(cause_is_the_root)
        .rule(similar_ones_are_named)
        .rule(dates_of_states)
        .rule(dates_in_order)
        .rule(indicator_is_whole)
        .rule(indicator_is_named_beforehand)
}

/// Where the same was found before: on the same clause, watched by the same measure, in the same words.
const ALIKE: &[Likeness] = &[Likeness {
    label: "Similar nonconformities",
    kind: "nonconformity",
    shares: &[("clause", "clause"), ("indicator", "indicator")],
    own_words: &["text", "cause"],
    words: &["text", "cause"],
    states: &["open", "analysed", "acting", "checking", "closed"],
    helps: "cause",
    used: Some(Used::Named(SIMILAR_CASES.name)),
}];

fn fields() -> Vec<Field> {
    vec![
        SOURCE.reference_or_text(&["audit"]).help("The audit that found it, or how else it came to light."),
        CLAUSE.text().help("The requirement that was not met, such as 8.6.1."),
        GRADE
            .open_choice(&["minor", "major", "observation"])
            .help("Major when a whole requirement fails or the system cannot be trusted."),
        TEXT.long().label("What was found").help("The requirement, what is, and the evidence."),
        OWNER.person().column(Column::Owner),
        RAISED_ON.date().label("Raised"),
    ]
}

fn putting_it_right() -> Vec<Field> {
    shared::grouped(
        "Putting it right",
        vec![
            CORRECTION.long().help("What was done at once. Within ten working days."),
            CONSEQUENCES
                .long()
                .label("Consequences dealt with")
                .help("What it led to and how that was handled. Write none where there were none."),
            CAUSE.long().help("Filled with what cause and effect says is the root, where nothing stands here."),
            SIMILAR.long().label("Similar cases").help(
                "Whether the same is wrong elsewhere or could be, and where one looked. Write none where nothing is.",
            ),
            SIMILAR_CASES
                .references(&["nonconformity"])
                .label("The same again")
                .help("Nonconformities that are the same fault. What resembles this one is found and shown beside it."),
            ACTIONS.references_or_text(&["action"]).label("Corrective actions"),
            EFFECTIVE.flag().help("Judged by somebody who does not own the actions."),
            CHECKED_ON.date().label("Effect checked").help("Later than the last action was done."),
            SMS_CHANGED.flag().label("System changed").help("If yes, link the change or document."),
            CLOSED_ON.date().label("Closed"),
        ],
    )
}

/// What is looked at afterwards to see whether it worked, named before anybody can know.
fn watching() -> Vec<Field> {
    shared::grouped(
        "How the effect is measured",
        vec![
            INDICATOR.reference(&["measure"]).help("The measure whose readings will show whether it worked."),
            DIRECTION.choice(&["at-least", "at-most"]).label("Readings are to be"),
            LIMIT.number().help("In the unit of the measure."),
            WATCH_FROM.date().label("Watched from"),
            WATCH_UNTIL.date().label("Watched until").help("The last day that counts."),
            EFFECT
                .choice(&["watching", "effective", "failed", "unknown"])
                .label("What the indicator says")
                .help("Filled in day by day; when it fails, the nonconformity is taken up again."),
        ],
    )
}

fn life() -> Lifecycle {
    let lifecycle = Lifecycle::starts_in("open", Open)
        .state("analysed", Open)
        .state("acting", Open)
        .state("checking", Waiting)
        .state("closed", Done)
        .step("analyse", &["open"], "analysed")
        .step("act", &["open", "analysed", "checking"], "acting")
        .step("check_effect", &["open", "analysed", "acting"], "checking")
        .step("close", &["open", "analysed", "acting", "checking"], "closed")
        .step("reopen", &["closed"], "open")
        .dated("closed", "closed_on");
    lifecycles::ending(lifecycle)
}

fn cause_is_the_root(draft: &mut Draft, facts: &Facts<'_>) -> Result<(), FieldError> {
    causes::root_is_the_cause(draft, facts, CAUSE);
    Ok(())
}

/// Whoever names similar ones has looked for them: where nothing is written of the search, they are what it found (10.1.1 b).
fn similar_ones_are_named(draft: &mut Draft, facts: &Facts<'_>) -> Result<(), FieldError> {
    let named = draft.get(SIMILAR_CASES).map(|cases| cases.0).unwrap_or_default();
    let own = facts.before.map(|before| before.number.as_str());
    if named.iter().any(|case| Some(case.0.as_str()) == own) {
        return Err(FieldError::new(SIMILAR_CASES.name, "it is not similar to itself"));
    }
    let told = |cases: &[Ref]| {
        let numbers: Vec<&str> = cases.iter().map(|case| case.0.as_str()).collect();
        format!("Found among the nonconformities on record: {}.", numbers.join(", "))
    };
    let before = facts.before.and_then(|before| before.get(SIMILAR_CASES)).map(|cases| cases.0).unwrap_or_default();
    let is_own_word = |text: &Long| !before.is_empty() && text.0 == told(&before);
    if !named.is_empty() && draft.get(SIMILAR).is_none_or(|text| is_own_word(&text)) {
        draft.set(SIMILAR, Long(told(&named)));
    }
    Ok(())
}

fn dates_of_states(draft: &mut Draft, facts: &Facts<'_>) -> Result<(), FieldError> {
    rules::stamp_raising_and_closing(draft, facts, RAISED_ON, CLOSED_ON);
    // Each check begins anew, whatever came of the last one.
    if rules::enters(draft, facts, &["checking"]) && draft.get(INDICATOR).is_some() {
        draft.set(EFFECT, Choice("watching".into()));
    }
    Ok(())
}

fn dates_in_order(draft: &mut Draft, facts: &Facts<'_>) -> Result<(), FieldError> {
    rules::in_order(draft, facts, RAISED_ON, CLOSED_ON)?;
    rules::in_order(draft, facts, CHECKED_ON, CLOSED_ON)
}

const YARDSTICK: &[&str] = &["indicator", "direction", "limit", "watch_from", "watch_until"];

/// An indicator without limit or window says nothing.
fn indicator_is_whole(draft: &mut Draft, facts: &Facts<'_>) -> Result<(), FieldError> {
    if !rules::touched(draft, facts, YARDSTICK) || YARDSTICK.iter().all(|name| !draft.fields.contains_key(*name)) {
        return Ok(());
    }
    rules::in_order(draft, facts, WATCH_FROM, WATCH_UNTIL)?;
    match YARDSTICK.iter().find(|name| !draft.fields.contains_key(**name)) {
        Some(missing) => Err(FieldError::new(
            *missing,
            "belongs to the indicator: name measure, direction, limit and window together",
        )),
        None => Ok(()),
    }
}

/// Once the effect is being checked the yardstick stays: it was named beforehand.
fn indicator_is_named_beforehand(draft: &mut Draft, facts: &Facts<'_>) -> Result<(), FieldError> {
    let Some(before) = facts.before.filter(|before| matches!(before.state.as_str(), "checking" | "closed")) else {
        return Ok(());
    };
    let moved = YARDSTICK.iter().find(|name| before.fields.get(**name) != draft.fields.get(**name));
    match moved {
        Some(name) if before.state == draft.state => {
            let why =
                "was named before the effect is checked and stays: take the nonconformity up again to name another one";
            Err(FieldError::new(*name, why))
        }
        _ => Ok(()),
    }
}
