//! A certificate says that a body found the management system to conform, for a scope and until a day.

use super::certification_audit;
use crate::{follow_up::nonconformity, prelude::*};

pub const BODY: Key<Ref> = Key::new("body");
pub const EDITION: Key<Choice> = Key::new("edition");
pub const PRINTED_NUMBER: Key<Text> = Key::new("printed_number");
pub const SCOPE: Key<Long> = Key::new("scope");
pub const SITES: Key<Many<Text>> = Key::new("sites");
pub const SCOPE_STATEMENT: Key<Ref> = Key::new("scope_statement");
pub const DIFFERENCE: Key<Long> = Key::new("difference");
pub const OWNER: Key<Person> = Key::new("owner");
pub const DECIDED_ON: Key<Date> = Key::new("decided_on");
pub const VALID_TO: Key<Date> = Key::new("valid_to");
pub const RENEWED_ON: Key<Date> = Key::new("renewed_on");
pub const SUSPENDED_ON: Key<Date> = Key::new("suspended_on");
pub const SUSPENDED_FOR: Key<Long> = Key::new("suspended_for");
pub const ENDED_ON: Key<Date> = Key::new("ended_on");
pub const MOVED_TO: Key<Ref> = Key::new("moved_to");
pub const TRANSFERRED_FROM: Key<Ref> = Key::new("transferred_from");
pub const REGISTER: Key<Text> = Key::new("register");
pub const TOLD: Key<Many<Parts>> = Key::new("told");

/// Months after the last valid day in which a body may still restore a certificate (R26).
pub const RESTORE_MONTHS: i32 = 6;

pub fn kind() -> Kind {
    Kind::new("certificate", "certificates", "CER")
        .about("A certificate says that a body found the management system to conform, for a scope and until a day.")
        .clause(&["4.3"])
        .area(Area::Prove)
        .include(what())
        .include(dates())
        .include(shared::grouped("Public page", vec![shared::public_page()]))
        .told_outside(Outside {
            flag: "public_page",
            states: &["valid"],
            fields: &["edition", "scope", "sites", "decided_on", "valid_to", "printed_number", "register"],
        })
        .lifecycle(life())
        .include_links(links::general())
        .grants(roles::leadership())
        .list(&["number", "title", "state", "body", "decided_on", "valid_to", "owner"])
        .titled_by(&["printed_number"])
        .looks_at(&["transferred_from"])
        .looks_when(&["state", "valid_to"])
        .looks_at_all(&["certification_audit", "nonconformity"])
        .rule(dates_of_states)
        .rule(dates_in_order)
        .rule(restored_in_time)
        .rule(moves_without_open_majors)
        .rule(keeps_the_cycle_it_came_with)
}

fn what() -> Vec<Field> {
    vec![
        BODY.reference(&["certification_body"]).required().help("Who audits and decides."),
        EDITION.open_choice(&["ISO/IEC 20000-1:2018"]),
        PRINTED_NUMBER.text().label("Number on the certificate"),
        SCOPE.long().help("The words on the certificate, as agreed with the body."),
        SITES.texts().help("The places on the certificate, one a line."),
        SCOPE_STATEMENT
            .reference(&["scope_statement"])
            .help("Our own statement of which these words are the short form."),
        DIFFERENCE
            .long()
            .label("Why the words differ")
            .help("Where the certificate says it shorter than our statement."),
        OWNER.person().column(Column::Owner).help("Who keeps it alive."),
        REGISTER.text().label("Entry in a public register").help("Such as its address in IAF CertSearch."),
        TOLD.rows(vec![
            part::date("on"),
            part::open_choice(
                "about",
                &["law form", "ownership", "key people", "addresses and sites", "scope", "management system"],
            ),
            part::long("text").label("What was told"),
            part::person("by"),
        ])
        .label("Told to the body")
        .help("Changes of law form, owners, key people, sites, scope and system are told without delay."),
    ]
}

