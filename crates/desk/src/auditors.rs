//! Seats of auditors from outside: invited from one instant to another, limited to clauses where that was agreed, read only.
//! What they open is written into the journal; with the window everything ends that opens the seat.

use std::collections::BTreeSet;

use futures::FutureExt;
use model::{Actor, Moment, Refusal, Role, Value, time::DAY};

use crate::{
    Desk,
    accounts::{Account, AccountRow, Invitation, NewAccount, Terms, digest, secret},
    house::{self, Deed},
    rights::{self, Warrant},
    store::{access, account, journal},
};

/// An auditor's seat lasts no longer than this.
const LONGEST: i64 = 92 * DAY;
/// Longest address of a page that is kept, in characters.
const ADDRESS_MAX: usize = 400;

/// A seat to be given.
#[derive(Clone, Debug, Default)]
pub struct NewSeat {
    pub email: String,
    pub name: String,
    pub from: Moment,
    pub until: Moment,
    /// Clauses to which it is limited; empty for none.
    pub clauses: Vec<String>,
}

/// What an auditor opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    pub at: Moment,
    /// The way by which it was asked: pages or API.
    pub via: &'static str,
    /// Path and query, as they were asked for.
    pub address: String,
    /// HTTP status of the answer.
    pub status: String,
}

impl Desk {
    /// Gives a seat to an auditor from outside. Answers the id of the account and the secret of the link with which they
    /// choose a password while the seat lasts.
    ///
    /// # Errors
    /// `Invalid` with a sentence beside each field.
    pub async fn give_seat(&self, actor: &Actor, new: NewSeat, now: Moment) -> Result<(i64, String), Refusal> {
        let warrant = rights::host(actor, now)?;
        if new.until <= now {
            return Err(Refusal::field("until", "has gone by already"));
        }
        if new.until <= new.from {
            return Err(Refusal::field("until", "is not after the beginning"));
        }
        if new.until > new.from.plus(LONGEST) {
            return Err(Refusal::field("until", "is more than three months after the beginning"));
        }
        let terms = Terms { clauses: distinct(new.clauses), host: actor.email.clone() };
        let email = new.email.trim().to_lowercase();
        let known = self.seats(actor, now).await?.into_iter().map(|row| row.account);
        // Who comes again has an account that is over.
        if let Some(known) = known.into_iter().find(|known| known.email == email && !known.is_open_at(now)) {
            let window = Some((new.from, new.until));
            let name = Some(new.name.trim()).filter(|name| !name.is_empty()).unwrap_or(&known.name).to_string();
            let after = Account { window, terms, active: true, name, ..known.clone() };
            self.change_seat(warrant, actor, known, after.clone(), now).await?;
            return Ok((after.id, self.seat_link(actor, after.id, now).await?));
        }
        let account = NewAccount {
            email: new.email,
            name: new.name,
            roles: vec![Role::ExternalAuditor],
            window: Some((new.from, new.until)),
            ..NewAccount::default()
        };
        let account = self.add_account(warrant, actor.clone(), account, terms, None, now).await?;
        Ok((account.id, self.seat_link(actor, account.id, now).await?))
    }

    /// The secret of a new link to a seat. It works from the beginning of the seat to its end; earlier ones end.
    ///
    /// # Errors
    /// `NotFound` for an account that is no auditor's, `Step` for a seat that is over.
    pub async fn seat_link(&self, actor: &Actor, id: i64, now: Moment) -> Result<String, Refusal> {
        let seat = self.seat(actor, id, now).await?.account;
        let (_, until) = seat.window.ok_or(Refusal::NotFound)?;
        if until <= now || !seat.active {
            return Err(Refusal::Step("This seat is over.".into()));
        }
        let (actor, secret) = (actor.clone(), secret::secret());
        let hash = digest(&secret);
        let written = self.db().write(move |conn| {
            async move {
                let invitation = Invitation { hash, account: Some(id), expires: until };
                access::add_invitation(conn, &invitation).await?;
                house::journal(conn, &actor, Deed::on("account", id, "invite"), None, now).await
            }
            .boxed()
        });
        written.await?;
        Ok(secret)
    }

    /// Moves the end of a seat. What opened it ends then, or has ended: it does not come back.
    ///
    /// # Errors
    /// `Invalid` on `until`, `NotFound` for an account that is no auditor's.
    pub async fn end_seat(&self, actor: &Actor, id: i64, until: Moment, now: Moment) -> Result<(), Refusal> {
        let warrant = rights::host(actor, now)?;
        let before = self.seat(actor, id, now).await?.account;
        let (from, _) = before.window.ok_or(Refusal::NotFound)?;
        if until > from.plus(LONGEST) {
            return Err(Refusal::field("until", "is more than three months after the beginning"));
        }
        // A seat that ends before it begins was never there.
        let window = Some((from.min(until.minus(1)), until));
        let after = Account { window, ..before.clone() };
        self.change_seat(warrant, actor, before, after, now).await
    }

