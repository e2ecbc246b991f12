//! Incidents of a provider that never existed: as many as asked for, the same ones each time.

use model::{
    Line, Link, Moment,
    line::Past,
    time::{DAY, HOUR, MINUTE},
};
use serde_json::{Map, Value as Json, json};

/// A small generator (SplitMix64): the same seed gives the same world on every machine.
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Dice {
        Dice(seed)
    }

    pub fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % sides
    }

    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.roll(from.len() as u64) as usize]
    }
}

const THINGS: [&str; 12] = [
    "printer",
    "mailbox",
    "badge reader",
    "scanner",
    "till",
    "phone",
    "backup",
    "database",
    "tunnel",
    "portal",
    "laptop",
    "report",
];
const TROUBLES: [&str; 10] = [
    "is slow",
    "does not start",
    "lost its connection",
    "shows an error",
    "is offline",
    "prints twice",
    "asks again and again",
    "hangs",
    "is full",
    "sends nothing",
];
const PLACES: [&str; 8] = [
    "in ward 7",
    "at the quay",
    "on floor 3",
    "in the archive",
    "at the front desk",
    "in warehouse 2",
    "abroad",
    "at home",
];
const CATEGORIES: [&str; 6] = ["hardware", "application", "network", "access", "data", "email"];
const LEVELS: [&str; 3] = ["high", "medium", "low"];

pub const SERVICES: u64 = 40;
pub const PEOPLE: u64 = 120;
pub const CUSTOMERS: u64 = 25;

/// One in so many incidents is open.
pub const OPEN: u64 = 33;

/// Services, people, teams and customers that the incidents speak of.
pub fn surroundings() -> Vec<Line> {
    let mut lines = Vec::new();
    for at in 1..=SERVICES {
        let criticality = if at % 10 == 0 { "critical" } else { "medium" };
        lines.push(line(
            "service",
            format!("SVC-{at}"),
            json!({"name": format!("Service {at}"), "stage": "live", "in_scope": true, "criticality": criticality}),
        ));
    }
    for at in 1..=PEOPLE {
        lines.push(line(
            "person",
            format!("PER-{at}"),
            json!({"name": format!("Person {at}"), "email": mail(at), "active": true}),
        ));
    }
    for at in 1..=CUSTOMERS {
        lines.push(line("customer", format!("CUS-{at}"), json!({"name": format!("Customer {at}"), "active": true})));
    }
    for at in 1..=12 {
        lines.push(line("team", format!("TEA-{at}"), json!({"name": format!("Team {at}")})));
    }
    lines
}

pub fn mail(at: u64) -> String {
    format!("person{at}@provider.example")
}

fn line(kind: &str, number: String, fields: Json) -> Line {
    let Json::Object(fields) = fields else { return Line::default() };
    Line { kind: kind.into(), number: Some(number), fields, ..Line::default() }
}

/// The `at`-th incident of `count`, the last one raised three days before `end`, so that all of it has happened by then;
/// two history entries each.
pub fn incident(dice: &mut Dice, at: u64, count: u64, end: Moment) -> Line {
    // Two years, however many there are.
    let age = 730 * DAY / count.max(1) as i64 * (count - at) as i64;
    let raised = end.minus(3 * DAY + age + dice.roll(60) as i64 * MINUTE);
    let open = dice.roll(OPEN) == 0;
    let (impact, urgency) = (dice.roll(3), dice.roll(3));
    let priority = format!("P{}", impact + urgency + 1);
    let owner = mail(1 + dice.roll(PEOPLE));
    let (thing, trouble, place) = (dice.pick(&THINGS), dice.pick(&TROUBLES), dice.pick(&PLACES));
    let resolved = raised.plus((1 + dice.roll(40) as i64) * HOUR);
    let mut fields = Map::new();
    let mut put = |name: &str, value: Json| drop(fields.insert(name.into(), value));
    put("service", format!("SVC-{}", 1 + dice.roll(SERVICES)).into());
    put("customer", format!("CUS-{}", 1 + dice.roll(CUSTOMERS)).into());
    put("team", format!("TEA-{}", 1 + dice.roll(12)).into());
    put("owner", owner.as_str().into());
    put("requester", format!("user{}@customer.example", dice.roll(5_000)).into());
    put("category", dice.pick(&CATEGORIES).into());
    put("impact", LEVELS[impact as usize].into());
    put("urgency", LEVELS[urgency as usize].into());
    put("priority", priority.into());
    put("raised_on", raised.to_string().into());
    put("due", raised.plus(8 * HOUR).to_string().into());
    put(
        "description",
        format!(
            "The {thing} {trouble} {place} since this morning. Ticket {at} of the day, asset {}.",
            dice.roll(90_000)
        )
        .into(),
    );
    if !open {
        put("resolved_on", resolved.to_string().into());
        put("closed_on", resolved.plus(DAY).to_string().into());
        put("resolution", format!("The {thing} was restarted and watched for an hour.").into());
    }
    let first = Past { at: raised, by: Some(owner.clone()), state: Some("new".into()), ..Past::default() };
    let second = Past {
        at: if open { raised.plus(HOUR) } else { resolved.plus(DAY) },
        by: Some(owner),
        state: Some(if open { "in_progress" } else { "closed" }.into()),
        note: Some(format!("Looked at the {thing}: {trouble}.")),
        ..Past::default()
    };
    Line {
        kind: "incident".into(),
        number: Some(format!("INC-{at}")),
        title: Some(format!("The {thing} {trouble} {place}")),
        state: Some(if open { "in_progress" } else { "closed" }.into()),
        fields,
        links: if dice.roll(50) == 0 {
            vec![Link { name: "relates_to".into(), to: format!("INC-{}", 1 + dice.roll(at)) }]
        } else {
            Vec::new()
        },
        history: vec![first, second],
    }
}
