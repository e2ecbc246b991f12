//! A risk is something uncertain that could harm the management system, a service or information.

use crate::prelude::*;

pub const AREA: Key<Choice> = Key::new("area");
pub const SERVICE: Key<Ref> = Key::new("service");
pub const DESCRIPTION: Key<Long> = Key::new("description");
pub const CUSTOMER_EFFECT: Key<Long> = Key::new("customer_effect");
pub const OWNER: Key<Person> = Key::new("owner");
pub const LIKELIHOOD: Key<Decimal> = Key::new("likelihood");
pub const IMPACT: Key<Decimal> = Key::new("impact");
pub const SCORE: Key<Decimal> = Key::new("score");
pub const TREATMENT: Key<Choice> = Key::new("treatment");
pub const RESIDUAL_LIKELIHOOD: Key<Decimal> = Key::new("residual_likelihood");
pub const RESIDUAL_IMPACT: Key<Decimal> = Key::new("residual_impact");
pub const RESIDUAL: Key<Decimal> = Key::new("residual");
pub const RESIDUAL_REASON: Key<Long> = Key::new("residual_reason");
pub const ACCEPTED_BY: Key<Person> = Key::new("accepted_by");
pub const ACCEPTED_UNTIL: Key<Date> = Key::new("accepted_until");
pub const REVIEW_DUE: Key<Date> = Key::new("review_due");
pub const REVIEWED_ON: Key<Date> = Key::new("reviewed_on");
pub const ACTIONS: Key<Many<Ref>> = Key::new("actions");

pub fn kind() -> Kind {
    Kind::new("risk", "risks", "RSK")
        .about(
            "A risk is something uncertain that could harm the \
             management system, a service or information.",
        )
        .clause(&["6.1.2", "6.1.1", "6.1.3", "8.7.1", "8.7.2", "8.7.3.2", "8.3.4.1", "6.3"])
        .area(Area::Assure)
        .include(fields())
        .include(assessment())
        .lifecycle(life())
        .include_links(links::general())
        .grants(roles::assurance())
        .list(&["number", "title", "area", "service", "score", "residual", "owner", "reviewed_on"])
        .titled_by(&["description"])
        .rule(score_is_the_product)
        .rule(levels_are_whole)
        .rule(acceptance_is_signed)
}

fn fields() -> Vec<Field> {
    vec![
        AREA.open_choice(&[
            "organization",
            "service-requirements",
            "other-parties",
            "availability",
            "continuity",
            "information-security",
        ])
        .help("Availability, continuity and information security need a risk for each service.")
        .required(),
        SERVICE.reference(&["service"]).help("Empty for a risk to the system as a whole.").column(Column::Service),
        DESCRIPTION.long().help("Cause, event and consequence."),
        CUSTOMER_EFFECT.long().label("Effect on customers").help("What customers would feel."),
        OWNER.person().column(Column::Owner),
    ]
}

fn assessment() -> Vec<Field> {
    shared::grouped(
        "Assessment",
        vec![
            LIKELIHOOD.number().help("1 hardly ever to 5 almost certain."),
            IMPACT.number().help("1 hardly felt to 5 ruinous."),
            SCORE.number().help("Likelihood times impact, computed."),
            TREATMENT
                .open_choice(&["reduce", "accept", "avoid", "share", "transfer"])
                .help("What is done: make it smaller, accept it, avoid it, share it."),
            RESIDUAL_LIKELIHOOD.number().help("What is left of it when the actions and controls work."),
            RESIDUAL_IMPACT.number().help("What is left of it when the actions and controls work."),
            RESIDUAL
                .number()
                .label("Residual score")
                .help("What is left when the actions and controls work; computed where both levels above are given."),
            RESIDUAL_REASON
                .long()
                .label("Reason for the residual score")
                .help("Why it is believed to become that small."),
            ACCEPTED_BY.person().help("Of top management, when the residual score is above the limit."),
            ACCEPTED_UNTIL.date().help("Until when it is accepted; empty for good."),
            REVIEWED_ON.date().label("Reviewed"),
            REVIEW_DUE.date().help("When it is looked at again; after the usual months where nothing is said."),
            ACTIONS.references_or_text(&["action"]),
        ],
    )
}

fn life() -> Lifecycle {
    const LIVE: &[&str] = &["open", "treating", "accepted", "monitored"];
    let lifecycle = Lifecycle::starts_in("open", Open)
        .state("treating", Open)
        .state("accepted", Done)
        .state("monitored", Done)
        .state("closed", Done)
        .step("treat", &["open", "accepted", "monitored"], "treating")
        .step("accept", &["open", "treating", "monitored"], "accepted")
        .step("monitor", &["open", "treating", "accepted"], "monitored")
        .step("close", LIVE, "closed")
        .step("reopen", &["closed"], "open");
    lifecycles::ending(lifecycle)
}

/// Whoever accepts a risk puts their name under it where no other name stands, and not for a time that is over.
fn acceptance_is_signed(draft: &mut Draft, facts: &Facts<'_>) -> Result<(), FieldError> {
    if !rules::enters(draft, facts, &["accepted"]) {
        return Ok(());
    }
    rules::sign(draft, facts, ACCEPTED_BY);
    match draft.get(ACCEPTED_UNTIL).filter(|_| rules::touched(draft, facts, &[ACCEPTED_UNTIL.name])) {
        Some(until) if until < facts.now.date() => {
            Err(FieldError::new(ACCEPTED_UNTIL.name, "lies in the past: say until when it is accepted"))
        }
        _ => Ok(()),
    }
}

/// Levels are whole numbers from 1 to 5 (rule R21).
fn levels_are_whole(draft: &mut Draft, facts: &Facts<'_>) -> Result<(), FieldError> {
    for key in [LIKELIHOOD, IMPACT, RESIDUAL_LIKELIHOOD, RESIDUAL_IMPACT] {
        if let Some(level) = draft.get(key)
            && rules::touched(draft, facts, &[key.name])
            && (!level.fract().is_zero() || level < Decimal::ONE || level > Decimal::from(5))
        {
            return Err(FieldError::new(key.name, "must be a whole number from 1 to 5"));
        }
    }
    Ok(())
}

/// Rule R21: the score is likelihood times impact, before and after treatment.
fn score_is_the_product(draft: &mut Draft, facts: &Facts<'_>) -> Result<(), FieldError> {
    if rules::touched(draft, facts, &[LIKELIHOOD.name, IMPACT.name, SCORE.name])
        && let (Some(likelihood), Some(impact)) = (draft.get(LIKELIHOOD), draft.get(IMPACT))
        && let Some(score) = likelihood.checked_mul(impact)
    {
        draft.set(SCORE, score);
    }
    let left = [RESIDUAL_LIKELIHOOD.name, RESIDUAL_IMPACT.name, RESIDUAL.name];
    if rules::touched(draft, facts, &left)
        && let (Some(likelihood), Some(impact)) = (draft.get(RESIDUAL_LIKELIHOOD), draft.get(RESIDUAL_IMPACT))
        && let Some(score) = likelihood.checked_mul(impact)
    {
        draft.set(RESIDUAL, score);
    }
    Ok(())
}
