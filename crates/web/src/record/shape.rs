//! A kind as one record has it: where the record answers the questions of another, these are its fields.

use model::{Fields, Kind, Moment, Refusal, Value, questions::Questions};

use crate::{App, Seat};

/// The kind with a part for each question of the form that fields refer to, as the form was when it was answered. Without a
/// form that the reader can see it is the kind as declared.
pub async fn shaped(app: &App, seat: &Seat, kind: &Kind, fields: &Fields) -> Result<Kind, Refusal> {
    let Some(form) = kind.form else { return Ok(kind.clone()) };
    let Some(reference) = fields.get(form.by).and_then(Value::as_text) else { return Ok(kind.clone()) };
    let answered = fields.get(form.answered_on).and_then(Value::as_moment);
    let questions = questions(app, seat, reference, form.questions, answered).await?;
    Ok(questions.map_or_else(|| kind.clone(), |questions| questions.shape(kind, form.answers)))
}

/// The questions of a record, now or as they were.
async fn questions(
    app: &App,
    seat: &Seat,
    reference: &str,
    field: &str,
    at: Option<Moment>,
) -> Result<Option<Questions>, Refusal> {
    let asking = match app.desk.find(&seat.actor, reference, seat.now).await {
        Err(Refusal::NotFound) => return Ok(None),
        found => found?,
    };
    let asking = match at.filter(|at| *at < asking.changed()) {
        Some(at) => app.desk.show(&seat.actor, asking.kind(), reference, Some(at), seat.now).await?,
        None => asking,
    };
    Ok(Questions::read(asking.fields().get(field)).ok().filter(|questions| !questions.is_empty()))
}
