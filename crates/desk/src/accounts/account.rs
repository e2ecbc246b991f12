//! One person's way in: name, roles, how far they reach and how they like their pages.

use futures::FutureExt;
use model::{Actor, Moment, Refusal, Role, Value, Via, journal::Changes};
use serde::{Deserialize, Serialize};

use crate::{
    Desk,
    accounts::{Invitation, check, password},
    house::{self, Deed},
    rights::{self, Warrant},
    store::{access, account, db::Conn, record},
};

#[derive(Clone, Debug, PartialEq)]
pub struct Account {
    pub id: i64,
    /// In small letters; what people sign in with.
    pub email: String,
    pub name: String,
    pub roles: Vec<Role>,
    /// The customer (its record number) whose person this is; `None` for the provider's own people.
    pub customer: Option<String>,
    pub active: bool,
    /// From when to when it may be used; external auditors always have one.
    pub window: Option<(Moment, Moment)>,
    pub preferences: Preferences,
    pub created: Moment,
    /// Of an auditor from outside.
    pub terms: Terms,
}

/// What an auditor from outside was invited for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Terms {
    /// Clauses to which the seat is limited; empty for no limit.
    pub clauses: Vec<String>,
    /// E-mail of who invited them and answers what they ask; empty where nobody is named.
    pub host: String,
}

/// How a person likes their pages. Unknown names in the database are kept out of the way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Preferences {
    /// `system`, `light` or `dark`.
    pub theme: String,
    /// Whether single-letter keys work.
    pub keys: bool,
    /// Whether mail comes about one's own requests.
    pub mail: bool,
}

impl Default for Preferences {
    fn default() -> Preferences {
        Preferences { theme: "system".into(), keys: true, mail: true }
    }
}

/// An account to be made. Without a password it waits for its invitation to be taken up.
#[derive(Clone, Debug, Default)]
pub struct NewAccount {
    pub email: String,
    pub name: String,
    pub roles: Vec<Role>,
    pub customer: Option<String>,
    pub window: Option<(Moment, Moment)>,
    pub password: Option<String>,
}

/// What an administrator may change of an account; all of it is said each time.
#[derive(Clone, Debug)]
pub struct AccountEdit {
    pub name: String,
    pub roles: Vec<Role>,
    pub customer: Option<String>,
    pub active: bool,
    pub window: Option<(Moment, Moment)>,
}

/// An account as it is listed.
#[derive(Clone, Debug)]
pub struct AccountRow {
    pub account: Account,
    /// Whether a password is set; without one it waits for its invitation.
    pub has_password: bool,
    /// When one of its sessions was last used; `None` for never or long ago.
    pub seen: Option<Moment>,
}

impl Account {
    /// Whether it may be used at all at this time.
    pub fn is_open_at(&self, now: Moment) -> bool {
        self.active && self.window.is_none_or(|(from, until)| from <= now && now < until)
    }

    /// An instant, or the end of its window where that comes before: what opens the account ends with it, and does not
    /// come back when the window is moved later on.
    pub(crate) fn latest(&self, at: Moment) -> Moment {
        self.window.map_or(at, |(_, until)| at.min(until))
    }

    /// The one who acts when this account does; `read_only` by the scope of a token.
    pub fn actor(&self, via: Via, read_only: bool) -> Actor {
        Actor {
            email: self.email.clone(),
            name: self.name.clone(),
            roles: self.roles.clone(),
            customer: self.customer.clone(),
            via,
            window: self.window,
            read_only,
            clauses: self.terms.clauses.clone(),
        }
    }

    /// What the journal keeps of it.
    pub(crate) fn facts(&self) -> Changes {
        let text = |words: &str| (!words.is_empty()).then(|| Value::text(words));
        let roles = self.roles.iter().map(|role| Value::text(role.name())).collect();
        Changes::from([
            ("email".into(), text(&self.email)),
            ("name".into(), text(&self.name)),
            ("roles".into(), Some(Value::List(roles))),
            ("customer".into(), self.customer.as_deref().and_then(text)),
            ("active".into(), Some(Value::Flag(self.active))),
            ("clauses".into(), text(&self.terms.clauses.join(" "))),
            ("host".into(), text(&self.terms.host)),
            ("valid_from".into(), self.window.map(|(from, _)| Value::text(from.sortable()))),
            ("valid_until".into(), self.window.map(|(_, until)| Value::text(until.sortable()))),
        ])
    }
}

impl Desk {
    /// All accounts by name, for administrators.
    pub async fn accounts(&self, actor: &Actor, now: Moment) -> Result<Vec<AccountRow>, Refusal> {
        rights::administer(actor, now)?;
        let mut conn = self.db().read().await?;
        Ok(account::all(&mut conn).await?)
    }

