//! Links that let somebody in once: the first administrator of an empty house, a new colleague, a forgotten password.

use futures::FutureExt;
use model::{Actor, Moment, Refusal, Role, Via, time::DAY};

use crate::{
    Desk,
    accounts::{Account, NewAccount, Terms, Whence, account::Proof, check, digest, secret},
    house::{self, Deed},
    rights,
    store::{access, account, db::Conn},
};

/// A link is good for this long.
const LIFETIME: i64 = DAY;

/// A link's row.
#[derive(Clone, Debug)]
pub struct Invitation {
    pub(crate) hash: String,
    /// `None` for the first start.
    pub(crate) account: Option<i64>,
    pub(crate) expires: Moment,
}

/// What a link is for.
#[derive(Clone, Debug)]
pub enum Invited {
    /// To be the first administrator.
    First,
    /// To choose the password of this account.
    Account(Box<Account>),
}

impl Desk {
    /// The secret of a link for the first administrator, while there is none who can sign in. Earlier such links end.
    pub async fn first_start(&self, now: Moment) -> Result<Option<String>, Refusal> {
        let secret = secret::secret();
        let invitation = Invitation { hash: digest(&secret), account: None, expires: now.plus(LIFETIME) };
        self.db()
            .write(move |conn| {
                async move {
                    if account::administrators(conn, now).await? > 0 {
                        return Ok(None);
                    }
                    access::add_invitation(conn, &invitation).await?;
                    Ok(Some(secret))
                }
                .boxed()
            })
            .await
    }

    /// The secret of a link with which the owner of an account chooses a password. Earlier links of theirs end.
    pub async fn invite(&self, actor: &Actor, email: &str, now: Moment) -> Result<String, Refusal> {
        rights::administer(actor, now)?;
        let (actor, email, secret) = (actor.clone(), check::email(email), secret::secret());
        let hash = digest(&secret);
        self.db()
            .write(move |conn| {
                async move {
                    let account = account::by_email(conn, &email).await?.ok_or(Refusal::NotFound)?.account;
                    let invitation = Invitation { hash, account: Some(account.id), expires: now.plus(LIFETIME) };
                    access::add_invitation(conn, &invitation).await?;
                    let deed = Deed::on("account", account.id, "invite");
                    Ok::<(), Refusal>(house::journal(conn, &actor, deed, None, now).await?)
                }
                .boxed()
            })
            .await?;
        Ok(secret)
    }

    /// What a link is for.
    ///
    /// # Errors
    /// `NotFound` for a link that is unknown, used or too old, and for the first start once it is over.
    pub async fn invitation(&self, secret: &str, now: Moment) -> Result<Invited, Refusal> {
        let mut conn = self.db().read().await?;
        Ok(open(&mut conn, secret, now).await?.1)
    }

    /// Makes the first administrator and signs them in; the answer is the session's token.
    ///
    /// # Errors
    /// `NotFound` as [`Desk::invitation`], `Invalid` beside the field; the link then stays good.
    pub async fn welcome(
        &self,
        secret: &str,
        (name, email, password): (&str, &str, &str),
        whence: Whence,
        now: Moment,
    ) -> Result<String, Refusal> {
        let mut conn = self.db().read().await?;
        let (invitation, invited) = open(&mut conn, secret, now).await?;
        drop(conn);
        if !matches!(invited, Invited::First) {
            return Err(Refusal::NotFound);
        }
        let new = NewAccount {
            email: email.into(),
            name: name.into(),
            roles: vec![Role::Administrator],
            password: Some(password.into()),
            ..NewAccount::default()
        };
        let mut actor = Actor::system("first start", Via::Web);
        actor.email = check::email(email);
        let account =
            self.add_account(rights::invited(&invitation), actor, new, Terms::default(), Some(invitation), now).await?;
        self.open_session(&account, whence, now).await
    }

    /// Sets the password of the account that was invited and signs its owner in; the answer is the session's token.
    ///
    /// # Errors
    /// As [`Desk::welcome`].
    pub async fn accept(&self, secret: &str, password: &str, whence: Whence, now: Moment) -> Result<String, Refusal> {
        let mut conn = self.db().read().await?;
        let (invitation, invited) = open(&mut conn, secret, now).await?;
        drop(conn);
        let Invited::Account(account) = invited else { return Err(Refusal::NotFound) };
        let (actor, warrant) = (account.actor(Via::Web, false), rights::invited(&invitation));
        self.set_password(warrant, actor, &account, password, Proof::Invitation(invitation), now).await?;
        self.open_session(&account, whence, now).await
    }
}

async fn open(conn: &mut Conn, secret: &str, now: Moment) -> Result<(Invitation, Invited), Refusal> {
    let found = access::invitation(conn, &digest(secret)).await?;
    let invitation = found.filter(|invitation| now < invitation.expires).ok_or(Refusal::NotFound)?;
    let invited = match invitation.account {
        None if account::administrators(conn, now).await? > 0 => return Err(Refusal::NotFound),
        None => Invited::First,
        Some(id) => {
            let account = account::by_id(conn, id).await?.filter(|account| account.is_open_at(now));
            Invited::Account(Box::new(account.ok_or(Refusal::NotFound)?))
        }
    };
    Ok((invitation, invited))
}
