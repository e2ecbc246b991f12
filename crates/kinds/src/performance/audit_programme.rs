//! An audit programme plans the internal audits of a period, so that they cover everything.

use model::{Fields, time::Period};

use crate::prelude::*;

pub const PERIOD: Key<PeriodName> = Key::new("period");
pub const YEARS: Key<Decimal> = Key::new("years");
pub const FREQUENCY: Key<Text> = Key::new("frequency");
pub const METHODS: Key<Many<Text>> = Key::new("methods");
pub const DUTIES: Key<Parts> = Key::new("duties");
pub const PLANNING: Key<Long> = Key::new("planning");
pub const REPORTING: Key<Long> = Key::new("reporting");
pub const BASIS: Key<Many<Text>> = Key::new("basis");
pub const OWNER: Key<Person> = Key::new("owner");

pub fn kind() -> Kind {
    Kind::new("audit_programme", "audit_programmes", "APR")
        .about("An audit programme plans the internal audits of a period, so that they cover everything.")
        .clause(&["9.2.2", "6.3"])
        .area(Area::Prove)
        .field(PERIOD.period().help("Its first year, where it spans several."))
        .field(YEARS.number().help("How many years it spans, from that of its period on; one where nothing is said."))
        .field(FREQUENCY.text().label("How often"))
        .field(METHODS.texts().help("Interviews, samples, walking through."))
        .field(
            DUTIES
                .parts(vec![part::person("lead").label("Leads the audits")])
                .help("Who does what in the audits of the period."),
        )
        .field(PLANNING.long().help("How the audits are spread over the period."))
        .field(REPORTING.long().help("To whom and how results are told."))
        .field(BASIS.texts().help("What weighs: importance of processes, changes, earlier results."))
        .field(OWNER.person().column(Column::Owner))
        .include(shared::approval())
        .lifecycle(lifecycles::approved())
        .include_links(links::general())
        .grants(roles::audits())
        .list(&["number", "title", "period", "state", "frequency", "approved_on"])
        .titled_by(&["period"])
        .rule(years_are_whole)
        .rule(rules::approval_is_signed)
}

/// Longest programme, in years.
const LONGEST: i16 = 10;

fn years_are_whole(draft: &mut Draft, _: &Facts<'_>) -> Result<(), FieldError> {
    match draft.get(YEARS) {
        Some(years) if !years.fract().is_zero() || years < Decimal::ONE || years > Decimal::from(LONGEST) => {
            Err(FieldError::new(YEARS.name, format!("must be a whole number from 1 to {LONGEST}")))
        }
        _ => Ok(()),
    }
}

/// The years that a programme spans; none where it names no period.
pub fn span(fields: &Fields) -> Vec<i16> {
    let period = PERIOD.get(fields).and_then(|period| Period::parse(&period.0));
    let Some(first) = period.map(|period| period.begin.year()) else { return Vec::new() };
    let count = YEARS.get(fields).and_then(|years| i16::try_from(years.trunc()).ok()).unwrap_or(1).clamp(1, LONGEST);
    (first..first + count).collect()
}
