//! Tokens of machines: made by a person, act as that person, within a scope.

use model::{Moment, Refusal, time::MINUTE};

use crate::{
    Desk,
    accounts::{Account, digest},
    store::account,
};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenScope {
    Read,
    Write,
}

impl TokenScope {
    pub fn name(self) -> &'static str {
        match self {
            TokenScope::Read => "read",
            TokenScope::Write => "write",
        }
    }

    pub fn parse(text: &str) -> Option<TokenScope> {
        match text.trim() {
            "read" => Some(TokenScope::Read),
            "write" => Some(TokenScope::Write),
            _ => None,
        }
    }
}

impl Desk {
    /// The account behind a token and what the token may do; `None` for one that is unknown or expired.
    pub async fn bearer(&self, token: &str, now: Moment) -> Result<Option<(Account, TokenScope)>, Refusal> {
        let mut conn = self.db().read().await?;
        let found = account::by_token(&mut conn, &digest(token)).await?;
        drop(conn);
        let Some((account, token)) = found.filter(|(account, token)| account.is_open_at(now) && now < token.expires)
        else {
            return Ok(None);
        };
        if now >= token.used.plus(MINUTE) {
            self.db().write(move |conn| Box::pin(async move { account::used(conn, token.id, now).await })).await?;
        }
        Ok(Some((account, token.scope)))
    }
}
