//! Answers to the form of another record: typed, complete, and kept with what the form offered when it was answered.

use model::{Act, Draft, FieldError, Kind, Record, Value, kind::Facts, questions::Questions};

use crate::rights;

/// Completes a draft from the record that asks, and checks its answers, when either was touched.
pub fn answered(kind: &Kind, draft: &mut Draft, facts: &Facts<'_>) -> Vec<FieldError> {
    let Some(form) = kind.form else { return Vec::new() };
    let differs = |name: &str| facts.before.is_none_or(|before| before.fields.get(name) != draft.fields.get(name));
    let (other, changed) = (differs(form.by), differs(form.by) || differs(form.answers));
    if !changed {
        return Vec::new();
    }
    let Some(reference) = draft.fields.get(form.by).and_then(Value::as_text).map(str::to_string) else {
        return Vec::new();
    };
    let asking = facts.related.get(&reference);
    // People of a customer order what is offered to them; for others a record may come later than what refers to it.
    if facts.actor.customer.is_some() && !asking.is_some_and(|asking| is_offered(asking, facts)) {
        let what = kind.label_of(form.by).to_lowercase();
        return vec![FieldError::new(form.by, format!("there is no {what} {reference}"))];
    }
    let Some(asking) = asking else { return Vec::new() };
    let questions = match Questions::read(asking.fields.get(form.questions)) {
        Ok(questions) => questions,
        // What was imported wrong cannot be answered, and its owner is told so.
        Err(why) => {
            let why = format!("the form of {reference} cannot be used: {}", why.join("; "));
            return vec![FieldError::new(form.by, why)];
        }
    };
    for (from, to) in form.offered {
        offer(draft, asking, from, to);
    }
    match questions.check(draft.fields.get(form.answers)) {
        Err(errors) => return errors.into_iter().map(|why| FieldError::new(form.answers, why)).collect(),
        Ok(Some(answers)) => drop(draft.fields.insert(form.answers.into(), answers)),
        Ok(None) => drop(draft.fields.remove(form.answers)),
    }
    if other || differs_in(facts.before, draft, form.answers) {
        carry(kind, draft, facts);
        if !questions.is_empty() {
            draft.fields.insert(form.answered_on.into(), Value::Instant(facts.now));
        }
    }
    Vec::new()
}

/// Takes over what the record that asks gives: what it offers where nothing is said, and what is kept as it was.
pub fn carry(kind: &Kind, draft: &mut Draft, facts: &Facts<'_>) {
    let Some((form, asking)) = kind.form.and_then(|form| Some((form, facts.related.of(draft, form.by)?))) else {
        return;
    };
    for (from, to) in form.offered {
        offer(draft, asking, from, to);
    }
    for (from, to) in form.carried {
        match asking.fields.get(*from) {
            Some(value) => drop(draft.fields.insert((*to).into(), value.clone())),
            None => drop(draft.fields.remove(*to)),
        }
    }
}

fn differs_in(before: Option<&Record>, draft: &Draft, name: &str) -> bool {
    before.is_none_or(|before| before.fields.get(name) != draft.fields.get(name))
}

/// Whether the actor may see the record that asks; its kind knows that.
fn is_offered(asking: &Record, facts: &Facts<'_>) -> bool {
    facts.related.kind_of(asking).is_some_and(|kind| rights::may(facts.actor, kind, Act::Read, Some(asking)))
}

fn offer(draft: &mut Draft, asking: &Record, from: &str, to: &str) {
    if to == "title" {
        if draft.title.trim().is_empty() {
            draft.title = asking.title.clone();
        }
    } else if !draft.fields.contains_key(to)
        && let Some(value) = asking.fields.get(from)
    {
        draft.fields.insert(to.into(), value.clone());
    }
}
