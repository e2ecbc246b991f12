//! How the cause of something is found: in the order of time, by asking why, and by where causes lie. The same fields and the
//! same picture for problems and for nonconformities.

use crate::prelude::*;

pub const COURSE: Key<Many<Parts>> = Key::new("course");
pub const WHYS: Key<Many<Parts>> = Key::new("whys");
pub const CAUSES: Key<Many<Parts>> = Key::new("causes");

/// Where causes lie; a house may add branches of its own.
const BRANCHES: &[&str] = &["people", "process", "technology", "supplier", "environment", "measurement"];

/// The fields of a kind whose records have causes.
pub fn fields() -> Vec<Field> {
    let fields = vec![
        COURSE
            .rows(vec![part::instant("at").label("When"), part::long("text").label("What happened")])
            .help("What happened when, as far as it bears on the cause.")
            .internal(),
        WHYS.rows(vec![part::long("why").label("Why?"), part::long("because").label("Because")])
            .label("Five whys")
            .help("Each answer is asked why again, until nothing is left to ask.")
            .internal(),
        CAUSES
            .rows(vec![
                part::open_choice("branch", BRANCHES),
                part::long("cause").label("Possible cause"),
                part::long("evidence").label("What speaks for or against it"),
                part::choice("verdict", &["open", "ruled-out", "contributes", "root"]),
            ])
            .label("Cause and effect")
            .help("Everything that may have caused it, by where it lies, with what was found out about it.")
            .internal(),
    ];
    shared::grouped("Cause analysis", fields)
}

/// What was judged to be the root is the cause, where nobody has written another one.
pub fn root_is_the_cause(draft: &mut Draft, facts: &Facts<'_>, cause: Key<Long>) {
    if draft.get(cause).is_some() || !rules::touched(draft, facts, &[CAUSES.name]) {
        return;
    }
    let rows = draft.get(CAUSES).map(|rows| rows.0).unwrap_or_default();
    let text = |row: &Parts, name: &str| {
        row.0.get(name).and_then(Value::as_text).map(|text| text.trim().to_string()).unwrap_or_default()
    };
    let roots = rows.iter().filter(|row| text(row, "verdict") == "root").map(|row| text(row, "cause"));
    let roots: Vec<String> = roots.filter(|root| !root.is_empty()).collect();
    if !roots.is_empty() {
        draft.set(cause, Long(roots.join("\n")));
    }
}
