//! A certification body audits the management system from outside and decides about the certificate.

use crate::prelude::*;

pub const NAME: Key<Text> = Key::new("name");
pub const ACCREDITED_BY: Key<Choice> = Key::new("accredited_by");
pub const MARK: Key<Choice> = Key::new("mark");
pub const CONTACT: Key<Text> = Key::new("contact");
pub const OWNER: Key<Person> = Key::new("owner");
pub const ANSWER_DAYS: Key<Decimal> = Key::new("answer_days");
pub const MAJOR_DAYS: Key<Decimal> = Key::new("major_days");
pub const MINOR_DAYS: Key<Decimal> = Key::new("minor_days");
pub const STAGE_1_MONTHS: Key<Decimal> = Key::new("stage_1_months");
pub const LAST_DAY: Key<Choice> = Key::new("last_day");
pub const GRADES: Key<Many<Parts>> = Key::new("grades");
pub const AUDIT_DAYS: Key<Many<Parts>> = Key::new("audit_days");
pub const DAY_RATE: Key<Money> = Key::new("day_rate");
pub const FORMS: Key<Many<Ref>> = Key::new("forms");

/// What a finding of the body counts as here.
pub const MEANINGS: &[&str] = &["major", "minor", "observation", "concern"];

pub fn kind() -> Kind {
    Kind::new("certification_body", "certification_bodies", "CBO")
        .about("A certification body audits the management system from outside and decides about the certificate.")
        .clause(&["4.3"])
        .area(Area::Prove)
        .include(who())
        .include(limits())
        .include(time_and_money())
        .lifecycle(lifecycles::kept())
        .include_links(links::general())
        .grants(roles::project())
        .list(&["number", "title", "accredited_by", "mark", "owner", "state"])
        .titled_by(&["name"])
        .rule(counts_are_positive)
}

fn who() -> Vec<Field> {
    vec![
        NAME.text().required(),
        ACCREDITED_BY
            .open_choice(&["UKAS", "ANAB", "DAkkS", "NABCB", "JAS-ANZ", "COFRAC", "none"])
            .help("A certificate without accreditation is often worth nothing in a tender."),
        MARK.open_choice(&["IAF MLA", "Global Accreditation Cooperation", "none"])
            .help("The mark of the agreement between accreditation bodies that stands on its certificates."),
        CONTACT.text().help("Name, e-mail or telephone of who plans our audits."),
        OWNER.person().column(Column::Owner).help("Who of us speaks with it."),
        FORMS.references_or_text(&["document"]).help("Its forms for answers to findings, changes, complaints."),
    ]
}

fn limits() -> Vec<Field> {
    shared::grouped(
        "Its time limits",
        vec![
            ANSWER_DAYS.number().help("Days after the last audit day to answer findings; 14 to 30 are usual."),
            MAJOR_DAYS.number().help("Days to show a major finding closed; 60 to 90 are usual."),
            MINOR_DAYS.number().help("Days to show the plan for a minor finding; 30 are usual."),
            STAGE_1_MONTHS
                .number()
                .label("Stage 1 holds for (months)")
                .help("Later than this, stage 1 is done anew; many bodies say 6."),
            LAST_DAY
                .choice(&["day-before", "same-day"])
                .label("Last day it prints")
                .help("36 months after the decision, less a day or not."),
            GRADES
                .rows(vec![part::text("name").label("Its word"), part::choice("means", MEANINGS)])
                .help("Its own words for findings, and what each counts as."),
        ],
    )
}

fn time_and_money() -> Vec<Field> {
    shared::grouped(
        "Audit time and price",
        vec![
            AUDIT_DAYS
                .rows(vec![
                    part::number("from_people").label("People from"),
                    part::number("to_people").label("People to"),
                    part::number("days").label("Days of stage 1 and 2"),
                ])
                .help("The figures this body told you. The table of ISO/IEC 20000-6 is not printed here."),
            DAY_RATE.money().label("Price of an audit day"),
        ],
    )
}

fn counts_are_positive(draft: &mut Draft, facts: &Facts<'_>) -> Result<(), FieldError> {
    for key in [ANSWER_DAYS, MAJOR_DAYS, MINOR_DAYS, STAGE_1_MONTHS] {
        let given = draft.get(key).filter(|_| rules::touched(draft, facts, &[key.name]));
        if given.is_some_and(|count| count < Decimal::ONE || !count.fract().is_zero() || count > Decimal::from(3_660)) {
            return Err(FieldError::new(key.name, "is a whole number from 1 to 3660"));
        }
    }
    Ok(())
}
