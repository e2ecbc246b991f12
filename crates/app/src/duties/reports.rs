//! Saved reports go out when their time has come: each as a job of its own, made with the rights that its owner has then.

use desk::{Desk, jobs::Doing, post::Parcel};
use engines::schedule::{self, Every};
use futures::{FutureExt, future::BoxFuture};
use kinds::performance::saved_report as report;
use mail::compose::Attached;
use model::{
    Actor, Command, Fields, Filter, Input, Job, Moment, Query, Refusal, Target, Via, filter_text,
    query::{EVERY, PAGE_MAX},
    time::{MINUTE, time_of_day},
};
use serde_json::{Value as Json, json};
use sheets::Format;
use web::pages::report::{Form, make};

/// Names of the job that looks what is due, and of the one that sends a report.
const LOOK: &str = "look-for-reports";
const SEND: &str = "send-report";
const LOOK_EVERY: i64 = MINUTE;

pub fn doings() -> Vec<Doing> {
    vec![Doing { name: LOOK, run: look }, Doing { name: SEND, run: send }]
}

/// The first look; each promises the next one.
pub fn first(at: Moment) -> Job {
    Job { name: LOOK, payload: Json::Null, run_at: at, key: Some(LOOK.into()) }
}

fn look(desk: Desk, _: Json, now: Moment) -> BoxFuture<'static, Result<(), Refusal>> {
    async move {
        // First, so that one look that fails does not end them all.
        desk.promise(first(now.plus(LOOK_EVERY)), now).await?;
        promise_due(&desk, now).await.map(drop)
    }
    .boxed()
}

fn actor() -> Actor {
    Actor::system("saved reports", Via::Job)
}

/// Promises what is due, and reckons the next turn of what has none yet. Answers how many are due.
///
/// # Errors
/// What the door refuses, which it never should.
pub async fn promise_due(desk: &Desk, now: Moment) -> Result<usize, Refusal> {
    let catalog = desk.catalog();
    let kind = catalog.find("saved_report").ok_or(Refusal::NotFound)?;
    let waiting = "state = current and send_to is filled and (next_on is empty or next_on <= now)";
    let filter: Filter = filter_text::parse(waiting, kind).map_err(Refusal::Query)?;
    let query = Query { filter, columns: vec![EVERY.into()], size: PAGE_MAX, ..Query::of(kind.name) };
    let mut due = 0;
    // What is left over waits for the next look.
    for shown in desk.list(&actor(), &query, now).await?.records {
        match report::NEXT_ON.get(shown.fields()) {
            Some(turn) => {
                due += 1;
                let payload = json!({"number": shown.number(), "turn": turn.0});
                let key = Some(format!("{SEND}:{}", shown.number()));
                desk.promise(Job { name: SEND, payload, run_at: now, key }, now).await?;
            }
            None => write(desk, shown.number(), vec![next(desk, shown.fields(), now)], now).await?,
        }
    }
    Ok(due)
}

/// The turn after an instant, as a field to write.
fn next(desk: &Desk, fields: &Fields, after: Moment) -> (&'static str, Json) {
    let every = report::EVERY.get(fields).and_then(|every| Every::parse(&every.0)).unwrap_or(Every::Week);
    let at = report::AT.get(fields).and_then(|at| time_of_day(&at.0));
    let at = at.or_else(|| time_of_day("07:00")).unwrap_or_default();
    let turn = schedule::next(every, at, &desk.settings().time_zone(), after);
    (report::NEXT_ON.name, turn.map_or(Json::Null, |turn| json!(turn.to_string())))
}

fn target(number: &str) -> Target {
    Target { kind: "saved_report".into(), number: number.into(), version: None }
}

