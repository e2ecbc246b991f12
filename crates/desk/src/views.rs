//! Saved views: a list's address under a name, for oneself or for all colleagues.

use futures::FutureExt;
use model::{Act, Actor, Kind, Moment, Query, Refusal, Value, filter::Context};

use crate::{
    COUNT_CAP, Desk,
    house::{self, Deed},
    rights,
    store::{filter::Builder, list, view},
};

/// A view of one kind. `query` is the query of its address.
#[derive(Clone, Debug, PartialEq)]
pub struct View {
    pub id: i64,
    pub kind: String,
    pub name: String,
    /// E-mail of whoever saved it.
    pub owner: String,
    pub shared: bool,
    pub query: String,
    /// How many records it finds, up to [`COUNT_CAP`] and one more; `None` where that is not counted.
    pub count: Option<i64>,
}

/// Its name in the journal.
const KIND: &str = "saved_view";
/// Most views that one person may keep of one kind, and longest name in characters.
const VIEWS_MAX: usize = 40;
const NAME_MAX: usize = 60;
const QUERY_MAX: usize = 6_000;

impl View {
    pub fn is_of(&self, actor: &Actor) -> bool {
        self.owner == actor.email
    }

    /// `34`, `1,000+`, or nothing.
    pub fn counted(&self) -> String {
        match self.count {
            Some(count) if count > COUNT_CAP => "1,000+".into(),
            Some(count) => count.to_string(),
            None => String::new(),
        }
    }
}

impl Desk {
    /// The actor's own views of a kind and those that colleagues share, own ones first. A customer's people see their own.
    pub async fn views(&self, actor: &Actor, kind: &Kind, now: Moment) -> Result<Vec<View>, Refusal> {
        if !rights::may(actor, kind, Act::Read, None) || !actor.is_active_at(now) {
            return Ok(Vec::new());
        }
        let mut conn = self.db().read().await?;
        Ok(view::of_kind(&mut conn, kind.name, &actor.email, actor.customer.is_none()).await?)
    }

    /// Saves a view under a name; one's own view of the same name is replaced.
    ///
    /// # Errors
    /// `Invalid` for an empty or long name or too many views, `Query` for an address that the list would refuse.
    pub async fn save_view(
        &self,
        actor: &Actor,
        kind: &Kind,
        name: &str,
        query: &str,
        shared: bool,
        now: Moment,
    ) -> Result<View, Refusal> {
        if !rights::may(actor, kind, Act::Read, None) {
            return Err(Refusal::NotFound);
        }
        let name = checked_name(name)?;
        if query.len() > QUERY_MAX {
            return Err(Refusal::field("name", "this view has too many conditions to be saved"));
        }
        let own = self.views(actor, kind, now).await?.into_iter().filter(|view| view.is_of(actor)).collect::<Vec<_>>();
        let id = match own.iter().find(|view| view.name == name) {
            Some(view) => view.id,
            None if own.len() >= VIEWS_MAX => {
                return Err(Refusal::field("name", format!("you keep {VIEWS_MAX} views of this list already")));
            }
            None => self.inner.ids.next(now),
        };
        let view = View {
            id,
            kind: kind.name.into(),
            name,
            owner: actor.email.clone(),
            // What people of a customer share would be read by other customers.
            shared: shared && actor.customer.is_none(),
            query: query.into(),
            count: None,
        };
        let (saved, actor) = (view.clone(), actor.clone());
        self.db()
            .write(move |conn| {
                async move {
                    view::save(conn, &saved).await?;
                    let deed = Deed::on(KIND, saved.id, "save")
                        .set("name", Some(Value::text(&saved.name)))
                        .set("kind", Some(Value::text(&saved.kind)))
                        .set("query", Some(Value::text(&saved.query)).filter(Value::is_filled))
                        .set("shared", Some(Value::Flag(saved.shared)));
                    house::journal(conn, &actor, deed, None, now).await
                }
                .boxed()
            })
            .await?;
        Ok(view)
    }

    /// Gives one's own view another name.
    ///
    /// # Errors
    /// `NotFound` for a view that is not the actor's.
    pub async fn rename_view(&self, actor: &Actor, id: i64, name: &str, now: Moment) -> Result<(), Refusal> {
        let (name, actor) = (checked_name(name)?, actor.clone());
        self.db()
            .write(move |conn| {
                async move {
                    if !view::rename(conn, id, &actor.email, &name).await? {
                        return Err(Refusal::NotFound);
                    }
                    let deed = Deed::on(KIND, id, "rename").set("name", Some(Value::text(&name)));
                    Ok(house::journal(conn, &actor, deed, None, now).await?)
                }
                .boxed()
            })
            .await
    }

    /// Forgets one's own view.
    ///
    /// # Errors
    /// `NotFound` for a view that is not the actor's.
    pub async fn forget_view(&self, actor: &Actor, id: i64, now: Moment) -> Result<(), Refusal> {
        let actor = actor.clone();
        self.db()
            .write(move |conn| {
                async move {
                    if !view::forget(conn, id, &actor.email).await? {
                        return Err(Refusal::NotFound);
                    }
                    Ok(house::journal(conn, &actor, Deed::on(KIND, id, "remove"), None, now).await?)
                }
                .boxed()
            })
            .await
    }

    /// How many records each query of a kind finds, up to [`COUNT_CAP`] and one more, in one statement.
    pub async fn counts(&self, actor: &Actor, queries: &[Query], now: Moment) -> Result<Vec<i64>, Refusal> {
        let catalog = self.catalog();
        let scoped = queries.iter().map(|query| {
            let kind = query.kind.map(|name| catalog.find(name).ok_or(Refusal::NotFound)).transpose()?;
            Ok((rights::scope(actor, &catalog, kind, now), query))
        });
        let scoped = scoped.collect::<Result<Vec<_>, Refusal>>()?;
        let mut conn = self.db().read().await?;
        let builder = Builder::new(conn.dialect(), Context { me: &actor.email, now });
        Ok(list::counts(&mut conn, &catalog, &scoped, COUNT_CAP, builder).await?)
    }
}

fn checked_name(name: &str) -> Result<String, Refusal> {
    let name = name.split_whitespace().collect::<Vec<_>>().join(" ").replace('\0', "");
    match name.chars().count() {
        0 => Err(Refusal::field("name", "a view needs a name")),
        1..=NAME_MAX => Ok(name),
        long => Err(Refusal::field("name", format!("has {long} characters, {NAME_MAX} at most"))),
    }
}
