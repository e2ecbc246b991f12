//! The cycle of the certificate: where it stands, the windows of its audits, and what has to be said about it.

use desk::Shown;
use engines::{
    road::cycle::{self, Nearness, Visit, Window},
    rules::certification::{Cycle, LastDay},
};
use jiff::civil::Date;
use kinds::road::{certificate, certification_audit as audit, certification_body as body};
use model::{Decimal, words::counted};

use super::{
    facts::{self, Road},
    warn::{self, Limit},
};
use crate::view::{
    parts::{Link, Mark, Notice, Place, Shape, Step, Tone},
    time,
};

/// A window with what is on record for it.
pub struct Line {
    pub visit: Visit,
    pub what: String,
    /// `14 Mar 2026 to 15 Mar 2027`
    pub window: String,
    pub left: String,
    pub mark: Mark,
    /// The audit on record; empty text where none is.
    pub audit: Link,
    pub can_plan: bool,
    pub closes: Date,
}

/// The windows of a certificate, with the audits that fill or are to fill them.
pub fn windows(road: &Road, shown: &Shown) -> Option<[Window; 3]> {
    let valid_to = certificate::VALID_TO.get(shown.fields())?;
    let decision = facts::decision(shown)?;
    let held = held(road, shown, "surveillance");
    let recertified = held_last(road, shown, "recertification");
    cycle::windows(decision, valid_to, &held, recertified).ok()
}

fn held(road: &Road, shown: &Shown, kind: &str) -> Vec<Date> {
    let mine = of_certificate(road, shown, kind).into_iter().filter(|audit| facts::is_held(audit));
    mine.filter_map(|audit| audit::ENDS.get(audit.fields())).collect()
}

fn held_last(road: &Road, shown: &Shown, kind: &str) -> Option<Date> {
    held(road, shown, kind).into_iter().max()
}

fn of_certificate<'r>(road: &'r Road, shown: &Shown, kind: &str) -> Vec<&'r Shown> {
    let line = line_of(road, shown);
    let mine = |audit: &&Shown| audit::CERTIFICATE.get(audit.fields()).is_some_and(|own| line.contains(&own.0));
    road.audits_of(kind).into_iter().filter(mine).collect()
}

/// Numbers of a certificate and of those of other bodies that it carries on: their audits belong to the same cycle.
fn line_of(road: &Road, shown: &Shown) -> Vec<String> {
    let mut line = vec![shown.number().to_owned()];
    let mut from = certificate::TRANSFERRED_FROM.get(shown.fields());
    while let Some(before) = from.filter(|before| !line.contains(&before.0)) {
        line.push(before.0.clone());
        let earlier = road.certificates.iter().find(|known| known.number() == before.0);
        from = earlier.and_then(|earlier| certificate::TRANSFERRED_FROM.get(earlier.fields()));
    }
    line
}

/// The audit that is planned for a window and not held yet.
pub fn planned_for<'r>(road: &'r Road, shown: &Shown, visit: Visit) -> Option<&'r Shown> {
    let (kind, turn) = match visit {
        Visit::Surveillance(turn) => ("surveillance", Some(Decimal::from(turn))),
        Visit::Recertification => ("recertification", None),
    };
    let open = of_certificate(road, shown, kind).into_iter().filter(|audit| !facts::is_held(audit));
    let mut open = open.filter(|shown| {
        let own = audit::TURN.get(shown.fields());
        turn.is_none() || own.is_none() || own == turn
    });
    open.next()
}

/// A certificate with its way and its windows.
pub struct Held {
    pub certificate: Link,
    pub number: String,
    pub mark: Mark,
    pub body: Link,
    /// `valid until Tue 9 Jan 2029`, `applied for`.
    pub words: String,
    pub steps: Vec<Step>,
    pub windows: Vec<Line>,
    pub can_plan: bool,
}

