//! Who works here, and who holds which role: the holder that the role names, and whoever has the role on their own record.

use std::collections::BTreeSet;

use desk::{Desk, Shown};
use engines::competence::Need;
use kinds::{
    governance::role,
    people::person::{self, TEAM},
};
use model::{
    Actor, Date, Moment, Query, Refusal, Value, filter_text,
    query::{EVERY, PAGE_MAX, orders},
};

use crate::pages::road::facts::{STANDS, rows};

/// Most records of a kind that these pages read; a house with more is told so.
pub const MOST: usize = 20_000;

/// People and roles as one reader may see them.
pub struct Staff {
    pub members: Vec<Member>,
    pub roles: Vec<Role>,
    /// Addresses of those who are on record and do not work here any more.
    pub gone: BTreeSet<String>,
    /// Whether these are all.
    pub is_whole: bool,
}

pub struct Member {
    pub number: String,
    pub name: String,
    pub mail: String,
    /// Number of the team; empty for none.
    pub team: String,
    pub joined_on: Option<Date>,
}

pub struct Role {
    pub number: String,
    pub title: String,
    /// Who is named by the role itself, whether or not they work here.
    pub named: Option<String>,
    /// Everybody who holds it and works here, the named one first.
    pub holders: Vec<String>,
    pub needs: Vec<(String, Need)>,
    pub duties: Vec<String>,
    pub authority: Vec<String>,
    pub appointed_on: Option<Date>,
    pub reports_to: Option<String>,
}

impl Staff {
    /// # Errors
    /// Only what the desk itself cannot do.
    pub async fn gather(desk: &Desk, actor: &Actor, now: Moment) -> Result<Staff, Refusal> {
        let (people, all_people) = every(desk, actor, "person", "title", now).await?;
        let (mut roles, all_roles) = every(desk, actor, "role", "number", now).await?;
        roles.sort_by_key(|shown| (shown.number().len(), shown.number().to_string()));
        let today = now.date();
        let (here, gone): (Vec<&Shown>, Vec<&Shown>) = people.iter().partition(|shown| works(shown, today));
        let mail = |shown: &&Shown| person::EMAIL.get(shown.fields()).map(|mail| mail.0);
        Ok(Staff {
            roles: roles.iter().map(|shown| role_of(shown, &here)).collect(),
            members: here.iter().filter_map(|shown| member(shown)).collect(),
            gone: gone.iter().filter_map(mail).collect(),
            is_whole: all_people && all_roles,
        })
    }

    pub fn member(&self, mail: &str) -> Option<&Member> {
        self.members.iter().find(|member| member.mail == mail)
    }
}

/// Every live record of a kind, as far as the reader may see, and whether these are all.
///
/// # Errors
/// Only what the desk itself cannot do.
pub async fn every(
    desk: &Desk,
    actor: &Actor,
    kind: &str,
    order: &str,
    now: Moment,
) -> Result<(Vec<Shown>, bool), Refusal> {
    let catalog = desk.catalog();
    let kind = catalog.find(kind).ok_or(Refusal::NotFound)?;
    let query = Query {
        filter: filter_text::parse(STANDS, kind).map_err(Refusal::Query)?,
        order: orders(order, kind).map_err(Refusal::Query)?,
        columns: vec![EVERY.into()],
        size: PAGE_MAX,
        ..Query::of(kind.name)
    };
    match desk.list_on(actor, query, MOST, now).await {
        Err(Refusal::NotFound) => Ok((Vec::new(), true)),
        found => found,
    }
}

fn works(shown: &Shown, today: Date) -> bool {
    person::ACTIVE.get(shown.fields()) != Some(false)
        && person::LEFT_ON.get(shown.fields()).is_none_or(|left| left > today)
}

fn member(shown: &Shown) -> Option<Member> {
    let fields = shown.fields();
    Some(Member {
        number: shown.number().into(),
        name: shown.title().into(),
        mail: person::EMAIL.get(fields)?.0,
        team: TEAM.get(fields).map(|team| team.0).unwrap_or_default(),
        joined_on: person::JOINED_ON.get(fields),
    })
}

fn role_of(shown: &Shown, here: &[&Shown]) -> Role {
    let fields = shown.fields();
    let named = role::HOLDER.get(fields).map(|holder| holder.0);
    let mail = |member: &Shown| person::EMAIL.get(member.fields()).map(|mail| mail.0);
    let has_it = |member: &&&Shown| {
        let own =
            person::ROLES.get(member.fields()).is_some_and(|roles| roles.0.iter().any(|role| role.0 == shown.number()));
        own || mail(member).is_some_and(|mail| named.as_ref() == Some(&mail))
    };
    let mut holders: Vec<String> = here.iter().filter(has_it).filter_map(|member| mail(member)).collect();
    holders.sort_by_key(|holder| named.as_ref() != Some(holder));
    let texts = |key: &str| {
        let values = fields.get(key).map(Value::entries).unwrap_or_default().iter();
        values.filter_map(Value::as_text).map(str::to_string).collect()
    };
    Role {
        number: shown.number().into(),
        title: shown.title().into(),
        named,
        holders,
        needs: rows(shown, role::NEEDS.name).filter_map(need).collect(),
        duties: texts(role::DUTIES.name),
        authority: texts(role::AUTHORITY.name),
        appointed_on: role::APPOINTED_ON.get(fields),
        reports_to: role::REPORTS_TO.get(fields).map(|role| role.0),
    }
}

fn need(row: &Value) -> Option<(String, Need)> {
    let words = row.part("need").and_then(Value::as_text)?.trim().to_string();
    let number = |part: &str| row.part(part).and_then(Value::as_number);
    let months = number("months").and_then(|months| i32::try_from(months).ok()).filter(|months| *months > 0);
    Some((words, Need { level: number("level"), months }))
}
