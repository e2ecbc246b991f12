//! Browser sessions: a random token in a cookie, its digest in a row.

use futures::FutureExt;
use model::{
    Actor, Moment, Refusal, Value, Via,
    time::{DAY, HOUR, MINUTE},
};

use crate::{
    Desk,
    accounts::{Account, check, digest, password, secret},
    house::{self, Deed},
    rights,
    store::{access, account, db::Conn, fault::Fault},
};

/// Unused for so long, a session ends.
pub const IDLE: i64 = 12 * HOUR;
/// Whatever happens, a session ends after this.
pub const LIFETIME: i64 = 30 * DAY;
/// Being seen is written down no more often than this.
const SEEN_EVERY: i64 = MINUTE;
/// Longest name of a browser that is kept, in characters.
const AGENT_MAX: usize = 200;

#[derive(Clone, Debug, PartialEq)]
pub struct Session {
    /// Digest of the token: names the session without opening it.
    pub digest: String,
    pub account: i64,
    pub created: Moment,
    pub seen: Moment,
    pub expires: Moment,
    pub address: String,
    pub agent: String,
}

impl Session {
    pub fn is_live_at(&self, now: Moment) -> bool {
        now < self.expires && now < self.seen.plus(IDLE)
    }
}

/// From where somebody signs in: network address and browser, as they say.
#[derive(Clone, Debug, Default)]
pub struct Whence {
    pub address: String,
    pub agent: String,
}

/// What came of a try to sign in. A wrong password, an unknown e-mail and a closed account look the same.
#[derive(Debug)]
pub enum SignIn {
    /// The token for the cookie; it is shown once.
    In {
        token: String,
        account: Box<Account>,
    },
    Wrong,
    /// Too many failures: not looked at before then.
    Wait(Moment),
}

impl Desk {
    /// The account behind a session's token; `None` for a token that is unknown, worn out or of a closed account.
    pub async fn session(&self, token: &str, now: Moment) -> Result<Option<(Account, Session)>, Refusal> {
        let mut conn = self.db().read().await?;
        let found = access::by_session(&mut conn, &digest(token)).await?;
        drop(conn);
        let Some((account, session)) =
            found.filter(|(account, session)| account.is_open_at(now) && session.is_live_at(now))
        else {
            return Ok(None);
        };
        if now >= session.seen.plus(SEEN_EVERY) {
            let key = session.digest.clone();
            self.db().write(move |conn| async move { access::seen(conn, &key, now).await }.boxed()).await?;
        }
        Ok(Some((account, session)))
    }

    /// Opens a session for whoever knows the password.
    pub async fn sign_in(&self, email: &str, given: &str, whence: Whence, now: Moment) -> Result<SignIn, Refusal> {
        let email = check::email(email);
        if let Some(until) = self.throttle().wait(&email, &whence.address, now) {
            return Ok(SignIn::Wait(until));
        }
        let mut conn = self.db().read().await?;
        let found = account::by_email(&mut conn, &email).await?;
        drop(conn);
        let hash = found.as_ref().map(|found| found.password.clone());
        let right = password::is_right(hash, given.to_string()).await?;
        let Some(found) = found.filter(|found| right && found.account.is_open_at(now)) else {
            self.throttle().failed(&email, &whence.address, now);
            tracing::warn!(address = %whence.address, "a sign-in failed");
            return Ok(SignIn::Wrong);
        };
        self.throttle().succeeded(&email, &whence.address);
        let token = self.open_session(&found.account, whence, now).await?;
        Ok(SignIn::In { token, account: Box::new(found.account) })
    }

    /// A session for an account whose owner has just proved who they are.
    pub(crate) async fn open_session(&self, account: &Account, whence: Whence, now: Moment) -> Result<String, Refusal> {
        let token = secret::secret();
        let session = Session {
            digest: digest(&token),
            account: account.id,
            created: now,
            seen: now,
            expires: account.latest(now.plus(LIFETIME)),
            address: whence.address,
            agent: whence.agent.chars().take(AGENT_MAX).collect(),
        };
        let actor = account.actor(Via::Web, false);
        self.db()
            .write(move |conn| {
                async move {
                    access::add_session(conn, &session).await?;
                    let deed = Deed::on("session", session.account, "sign_in")
                        .set("address", text(&session.address))
                        .set("agent", text(&session.agent));
                    house::journal(conn, &actor, deed, None, now).await
                }
                .boxed()
            })
            .await?;
        Ok(token)
    }

    /// Ends the session that a token opens; an unknown one is already at its end.
    pub async fn sign_out(&self, token: &str, now: Moment) -> Result<(), Refusal> {
        let mut conn = self.db().read().await?;
        let found = access::by_session(&mut conn, &digest(token)).await?;
        drop(conn);
        let Some((account, session)) = found else { return Ok(()) };
        let actor = account.actor(Via::Web, false);
        self.end(actor, account.id, vec![session], "sign_out", now).await
    }

    /// The live sessions of an account, the one last used first. Its owner and administrators may look.
    pub async fn sessions(&self, actor: &Actor, email: &str, now: Moment) -> Result<Vec<Session>, Refusal> {
        let (account, mut conn) = self.looked_after(actor, email, now).await?;
        let sessions = access::sessions_of(&mut conn, account.id).await?;
        Ok(sessions.into_iter().filter(|session| session.is_live_at(now)).collect())
    }

    /// Ends sessions of an account: the one of this digest, or all but the one that is kept.
    pub async fn end_sessions(
        &self,
        actor: &Actor,
        email: &str,
        which: Ending<'_>,
        now: Moment,
    ) -> Result<(), Refusal> {
        let (account, mut conn) = self.looked_after(actor, email, now).await?;
        let sessions = access::sessions_of(&mut conn, account.id).await?;
        drop(conn);
        let ends = |session: &Session| match which {
            Ending::One(digest) => session.digest == digest,
            Ending::AllBut(digest) => session.digest != digest,
        };
        let ended: Vec<Session> = sessions.into_iter().filter(ends).collect();
        if ended.is_empty() && matches!(which, Ending::One(_)) {
            return Err(Refusal::NotFound);
        }
        self.end(actor.clone(), account.id, ended, "revoke", now).await
    }

    async fn end(
        &self,
        actor: Actor,
        account: i64,
        sessions: Vec<Session>,
        act: &'static str,
        now: Moment,
    ) -> Result<(), Refusal> {
        self.db()
            .write(move |conn| {
                async move {
                    for session in sessions {
                        access::end_session(conn, &session.digest).await?;
                        let deed = Deed::on("session", account, act).set("address", text(&session.address));
                        house::journal(conn, &actor, deed, None, now).await?;
                    }
                    Ok::<(), Fault>(())
                }
                .boxed()
            })
            .await?;
        Ok(())
    }

    /// The account, for its owner and for administrators; a connection to read on.
    pub(crate) async fn looked_after(
        &self,
        actor: &Actor,
        email: &str,
        now: Moment,
    ) -> Result<(Account, Conn), Refusal> {
        if rights::keep(actor, email, now).is_err() {
            rights::administer(actor, now)?;
        }
        let mut conn = self.db().read().await?;
        let found = account::by_email(&mut conn, email).await?.ok_or(Refusal::NotFound)?;
        Ok((found.account, conn))
    }
}

/// Which sessions end, named by the digests of their tokens.
#[derive(Clone, Copy, Debug)]
pub enum Ending<'d> {
    One(&'d str),
    AllBut(&'d str),
}

pub(crate) fn text(words: &str) -> Option<Value> {
    (!words.is_empty()).then(|| Value::text(words))
}
