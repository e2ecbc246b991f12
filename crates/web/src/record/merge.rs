//! Two people wrote the same record: theirs and mine, field by field.

use std::collections::BTreeMap;

use desk::{Names, ShownEntry, Whole};
use model::{Kind, Refusal, Type, Value};

use super::{
    chip::label_of,
    piece::Lens,
    sent::{Sent, write},
};
use crate::{
    App, Seat,
    view::{
        parts::{Conflict, ShownDelta},
        time,
    },
};

/// Takes over what others wrote since version `seen` where the form was left alone, and tells where both wrote.
pub async fn merged(
    app: &App,
    seat: &Seat,
    kind: &Kind,
    whole: &Whole,
    mine: &mut Sent,
    seen: i64,
) -> Result<Conflict, Refusal> {
    let later: Vec<&ShownEntry> = whole.entries.iter().filter(|shown| shown.entry.version > seen).collect();
    let stands = Sent::of(kind, &whole.shown);
    let names = app.desk.names(&seat.actor, [(kind, &whole.shown)], seat.now).await?;
    let catalog = app.desk.catalog();
    let lens = Lens { catalog: &catalog, names: &names, now: seat.now };
    let mut deltas = Vec::new();
    for (name, before) in touched(&later) {
        let ty = if name == "title" { Some(Type::Text) } else { kind.find(&name).map(|field| field.ty.clone()) };
        let Some(ty) = ty else { continue };
        let mut old = Vec::new();
        if let Some(before) = &before {
            write(&ty, &name, before, &mut old);
        }
        let untouched = !mine.has(&name) || mine.is_same(&Sent::new(old), &name);
        if untouched || mine.is_same(&stands, &name) {
            mine.take(&name, &stands);
            continue;
        }
        let value = if name == "title" {
            Some(Value::text(whole.shown.title()))
        } else {
            whole.shown.fields().get(&name).cloned()
        };
        deltas.push(ShownDelta {
            label: label_of(kind, &name),
            before: value.map(|value| lens.words(&ty, &value)).unwrap_or_else(|| "(empty)".into()),
            after: mine.shown(&name),
        });
    }
    Ok(Conflict { sentence: sentence(&later, &names), deltas })
}

/// Fields that the entries set, with what stood before the first of them.
fn touched(later: &[&ShownEntry]) -> BTreeMap<String, Option<Value>> {
    let mut found = BTreeMap::new();
    for shown in later {
        for name in shown.entry.changes.keys().chain(shown.entry.base.keys()) {
            found.entry(name.clone()).or_insert_with(|| shown.before.get(name).cloned().flatten());
        }
    }
    found
}

/// `Priya Nair saved this record at Thu 12 Nov 2026, 08:31 UTC.`
fn sentence(later: &[&ShownEntry], names: &Names) -> String {
    let Some(last) = later.last() else { return "Somebody else saved this record since you opened it.".into() };
    let who = match &last.entry.by {
        Some(mail) => names.people.get(mail).map_or_else(|| mail.clone(), |person| person.0.clone()),
        None => "Somebody".into(),
    };
    format!("{who} saved this record at {}.", time::exact(last.entry.at))
}
