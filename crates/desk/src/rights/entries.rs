//! What of the journal of a record an actor may see.

use model::{
    Act, Actor, Kind, Reach, Value,
    journal::{Changes, Entry},
};

use super::reaches;

/// A journal entry as an actor may see it, with what stood before.
#[derive(Clone, Debug)]
pub struct ShownEntry {
    pub entry: Entry,
    /// Values before this entry, by field.
    pub before: Changes,
}

/// What of the journal an actor may see: a customer's people see public notes and changes of what they see, nothing else; and
/// of what is published to them nothing that was written while it was not.
pub fn show_entries(actor: &Actor, kind: &Kind, entries: Vec<Entry>) -> Vec<ShownEntry> {
    // Of one entry alone it is not known how the record stood; whoever asks for one has looked at the record.
    let is_whole = entries.first().is_some_and(|first| first.previous.is_empty());
    let reaches = if actor.customer.is_some() && is_whole { reaches(actor, kind, Act::Read) } else { Vec::new() };
    let (mut standing, mut unseen) = (Changes::new(), Changes::new());
    let mut shown = Vec::with_capacity(entries.len());
    for mut entry in entries {
        let written = || entry.changes.iter().chain(&entry.base).map(|(name, value)| (name.clone(), value.clone()));
        if !reaches.is_empty() {
            let own: Changes = written().collect();
            let stands =
                |name: &str| own.get(name).or(unseen.get(name)).or(standing.get(name)).and_then(Option::as_ref);
            if !reaches.iter().any(|reach| is_for(actor, reach, stands)) {
                unseen.extend(own);
                continue;
            }
        }
        let mut before: Changes =
            written().map(|(name, _)| (name.clone(), standing.get(&name).cloned().flatten())).collect();
        standing.append(&mut unseen);
        standing.extend(written());
        if actor.customer.is_some() {
            let seen = |name: &String| {
                matches!(name.as_str(), "title" | "state") || kind.find(name).is_some_and(|field| !field.internal)
            };
            entry.changes.retain(|name, _| seen(name));
            entry.base.retain(|name, _| seen(name));
            before.retain(|name, _| seen(name));
            entry.note = entry.note.filter(|note| note.public);
            entry.linked.clear();
            entry.unlinked.clear();
            let empty = entry.note.is_none() && entry.changes.is_empty() && entry.base.is_empty();
            if empty && entry.act != "create" {
                continue;
            }
        }
        shown.push(ShownEntry { entry, before });
    }
    shown
}

/// Whether a record was for a customer's people by this reach when an entry had been written, by how it stood then. What is
/// theirs as a whole is theirs from its first entry on.
fn is_for<'v>(actor: &Actor, reach: &Reach, stands: impl Fn(&str) -> Option<&'v Value>) -> bool {
    let (field, wanted, states) = match reach {
        Reach::Published(field, value, states) => (field, Some(*value), states),
        Reach::Addressed(field, states) => (field, actor.customer.as_deref(), states),
        _ => return true,
    };
    let state = stands("state").and_then(Value::as_text);
    let holds = stands(field).is_some_and(|value| value.entries().iter().any(|entry| entry.as_text() == wanted));
    holds && state.is_some_and(|state| states.contains(&state))
}
