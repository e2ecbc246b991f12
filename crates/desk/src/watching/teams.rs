//! A whole team that is named in a note: its people hear of it, those alone who are there and may read it.

use std::collections::{BTreeSet, HashMap, HashSet};

use engines::mentions;
use model::{
    Catalog, Entry, Kind, Moment, Record, Value,
    kind::{Absence, Related},
    lifecycle::WITHDRAWN,
    time::MINUTE,
};

use crate::{
    accounts::Account,
    stages::approvals::away,
    store::{
        account,
        db::Conn,
        fault::Fault,
        record::{look_up, walk},
        watch as store,
    },
};

/// Teams that one note calls.
const TEAMS_MAX: usize = 3;
/// People of a team that are called; a larger one is no team but the whole house.
const MEMBERS_MAX: usize = 60;
/// Teams of a house that are looked at.
const KNOWN_MAX: i64 = 2_000;
/// Whoever has a word of this record waiting that is no older is not called again by the name of their team.
const QUIET: i64 = 15 * MINUTE;

/// Who was called, and on what.
pub(super) struct Call<'c> {
    pub catalog: &'c Catalog,
    pub record: &'c Record,
    pub entry: &'c Entry,
    /// Names that no person goes by.
    pub names: BTreeSet<String>,
}

/// E-mails of the people of teams that a note calls. Only people of our own call teams: no customer's, no rule and no mail from
/// outside does, so that nothing calls itself.
pub(super) async fn called(
    conn: &mut Conn,
    call: Call<'_>,
    may_read: impl Fn(&Account) -> bool,
) -> Result<BTreeSet<String>, Fault> {
    let mut found = BTreeSet::new();
    let Some(author) = call.entry.by.as_ref().filter(|_| !call.names.is_empty()) else { return Ok(found) };
    let author = account::by_email(conn, author).await?.map(|known| known.account);
    if author.is_none_or(|author| author.customer.is_some() || !author.is_open_at(call.entry.recorded)) {
        return Ok(found);
    }
    let mut people: BTreeSet<String> = BTreeSet::new();
    for (team, members) in
        teams(conn, call.catalog).await?.iter().filter(|(team, _)| meant(&call.names, team)).take(TEAMS_MAX)
    {
        match members.len() {
            0..=MEMBERS_MAX => people.extend(members.iter().cloned()),
            count => tracing::info!(team = %team.number, count, "a team too large to be called as a whole was named"),
        }
    }
    if people.is_empty() {
        return Ok(found);
    }
    let absent = absent(conn, call.catalog, &people, call.entry.recorded).await?;
    let waiting = store::waiting_on(conn, call.record.id.0, call.entry.recorded.minus(QUIET)).await?;
    for person in people.into_iter().filter(|person| !absent.contains(person) && !waiting.contains(person)) {
        let known = account::by_email(conn, &person).await?.map(|known| known.account);
        let hears = |account: &Account| account.is_open_at(call.entry.recorded) && may_read(account);
        found.extend(known.filter(hears).map(|account| account.email));
    }
    Ok(found)
}

fn meant(names: &BTreeSet<String>, team: &Record) -> bool {
    names.iter().any(|name| mentions::fits_team(name, &team.title, &team.number))
}

/// Every team that stands, with its people, by the kinds that bring people together.
pub(super) async fn teams(conn: &mut Conn, catalog: &Catalog) -> Result<Vec<(Record, Vec<String>)>, Fault> {
    let fields: HashMap<&str, &str> =
        catalog.kinds().iter().filter_map(|kind| Some((kind.name, kind.gathers?))).collect();
    if fields.is_empty() {
        return Ok(Vec::new());
    }
    let kinds: Vec<&str> = fields.keys().copied().collect();
    let kept = walk(conn, catalog, &kinds, i64::MIN, KNOWN_MAX).await?;
    let standing = kept.into_iter().filter(|kept| !WITHDRAWN.contains(&kept.record.state.as_str()));
    let team = |record: Record| {
        let people = fields.get(record.kind).and_then(|field| record.fields.get(*field)).map(Value::entries);
        let people = people.unwrap_or_default().iter().filter_map(|person| Some(person.as_text()?.to_lowercase()));
        let people = people.collect();
        (record, people)
    };
    Ok(standing.map(|kept| team(kept.record)).collect())
}

/// Those who are away on the day, by what their own records say.
async fn absent(
    conn: &mut Conn,
    catalog: &Catalog,
    people: &BTreeSet<String>,
    now: Moment,
) -> Result<HashSet<String>, Fault> {
    let mut related = Related::default();
    look_up(conn, catalog, people, &HashMap::new(), &mut related).await?;
    let is_person = |kind: &&Kind| kind.absence == Some(Absence::OfThePerson);
    let of = |record: &Record| {
        let kind = related.kind_of(record).filter(is_person)?;
        let person = record.fields.get(kind.identity?)?.as_text()?;
        let away = away(person, &Value::Parts(record.fields.clone()));
        away.holds(now.date()).then(|| person.to_lowercase())
    };
    Ok(related.records().filter_map(of).collect())
}
