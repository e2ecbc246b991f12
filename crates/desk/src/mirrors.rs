//! What stands on both sides of a tie: where a record names another one, the other comes to name it, in the same
//! transaction and with an entry of its own.

use std::collections::BTreeSet;

use model::{Act, Actor, Draft, Kind, Moment, Record, Type, Value, handling::Mirror};

use crate::{
    Fault, perform, rights,
    stages::{draft::act_time, related::texts},
    store::record::Kept,
    unit::Unit,
};

/// Records that a draft newly names in fields that stand on both sides, each with the tie.
pub(crate) fn named(kind: &Kind, before: Option<&Record>, draft: &Draft) -> Vec<(Mirror, String)> {
    let mut found = Vec::new();
    for mirror in &kind.mirrors {
        let named = |fields: &model::Fields| -> BTreeSet<String> {
            fields.get(mirror.field).map(texts).unwrap_or_default().into_iter().collect()
        };
        let known = before.map(|before| named(&before.fields)).unwrap_or_default();
        found.extend(named(&draft.fields).difference(&known).map(|other| (*mirror, other.clone())));
    }
    found
}

/// Has these records name the one that names them. What is filled there already stays, and what the actor may not edit
/// stays as it is: the tie then stands on one side.
pub(crate) async fn reflect(
    unit: &mut Unit<'_>,
    actor: &Actor,
    tied: Vec<(Mirror, String)>,
    number: &str,
    now: Moment,
) -> Result<(), Fault> {
    for (mirror, other) in tied {
        if let Some(kept) = unit.find(&other).await?.filter(|kept| kept.record.kind == mirror.kind) {
            say(unit, actor, &mirror, number, kept, now);
        }
    }
    Ok(())
}

fn say(unit: &mut Unit<'_>, actor: &Actor, mirror: &Mirror, number: &str, kept: Kept, now: Moment) {
    let Some(kind) = unit.catalog().find(mirror.kind).cloned() else { return };
    let Some(field) = kind.find(mirror.back) else { return };
    let standing = kept.record.fields.get(mirror.back);
    let value = match (&field.ty, standing) {
        (Type::List(_), standing) => {
            let mut entries = standing.map(|value| value.entries().to_vec()).unwrap_or_default();
            if entries.iter().any(|entry| entry.as_text() == Some(number)) {
                return;
            }
            entries.retain(|entry| entry.as_text() != Some("none"));
            entries.push(Value::text(number));
            Value::List(entries)
        }
        (_, Some(_)) => return,
        (_, None) => Value::text(number),
    };
    let Ok(permit) = rights::permit(actor, &kind, Act::Edit, Some(&kept.record), now) else { return };
    let mut draft = perform::unchanged(&kept.record);
    draft.fields.insert(mirror.back.into(), value);
    let at = act_time(now, Some(&kept.record));
    // What may not be written so stays as it is; the tie then stands on one side.
    let _ = perform::write_plain(unit, actor, permit, &kind, kept, draft, at);
}
