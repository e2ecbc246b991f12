//! A hand-over note tells the next shift of a team what it must know; it stands over the queue until the next one is written.

use crate::prelude::*;

pub const TEAM: Key<Ref> = Key::new("team");
pub const TEXT: Key<Long> = Key::new("text");
pub const WRITTEN_BY: Key<Person> = Key::new("written_by");
pub const ON_CALL: Key<Person> = Key::new("on_call");

pub fn kind() -> Kind {
    Kind::new("handover_note", "handover_notes", "HON")
        .labelled("Hand-over note", "Hand-over notes")
        .about(
            "A hand-over note tells the next shift of a team what it must know; \
             it stands over the queue until the next one is written.",
        )
        .clause(&["8.6.1", "7.4"])
        .area(Area::Run)
        .field(TEAM.reference(&["team"]).required().column(Column::Team).help("Whose queue it stands over."))
        .field(TEXT.long().required().label("What the next shift must know"))
        .field(ON_CALL.person().label("On call now").help("Who is reached outside office hours from now on."))
        .field(WRITTEN_BY.person().column(Column::Owner))
        .lifecycle(lifecycles::kept())
        .include_links(links::general())
        .grants(roles::operational())
        .list(&["number", "title", "team", "on_call", "written_by", "created"])
        .titled_by(&["text"])
        .rule(somebody_writes_it)
}

fn somebody_writes_it(draft: &mut Draft, facts: &Facts<'_>) -> Result<(), FieldError> {
    if facts.before.is_none() {
        rules::sign(draft, facts, WRITTEN_BY);
    }
    Ok(())
}