/// Every certificate that stands, each with its own cycle.
pub fn all(road: &Road, began: Option<Date>, today: Date, may_create: bool) -> Vec<Held> {
    let sought = road.sought().map(Shown::number);
    let one = |shown: &Shown| {
        let windows = lines(road, shown, today, may_create);
        let last = certificate::VALID_TO.get(shown.fields()).map(time::day);
        let from =
            certificate::TRANSFERRED_FROM.get(shown.fields()).map(|from| format!(", taken over with {}", from.0));
        Held {
            certificate: Link::new(shown.title(), format!("/certificates/{}", shown.number())),
            number: shown.number().into(),
            mark: crate::view::state::mark(&certificate::kind(), shown.state()),
            body: road.body_of(shown).map_or_else(Link::default, |body| {
                Link::new(body.title(), format!("/certification_bodies/{}", body.number()))
            }),
            words: match (shown.state(), last) {
                ("applied", _) | (_, None) => "surveillance and recertification count from the decision".into(),
                (_, Some(last)) => format!("last valid day {last}{}", from.unwrap_or_default()),
            },
            steps: drawn(road, Some(shown), began.filter(|_| sought == Some(shown.number())), today),
            can_plan: windows.iter().any(|line| line.can_plan),
            windows,
        }
    };
    road.standing().into_iter().map(one).collect()
}

/// The windows of a certificate, as lines of a table.
pub fn lines(road: &Road, shown: &Shown, today: Date, may_create: bool) -> Vec<Line> {
    let Some(windows) = windows(road, shown) else { return Vec::new() };
    windows.iter().map(|window| window_line(road, shown, window, today, may_create)).collect()
}

fn window_line(road: &Road, shown: &Shown, window: &Window, today: Date, may_create: bool) -> Line {
    let planned = planned_for(road, shown, window.visit);
    let nearness = window.nearness(today);
    let (shape, tone, word) = match nearness {
        Nearness::Held => (Shape::Met, Tone::Ok, "Held"),
        Nearness::Far => (Shape::Ring, Tone::Mute, "Ahead"),
        Nearness::Soon => (Shape::Half, Tone::Info, "Closes soon"),
        Nearness::Urgent => (Shape::Risk, Tone::Warn, "Closes now"),
        Nearness::Missed => (Shape::Nonconforming, Tone::Bad, "Missed"),
    };
    let left = match window.held {
        Some(day) => format!("held {}", time::day(day)),
        None => until(window.closes, today),
    };
    let audit = planned.map_or_else(Link::default, |audit| {
        Link::new(audit.number(), format!("/certification_audits/{}", audit.number()))
    });
    Line {
        visit: window.visit,
        what: window.visit.words(),
        window: format!("{} to {}", time::day(window.opens), time::day(window.closes)),
        left,
        mark: Mark::new(shape, tone, word),
        can_plan: may_create && planned.is_none() && window.held.is_none(),
        audit,
        closes: window.closes,
    }
}

/// `68 days left`, `today`, `12 days over`.
pub fn until(day: Date, today: Date) -> String {
    match engines::rules::dates::days_between(today, day) {
        0 => "today".into(),
        1 => "1 day left".into(),
        left @ 2.. => format!("{left} days left"),
        -1 => "1 day over".into(),
        over => format!("{} days over", -over),
    }
}

/// What has to be said about certificate and audits, the worst first.
pub fn notices(road: &Road, today: Date) -> Vec<Notice> {
    let mut said: Vec<Notice> = road.certificates.iter().flat_map(|shown| of_one(road, shown, today)).collect();
    said.extend(stage_1_runs_out(road));
    said.extend(answers_due(road, today));
    said.sort_by_key(|notice| notice.mark.tone != Tone::Bad);
    said
}

/// Bad in the last days before a limit.
fn near(day: Date, today: Date) -> Tone {
    if engines::rules::dates::days_between(today, day) <= cycle::LATE_DAYS { Tone::Bad } else { Tone::Warn }
}