    /// One account, for its owner and for administrators.
    pub async fn account(&self, actor: &Actor, email: &str, now: Moment) -> Result<Account, Refusal> {
        let (account, _) = self.looked_after(actor, email, now).await?;
        Ok(account)
    }

    /// Whoever acts when the program does something in the name of an account: with its rights of now, and only reading.
    /// `None` where there is no such account, or where it is closed.
    pub async fn in_the_name_of(&self, email: &str, now: Moment) -> Result<Option<Actor>, Refusal> {
        let mut conn = self.db().read().await?;
        let found = account::by_email(&mut conn, email).await?.map(|found| found.account);
        Ok(found.filter(|account| account.is_open_at(now)).map(|account| account.actor(Via::Job, true)))
    }

    /// One account by its id, for administrators.
    pub async fn account_by_id(&self, actor: &Actor, id: i64, now: Moment) -> Result<Account, Refusal> {
        rights::administer(actor, now)?;
        let mut conn = self.db().read().await?;
        account::by_id(&mut conn, id).await?.ok_or(Refusal::NotFound)
    }

    /// Makes an account.
    ///
    /// # Errors
    /// `Invalid` with a sentence beside each field; `email` when it is taken.
    pub async fn create_account(&self, actor: &Actor, new: NewAccount, now: Moment) -> Result<Account, Refusal> {
        let warrant = rights::administer(actor, now)?;
        self.add_account(warrant, actor.clone(), new, Terms::default(), None, now).await
    }

    /// With an invitation, only when that is still there; it is used up by this.
    pub(crate) async fn add_account(
        &self,
        warrant: Warrant,
        actor: Actor,
        new: NewAccount,
        terms: Terms,
        by: Option<Invitation>,
        now: Moment,
    ) -> Result<Account, Refusal> {
        let account = Account {
            id: self.inner.ids.next(now),
            email: check::email(&new.email),
            name: new.name.trim().into(),
            roles: distinct(new.roles),
            customer: new.customer.map(|number| number.trim().to_string()).filter(|number| !number.is_empty()),
            active: true,
            window: new.window,
            preferences: Preferences::default(),
            created: now,
            terms,
        };
        let mut errors = errors_of(check::account(&account));
        if let Some(password) = &new.password {
            errors.extend(errors_of(check::new_password(password, &account.email, &account.name)));
        }
        if !errors.is_empty() {
            return Err(Refusal::Invalid(errors));
        }
        let hash = match new.password {
            Some(password) => password::hash(password).await?,
            None => String::new(),
        };
        let catalog = self.catalog();
        self.db()
            .write(move |conn| {
                async move {
                    use_up(conn, by).await?;
                    customer_is_there(conn, &catalog, &account).await?;
                    if account::by_email(conn, &account.email).await?.is_some() {
                        return Err(Refusal::field("email", "has an account already"));
                    }
                    account::insert(conn, &warrant, &account, &hash).await?;
                    let mut deed = Deed::on("account", account.id, "create");
                    deed.changes = account.facts();
                    deed.changes.retain(|_, value| value.is_some());
                    house::journal(conn, &actor, deed, None, now).await?;
                    Ok(account)
                }
                .boxed()
            })
            .await
    }

    /// Changes what an account is and may. Closing it ends its sessions.
    ///
    /// # Errors
    /// `Invalid` beside the field; the last administrator stays one.
    pub async fn edit_account(
        &self,
        actor: &Actor,
        email: &str,
        edit: AccountEdit,
        now: Moment,
    ) -> Result<Account, Refusal> {
        let warrant = rights::administer(actor, now)?;
        let (actor, email, catalog) = (actor.clone(), check::email(email), self.catalog());
        self.db()
            .write(move |conn| {
                async move {
                    let before = account::by_email(conn, &email).await?.ok_or(Refusal::NotFound)?.account;
                    let after = Account {
                        name: edit.name.trim().into(),
                        roles: distinct(edit.roles),
                        customer: edit.customer.map(|number| number.trim().into()).filter(|n: &String| !n.is_empty()),
                        active: edit.active,
                        window: edit.window,
                        ..before.clone()
                    };
                    check::account(&after)?;
                    customer_is_there(conn, &catalog, &after).await?;
                    account::update(conn, &warrant, &after).await?;
                    if account::administrators(conn, now).await? == 0 {
                        return Err(Refusal::field("roles", "this is the last administrator who can sign in"));
                    }
                    if !after.active {
                        access::end_sessions(conn, after.id, "").await?;
                    }
                    if let Some((_, until)) = after.window.filter(|_| before.window != after.window) {
                        access::end_by(conn, after.id, until).await?;
                    }
                    let (old, new) = (before.facts(), after.facts());
                    let mut deed = Deed::on("account", after.id, "edit");
                    for (name, value) in new {
                        let was = old.get(&name).cloned().flatten();
                        deed = deed.differs(&name, was, value);
                    }
                    if !deed.changes.is_empty() {
                        house::journal(conn, &actor, deed, None, now).await?;
                    }
                    Ok(after)
                }
                .boxed()
            })
            .await
    }

