//! What judging costs the processor: every check over many incidents, and what is judged again after one write and as time goes
//! on.
//!
//! `cargo bench -p engines --bench standing -- 100000`

use std::{collections::BTreeMap, time::Instant};

use engines::conformity::{Case, Settings, Standing, World};
use model::{
    Mark, Moment, Record, RecordId, Value,
    time::{DAY, HOUR, MINUTE},
};

const SERVICES: i64 = 40;

/// Records of a provider that has little but incidents, each with two history entries.
fn incident(at: i64, count: i64, now: Moment) -> Case {
    let raised = now.minus(3 * DAY + 730 * DAY / count.max(1) * (count - at));
    let is_open = at % 33 == 0;
    let mut fields = BTreeMap::new();
    let mut put = |name: &str, value: Value| drop(fields.insert(name.to_string(), value));
    put("service", Value::text(format!("SVC-{}", at % SERVICES)));
    put("category", Value::text(["hardware", "application", "network"][(at % 3) as usize]));
    put("impact", Value::text(["high", "medium", "low"][(at % 3) as usize]));
    put("urgency", Value::text(["high", "medium", "low"][(at / 3 % 3) as usize]));
    put("priority", Value::text(format!("P{}", 1 + at % 3 + at / 3 % 3)));
    put("owner", Value::text(format!("person{}@provider.example", at % 120)));
    put("raised_on", Value::Instant(raised));
    if !is_open {
        put("resolved_on", Value::Instant(raised.plus(HOUR * (1 + at % 40))));
        put("closed_on", Value::Instant(raised.plus(DAY + HOUR * (1 + at % 40))));
        put("resolution", Value::text("It was restarted and watched for an hour."));
    }
    let state = if is_open { "in_progress" } else { "closed" };
    let changed = raised.plus(if is_open { HOUR } else { 2 * DAY });
    let marks = vec![mark(raised, None), mark(changed, Some("Looked at it."))];
    case("incident", SERVICES + at, format!("INC-{at}"), state, fields, marks)
}

fn service(at: i64, now: Moment) -> Case {
    let fields =
        [("stage", Value::text("live")), ("in_scope", Value::Flag(true)), ("criticality", Value::text("medium"))];
    let fields = fields.into_iter().map(|(name, value)| (name.to_string(), value)).collect();
    case("service", at, format!("SVC-{at}"), "live", fields, vec![mark(now.minus(800 * DAY), None)])
}

fn mark(at: Moment, note: Option<&str>) -> Mark {
    let by = Some("person7@provider.example".into());
    Mark { at, by, note: note.map(Into::into), ..Mark::default() }
}

fn case(
    kind: &'static str,
    id: i64,
    number: String,
    state: &str,
    fields: BTreeMap<String, Value>,
    marks: Vec<Mark>,
) -> Case {
    let (created, changed) = (marks[0].at, marks[marks.len() - 1].at);
    let title = format!("What {number} is about");
    let record = Record {
        id: RecordId(id),
        kind,
        number,
        title,
        state: state.into(),
        customer: None,
        version: marks.len() as i64,
        created,
        changed,
        fields,
    };
    Case { record, marks, links: Vec::new() }
}

/// Milliseconds.
fn timed<T>(work: impl FnOnce() -> T) -> (f64, T) {
    let began = Instant::now();
    let answer = work();
    (began.elapsed().as_secs_f64() * 1e3, answer)
}

fn main() {
    let count = std::env::args().filter_map(|argument| argument.parse().ok()).next().unwrap_or(100_000);
    let now = Moment::parse("2026-11-12T08:00:00Z").expect("an instant");
    let mut world = World::empty(now, Settings::default());
    (0..SERVICES).for_each(|at| world.take(service(at, now)));
    let (filled, ()) = timed(|| (1..=count).for_each(|at| world.take(incident(at, count, now))));
    let (settled, world) = timed(|| world.settled());
    let (judged, mut standing) = timed(|| Standing::new(world));
    println!("{count} incidents: taken in {filled:.0} ms, settled in {settled:.0} ms, judged in {judged:.0} ms");
    let mut at = now;
    let mut tell = |what: &str, standing: &mut Standing, next: &dyn Fn(i64, Moment) -> Vec<Case>, step: i64| {
        const TIMES: i64 = 10;
        let (mut sum, mut worst, mut ran) = (0.0, 0f64, 0);
        for time in 0..TIMES {
            at = at.plus(step);
            let cases = next(time, at);
            let (took, checks) = timed(|| {
                let checks = standing.renew(at, cases);
                standing.assessment(Vec::new());
                checks
            });
            (sum, worst, ran) = (sum + took, worst.max(took), ran.max(checks));
        }
        println!("{what}: {:.1} ms, {worst:.1} at most, {ran} checks", sum / TIMES as f64);
    };
    let edited = |time: i64, at: Moment| {
        let mut case = incident(1 + time * (count / 11), count, now);
        case.record.changed = at;
        case.record.fields.insert("symptom".into(), Value::text(format!("Symptom {time}")));
        case.marks.push(mark(at, None));
        vec![case]
    };
    let new = |time: i64, _: Moment| vec![incident(count + 1 + time, count, now)];
    tell("one incident edited", &mut standing, &edited, 10);
    tell("one incident new", &mut standing, &new, 10);
    tell("an hour later", &mut standing, &|_, _| Vec::new(), HOUR);
    tell("a minute later", &mut standing, &|_, _| Vec::new(), MINUTE);
    let (ahead, outlook) = timed(|| standing.outlook(now.plus(90 * DAY)));
    println!("90 days ahead: {ahead:.0} ms, {} turns", outlook.turns.len());
}
