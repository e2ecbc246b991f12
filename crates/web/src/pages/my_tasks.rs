//! Tasks that wait for one person: their own, and those of their teams that nobody has taken.

use desk::{Desk, Shown, views::Group};
use model::{
    Actor, Date, Kind, Moment, Refusal, Value,
    pieces::{Piece, Pieces},
};

use crate::{
    record::{edit::token, piece::record_address},
    view::{
        parts::{Mark, Shape, Tone},
        time,
    },
};

/// One task, with the record that it is a piece of.
pub struct TaskLine {
    pub href: String,
    /// Where it is ticked off.
    pub action: String,
    pub once: String,
    pub name: String,
    pub title: String,
    pub number: String,
    pub about: String,
    /// Name of the team; empty for one's own.
    pub team: String,
    pub is_mine: bool,
    /// When it is due; empty where nothing is said.
    pub due: String,
    pub late: Option<Mark>,
    day: Option<Date>,
}

/// Most records that are looked at.
const SIZE: usize = 100;

/// Everything that waits for the reader and their teams, the next due first.
///
/// # Errors
/// What the desk refuses.
pub async fn tasks(desk: &Desk, actor: &Actor, now: Moment) -> Result<Vec<TaskLine>, Refusal> {
    let catalog = desk.catalog();
    if actor.customer.is_some() {
        return Ok(Vec::new());
    }
    let groups = desk.groups(actor, now).await?;
    let holders: Vec<String> =
        [actor.email.to_lowercase()].into_iter().chain(groups.iter().map(|group| group.number.clone())).collect();
    let mut found = Vec::new();
    for kind in catalog.kinds() {
        let Some(pieces) = kind.pieces else { continue };
        for shown in &desk.turns(actor, kind, &holders, SIZE, now).await? {
            found.extend(of_record(kind, &pieces, shown, actor, &groups, now));
        }
    }
    found.sort_by_key(|line| (line.day.is_none(), line.day));
    Ok(found)
}

/// The pieces of a record that wait for the reader or for a team of theirs.
fn of_record(
    kind: &Kind,
    pieces: &Pieces,
    shown: &Shown,
    actor: &Actor,
    groups: &[Group],
    now: Moment,
) -> Vec<TaskLine> {
    let all = pieces.read(shown.fields());
    let own = |name: &str| shown.fields().get(name);
    let team_of_record = own("team").and_then(Value::as_text).unwrap_or_default();
    let due_of_record = own("due").and_then(Value::as_moment).map(Moment::date);
    let line = |piece: &Piece| {
        let is_mine = piece.owner.as_ref().is_some_and(|owner| owner.eq_ignore_ascii_case(&actor.email));
        let team = piece.team.as_deref().unwrap_or(team_of_record);
        // What somebody has is theirs alone.
        let group = groups.iter().find(|group| group.number == team).filter(|_| piece.owner.is_none());
        if !(is_mine || group.is_some()) {
            return None;
        }
        // Without a day of its own it is due with the record.
        let day = piece.due.or(due_of_record);
        let late = day.filter(|day| *day < now.date()).map(|_| Mark::new(Shape::Nonconforming, Tone::Bad, "Late"));
        let address = record_address(kind, shown.number());
        Some(TaskLine {
            href: format!("{address}#pieces"),
            action: format!("{address}/piece"),
            once: token(),
            name: piece.name.clone(),
            title: piece.title.clone(),
            number: shown.number().into(),
            about: shown.title().into(),
            team: group.map(|group| group.title.clone()).unwrap_or_default(),
            is_mine,
            due: day.map(time::day).unwrap_or_default(),
            late,
            day,
        })
    };
    all.iter().filter(|piece| piece.is_ready(&all)).filter_map(line).collect()
}