    async fn change_seat(
        &self,
        warrant: Warrant,
        actor: &Actor,
        before: Account,
        after: Account,
        now: Moment,
    ) -> Result<(), Refusal> {
        let ends = after.window.map(|window| window.1).unwrap_or(now);
        // What opened it before its new time begins has ended with the old one.
        let last = before.window.map_or(ends, |(_, until)| until.min(ends));
        let actor = actor.clone();
        let written = self.db().write(move |conn| {
            async move {
                account::update(conn, &warrant, &after).await?;
                access::end_by(conn, after.id, last).await?;
                let (old, mut deed) = (before.facts(), Deed::on("account", after.id, "edit"));
                for (name, value) in after.facts() {
                    deed = deed.differs(&name, old.get(&name).cloned().flatten(), value);
                }
                house::journal(conn, &actor, deed, None, now).await
            }
            .boxed()
        });
        Ok(written.await?)
    }

    /// All seats, the one that ends last first.
    ///
    /// # Errors
    /// As [`rights::host`].
    pub async fn seats(&self, actor: &Actor, now: Moment) -> Result<Vec<AccountRow>, Refusal> {
        rights::host(actor, now)?;
        let mut conn = self.db().read().await?;
        let mut seats = account::all(&mut conn).await?;
        seats.retain(|row| row.account.roles.contains(&Role::ExternalAuditor));
        seats.sort_by_key(|row| std::cmp::Reverse((row.account.window.map(|window| window.1), row.account.id)));
        Ok(seats)
    }

    /// One seat.
    ///
    /// # Errors
    /// `NotFound` for an account that is no auditor's.
    pub async fn seat(&self, actor: &Actor, id: i64, now: Moment) -> Result<AccountRow, Refusal> {
        let seats = self.seats(actor, now).await?;
        seats.into_iter().find(|row| row.account.id == id).ok_or(Refusal::NotFound)
    }

    /// Who answers what an auditor asks: who invited them, or else the SMS manager who has been here longest; `None`
    /// where there is nobody.
    pub async fn host_of(&self, actor: &Actor, now: Moment) -> Result<Option<String>, Refusal> {
        let mut conn = self.db().read().await?;
        let own = account::by_email(&mut conn, &actor.email).await?.map(|found| found.account.terms.host);
        let managers = account::with_role(&mut conn, Role::SmsManager, now).await?;
        let own = own.filter(|host| managers.contains(host));
        Ok(own.or_else(|| managers.into_iter().next()))
    }

    /// Writes down what an auditor from outside has opened. Whoever answers them does so only when this is on disk.
    pub async fn note_reading(&self, actor: &Actor, address: &str, status: u16, now: Moment) -> Result<(), Refusal> {
        let actor = actor.clone();
        let address: String = address.chars().take(ADDRESS_MAX).collect();
        let written = self.db().write(move |conn| {
            async move {
                let Some(found) = account::by_email(conn, &actor.email).await? else { return Ok(()) };
                let deed = deed(found.account.id)
                    .set("address", Some(Value::text(&address)))
                    .set("status", Some(Value::text(status.to_string())));
                house::journal(conn, &actor, deed, None, now).await
            }
            .boxed()
        });
        Ok(written.await?)
    }

    /// What was opened from a seat, the newest first.
    ///
    /// # Errors
    /// As [`Desk::seat`].
    pub async fn readings(&self, actor: &Actor, id: i64, most: i64, now: Moment) -> Result<Vec<Reading>, Refusal> {
        self.seat(actor, id, now).await?;
        let mut conn = self.db().read().await?;
        let entries = journal::newest_of(&mut conn, &self.catalog(), deed(id).id, most).await?;
        let reading = |entry: model::Entry| {
            let text = |name: &str| {
                let value = entry.changes.get(name).cloned().flatten();
                value.as_ref().and_then(Value::as_text).unwrap_or_default().to_string()
            };
            Reading { at: entry.at, via: entry.via.name(), address: text("address"), status: text("status") }
        };
        Ok(entries.into_iter().map(reading).collect())
    }
}

/// All that is read from one seat is one chain of entries.
fn deed(account: i64) -> Deed {
    Deed::on_named("seat", &account.to_string(), "read")
}

fn distinct(clauses: Vec<String>) -> Vec<String> {
    clauses.into_iter().collect::<BTreeSet<String>>().into_iter().collect()
}