fn dates() -> Vec<Field> {
    shared::grouped(
        "Dates",
        vec![
            DECIDED_ON
                .date()
                .label("Decided")
                .required_in(&["valid"])
                .help("The certification decision: the cycle counts from it, not from the audit."),
            VALID_TO
                .date()
                .label("Last valid day")
                .required_in(&["valid", "suspended"])
                .help("As printed: what the certificate says wins over any rule."),
            RENEWED_ON.date().label("Renewal decided").help("The newest decision to renew or to restore."),
            SUSPENDED_ON.date().label("Suspended since").help("Six months at most, as a rule."),
            SUSPENDED_FOR.long().label("Why it was suspended").required_in(&["suspended"]),
            ENDED_ON.date().label("Ended").help("The day on which the body took it back or it moved to another one."),
            MOVED_TO
                .reference(&["certification_body"])
                .label("Moved to")
                .help("The body that keeps the certificate from then on.")
                .required_in(&["transferred"]),
            TRANSFERRED_FROM
                .reference(&["certificate"])
                .help("The certificate of another body that this one carries on: its cycle goes on."),
        ],
    )
}

fn life() -> Lifecycle {
    let lifecycle = Lifecycle::starts_in("applied", Open)
        .state("valid", Done)
        .state("suspended", Waiting)
        .state("expired", Waiting)
        .state("taken_back", Done)
        .state("transferred", Done)
        .step("award", &["applied"], "valid")
        .step("suspend", &["valid"], "suspended")
        .step("lift_suspension", &["suspended"], "valid")
        .step("expire", &["valid", "suspended"], "expired")
        .step("restore_validity", &["expired"], "valid")
        .step("take_back", &["valid", "suspended", "expired"], "taken_back")
        .step("transfer", &["valid"], "transferred")
        .dated("taken_back", "ended_on")
        .dated("valid", "decided_on");
    lifecycles::ending(lifecycle)
}

fn dates_of_states(draft: &mut Draft, facts: &Facts<'_>) -> Result<(), FieldError> {
    if rules::enters(draft, facts, &["suspended"]) {
        rules::stamp_day(draft, facts, SUSPENDED_ON);
    }
    if rules::leaves(draft, facts, &["suspended"]) {
        draft.clear(SUSPENDED_ON);
    }
    if rules::enters(draft, facts, &["taken_back", "transferred"]) {
        rules::stamp_day(draft, facts, ENDED_ON);
    }
    Ok(())
}

fn dates_in_order(draft: &mut Draft, facts: &Facts<'_>) -> Result<(), FieldError> {
    rules::in_order(draft, facts, DECIDED_ON, VALID_TO)?;
    rules::in_order(draft, facts, DECIDED_ON, RENEWED_ON)?;
    rules::in_order(draft, facts, DECIDED_ON, SUSPENDED_ON)?;
    // It expires by the calendar and not by anybody's wish.
    if rules::enters(draft, facts, &["expired"])
        && let Some(last) = draft.get(VALID_TO).filter(|last| *last >= facts.now.date())
    {
        return Err(FieldError::new(
            VALID_TO.name,
            format!("says that it is valid until {last}: it has not expired yet"),
        ));
    }
    Ok(())
}

/// R26: a body restores within six months after expiry; later there is at least a new stage 2, and a new certificate.
fn restored_in_time(draft: &mut Draft, facts: &Facts<'_>) -> Result<(), FieldError> {
    let from_expired = facts.before.is_some_and(|before| before.state == "expired");
    if !from_expired || !rules::enters(draft, facts, &["valid"]) {
        return Ok(());
    }
    let ended = facts.before.and_then(|before| before.get(VALID_TO));
    let decided = draft.get(RENEWED_ON).unwrap_or(facts.now.date());
    if let Some(ended) = ended
        && decided > Moment::of_date(ended).plus_months(RESTORE_MONTHS).date()
    {
        let why = format!(
            "is more than six months after {ended}, the last valid day: it cannot be restored, a new stage 2 and a new \
             certificate are needed"
        );
        return Err(FieldError::new(RENEWED_ON.name, why));
    }
    draft.set(RENEWED_ON, decided);
    Ok(())
}

