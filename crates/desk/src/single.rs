//! Of what there is one at most, as its kind declares it: the door refuses a second one, for pages, API, links in mails and undoing.

use model::{Draft, Kind, Record, Refusal, Value, handling::Single, lifecycle::WITHDRAWN, record::Fields};

use crate::unit::Unit;

/// Refuses a write that would make a second one.
///
/// # Errors
/// `Invalid` at the field with what it is about, naming the one that is there.
pub(crate) async fn refuse(
    unit: &mut Unit<'_>,
    kind: &Kind,
    before: Option<&Record>,
    draft: &Draft,
) -> Result<(), Refusal> {
    let Some(single) = kind.single else { return Ok(()) };
    let Some(wanted) = claim(&single, &draft.state, &draft.fields) else { return Ok(()) };
    // What came in twice from elsewhere does not stand in the way of other work on it.
    if before.and_then(|before| claim(&single, &before.state, &before.fields)) == Some(wanted.clone()) {
        return Ok(());
    }
    let (of, by) = &wanted;
    // Locked with the write: of two that come at the same moment the second one finds the first.
    unit.find(of).await?;
    let values = [(single.of, of.as_str()), (single.by, by.as_str()), single.when];
    for number in unit.agreeing(kind, &values).await? {
        let Some(kept) = unit.find(&number).await? else { continue };
        let itself = before.is_some_and(|before| before.number == number);
        if !itself && claim(&single, &kept.record.state, &kept.record.fields).as_ref() == Some(&wanted) {
            return Err(Refusal::field(single.of, format!("{of} has {number} already: {}", single.says)));
        }
    }
    Ok(())
}

/// What a record has for itself alone: what it is about and whose it is. `None` for one that leaves room for others.
fn claim(single: &Single, state: &str, fields: &Fields) -> Option<(String, String)> {
    let text = |name: &str| fields.get(name).and_then(Value::as_text);
    let stands = text(single.when.0) == Some(single.when.1) && !WITHDRAWN.contains(&state);
    let of = text(single.of).filter(|_| stands)?;
    Some((of.to_string(), text(single.by).unwrap_or_default().to_string()))
}