fn input(fields: Vec<(&'static str, Json)>) -> Input {
    Input::json(fields.into_iter().map(|(name, value)| (name.to_string(), value)))
}

async fn write(desk: &Desk, number: &str, fields: Vec<(&'static str, Json)>, now: Moment) -> Result<(), Refusal> {
    desk.perform(&actor(), Command::Edit { target: target(number), input: input(fields) }, now).await.map(drop)
}

fn send(desk: Desk, payload: Json, now: Moment) -> BoxFuture<'static, Result<(), Refusal>> {
    async move {
        let number = payload.get("number").and_then(Json::as_str).unwrap_or_default();
        let turn = Moment(payload.get("turn").and_then(Json::as_i64).unwrap_or_default());
        send_one(&desk, number, turn, now).await
    }
    .boxed()
}

/// Makes one report and hands it to the mail. Done twice for one turn it goes out once.
async fn send_one(desk: &Desk, number: &str, turn: Moment, now: Moment) -> Result<(), Refusal> {
    let shown = match desk.show(&actor(), "saved_report", number, None, now).await {
        Err(Refusal::NotFound) => return Ok(()),
        shown => shown?,
    };
    let fields = shown.fields();
    // Somebody has stopped it, or said another time, since this was promised.
    if shown.state() != "current" || report::NEXT_ON.get(fields) != Some(turn) {
        return Ok(());
    }
    let owner = report::OWNER.get(fields).map(|owner| owner.0).unwrap_or_default();
    let Some(reader) = desk.in_the_name_of(&owner, now).await? else {
        return stop(desk, number, &owner, now).await;
    };
    let outcome = match made_and_posted(desk, &reader, number, fields, turn, now).await {
        Ok(told) => {
            let last = (report::LAST_ON.name, json!(now.to_string()));
            vec![last, (report::OUTCOME.name, json!(told))]
        }
        // A fault of ours is tried again; what is wrong with the report is told on it.
        Err(Refusal::Fault(id)) => return Err(Refusal::Fault(id)),
        Err(refusal) => {
            let why = match refusal {
                Refusal::NotFound => format!("{owner} may not see what it shows"),
                other => other.sentence(),
            };
            vec![(report::OUTCOME.name, json!(format!("Not sent on {}: {why}", now.date())))]
        }
    };
    let fields = [outcome, vec![next(desk, fields, now)]].concat();
    write(desk, number, fields, now).await
}

async fn stop(desk: &Desk, number: &str, owner: &str, now: Moment) -> Result<(), Refusal> {
    let why = format!(
        "Stopped: {owner} has no open account, and it is made with the rights of its owner. Whoever starts it again is its owner."
    );
    let input = input(vec![(report::OUTCOME.name, json!(why))]);
    let command = Command::Step { target: target(number), to: "stopped".into(), input, note: None, public: false };
    desk.perform(&actor(), command, now).await.map(drop)
}

/// What came of it, in a sentence.
async fn made_and_posted(
    desk: &Desk,
    reader: &Actor,
    number: &str,
    fields: &Fields,
    turn: Moment,
    now: Moment,
) -> Result<String, Refusal> {
    let source = report::SOURCE.get(fields).map(|source| source.0).unwrap_or_default();
    let form = report::FORM.get(fields).map(|form| form.0).unwrap_or_default();
    let form = Form::parse(&form).unwrap_or(Form::Table(Format::Xlsx));
    let made = make(desk, reader, &source, form, now).await?;
    let own = report::MESSAGE.get(fields).map(|message| message.0).unwrap_or_default();
    let words = if own.trim().is_empty() { made.words.clone() } else { format!("{}\n\n{}", own.trim(), made.words) };
    let file = Attached { name: &made.name, media: made.form.media(), bytes: &made.bytes };
    let (mut sent, mut closed) = (0, Vec::new());
    let once = turn.to_string();
    for person in report::SEND_TO.get(fields).map(|readers| readers.0).unwrap_or_default() {
        let parcel = Parcel { kind: "saved_report", number, once: &once, to: &person.0, words: &words, file };
        match desk.send_parcel(&parcel, now).await? {
            true => sent += 1,
            false => closed.push(person.0),
        }
    }
    let people = if sent == 1 { "1 person".to_string() } else { format!("{sent} people") };
    let mut told = format!("Sent on {} to {people}: {}", now.date(), made.words);
    if !closed.is_empty() {
        told.push_str(&format!(" Not to {}, who has no open account of ours.", closed.join(", ")));
    }
    Ok(told)
}
