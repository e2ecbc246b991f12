//! Agreements by their days: those that have ended by them while they still stand as in force, those that soon will, and those
//! that do not count because a newer one about the same thing does.

use desk::{Desk, Shown};
use engines::{clocks::IN_FORCE, rules::dates::add_days};
use kinds::relationship::{contract, sla};
use model::{Actor, Date, Key, Moment, Refusal};

use super::{AHEAD_DAYS, Line, mark_of};
use crate::{
    pages::road::facts::all,
    record::piece::record_address,
    view::{
        parts::{Link, Mark, Shape, Tone},
        time,
    },
};

/// Kinds of agreements with the field that holds their last day.
const LAST_DAYS: [(&str, Key<Date>); 2] = [("sla", sla::VALID_UNTIL), ("contract", contract::END)];

/// Agreements in force that are past their last day or near it.
pub async fn ends(desk: &Desk, actor: &Actor, today: Date, now: Moment) -> Result<Vec<Line>, Refusal> {
    let until = add_days(today, AHEAD_DAYS).unwrap_or(today);
    let mut lines = Vec::new();
    for (kind, field) in LAST_DAYS {
        let near = format!("{} <= {until}", field.name);
        for shown in all(desk, actor, kind, &near, field.name, now).await? {
            lines.extend(end_of(desk, &shown, today));
        }
    }
    Ok(lines)
}

/// What is said of the last day of one agreement; `None` while that is far away, and where it is not in force.
pub fn end_of(desk: &Desk, shown: &Shown, today: Date) -> Option<Line> {
    let (_, field) = LAST_DAYS.iter().find(|(kind, _)| *kind == shown.kind())?;
    let day = field.get(shown.fields())?;
    let near = day <= add_days(today, AHEAD_DAYS).unwrap_or(today);
    if !near || !IN_FORCE.contains(&shown.state()) {
        return None;
    }
    let (word, text) = match day < today {
        true => (
            "Its days are over.",
            format!("{} was the last day on which it held; it still stands as in force.", time::day(day)),
        ),
        false => ("It ends soon.", format!("{} is the last day on which it holds.", time::day(day))),
    };
    let here = address(desk, shown);
    let links = vec![
        Link::new("Let it expire", format!("{here}/step?to=expired")),
        Link::new("Give it more days", format!("{here}/edit#f-{}", field.name)),
    ];
    Some(Line {
        day: Some(day),
        when: time::day(day),
        mark: mark_of(day, today),
        record: Link::new(shown.number(), here),
        title: shown.title().into(),
        text,
        links,
        word,
    })
}

/// Agreements in force that do not count because another one does, as far as the reader may see both.
pub async fn outdone(desk: &Desk, actor: &Actor, now: Moment) -> Result<Vec<Line>, Refusal> {
    let agreements = desk.agreed(None).await?;
    let mut lines = Vec::new();
    for (number, counts) in agreements.outdone(now.timestamp()) {
        if let (Some(shown), Some(other)) =
            (seen(desk, actor, number, now).await?, seen(desk, actor, counts, now).await?)
        {
            lines.push(tie(desk, &shown, &other, false));
        }
    }
    Ok(lines)
}

/// What is said on the page of an agreement about the other ones beside it.
pub async fn ties_of(desk: &Desk, actor: &Actor, shown: &Shown, now: Moment) -> Result<Vec<Line>, Refusal> {
    let agreements = desk.agreed(None).await?;
    let mut lines = Vec::new();
    for (number, counts) in agreements.outdone(now.timestamp()) {
        let (other, counts) = match (number == shown.number(), counts == shown.number()) {
            (true, _) => (counts, false),
            (_, true) => (number, true),
            _ => continue,
        };
        if let Some(other) = seen(desk, actor, other, now).await? {
            lines.push(tie(desk, shown, &other, counts));
        }
    }
    Ok(lines)
}

async fn seen(desk: &Desk, actor: &Actor, number: &str, now: Moment) -> Result<Option<Shown>, Refusal> {
    match desk.find(actor, number, now).await {
        Ok(shown) => Ok(Some(shown)),
        Err(Refusal::NotFound) => Ok(None),
        Err(refusal) => Err(refusal),
    }
}

/// Two agreements about the same service with the same customer, told from one of them.
fn tie(desk: &Desk, shown: &Shown, other: &Shown, counts: bool) -> Line {
    let link = Link::new(format!("{} {}", other.number(), other.title()).trim_end(), address(desk, other));
    let (mark, word, text) = match counts {
        true => (
            Mark::new(Shape::Risk, Tone::Warn, "Counts"),
            "This one counts.",
            format!(
                "{} is in force as well, for the same service and customer, and is older. End it, or say in both from when to when they hold:",
                other.number()
            ),
        ),
        false => (
            Mark::new(Shape::Nonconforming, Tone::Bad, "Does not count"),
            "It does not count.",
            format!(
                "{} is in force as well, for the same service and customer, and is newer: its promises hold. End this one, or say in both from when to when they hold:",
                other.number()
            ),
        ),
    };
    Line {
        day: None,
        when: String::new(),
        mark,
        record: Link::new(shown.number(), address(desk, shown)),
        title: shown.title().into(),
        text,
        links: vec![link],
        word,
    }
}

fn address(desk: &Desk, shown: &Shown) -> String {
    desk.catalog().find(shown.kind()).map_or_else(String::new, |kind| record_address(kind, shown.number()))
}
