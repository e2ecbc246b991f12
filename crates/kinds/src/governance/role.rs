//! A role is a set of duties, the power to decide that goes with them, and who holds it.

use crate::prelude::*;

pub const NAME: Key<Text> = Key::new("name");
pub const DUTIES: Key<Many<Text>> = Key::new("duties");
pub const AUTHORITY: Key<Many<Text>> = Key::new("authority");
pub const HOLDER: Key<Person> = Key::new("holder");
pub const APPOINTED_ON: Key<Date> = Key::new("appointed_on");
pub const REPORTS_TO: Key<Ref> = Key::new("reports_to");
pub const NEEDS: Key<Many<Parts>> = Key::new("needs");

pub fn kind() -> Kind {
    Kind::new("role", "roles", "ROL")
        .about("A role is a set of duties, the power to decide that goes with them, and who holds it.")
        .clause(&["5.3", "5.1", "6.3", "7.2"])
        .area(Area::Prove)
        .field(NAME.text().help("Top management is held by the roles named top-management.").required())
        .field(DUTIES.texts().help("One a line. Somebody holds conformity-of-sms, somebody report-to-top-management."))
        .field(AUTHORITY.texts().help("What its holder may decide, one a line, such as approve-document."))
        .field(
            HOLDER
                .person()
                .help("One person, active at the provider. Others hold it by their own record.")
                .column(Column::Owner),
        )
        .field(APPOINTED_ON.date().label("Appointed"))
        .field(REPORTS_TO.reference(&["role"]).help("The role to which it answers."))
        .field(
            NEEDS
                .rows(vec![
                    part::text("need").help("What its holders must be able to do."),
                    part::number("level").help("1 knows of it to 5 teaches it."),
                    part::number("months").label("Months").help("After so many months the proof is looked at again."),
                ])
                .label("Needed abilities")
                .help("What everybody who holds the role must be able to do."),
        )
        .lifecycle(lifecycles::kept())
        .include_links(links::general())
        .grants(roles::leadership())
        .list(&["number", "title", "holder", "appointed_on", "reports_to", "state"])
        .titled_by(&["name"])
        .rule(needs_can_be_met)
}

/// A need has words, a level that a person can have, and a time after which it is looked at again.
fn needs_can_be_met(draft: &mut Draft, facts: &Facts<'_>) -> Result<(), FieldError> {
    if !rules::touched(draft, facts, &[NEEDS.name]) {
        return Ok(());
    }
    let rows = draft.fields.get(NEEDS.name).map(model::Value::entries).unwrap_or_default();
    for (line, row) in rows.iter().enumerate() {
        let refuse = |why: &str| Err(FieldError::new(NEEDS.name, format!("row {}: {why}", line + 1)));
        let number = |part: &str| row.part(part).and_then(model::Value::as_number);
        let whole = |number: Decimal, most: i64| {
            number.fract().is_zero() && number >= Decimal::ONE && number <= Decimal::from(most)
        };
        if row.part("need").and_then(model::Value::as_text).is_none_or(|need| need.trim().is_empty()) {
            return refuse("say what its holders must be able to do");
        }
        if number("level").is_some_and(|level| !whole(level, 5)) {
            return refuse("the level is a whole number from 1 to 5");
        }
        if number("months").is_some_and(|months| !whole(months, 120)) {
            return refuse("the months are a whole number from 1 to 120");
        }
    }
    Ok(())
}
