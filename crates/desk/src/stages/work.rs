//! Time that is written down on a record: completed with whoever writes and the day, and added up.

use model::{Decimal, Draft, FieldError, Value, handling::WorkLog, kind::Facts};

/// Most lines of one record.
const LINES_MAX: usize = 500;

/// # Errors
/// A sentence about the first line that cannot be so.
pub fn counted(log: &WorkLog, draft: &mut Draft, facts: &Facts<'_>) -> Result<(), FieldError> {
    let stands = facts.before.and_then(|before| before.fields.get(log.rows));
    if draft.fields.get(log.rows) == stands {
        return Ok(());
    }
    let mut lines = draft.fields.get(log.rows).map(|rows| rows.entries().to_vec()).unwrap_or_default();
    if lines.len() > LINES_MAX {
        return Err(FieldError::new(log.rows, format!("has {} lines, {LINES_MAX} at most", lines.len())));
    }
    let mut minutes = Decimal::ZERO;
    for (at, line) in lines.iter_mut().enumerate() {
        let Value::Parts(parts) = line else { continue };
        let spent = parts.get(log.time).and_then(Value::as_number).unwrap_or_default() * Decimal::from(log.minutes);
        if spent <= Decimal::ZERO || spent > Decimal::from(WorkLog::LONGEST) {
            let most = WorkLog::LONGEST / log.minutes;
            let why = format!("line {} needs more than 0 and at most {most} {}", at + 1, log.time);
            return Err(FieldError::new(log.rows, why));
        }
        minutes += spent;
        parts.entry("on".into()).or_insert(Value::Date(facts.now.date()));
        if model::types::is_mail(&facts.actor.email) {
            parts.entry("by".into()).or_insert(Value::text(&facts.actor.email));
        }
    }
    if lines.is_empty() {
        draft.fields.remove(log.sum);
    } else {
        draft.fields.insert(log.rows.into(), Value::List(lines));
        draft.fields.insert(log.sum.into(), Value::Number(minutes.normalize()));
    }
    Ok(())
}
