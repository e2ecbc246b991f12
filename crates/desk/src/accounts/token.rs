//! Tokens of machines: made by a person, act as that person, within a scope.

use futures::FutureExt;
use model::{
    Actor, Moment, Refusal, Role, Value,
    time::{DAY, MINUTE},
};

use crate::{
    Desk,
    accounts::{Account, check, digest, secret},
    house::{self, Deed},
    rights,
    store::{access, account},
};

/// A token lives no longer than this.
const LONGEST: i64 = 366 * DAY;
/// In front of every token, so that scanners find one that was written into a repository.
const PREFIX: &str = "plb_";
/// Longest name, in characters.
const NAME_MAX: usize = 100;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenScope {
    Read,
    Write,
    /// Only to bring events of monitoring tools.
    Events,
    /// Opens the calendar feed of its account and nothing else: it stands in an address that others may see.
    Calendar,
}

impl TokenScope {
    pub fn name(self) -> &'static str {
        match self {
            TokenScope::Read => "read",
            TokenScope::Write => "write",
            TokenScope::Events => "events",
            TokenScope::Calendar => "calendar",
        }
    }

    pub fn parse(text: &str) -> Option<TokenScope> {
        match text.trim() {
            "read" => Some(TokenScope::Read),
            "write" => Some(TokenScope::Write),
            "events" => Some(TokenScope::Events),
            "calendar" => Some(TokenScope::Calendar),
            _ => None,
        }
    }
}

/// A token as it is listed; what opens it is not known any more.
#[derive(Clone, Debug, PartialEq)]
pub struct Token {
    pub id: i64,
    pub account: i64,
    pub name: String,
    pub scope: TokenScope,
    pub created: Moment,
    /// `None` while it was never used.
    pub used: Option<Moment>,
    pub expires: Moment,
}

/// A token to be made.
#[derive(Clone, Debug)]
pub struct NewToken {
    /// What it is for.
    pub name: String,
    pub scope: TokenScope,
    pub expires: Moment,
}

impl Desk {
    /// The account behind a token and what the token may do; `None` for one that is unknown or expired.
    pub async fn bearer(&self, token: &str, now: Moment) -> Result<Option<(Account, TokenScope)>, Refusal> {
        let mut conn = self.db().read().await?;
        let found = access::by_token(&mut conn, &digest(token)).await?;
        drop(conn);
        let Some((account, token)) = found.filter(|(account, token)| account.is_open_at(now) && now < token.expires)
        else {
            return Ok(None);
        };
        if token.used.is_none_or(|used| now >= used.plus(MINUTE)) {
            self.db().write(move |conn| async move { access::used(conn, token.id, now).await }.boxed()).await?;
        }
        Ok(Some((account, token.scope)))
    }

    /// Makes a token for an account: its owner does, or whoever sits at the machine. The answer is the secret, which is
    /// shown this once.
    pub async fn create_token(
        &self,
        actor: &Actor,
        email: &str,
        new: NewToken,
        now: Moment,
    ) -> Result<(String, Token), Refusal> {
        let email = check::email(email);
        rights::keep(actor, &email, now)?;
        let name = new.name.trim().to_string();
        if name.is_empty() || name.chars().count() > NAME_MAX {
            return Err(Refusal::field("name", format!("say in 1 to {NAME_MAX} characters what it is for")));
        }
        check::expiry(new.expires, now, LONGEST)?;
        // A calendar asks by itself: nobody could say what of it was read.
        if new.scope == TokenScope::Calendar && actor.has(Role::ExternalAuditor) {
            return Err(Refusal::Forbidden("Auditors from outside have no calendar here.".into()));
        }
        let (actor, id) = (actor.clone(), self.inner.ids.next(now));
        let secret = format!("{PREFIX}{}", secret::secret());
        let hash = digest(&secret);
        let token = self
            .db()
            .write(move |conn| {
                async move {
                    let account = account::by_email(conn, &email).await?.ok_or(Refusal::NotFound)?.account;
                    let (scope, expires) = (new.scope, account.latest(new.expires));
                    let token = Token { id, account: account.id, name, scope, created: now, used: None, expires };
                    access::add_token(conn, &token, &hash).await?;
                    let deed = Deed::on("token", token.id, "create")
                        .set("account", Some(Value::text(account.id.to_string())))
                        .set("name", Some(Value::text(&token.name)))
                        .set("scope", Some(Value::text(token.scope.name())))
                        .set("expires", Some(Value::text(token.expires.sortable())));
                    house::journal(conn, &actor, deed, None, now).await?;
                    Ok::<Token, Refusal>(token)
                }
                .boxed()
            })
            .await?;
        Ok((secret, token))
    }

    /// The tokens of an account, newest first, worn-out ones among them. Its owner and administrators may look.
    pub async fn tokens(&self, actor: &Actor, email: &str, now: Moment) -> Result<Vec<Token>, Refusal> {
        let (account, mut conn) = self.looked_after(actor, email, now).await?;
        Ok(access::tokens_of(&mut conn, account.id).await?)
    }

    /// Takes a token back for good.
    pub async fn revoke_token(&self, actor: &Actor, email: &str, id: i64, now: Moment) -> Result<(), Refusal> {
        let (account, mut conn) = self.looked_after(actor, email, now).await?;
        let tokens = access::tokens_of(&mut conn, account.id).await?;
        drop(conn);
        let token = tokens.into_iter().find(|token| token.id == id).ok_or(Refusal::NotFound)?;
        let actor = actor.clone();
        self.db()
            .write(move |conn| {
                async move {
                    access::remove_token(conn, token.id).await?;
                    let deed = Deed::on("token", token.id, "revoke").set("name", Some(Value::text(&token.name)));
                    Ok(house::journal(conn, &actor, deed, None, now).await?)
                }
                .boxed()
            })
            .await
    }
}
