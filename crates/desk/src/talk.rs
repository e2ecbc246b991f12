//! What a public word does beside being said, as its kind declares it: the first one of our people is the answer, and one of
//! whoever asked ends the wait for them. The same for pages, API, portal and mail.

use model::{Actor, Draft, Kind, Moment, Phase, Record, Value, Via, pause, types::is_mail};

use crate::{
    store::{account, fault::Fault},
    unit::Unit,
};

/// Whose word it is. One of our own people who asked for something speaks as both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Voice {
    /// Of the provider's people, or of the program itself.
    pub ours: bool,
    /// Of whoever asked, or of somebody at their side.
    pub asks: bool,
}

impl Voice {
    pub async fn of(
        unit: &mut Unit<'_>,
        kind: &Kind,
        record: &Record,
        actor: &Actor,
        now: Moment,
    ) -> Result<Voice, Fault> {
        let mut ours = actor.customer.is_none();
        // Whoever writes by mail acts by the rights of the program; who they are is known from their account alone.
        if ours && actor.via == Via::Mail && is_mail(&actor.email) {
            let found = account::by_email(unit.conn(), &actor.email).await?;
            ours = found.is_some_and(|found| found.account.customer.is_none() && found.account.is_open_at(now));
        }
        let asker = kind.talk.and_then(|talk| record.fields.get(talk.asker)?.as_text());
        let asks = !ours || asker.is_some_and(|asker| asker.eq_ignore_ascii_case(&actor.email));
        Ok(Voice { ours, asks })
    }
}

/// Takes a public word into account. `at` is when it is said.
pub(crate) fn heard(kind: &Kind, draft: &mut Draft, before: &Record, actor: &Actor, voice: Voice, at: Moment) {
    let Some(talk) = kind.talk else { return };
    // A step to this state with a word is the question, not the answer to it.
    if voice.asks && before.state == talk.waits && draft.state == talk.waits {
        draft.state = talk.goes_on.into();
    }
    // What the program says by itself is no answer of a person.
    let answers = voice.ours && !voice.asks && is_mail(&actor.email);
    if answers && kind.has_field(pause::TOLD) {
        draft.fields.insert(pause::TOLD.into(), Value::Instant(at));
    }
    if answers && kind.phase(&draft.state) != Phase::Done && !draft.fields.contains_key(talk.answered) {
        draft.fields.insert(talk.answered.into(), Value::Instant(at));
    }
}
