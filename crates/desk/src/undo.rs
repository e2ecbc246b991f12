//! Taking back what one has just done: the newest entry of a record, by whoever made it, soon after. Everything stands as it
//! stood before, by a new entry; the journal keeps both.

use model::{Act, Actor, Entry, Moment, Refusal, Target, Value, journal::Changes, time::MINUTE};

use crate::{
    perform::{Done, Told, open, unchanged, write},
    publish, rights, seals, single,
    unit::Unit,
};

/// In milliseconds. What is older others have acted upon; it is changed by another edit.
pub const WITHIN: i64 = 30 * MINUTE;

/// `target` names the version that the entry to be taken back has made.
///
/// Rules and steps of the kind are not asked: what stood there before stood there by them. Who may not edit or move the
/// record may not take it back either. What is sealed meanwhile stays.
pub(crate) async fn undo(unit: &mut Unit<'_>, actor: &Actor, target: &Target, now: Moment) -> Result<Done, Refusal> {
    let Some(version) = target.version else {
        return Err(Refusal::field("version", "say which version is to be taken back"));
    };
    let (kind, before, _) = open(unit, actor, target, Act::Read, now).await?;
    let entries = unit.history(before.record.id).await?;
    let place = entries.iter().rposition(|entry| entry.version == version).ok_or(Refusal::NotFound)?;
    let (earlier, last) = (&entries[..place], &entries[place]);
    may_be_taken_back(actor, last, now)?;
    let act = if last.changes.contains_key("state") { Act::Step } else { Act::Edit };
    let permit = rights::permit(actor, &kind, act, Some(&before.record), now)?;
    let mut draft = unchanged(&before.record);
    let stood = stood(earlier);
    if last.changes.contains_key("state") {
        let was = stood.get("state").cloned().flatten();
        let was = was.as_ref().and_then(Value::as_text).unwrap_or_default();
        if [was, &before.record.state].into_iter().any(|state| publish::stands(unit.catalog(), &kind, state)) {
            return Err(Refusal::Step("What is or was in force is not undone: the next version changes it.".into()));
        }
    }
    for name in last.changes.keys() {
        let value = stood.get(name).cloned().flatten();
        let text = value.as_ref().and_then(Value::as_text).unwrap_or_default().to_string();
        match (name.as_str(), value) {
            ("title", _) => draft.title = text,
            ("state", _) => draft.state = text,
            (_, Some(value)) => drop(draft.fields.insert(name.clone(), value)),
            (_, None) => drop(draft.fields.remove(name)),
        }
    }
    seals::refuse(unit, &kind, Some(&before.record), &draft, seals::Way::Door).await?;
    single::refuse(unit, &kind, Some(&before.record), &draft).await?;
    write(unit, actor, permit, &kind, before, draft, Told::act("undo"), now)
}

fn may_be_taken_back(actor: &Actor, last: &Entry, now: Moment) -> Result<(), Refusal> {
    let refuse = |why: String| Err(Refusal::Step(why));
    if last.by.as_deref() != Some(&actor.email) {
        return Err(Refusal::Forbidden("Only whoever did it can undo it.".into()));
    }
    if !matches!(last.act.as_str(), "edit" | "step" | "undo") {
        return refuse("Only edits and moves can be undone.".into());
    }
    if last.note.is_some() {
        return refuse("It was done with a note, and what was said stays said.".into());
    }
    if now.0 - last.at.0 > WITHIN {
        return refuse(format!("It was done more than {} minutes ago.", WITHIN / MINUTE));
    }
    Ok(())
}

/// The values that entries leave behind them.
fn stood(entries: &[Entry]) -> Changes {
    let mut standing = Changes::new();
    for entry in entries {
        standing.extend(entry.changes.clone());
        standing.extend(entry.base.clone());
    }
    standing
}
