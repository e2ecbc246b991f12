//! Records that are part of another one of their kind: whoever ends the parent is offered to end its children with it.

use desk::Shown;
use model::{Command, Kind, Phase, Refusal, Target};

use super::sent::Sent;
use crate::{App, Seat};

/// Most children that go along.
const MOST: usize = 100;

/// Number and title of the children of a record that are not over, where a step ends it.
///
/// # Errors
/// What the desk refuses.
pub async fn children(
    app: &App,
    seat: &Seat,
    kind: &Kind,
    number: &str,
    to: &str,
) -> Result<Vec<(String, String)>, Refusal> {
    let Some(link) = kind.parent.filter(|_| kind.phase(to) == Phase::Done) else { return Ok(Vec::new()) };
    let ties = app.desk.links(&seat.actor, kind.name, number, seat.now).await?;
    let own = ties.into_iter().filter(|tie| tie.back && tie.link.name == link);
    let open = own.filter_map(|tie| {
        let other = tie.other.filter(|other| other.kind == kind.name && kind.phase(&other.state) != Phase::Done)?;
        Some((tie.link.to, other.title))
    });
    Ok(open.take(MOST).collect())
}

/// Takes the ticked children along the same step, with what was said of their parent where they say nothing themselves.
/// Answers a sentence about them; empty where there are none.
///
/// # Errors
/// What the desk itself cannot do.
pub async fn take_along(
    app: &App,
    seat: &Seat,
    kind: &Kind,
    parent: &str,
    to: &str,
    sent: &Sent,
    children: &[(String, String)],
) -> Result<String, Refusal> {
    let ticked: Vec<&str> = sent.all("__child").collect();
    let mut commands = Vec::new();
    for (number, _) in children.iter().filter(|(number, _)| ticked.contains(&number.as_str())) {
        let shown = app.desk.show(&seat.actor, kind.name, number, None, seat.now).await?;
        commands.push(step(kind, &shown, parent, to, sent));
    }
    if commands.is_empty() {
        return Ok(String::new());
    }
    let whole = commands.len();
    let outcomes = app.desk.perform_all(&seat.actor, commands, seat.now, false).await?;
    let done = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
    let state = kind.state_label(to).to_lowercase();
    Ok(match outcomes.iter().find_map(|outcome| outcome.as_ref().err()) {
        None => format!(" So are its {whole} children."),
        Some(why) => format!(" Of its {whole} children {done} are {state} too; the others need: {}.", why.sentence()),
    })
}

fn step(kind: &Kind, shown: &Shown, parent: &str, to: &str, sent: &Sent) -> Command {
    let mut input = sent.input(kind, &Sent::of(kind, shown));
    input.fields.retain(|name, _| name != "title" && !shown.fields().contains_key(name));
    Command::Step {
        target: Target { kind: kind.name.into(), number: shown.number().into(), version: Some(shown.version()) },
        to: to.into(),
        input,
        note: Some(format!("With its parent {parent}.")),
        public: false,
    }
}
