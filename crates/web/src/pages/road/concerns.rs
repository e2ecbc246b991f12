//! Areas of concern that stage 1 named: each becomes a task of the plan, so that it is closed before stage 2.

use axum::{extract::State as Held, response::Response};
use desk::{Done, Shown};
use kinds::road::certification_audit as audit;
use model::{Command, Target, Value};
use serde_json::{Value as Json, json};

use super::{
    facts::{self, Road, rows},
    input,
};
use crate::{App, Refused, Seat, flash, view::text::shortened};

/// Audits with the places of their concerns that are open and that nobody has taken up.
pub fn loose(road: &Road) -> impl Iterator<Item = (&Shown, Vec<usize>)> {
    let held = road.audits.iter().filter(|shown| facts::is_held(shown));
    held.map(|shown| {
        let is_loose = |row: &Value| row.part("action").is_none() && row.part("closed_on").is_none();
        (
            shown,
            rows(shown, audit::CONCERNS.name).enumerate().filter(|(_, row)| is_loose(row)).map(|(at, _)| at).collect(),
        )
    })
}

/// `POST /road/concerns`: a task of the plan for each area of concern that has none, named beside it on the audit.
pub async fn plan(seat: Seat, Held(app): Held<App>) -> Result<Response, Refused> {
    desk::rights::provider(&seat.actor)?;
    let road = Road::gather(&app.desk, &seat.actor, seat.now).await?;
    let taken: Vec<Taken> = loose(&road).filter(|(_, places)| !places.is_empty()).map(Taken::of).collect();
    let today = seat.now.date();
    let task = |(shown, places): (&Shown, Vec<usize>)| -> Vec<Command> {
        let concerns: Vec<Json> = rows(shown, audit::CONCERNS.name).map(Value::to_json).collect();
        places.iter().map(|place| task_of(shown, &concerns[*place], &road, today)).collect()
    };
    let tasks: Vec<Command> = loose(&road).flat_map(task).collect();
    let count = tasks.len();
    let named = move |made: &[Done]| {
        let mut made = made.iter();
        taken.iter().map(|taken| taken.naming(&mut made)).collect()
    };
    app.desk.perform_then(&seat.actor, tasks, named, seat.now).await?;
    let words = match count {
        0 => "Every area of concern has a task already.".to_owned(),
        1 => "One task was added to the plan.".to_owned(),
        many => format!("{many} tasks were added to the plan."),
    };
    Ok(flash::said("/road#plan", words))
}

/// An audit with its areas of concern, and those of them that get a task.
struct Taken {
    target: Target,
    concerns: Vec<Json>,
    places: Vec<usize>,
}

impl Taken {
    fn of((shown, places): (&Shown, Vec<usize>)) -> Taken {
        let target =
            Target { kind: shown.kind().into(), number: shown.number().into(), version: Some(shown.version()) };
        Taken { target, concerns: rows(shown, audit::CONCERNS.name).map(Value::to_json).collect(), places }
    }

    /// The audit with the next of the tasks named beside its concerns.
    fn naming<'d>(&self, made: &mut impl Iterator<Item = &'d Done>) -> Command {
        let mut concerns = self.concerns.clone();
        for (place, done) in self.places.iter().zip(made) {
            concerns[*place]["action"] = done.number.as_str().into();
        }
        Command::Edit { target: self.target.clone(), input: input(json!({"concerns": concerns})) }
    }
}

/// Due when the body wants its answer, where it gave a time; never before today.
fn task_of(shown: &Shown, concern: &Json, road: &Road, today: model::Date) -> Command {
    let part = |name: &str| concern.get(name).and_then(Json::as_str).unwrap_or_default();
    let text = match part("text") {
        "" => format!("concern of {}", shown.number()),
        text => shortened(text, 100),
    };
    let title = if part("clause").is_empty() { text } else { format!("{}: {text}", part("clause")) };
    let fields = shown.fields();
    let due = audit::ANSWER_BY.get(fields).map(|due| due.max(today).to_string());
    let task = json!({"title": title, "plan": road.plan.as_ref().map(Shown::number), "step": "concerns",
        "owner": audit::OWNER.get(fields).map(|owner| owner.0), "begins": today.to_string(), "due": due,
        "description": format!("{}\n\nNamed at {} ({}).", part("text"), shown.title(), shown.number())});
    Command::Create { kind: "plan_task".into(), number: None, input: input(task) }
}