    /// Keeps how the actor likes their pages.
    pub async fn set_preferences(&self, actor: &Actor, preferences: Preferences, now: Moment) -> Result<(), Refusal> {
        let warrant = rights::keep(actor, &actor.email, now)?;
        let actor = actor.clone();
        self.db()
            .write(move |conn| {
                async move {
                    let account = account::by_email(conn, &actor.email).await?.ok_or(Refusal::NotFound)?.account;
                    let (old, new) = (&account.preferences, &preferences);
                    let deed = Deed::on("account", account.id, "edit")
                        .differs("theme", Some(Value::text(&old.theme)), Some(Value::text(&new.theme)))
                        .differs("keys", Some(Value::Flag(old.keys)), Some(Value::Flag(new.keys)))
                        .differs("mail", Some(Value::Flag(old.mail)), Some(Value::Flag(new.mail)));
                    if deed.changes.is_empty() {
                        return Ok(());
                    }
                    let after = Account { preferences, ..account };
                    account::update(conn, &warrant, &after).await?;
                    Ok(house::journal(conn, &actor, deed, None, now).await?)
                }
                .boxed()
            })
            .await
    }

    /// Gives the actor another password and ends all their other sessions. `kept` is the digest of the one in use.
    ///
    /// # Errors
    /// `Invalid` on `current` when that is not the password, on `password` when the new one cannot be taken.
    pub async fn change_password(
        &self,
        actor: &Actor,
        current: &str,
        new: &str,
        kept: &str,
        now: Moment,
    ) -> Result<(), Refusal> {
        let warrant = rights::keep(actor, &actor.email, now)?;
        // A session left open must not be a place to guess the password at.
        let waits = |until: Moment| Refusal::field("current", format!("was wrong too often, wait until {until}"));
        if let Some(until) = self.throttle().wait(&actor.email, "change", now) {
            return Err(waits(until));
        }
        let mut conn = self.db().read().await?;
        let found = account::by_email(&mut conn, &actor.email).await?.ok_or(Refusal::NotFound)?;
        drop(conn);
        if !password::is_right(Some(found.password.clone()), current.to_string()).await? {
            self.throttle().failed(&actor.email, "change", now);
            return Err(Refusal::field("current", "is not your password"));
        }
        let actor = actor.clone();
        self.set_password(warrant, actor, &found.account, new, Proof::Session(kept.into()), now).await
    }

    /// Writes a new password and ends the account's sessions but the one that it was changed in.
    pub(crate) async fn set_password(
        &self,
        warrant: Warrant,
        actor: Actor,
        account: &Account,
        new: &str,
        proof: Proof,
        now: Moment,
    ) -> Result<(), Refusal> {
        check::new_password(new, &account.email, &account.name)?;
        let (hash, id) = (password::hash(new.to_string()).await?, account.id);
        self.db()
            .write(move |conn| {
                async move {
                    let kept = match proof {
                        Proof::Session(kept) => kept,
                        Proof::Invitation(invitation) => {
                            use_up(conn, Some(invitation)).await?;
                            String::new()
                        }
                    };
                    account::set_password(conn, &warrant, id, &hash).await?;
                    access::end_sessions(conn, id, &kept).await?;
                    let deed = Deed::on("account", id, "password");
                    Ok(house::journal(conn, &actor, deed, None, now).await?)
                }
                .boxed()
            })
            .await
    }
}

/// By what somebody may choose a password.
pub(crate) enum Proof {
    /// They know the old one; the digest is that of the session they sit in.
    Session(String),
    Invitation(Invitation),
}

/// Of two who come with the same link only one finds it there.
async fn use_up(conn: &mut Conn, invitation: Option<Invitation>) -> Result<(), Refusal> {
    match invitation {
        Some(invitation) if !access::take_invitation(conn, &invitation.hash).await? => Err(Refusal::NotFound),
        _ => Ok(()),
    }
}

async fn customer_is_there(conn: &mut Conn, catalog: &model::Catalog, account: &Account) -> Result<(), Refusal> {
    let Some(number) = &account.customer else { return Ok(()) };
    if record::load(conn, catalog, std::slice::from_ref(number), false).await?.is_empty() {
        return Err(Refusal::field("customer", format!("there is no record {number}")));
    }
    Ok(())
}

fn distinct(mut roles: Vec<Role>) -> Vec<Role> {
    roles.sort_unstable();
    roles.dedup();
    roles
}

fn errors_of(outcome: Result<(), Refusal>) -> Vec<model::FieldError> {
    match outcome {
        Err(Refusal::Invalid(errors)) => errors,
        _ => Vec::new(),
    }
}
