//! Links by which whoever asked for something says from a mail how it was, without a sign-in: signed with the key of the
//! house's mail, so that nothing is kept for them and nobody can make one up. Looking at one changes nothing.

use mail::address;
use model::{Actor, Kind, Moment, Phase, Record, Refusal, Role, Via, time::DAY};

use super::standing::requester_field;
use crate::{
    Desk,
    rights::{self, Shown},
    store::record,
};

/// What the signature is for: a link for one thing is good for nothing else.
const PURPOSE: &str = "rating";
/// So long after it was over somebody may still say how it was.
const DAYS: i64 = 60;

/// Who holds a link, and what it is about.
#[derive(Debug)]
pub struct Holder {
    /// Whoever asked, with the rights of a person of that customer; the house itself for its own people.
    pub actor: Actor,
    /// E-mail of whoever asked.
    pub requester: String,
    /// As they may see it.
    pub shown: Shown,
}

/// The field that says since when a record of a kind is over for whoever asked; `None` where nobody is asked how it was.
pub fn over_since(kind: &Kind) -> Option<&'static str> {
    kind.talk.and(kind.closing).map(|closing| closing.since)
}

/// The end of the link for whoever asked for a record; `None` while it goes on, long after, and where nobody is asked.
pub(crate) fn token(key: &[u8], kind: &Kind, record: &Record, now: Moment) -> Option<String> {
    let requester = asked(kind, record, now)?;
    Some(format!("{}.{}", record.number, address::sign(key, PURPOSE, &words(&record.number, requester))))
}

/// Neither holds a line's end, so that no two of them sign the same.
fn words(number: &str, requester: &str) -> String {
    format!("{number}\n{}", address::plain(requester))
}

/// Whoever is asked now how it was.
fn asked<'r>(kind: &Kind, record: &'r Record, now: Moment) -> Option<&'r str> {
    let since = record.fields.get(over_since(kind)?)?.as_moment()?;
    let is_open = kind.phase(&record.state) == Phase::Done && now <= since.plus(DAYS * DAY);
    let requester = record.fields.get(requester_field(kind)?)?.as_text()?;
    Some(requester).filter(|_| is_open && !model::lifecycle::WITHDRAWN.contains(&record.state.as_str()))
}

impl Desk {
    /// What a link leads to.
    ///
    /// # Errors
    /// `NotFound` for a link that nobody signed, for what goes on, and where it was over too long ago.
    pub async fn asked_by_link(&self, token: &str, now: Moment) -> Result<Holder, Refusal> {
        let (number, signature) = token.rsplit_once('.').ok_or(Refusal::NotFound)?;
        let key = self.mail_key().await?;
        let catalog = self.catalog();
        let mut conn = self.db().read().await?;
        let found = record::load(&mut conn, &catalog, &[number.to_string()], false).await?.remove(number);
        let record = found.ok_or(Refusal::NotFound)?.record;
        let kind = catalog.find(record.kind).ok_or(Refusal::NotFound)?;
        let requester = asked(kind, &record, now).ok_or(Refusal::NotFound)?.to_string();
        if !address::is_signed(&key, PURPOSE, &words(number, &requester), signature) {
            return Err(Refusal::NotFound);
        }
        let house = Actor::system(PURPOSE, Via::Web);
        let actor = match &record.customer {
            Some(customer) => Actor {
                email: requester.clone(),
                name: requester.clone(),
                roles: vec![Role::CustomerUser],
                customer: Some(customer.clone()),
                ..house
            },
            None => house,
        };
        // Whoever holds it sees what a customer sees, whoever they are.
        let outside = Actor { customer: Some(record.customer.clone().unwrap_or_default()), ..actor.clone() };
        Ok(Holder { actor, requester, shown: rights::show(&outside, kind, record) })
    }
}
