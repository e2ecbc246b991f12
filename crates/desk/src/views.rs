//! Saved views: a list's address under a name, for oneself or for all colleagues.

use futures::FutureExt;
use model::{
    Act, Actor, Filter, Kind, Moment, Query, Refusal, Role, Value,
    filter::{Op, Operand},
};

use crate::{
    Desk,
    house::{self, Deed},
    rights,
    store::view,
};

/// A view of one kind. `query` is the query of its address.
#[derive(Clone, Debug, PartialEq)]
pub struct View {
    pub id: i64,
    pub kind: String,
    pub name: String,
    /// E-mail of whoever saved it.
    pub owner: String,
    /// Whether all colleagues see it.
    pub shared: bool,
    /// Number of the team that sees it; empty for none.
    pub team: String,
    pub query: String,
}

/// Who sees a view beside its owner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Audience {
    Nobody,
    /// The members of a team, by its number.
    Team(String),
    Colleagues,
}

/// A team that somebody belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    pub number: String,
    pub title: String,
}

/// Its name in the journal.
const KIND: &str = "saved_view";
/// Most views that one person may keep of one kind, and longest name in characters.
const VIEWS_MAX: usize = 40;
const NAME_MAX: usize = 60;
const QUERY_MAX: usize = 6_000;
/// Most teams of one person.
const GROUPS_MAX: usize = 20;

impl View {
    pub fn is_of(&self, actor: &Actor) -> bool {
        self.owner == actor.email
    }
}

impl Desk {
    /// The teams whose members the actor is among, by what the kinds say that bring people together.
    pub async fn groups(&self, actor: &Actor, now: Moment) -> Result<Vec<Group>, Refusal> {
        let catalog = self.catalog();
        let mut groups = Vec::new();
        for kind in catalog.kinds().iter().filter(|kind| rights::may(actor, kind, Act::Read, None)) {
            let Some(field) = kind.gathers.filter(|_| actor.customer.is_none()) else { continue };
            let among = Filter::Compare { path: field.into(), op: Op::Equal, value: Operand::Me };
            let query =
                Query { filter: among, columns: vec!["title".into()], size: GROUPS_MAX, ..Query::of(kind.name) };
            let page = self.list(actor, &query, now).await?;
            groups.extend(
                page.records.iter().map(|shown| Group { number: shown.number().into(), title: shown.title().into() }),
            );
        }
        groups.sort_by(|left, right| left.title.cmp(&right.title));
        Ok(groups)
    }

    /// The actor's own views of a kind, then those of their teams and those that all colleagues share. A customer's people
    /// see their own.
    pub async fn views(&self, actor: &Actor, groups: &[Group], kind: &Kind, now: Moment) -> Result<Vec<View>, Refusal> {
        if !rights::may(actor, kind, Act::Read, None) || !actor.is_active_at(now) {
            return Ok(Vec::new());
        }
        let mut conn = self.db().read().await?;
        Ok(view::of_kind(&mut conn, kind.name, &actor.email, groups, actor.customer.is_none()).await?)
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
        audience: Audience,
        now: Moment,
    ) -> Result<View, Refusal> {
        if actor.has(Role::ExternalAuditor) {
            return Err(Refusal::Forbidden("Auditors from outside keep no views here.".into()));
        }
        if !rights::may(actor, kind, Act::Read, None) {
            return Err(Refusal::NotFound);
        }
        let groups = self.groups(actor, now).await?;
        let team = match &audience {
            Audience::Team(team) if groups.iter().any(|group| group.number == *team) => team.clone(),
            Audience::Team(team) => return Err(Refusal::field("for", format!("you are not in the team {team}"))),
            _ => String::new(),
        };
        let name = checked_name(name)?;
        if query.len() > QUERY_MAX {
            return Err(Refusal::field("name", "this view has too many conditions to be saved"));
        }
        let own =
            self.views(actor, &[], kind, now).await?.into_iter().filter(|view| view.is_of(actor)).collect::<Vec<_>>();
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
            shared: audience == Audience::Colleagues && actor.customer.is_none(),
            team,
            query: query.into(),
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
                        .set("shared", Some(Value::Flag(saved.shared)))
                        .set("team", Some(Value::text(&saved.team)).filter(Value::is_filled));
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
}

fn checked_name(name: &str) -> Result<String, Refusal> {
    let name = name.split_whitespace().collect::<Vec<_>>().join(" ").replace('\0', "");
    match name.chars().count() {
        0 => Err(Refusal::field("name", "a view needs a name")),
        1..=NAME_MAX => Ok(name),
        long => Err(Refusal::field("name", format!("has {long} characters, {NAME_MAX} at most"))),
    }
}
