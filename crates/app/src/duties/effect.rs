//! Whether corrections had their effect: readings of the indicator that was named beforehand are looked at day by day, and as
//! soon as one is taken; a nonconformity whose correction did not work is taken up again, with the reading that says so.

use desk::{Desk, Shown};
use engines::road::effect::{Direction, Effect, effect};
use kinds::{follow_up::nonconformity, performance::reading};
use model::{
    Actor, Command, Decimal, Entry, Input, Job, Kind, Moment, Query, Record, Refusal, Target, Via, filter_text,
    query::{EVERY, PAGE_MAX},
    time::DAY,
    words::counted,
};
use serde_json::{Value as Json, json};

/// Name of the job that looks as soon as a reading is taken.
pub const LOOK: &str = "effect-of-corrections";

/// What follows from a reading: it is looked at. Never from one that an import brings; the next turn of the day sees it.
pub fn promise(kind: &Kind, _: &Record, entry: &Entry) -> Vec<Job> {
    if kind.name != "reading" || entry.via == Via::Import {
        return Vec::new();
    }
    vec![Job { name: LOOK, payload: Json::Null, run_at: entry.recorded, key: Some(LOOK.into()) }]
}

/// Looks at every nonconformity with an indicator and answers how many were taken up again. Done twice it changes nothing.
///
/// # Errors
/// What the door refuses, which it never should.
pub async fn watch(desk: &Desk, now: Moment) -> Result<usize, Refusal> {
    let actor = Actor::system("effect of corrections", Via::Job);
    let watched =
        "indicator is filled and (state = checking or state = closed) and (effect is empty or effect = watching)";
    let mut reopened = 0;
    for shown in found(desk, &actor, "nonconformity", watched, now).await? {
        let Some((told, commands)) = judged(desk, &actor, &shown, now).await? else { continue };
        desk.perform_all(&actor, commands, now, true).await?;
        reopened += usize::from(matches!(told, Effect::Failed { .. }));
    }
    Ok(reopened)
}

async fn found(desk: &Desk, actor: &Actor, kind: &str, filter: &str, now: Moment) -> Result<Vec<Shown>, Refusal> {
    let catalog = desk.catalog();
    let schema = catalog.find(kind).ok_or(Refusal::NotFound)?;
    let filter = filter_text::parse(filter, schema).map_err(Refusal::Query)?;
    let query = Query { filter, columns: vec![EVERY.into()], size: PAGE_MAX, ..Query::of(schema.name) };
    Ok(desk.list_on(actor, query, usize::MAX, now).await?.0)
}

/// What the indicator says, and what follows; `None` where nothing new is to be written.
async fn judged(
    desk: &Desk,
    actor: &Actor,
    shown: &Shown,
    now: Moment,
) -> Result<Option<(Effect, Vec<Command>)>, Refusal> {
    let Some((measure, direction, limit, window)) = yardstick(shown) else { return Ok(None) };
    let filter = format!("measure = \"{measure}\" and at >= {} and at < {}", window.0.date(), window.1.date());
    let readings = found(desk, actor, "reading", &filter, now).await?;
    let values: Vec<(Moment, Decimal)> = readings
        .iter()
        .filter_map(|shown| Some((reading::AT.get(shown.fields())?, reading::VALUE.get(shown.fields())?)))
        .collect();
    let told = effect(&values, window, direction, limit, now);
    let word = match told {
        Effect::Watching => "watching",
        Effect::Unknown => "unknown",
        Effect::Effective { .. } => "effective",
        Effect::Failed { .. } => "failed",
    };
    if nonconformity::EFFECT.get(shown.fields()).is_some_and(|known| known.0 == word) {
        return Ok(None);
    }
    let target = || Target { kind: "nonconformity".into(), number: shown.number().into(), version: None };
    let mut fields = vec![(nonconformity::EFFECT.name.to_owned(), json!(word))];
    if matches!(told, Effect::Failed { .. }) {
        fields.push((nonconformity::EFFECTIVE.name.to_owned(), json!(false)));
    }
    let edit = Command::Edit { target: target(), input: Input::json(fields) };
    let note = |text: String| Command::Note { target: target(), text, public: false };
    let commands = match &told {
        Effect::Watching => vec![edit],
        Effect::Unknown => vec![
            edit,
            note(format!("The window is over and {measure} has no reading in it: nobody knows whether it worked.")),
        ],
        Effect::Effective { values } => {
            vec![
                edit,
                note(format!(
                    "As it should be in the whole window: {} of {measure}.",
                    counted(*values, "reading", "readings")
                )),
            ]
        }
        Effect::Failed { at, value } => {
            let why = format!(
                "It came back: {measure} read {} on {}, where {} {} was named beforehand.",
                value.normalize(),
                at.date(),
                if direction == Direction::AtLeast { "at least" } else { "at most" },
                limit.normalize()
            );
            let to = if shown.state() == "closed" { "open" } else { "acting" };
            vec![
                edit,
                Command::Step {
                    target: target(),
                    to: to.into(),
                    input: Input::default(),
                    note: Some(why),
                    public: false,
                },
            ]
        }
    };
    Ok(Some((told, commands)))
}

/// Measure, direction, limit, and the window from its first instant to the end of its last day.
fn yardstick(shown: &Shown) -> Option<(String, Direction, Decimal, (Moment, Moment))> {
    let fields = shown.fields();
    let direction = Direction::parse(&nonconformity::DIRECTION.get(fields)?.0)?;
    let from = Moment::of_date(nonconformity::WATCH_FROM.get(fields)?);
    let until = Moment::of_date(nonconformity::WATCH_UNTIL.get(fields)?).plus(DAY);
    Some((nonconformity::INDICATOR.get(fields)?.0, direction, nonconformity::LIMIT.get(fields)?, (from, until)))
}
