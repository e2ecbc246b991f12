//! Bringing people in beside the owner: a row on the record that anybody may add who may edit it.

use model::{Act, Actor, Draft, Kind, Moment, Record, Refusal, Target, Value, command::Raised};

use crate::{
    perform::{Done, Told, open, unchanged, write},
    stages::draft,
    unit::Unit,
};

/// Longest reason of an escalation, in characters.
const REASON_MAX: usize = 500;

/// Brings people in beside the owner.
pub(crate) async fn escalate(
    unit: &mut Unit<'_>,
    actor: &Actor,
    target: &Target,
    raised: &[Raised],
    now: Moment,
) -> Result<Done, Refusal> {
    let (kind, before, permit) = open(unit, actor, target, Act::Edit, now).await?;
    let at = draft::act_time(now, Some(&before.record));
    let draft = escalated(&kind, &before.record, actor, raised, at)?;
    write(unit, actor, permit, &kind, before, draft, Told::act("escalate"), now)
}

/// Writes down who was brought in. No rule runs: whatever else is missing on a record, help can be called.
fn escalated(kind: &Kind, record: &Record, actor: &Actor, raised: &[Raised], at: Moment) -> Result<Draft, Refusal> {
    let Some(escalation) = kind.escalation else {
        return Err(Refusal::field("to", format!("{} are not escalated", kind.labels.to_lowercase())));
    };
    let mut rows = record.fields.get(escalation.rows).map(|rows| rows.entries().to_vec()).unwrap_or_default();
    for one in raised {
        let (to, reason) = (one.to.trim().to_lowercase(), one.reason.trim().replace('\0', ""));
        if !model::types::is_mail(&to) && one.step.is_empty() {
            return Err(Refusal::field("to", "say by e-mail who is brought in"));
        }
        match reason.chars().count() {
            0 => return Err(Refusal::field("reason", "say why")),
            1..=REASON_MAX => {}
            length => return Err(Refusal::field("reason", format!("has {length} characters, {REASON_MAX} at most"))),
        }
        let by = Some(actor.email.clone()).filter(|email| model::types::is_mail(email));
        let parts = [
            ("at", Some(Value::Instant(at))),
            ("by", by.map(Value::Text)),
            ("to", Some(Value::Text(to))),
            ("reason", Some(Value::Text(reason))),
            ("step", Some(Value::text(&one.step))),
        ];
        let filled = parts.into_iter().filter_map(|(name, value)| Some((name.to_string(), value?)));
        rows.push(Value::Parts(filled.filter(|(_, value)| value.is_filled()).collect()));
    }
    if rows.len() > ESCALATIONS_MAX {
        return Err(Refusal::field("to", format!("was escalated {ESCALATIONS_MAX} times; more are not kept")));
    }
    let mut draft = unchanged(record);
    draft.fields.insert(escalation.rows.into(), Value::List(rows));
    Ok(draft)
}

/// Most escalations of one record.
const ESCALATIONS_MAX: usize = 200;
