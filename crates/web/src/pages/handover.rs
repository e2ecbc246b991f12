//! Hand-over notes over the queue: what the shift before told the team, until the next note is written.

use desk::{Page, Shown};
use kinds::support::handover_note as declared;
use model::{Act, Filter, Kind, Moment, Query, Refusal, Value, filter::Op, filter::Operand};

use crate::{
    App, Seat,
    record::address::Address,
    view::{
        parts::{Link, When},
        text, time,
    },
};

/// A note as it stands over the queue.
pub struct Handover {
    pub team: String,
    /// Safe markup.
    pub text: String,
    pub by: String,
    pub at: When,
    pub record: Link,
    /// Where the next one is written; empty for whoever may not.
    pub next: String,
}

/// Most teams whose notes stand over one list.
const TEAMS: usize = 3;
/// Newest notes among which those of all these teams are looked for at once.
const RECENT: usize = 30;

/// The newest note of the team that the list is of, else of each of the reader's teams.
///
/// # Errors
/// What the desk itself cannot do.
pub async fn over_queue(app: &App, seat: &Seat, filter: &Filter) -> Result<Vec<Handover>, Refusal> {
    let catalog = app.desk.catalog();
    let kind = catalog.find("handover_note").filter(|kind| desk::rights::may(&seat.actor, kind, Act::Read, None));
    let Some(kind) = kind.filter(|_| seat.actor.customer.is_none()) else { return Ok(Vec::new()) };
    let groups = app.groups(seat).await?;
    let teams = match team_of(filter) {
        Some(team) => vec![team],
        None => groups.iter().map(|group| group.number.clone()).take(TEAMS).collect(),
    };
    if teams.is_empty() {
        return Ok(Vec::new());
    }
    let recent = newest(app, seat, kind, &teams, RECENT).await?;
    let mut found = Vec::new();
    for team in teams {
        let mine = |shown: &&Shown| said(shown, declared::TEAM.name) == team;
        let mut note = recent.records.iter().find(mine).cloned();
        // One that was silent for long is asked for alone.
        if note.is_none() && recent.next.is_some() {
            note = newest(app, seat, kind, std::slice::from_ref(&team), 1).await?.records.pop();
        }
        let title = groups.iter().find(|group| group.number == team).map_or(team.clone(), |group| group.title.clone());
        found.extend(note.map(|shown| drawn(seat, kind, &shown, title, &team)));
    }
    Ok(found)
}

/// The newest notes of some teams, the newest first.
async fn newest(app: &App, seat: &Seat, kind: &Kind, teams: &[String], size: usize) -> Result<Page, Refusal> {
    let values = teams.iter().map(|team| Operand::Value(Value::text(team))).collect();
    let query = Query {
        filter: Filter::In { path: declared::TEAM.name.into(), values }.and(Filter::equal("state", "current")),
        columns: kind.fields.iter().map(|field| field.name.clone()).collect(),
        size,
        ..Query::of(kind.name)
    };
    app.desk.list(&seat.actor, &query, seat.now).await
}

fn said(shown: &Shown, name: &str) -> String {
    shown.fields().get(name).and_then(Value::as_text).unwrap_or_default().to_string()
}

fn drawn(seat: &Seat, kind: &Kind, shown: &Shown, title: String, team: &str) -> Handover {
    let on_call = said(shown, declared::ON_CALL.name);
    let mut words = said(shown, declared::TEXT.name);
    if !on_call.is_empty() {
        words = format!("{words}\n\nOn call: {on_call}");
    }
    let may = desk::rights::may(&seat.actor, kind, Act::Create, None);
    let next = Address::new(format!("/{}/new", kind.plural)).with("team", team).to_string();
    let at: Moment = shown.created();
    Handover {
        team: title,
        text: text::markdown(&words),
        by: said(shown, declared::WRITTEN_BY.name),
        at: time::when(at, seat.now),
        record: Link::new(shown.number(), crate::record::piece::record_address(kind, shown.number())),
        next: if may { next } else { String::new() },
    }
}

/// The one team that a filter is about.
fn team_of(filter: &Filter) -> Option<String> {
    match filter {
        Filter::All(parts) => parts.iter().find_map(team_of),
        Filter::Compare { path, op: Op::Equal, value: Operand::Value(value) } if path == "team" => {
            value.as_text().map(str::to_string)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_team_of_a_list_is_the_one_that_every_row_has() {
        let one = Filter::equal("team", "TM-1");
        assert_eq!(team_of(&one.clone().and(Filter::equal("state", "new"))).as_deref(), Some("TM-1"));
        assert_eq!(team_of(&Filter::Not(Box::new(one.clone()))), None);
        assert_eq!(team_of(&Filter::Any(vec![one, Filter::equal("team", "TM-2")])), None);
    }
}