pub(super) fn notice(tone: Tone, word: &str, text: String, shown: &Shown) -> Notice {
    let shape = if tone == Tone::Bad { Shape::Nonconforming } else { Shape::Risk };
    let plural = if shown.kind() == "certificate" { "certificates" } else { "certification_audits" };
    let link = Link::new(shown.number(), format!("/{plural}/{}", shown.number()));
    Notice { mark: Mark::new(shape, tone, word), text, links: vec![link] }
}

fn of_one(road: &Road, shown: &Shown, today: Date) -> Vec<Notice> {
    let (Some(valid_to), true) = (certificate::VALID_TO.get(shown.fields()), facts::is_awarded(shown)) else {
        return Vec::new();
    };
    let mut said = Vec::new();
    let last = time::day(valid_to);
    match warn::limit(shown, today) {
        Some(Limit::Suspension(until)) if until < today => said.push(notice(
            Tone::Bad,
            "Suspended for more than six months.",
            "The body takes the certificate back or makes its scope smaller.".into(),
            shown,
        )),
        Some(Limit::Suspension(day)) => {
            let text = format!(
                "The certificate is not valid meanwhile and must not be advertised. Six months end on {}, {}: by then the \
                 suspension is lifted, or the body takes the certificate back.",
                time::day(day),
                until(day, today)
            );
            said.push(notice(near(day, today), "Suspended.", text, shown));
        }
        Some(Limit::Restoration(day)) if day < today => said.push(notice(
            Tone::Bad,
            "Expired for more than six months.",
            format!("Its last valid day was {last}; at least a new stage 2 is needed."),
            shown,
        )),
        Some(Limit::Restoration(day)) => {
            let text = format!(
                "Its last valid day was {last}. The body may restore it until {}, {}.",
                time::day(day),
                until(day, today)
            );
            said.push(notice(Tone::Bad, "Expired.", text, shown));
        }
        None => {}
    }
    said.extend(printed_otherwise(road, shown, valid_to));
    let Some(windows) = windows(road, shown) else { return said };
    for window in windows {
        let planned = planned_for(road, shown, window.visit).map(|audit| audit.number().to_owned());
        let word = match (window.nearness(today), planned.is_some()) {
            (Nearness::Missed, _) => "is missed",
            (Nearness::Urgent, false) => "closes, and no audit is planned",
            (Nearness::Soon, false) => "closes soon, and no audit is planned",
            _ => continue,
        };
        let tone = if window.nearness(today) == Nearness::Soon { Tone::Warn } else { Tone::Bad };
        let text = format!("Last day {}: {}.", time::day(window.closes), until(window.closes, today));
        said.push(notice(tone, &format!("The window of {} {word}.", window.visit.words().to_lowercase()), text, shown));
    }
    said
}

/// The certificate wins over the rule, but a difference is worth a look.
fn printed_otherwise(road: &Road, shown: &Shown, valid_to: Date) -> Option<Notice> {
    // One that another body awarded first has its dates from there.
    if certificate::RENEWED_ON.get(shown.fields()).is_some()
        || certificate::TRANSFERRED_FROM.get(shown.fields()).is_some()
    {
        return None;
    }
    let same_day =
        road.body_of(shown).and_then(|shown| body::LAST_DAY.get(shown.fields())).is_some_and(|way| way.0 == "same-day");
    let rule = if same_day { LastDay::SameDay } else { LastDay::DayBefore };
    let cycle = Cycle::from_decision(certificate::DECIDED_ON.get(shown.fields())?, rule).ok()?;
    (cycle.valid_to != valid_to).then(|| {
        let text = format!(
            "It is printed as {}; 36 months after the decision are {}. The certificate wins.",
            time::day(valid_to),
            time::day(cycle.valid_to)
        );
        notice(Tone::Warn, "The last valid day is an unusual one.", text, shown)
    })
}

