//! Documents and their versions that are out of force: until when each is kept by the words of its retention, and what is to be
//! decided once that day is over.

use desk::{Desk, Shown};
use engines::{retention::kept_until, rules::dates::add_days};
use kinds::information::{document, document_version as version};
use model::{Actor, Date, Moment, Refusal};

use super::{AHEAD_DAYS, Line, mark_of};
use crate::{
    pages::{papers, road::facts::all},
    view::{
        parts::{Link, Mark, Shape, Tone},
        time,
    },
};

/// States of a document in which it is out of force and still kept.
const ENDED: [&str; 2] = ["archived", "superseded"];

/// Until when something is kept that is out of force.
pub enum Kept {
    /// The last day.
    Until(Date),
    /// Its retention names no time, or none is written.
    Untold,
    /// The day on which it went out of force is not written down.
    Undated,
}

/// Until when a document is kept by itself; `None` while it is in force or being written.
pub fn of_document(of: &Shown) -> Option<Kept> {
    ENDED.contains(&of.state()).then(|| kept(of, document::ENDED_ON.get(of.fields())))
}

/// The same of one of its versions.
pub fn of_version(of: &Shown, one: &Shown) -> Option<Kept> {
    (one.state() == "superseded").then(|| kept(of, version::ENDED_ON.get(one.fields())))
}

/// The same of a version that was in force until a day.
pub fn of_edition(of: &Shown, ended: Option<Date>) -> Option<Kept> {
    ended.map(|day| kept(of, Some(day)))
}

fn kept(of: &Shown, ended: Option<Date>) -> Kept {
    let words = document::RETENTION.get(of.fields()).map(|words| words.0).unwrap_or_default();
    match ended {
        None => Kept::Undated,
        Some(day) => kept_until(&words, day).map_or(Kept::Untold, Kept::Until),
    }
}

/// In a few words, for the list of versions and the block of control.
pub fn words(kept: &Kept) -> String {
    match kept {
        Kept::Until(day) => format!("kept until {}", time::day(*day)),
        Kept::Untold => "kept for no named time".into(),
        Kept::Undated => "out of force since an unknown day".into(),
    }
}

/// Everything that is out of force and has been kept long enough, or soon will have been, or of which nobody can tell.
pub async fn lines(desk: &Desk, actor: &Actor, today: Date, now: Moment) -> Result<Vec<Line>, Refusal> {
    let mut lines = Vec::new();
    for of in all(desk, actor, "document", "state = archived or state = superseded", "number", now).await? {
        lines.extend(line(&of, &of, of_document(&of), today));
    }
    let ended = all(desk, actor, "document_version", "state = superseded", "number", now).await?;
    let documents = match ended.is_empty() {
        true => Vec::new(),
        false => all(desk, actor, "document", "state != withdrawn", "number", now).await?,
    };
    for one in &ended {
        let named = version::DOCUMENT.get(one.fields()).map(|number| number.0).unwrap_or_default();
        if let Some(of) = documents.iter().find(|of| of.number() == named) {
            lines.extend(line(of, one, of_version(of, one), today));
        }
    }
    Ok(lines)
}

/// The same of one document or version, for its page, where the day is told too while it is far away.
pub async fn of(desk: &Desk, actor: &Actor, shown: &Shown, today: Date, now: Moment) -> Result<Option<Line>, Refusal> {
    let far = |kept: &Option<Kept>, of: &Shown| {
        let Some(Kept::Until(day)) = kept else { return None };
        let mark = Mark::new(Shape::Ring, Tone::Mute, "Kept");
        Some(made(
            of,
            shown,
            Some(*day),
            mark,
            ("It is kept.", format!("Until {}, by its retention.", time::day(*day))),
        ))
    };
    if shown.kind() == "document" {
        let kept = of_document(shown);
        let said = far(&kept, shown);
        return Ok(line(shown, shown, kept, today).or(said));
    }
    let Some(number) = version::DOCUMENT.get(shown.fields()) else { return Ok(None) };
    let of = match desk.show(actor, "document", &number.0, None, now).await {
        Err(Refusal::NotFound) => return Ok(None),
        of => of?,
    };
    let kept = of_version(&of, shown);
    let said = far(&kept, &of);
    Ok(line(&of, shown, kept, today).or(said))
}

/// What is due of a document or of one of its versions; `None` while its last day is far away.
fn line(of: &Shown, one: &Shown, kept: Option<Kept>, today: Date) -> Option<Line> {
    let near = add_days(today, AHEAD_DAYS).unwrap_or(today);
    let (day, mark, said) = match kept? {
        Kept::Until(day) if day < today => {
            let text = format!(
                "It was kept until {}, as its retention says. Withdraw it, or say in the document how much longer it is kept.",
                time::day(day)
            );
            (Some(day), mark_of(day, today), ("It was kept long enough.", text))
        }
        Kept::Until(day) if day <= near => {
            (Some(day), mark_of(day, today), ("It is kept.", format!("Until {}, by its retention.", time::day(day))))
        }
        Kept::Until(_) => return None,
        Kept::Untold => {
            let words = document::RETENTION.get(of.fields()).map(|words| words.0).unwrap_or_default();
            let text = match words.trim() {
                "" => "How long it is kept is not written down.".to_owned(),
                words => format!(
                    "Its retention, “{words}”, names no time, and it is out of force: say how long it is kept, or withdraw it."
                ),
            };
            (None, Mark::new(Shape::Risk, Tone::Warn, "No time named"), ("Until when is it kept?", text))
        }
        Kept::Undated => {
            let text = "Since when it is out of force is not written down, so nobody can tell until when it is kept."
                .to_owned();
            (None, Mark::new(Shape::Risk, Tone::Warn, "No day"), ("Until when is it kept?", text))
        }
    };
    Some(made(of, one, day, mark, said))
}

fn made(of: &Shown, one: &Shown, day: Option<Date>, mark: Mark, (word, text): (&'static str, String)) -> Line {
    let edit = format!("/documents/{}/edit#f-{}", of.number(), document::RETENTION.name);
    let plural = if one.kind() == "document" { "documents" } else { "document_versions" };
    let read = match one.kind() {
        "document" => papers::address(of.number()),
        _ => format!("{}?version={}", papers::address(of.number()), one.number()),
    };
    Line {
        day,
        when: day.map_or_else(String::new, time::day),
        mark,
        record: Link::new(one.number(), format!("/{plural}/{}", one.number())),
        title: one.title().into(),
        text,
        links: vec![Link::new("Read it", read), Link::new("Retention", edit)],
        word,
    }
}
