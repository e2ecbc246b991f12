//! The people of a team with what each has open and whether they are there: for whoever assigns by hand, and for rules.

use std::collections::{BTreeSet, HashMap};

use engines::assigning::{self, Member};
use model::{
    Actor, Catalog, Kind, Moment, Record, Refusal, Value,
    filter::Context,
    handling::Assignment,
    kind::{Absence, Related},
};

use crate::{
    Desk,
    rights::{self, Scope, Shown},
    stages::approvals::away,
    store::{account, db::Conn, fault::Fault, filter::Builder, list, record::look_up},
};

/// People of a team among whom work is given; a larger one is no team.
const MEMBERS_MAX: usize = 200;

impl Desk {
    /// A team with its people, those first to whom work would go first. Work is counted as far as the actor may see it.
    ///
    /// # Errors
    /// `NotFound` for a team that the actor may not see.
    pub async fn room(
        &self,
        actor: &Actor,
        assignment: &Assignment,
        team: &str,
        now: Moment,
    ) -> Result<(Shown, Vec<Member>), Refusal> {
        let shown = self.find(actor, team, now).await?;
        let catalog = self.catalog();
        let scope = rights::scope(actor, &catalog, None, now);
        let mut conn = self.db().read().await?;
        let people = people(shown.fields().get(assignment.members));
        let rota = shown.fields().get(assignment.rota);
        let members = members(&mut conn, (&catalog, &scope), &people, rota, now).await?;
        Ok((shown, members))
    }
}

/// The same for a team at hand, within a transaction.
pub(crate) async fn of_team(
    conn: &mut Conn,
    (catalog, scope): (&Catalog, &Scope),
    assignment: &Assignment,
    team: &Record,
    now: Moment,
) -> Result<Vec<Member>, Fault> {
    let people = people(team.fields.get(assignment.members));
    members(conn, (catalog, scope), &people, team.fields.get(assignment.rota), now).await
}

fn people(members: Option<&Value>) -> Vec<String> {
    let members = members.map(Value::entries).unwrap_or_default();
    let mut people: Vec<String> = Vec::new();
    for person in members.iter().filter_map(Value::as_text).map(str::to_lowercase) {
        if people.len() < MEMBERS_MAX && !people.contains(&person) {
            people.push(person);
        }
    }
    people
}

async fn members(
    conn: &mut Conn,
    (catalog, scope): (&Catalog, &Scope),
    people: &[String],
    rota: Option<&Value>,
    now: Moment,
) -> Result<Vec<Member>, Fault> {
    if people.is_empty() || scope.is_empty() {
        return Ok(Vec::new());
    }
    let mut related = Related::default();
    let wanted: BTreeSet<String> = people.iter().cloned().collect();
    look_up(conn, catalog, &wanted, &HashMap::new(), &mut related).await?;
    let known: HashMap<String, (String, bool)> =
        related.records().filter_map(|record| known(related.kind_of(record)?, record, now)).collect();
    let builder = Builder::new(conn.dialect(), Context { me: "", now });
    let loads = list::loads(conn, catalog, scope, people, builder).await?;
    let names = account::names(conn, people, now).await?;
    let on_shift = assigning::on_shift(rota, now);
    let member = |person: &String| {
        let (name, away) = known.get(person).cloned().unwrap_or_default();
        let (account_name, is_closed) = names.get(person).cloned().unwrap_or_default();
        let name = [name, account_name].into_iter().find(|name| !name.is_empty()).unwrap_or_else(|| person.clone());
        Member {
            open: loads.get(person).copied().unwrap_or_default(),
            away: away || is_closed,
            on_shift: on_shift.as_ref().map(|on| on.contains(person)),
            person: person.clone(),
            name,
        }
    };
    let mut members: Vec<Member> = people.iter().map(member).collect();
    assigning::sort(&mut members);
    Ok(members)
}

/// A person's e-mail with their name and whether they are away on the day.
fn known(kind: &Kind, record: &Record, now: Moment) -> Option<(String, (String, bool))> {
    let person = record.fields.get(kind.identity?)?.as_text()?.to_lowercase();
    let absent = kind.absence == Some(Absence::OfThePerson)
        && away(&person, &Value::Parts(record.fields.clone())).holds(now.date());
    Some((person, (record.title.clone(), absent)))
}
