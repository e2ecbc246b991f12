//! Browser sessions: a random token in a cookie, its digest in a row.

use model::{
    Moment, Refusal,
    time::{DAY, HOUR, MINUTE},
};

use crate::{
    Desk,
    accounts::{Account, digest},
    store::account,
};

/// Unused for so long, a session ends.
pub const IDLE: i64 = 12 * HOUR;
/// Whatever happens, a session ends after this.
pub const LIFETIME: i64 = 30 * DAY;
/// Being seen is written down no more often than this.
const SEEN_EVERY: i64 = MINUTE;

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

impl Desk {
    /// The account behind a session's token; `None` for a token that is unknown, worn out or of a closed account.
    pub async fn session(&self, token: &str, now: Moment) -> Result<Option<(Account, Session)>, Refusal> {
        let mut conn = self.db().read().await?;
        let found = account::by_session(&mut conn, &digest(token)).await?;
        drop(conn);
        let live = |session: &Session| now < session.expires && now < session.seen.plus(IDLE);
        let Some((account, session)) = found.filter(|(account, session)| account.is_open_at(now) && live(session))
        else {
            return Ok(None);
        };
        if now >= session.seen.plus(SEEN_EVERY) {
            let key = session.digest.clone();
            self.db().write(move |conn| Box::pin(async move { account::seen(conn, &key, now).await })).await?;
        }
        Ok(Some((account, session)))
    }
}
