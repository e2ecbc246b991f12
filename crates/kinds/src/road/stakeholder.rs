//! A stakeholder is a person or group whom the way to the certificate moves, and how they stand to it.

use crate::prelude::*;

pub const NAME: Key<Text> = Key::new("name");
pub const GROUP: Key<Choice> = Key::new("group");
pub const INFLUENCE: Key<Choice> = Key::new("influence");
pub const STANCE: Key<Choice> = Key::new("stance");
pub const RESISTANCE: Key<Long> = Key::new("resistance");
pub const ANSWER: Key<Long> = Key::new("answer");
pub const TOLD_BY: Key<Many<Ref>> = Key::new("told_by");
pub const OWNER: Key<Person> = Key::new("owner");
pub const TALKS: Key<Many<Parts>> = Key::new("talks");
pub const REVIEWED_ON: Key<Date> = Key::new("reviewed_on");

/// From those who carry it to those who stand against it.
pub const STANCES: &[&str] = &["carries-it", "for-it", "neutral", "doubtful", "against-it"];

pub fn kind() -> Kind {
    Kind::new("stakeholder", "stakeholders", "STK")
        .about("A stakeholder is a person or group whom the way to the certificate moves, and how they stand to it.")
        .clause(&["7.3", "7.4", "4.2"])
        .area(Area::Prove)
        .field(NAME.text().required().help("A person, a team, a group."))
        .field(GROUP.open_choice(&["top management", "process owners", "staff", "customers", "suppliers", "owners"]))
        .field(INFLUENCE.choice(&["high", "medium", "low"]).help("How much they can help or hinder."))
        .field(STANCE.choice(STANCES).help("How they stand to it today."))
        .field(RESISTANCE.long().help("What holds them back: fear, time, bad experience. In their words."))
        .field(ANSWER.long().label("What we do about it"))
        .field(
            TOLD_BY
                .references(&["communication_plan"])
                .label("Told by")
                .help("Lines of the communication plan that reach them."),
        )
        .field(OWNER.person().column(Column::Owner).help("Who speaks with them."))
        .field(
            TALKS
                .rows(vec![
                    part::date("on"),
                    part::person("by"),
                    part::long("text").label("What was said"),
                    part::choice("stance", STANCES),
                ])
                .help("Each talk with what came of it."),
        )
        .field(REVIEWED_ON.date().label("Looked at last"))
        .lifecycle(lifecycles::kept())
        .include_links(links::general())
        .grants(roles::project())
        .list(&["number", "title", "group", "influence", "stance", "owner", "reviewed_on"])
        .titled_by(&["name"])
        .rule(stance_follows_the_last_talk)
}

/// A talk that says how they stand is the newest word on it.
fn stance_follows_the_last_talk(draft: &mut Draft, facts: &Facts<'_>) -> Result<(), FieldError> {
    if !rules::touched(draft, facts, &[TALKS.name]) {
        return Ok(());
    }
    let talks = draft.get(TALKS).unwrap_or(Many(Vec::new())).0;
    let told = talks.iter().filter_map(|talk| Some((talk.0.get("on")?.as_moment()?, talk.0.get("stance")?.as_text()?)));
    let newest = told.max_by_key(|(on, _)| *on).map(|(on, stance)| (on.date(), stance.to_string()));
    if let Some((on, stance)) = newest {
        draft.set(STANCE, Choice(stance));
        if draft.get(REVIEWED_ON).is_none_or(|before| before < on) {
            draft.set(REVIEWED_ON, on);
        }
    }
    Ok(())
}