/// Numbers of the major nonconformities that a body found in audits of a certificate and that are not closed yet.
pub(super) fn open_majors(facts: &Facts<'_>, certificate: &str) -> Vec<String> {
    let audits = facts.related.records().filter(|record| {
        record.kind == "certification_audit"
            && record.get(certification_audit::CERTIFICATE).is_some_and(|own| own.0 == certificate)
    });
    let (mut sources, mut found) = (Vec::new(), Vec::new());
    for audit in audits {
        sources.push(audit.number.as_str());
        let findings = audit.get(certification_audit::FINDINGS).unwrap_or(Many(Vec::new())).0;
        found.extend(findings.into_iter().map(|finding| finding.0));
    }
    let is_major = |record: &&model::Record| {
        record.kind == "nonconformity"
            && record.state != "closed"
            && record.get(nonconformity::GRADE).is_some_and(|grade| grade.0 == "major")
            && (found.contains(&record.number)
                || record.get(nonconformity::SOURCE).is_some_and(|source| sources.contains(&source.0.as_str())))
    };
    let mut majors: Vec<String> =
        facts.related.records().filter(is_major).map(|record| record.number.clone()).collect();
    majors.sort_unstable();
    majors
}

/// What is said where majors keep a certificate from moving (IAF MD 2).
pub(super) fn majors_stay(certificate: &str, majors: &[String]) -> String {
    format!(
        "{} of {certificate} {} open: major findings are closed before a certificate moves to another body",
        majors.join(", "),
        if majors.len() == 1 { "is" } else { "are" }
    )
}

/// IAF MD 2: only a valid certificate moves, to another body, and open majors are closed first.
fn moves_without_open_majors(draft: &mut Draft, facts: &Facts<'_>) -> Result<(), FieldError> {
    let same = draft.get(MOVED_TO).is_some_and(|to| draft.get(BODY).is_some_and(|body| body.0 == to.0));
    if same && rules::touched(draft, facts, &[MOVED_TO.name]) {
        return Err(FieldError::new(MOVED_TO.name, "is the body that keeps it already"));
    }
    let Some(own) = facts.before.filter(|_| rules::enters(draft, facts, &["transferred"])) else { return Ok(()) };
    match open_majors(facts, &own.number).as_slice() {
        [] => Ok(()),
        majors => Err(FieldError::new(MOVED_TO.name, majors_stay(&own.number, majors))),
    }
}

/// IAF MD 2: the certificate of the body that accepts goes on with the cycle that was running.
fn keeps_the_cycle_it_came_with(draft: &mut Draft, facts: &Facts<'_>) -> Result<(), FieldError> {
    if !rules::touched(draft, facts, &[TRANSFERRED_FROM.name, VALID_TO.name, "state"]) {
        return Ok(());
    }
    let Some(from) = facts.related.of(draft, TRANSFERRED_FROM.name).filter(|from| from.kind == "certificate") else {
        return Ok(());
    };
    if rules::touched(draft, facts, &[TRANSFERRED_FROM.name]) && !matches!(&*from.state, "valid" | "transferred") {
        let state = from.state.replace('_', " ");
        let why = format!("{} is {state}: only a valid certificate moves to another body", from.number);
        return Err(FieldError::new(TRANSFERRED_FROM.name, why));
    }
    let (Some(until), Some(last)) = (draft.get(VALID_TO), from.get(VALID_TO)) else { return Ok(()) };
    if until > last && draft.get(RENEWED_ON).is_none() {
        let why = format!("is later than {last}, the last valid day of {}: its cycle goes on", from.number);
        return Err(FieldError::new(VALID_TO.name, why));
    }
    Ok(())
}
