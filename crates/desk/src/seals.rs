//! What stays as it was told. The door asks before every write whether a seal that the kind declares forbids it: the one place
//! for pages, API, bulk edits, jobs, undoing and, where a seal says so, lines of an import.

use std::collections::BTreeSet;

use model::{
    Actor, Draft, Entry, Kind, Moment, Record, RecordId, Refusal, Value, Via, handling::Seal, lifecycle::sentence_case,
};

use crate::{Desk, Shown, stages::related::texts, unit::Unit};

/// By which way a write comes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    Door,
    Import,
}

/// Refuses a write that would touch what a seal keeps.
///
/// # Errors
/// `Step` where the whole record is sealed, `Invalid` at the first field where some fields are.
pub(crate) async fn refuse(
    unit: &mut Unit<'_>,
    kind: &Kind,
    before: Option<&Record>,
    draft: &Draft,
    way: Way,
) -> Result<(), Refusal> {
    for seal in &kind.seals {
        let Some(touched) = touched(seal, before, draft, way) else { continue };
        // The record that seals is locked with the write: nobody reports between the question and the answer.
        let Some((number, state)) = sealing(unit, seal, before, draft, way).await? else { continue };
        let label = unit.catalog().find(seal.kind).map_or_else(|| sentence_case(&state), |own| own.state_label(&state));
        let why = sentence(&number, &label);
        return Err(match touched {
            "" => Refusal::Step(why),
            field => Refusal::field(field, why),
        });
    }
    Ok(())
}

/// "AUD-2 is reported, and what was told then stays. …"
fn sentence(number: &str, state: &str) -> String {
    let state = state.to_lowercase();
    format!("{number} is {state}, and what was told then stays. Reopen {number} first; its journal will say so.")
}

/// What of the seal a write touches: the name of a field, an empty one for the whole record; `None` for nothing.
fn touched(seal: &Seal, before: Option<&Record>, draft: &Draft, way: Way) -> Option<&'static str> {
    if way == Way::Import && !seal.holds_imports {
        return None;
    }
    let Some(before) = before else { return seal.fields.is_empty().then_some("") };
    if seal.fields.is_empty() {
        let same = before.title == draft.title && before.state == draft.state && before.fields == draft.fields;
        // A line that changes nothing of a record may still add to its history.
        return (!same || way == Way::Import).then_some("");
    }
    let differs = |name: &&&'static str| match **name {
        "title" => before.title != draft.title,
        name => before.fields.get(name) != draft.fields.get(name),
    };
    seal.fields.iter().find(differs).copied()
}

/// The record that seals, with its state. Both what a record belonged to and what it is given to are asked.
async fn sealing(
    unit: &mut Unit<'_>,
    seal: &Seal,
    before: Option<&Record>,
    draft: &Draft,
    way: Way,
) -> Result<Option<(String, String)>, Refusal> {
    if seal.by.is_empty() {
        // Whoever moves it out of these states takes it up again, and may say at once what is to be said.
        let sealed = before.filter(|before| seal.states.contains(&before.state.as_str()));
        let sealed = sealed.filter(|_| seal.states.contains(&draft.state.as_str()));
        return Ok(sealed.map(|before| (before.number.clone(), before.state.clone())));
    }
    let fields = before.map(|before| &before.fields).into_iter().chain([&draft.fields]);
    let numbers: BTreeSet<String> = fields.filter_map(|fields| fields.get(seal.by)).flat_map(texts).collect();
    for number in numbers {
        let Some(kept) = unit.find(&number).await? else { continue };
        if kept.record.kind != seal.kind || !seal.states.contains(&kept.record.state.as_str()) {
            continue;
        }
        // A house brings its past in any order: what came in sealed still takes what belonged to it.
        let is_past = way == Way::Import && before.is_none() && !was_sealed_here(unit, seal, kept.record.id).await?;
        if !is_past {
            return Ok(Some((number, kept.record.state)));
        }
    }
    Ok(None)
}

/// Whether somebody here brought the record to the state that seals, and no line of an import.
async fn was_sealed_here(unit: &mut Unit<'_>, seal: &Seal, id: RecordId) -> Result<bool, Refusal> {
    let entries = unit.history(id).await?;
    let sealed = |entry: &&Entry| {
        let to = entry.changes.get("state").and_then(Option::as_ref).and_then(Value::as_text);
        to.is_some_and(|state| seal.states.contains(&state))
    };
    Ok(entries.iter().rev().find(sealed).is_some_and(|entry| entry.via != Via::Import))
}

impl Desk {
    /// Why a whole record can no longer be changed, as a sentence; `None` where it can. Pages ask this before they offer a form.
    ///
    /// # Errors
    /// What the desk refuses; a record that the actor may not read seals for them unseen, at the door.
    pub async fn sealed(
        &self,
        actor: &Actor,
        kind: &Kind,
        shown: &Shown,
        now: Moment,
    ) -> Result<Option<String>, Refusal> {
        for seal in kind.seals.iter().filter(|seal| seal.fields.is_empty() && !seal.by.is_empty()) {
            for number in shown.fields().get(seal.by).map(texts).unwrap_or_default() {
                let other = match self.find(actor, &number, now).await {
                    Ok(other) => other,
                    Err(Refusal::NotFound) => continue,
                    Err(refusal) => return Err(refusal),
                };
                if let Some(why) = self.seals(&other, kind.name) {
                    return Ok(Some(why));
                }
            }
        }
        Ok(None)
    }

    /// Why a record lets those of a kind that name it be changed no longer, as a sentence; `None` where it does.
    pub fn seals(&self, shown: &Shown, kind: &str) -> Option<String> {
        let catalog = self.catalog();
        let whole = |seal: &&Seal| seal.fields.is_empty() && !seal.by.is_empty() && seal.kind == shown.kind();
        let mut seals = catalog.find(kind)?.seals.iter().filter(whole);
        seals.find(|seal| seal.states.contains(&shown.state()))?;
        Some(sentence(shown.number(), &catalog.find(shown.kind())?.state_label(shown.state())))
    }
}