/// Too long after stage 1 it is done anew; the body says how long.
fn stage_1_runs_out(road: &Road) -> Option<Notice> {
    let first = road.audits_of("stage-1").into_iter().rfind(|shown| facts::is_held(shown))?;
    let second = road.audits_of("stage-2").into_iter().next_back()?;
    let months = i32::try_from(body::STAGE_1_MONTHS.get(road.body()?.fields())?.trunc()).ok()?;
    let (ended, begins) = (facts::day_of(first)?, facts::day_of(second)?);
    let holds = cycle::stage_1_holds(ended, months, begins).unwrap_or(true);
    (!holds).then(|| {
        let text = format!("It ended on {} and holds for {}.", time::day(ended), counted(months, "month", "months"));
        notice(Tone::Bad, "Stage 1 is too long ago for stage 2.", text, first)
    })
}

fn answers_due(road: &Road, today: Date) -> Vec<Notice> {
    let open = road.audits.iter().filter(|shown| matches!(shown.state(), "held" | "answered"));
    let due = open.filter_map(|shown| {
        let day = audit::DUE.get(shown.fields())?;
        let over = day < today;
        let what = if shown.state() == "held" { "answered" } else { "shown closed" };
        let text = format!("Findings are to be {what} by {}: {}.", time::day(day), until(day, today));
        let (tone, word) = if over { (Tone::Bad, "An answer is late.") } else { (Tone::Warn, "An answer is due.") };
        Some(notice(tone, word, text, shown))
    });
    due.collect()
}

/// The cycle drawn: what was, where one is, what comes, each with its day.
pub fn drawn(road: &Road, shown: Option<&Shown>, began: Option<Date>, today: Date) -> Vec<Step> {
    let month = |day: Date| day.strftime("%b %Y").to_string();
    // Before stage 2 an audit may name no certificate: then it belongs to the one that is sought.
    let is_sought = shown.map(Shown::number) == road.sought().map(Shown::number);
    let mine = |audit: &Shown| match audit::CERTIFICATE.get(audit.fields()) {
        Some(own) => shown.is_some_and(|shown| shown.number() == own.0),
        None => is_sought,
    };
    let awarded = shown.filter(|shown| shown.state() != "applied").and_then(facts::decision);
    let stage = |kind: &str| {
        let audits: Vec<&Shown> = road.audits_of(kind).into_iter().filter(|audit| mine(audit)).collect();
        let held = audits.iter().rev().find(|shown| facts::is_held(shown)).and_then(|shown| facts::day_of(shown));
        (held, audits.last().and_then(|shown| facts::day_of(shown)))
    };
    let (stage_1, stage_2) = (stage("stage-1"), stage("stage-2"));
    let before: [(String, bool, String); 3] = [
        ("Start".into(), began.is_some_and(|day| day <= today), began.map_or(String::new(), month)),
        ("Stage 1".into(), stage_1.0.is_some(), stage_1.1.map_or(String::new(), month)),
        ("Stage 2".into(), stage_2.0.is_some(), stage_2.1.map_or(String::new(), month)),
    ];
    // How a certificate was won that came with another unit or from another body is not on record.
    let is_known = awarded.is_none() || before.iter().any(|(_, past, _)| *past);
    let mut all: Vec<(String, bool, String)> = if is_known { before.into() } else { Vec::new() };
    all.push(("Certificate".into(), awarded.is_some(), awarded.map_or(String::new(), month)));
    match shown.and_then(|shown| windows(road, shown)) {
        Some(windows) => all.extend(windows.iter().map(|window| {
            let day = window.held.unwrap_or(window.closes);
            let word = if window.held.is_some() { month(day) } else { format!("by {}", month(day)) };
            (window.visit.words().replace(" audit", ""), window.held.is_some(), word)
        })),
        None => all.extend(
            [
                ("Surveillance 1", "12 months later"),
                ("Surveillance 2", "24 months later"),
                ("Recertification", "in year three"),
            ]
            .map(|(label, note)| (label.to_owned(), false, note.to_owned())),
        ),
    }
    let here = all.iter().position(|(_, past, _)| !past);
    let place = |at: usize| match here {
        Some(here) if at == here => Place::Here,
        Some(here) if at > here => Place::Ahead,
        _ => Place::Past,
    };
    all.into_iter().enumerate().map(|(at, (label, _, note))| Step { label, place: place(at), note }).collect()
}
