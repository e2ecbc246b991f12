//! The audit programme over three years: which clause, service and site is looked at when, and what should come first.

use std::collections::BTreeMap;

use askama::Template;
use axum::{extract::State as Held, response::Html};
use desk::Shown;
use engines::{
    audits::Weighed,
    conformity::{Assessment, State, catalogue},
    rules::sample::sites,
};
use model::{Filter, Moment, Query, Refusal, Value, query::EVERY};

use crate::{
    App, Refused, Seat,
    record::address::segment,
    view::{
        parts::{Link, Mark, Shape, Tone},
        shell::Shell,
    },
};

/// Most records of a kind that the page looks at.
const MOST: usize = model::query::PAGE_MAX;
/// Clauses that are proposed.
const PROPOSED: usize = 10;

#[derive(Template)]
#[template(path = "page/coverage.html")]
struct CoveragePage {
    shell: Shell,
    years: Vec<String>,
    parts: Vec<Part>,
    proposed: Vec<Proposal>,
    uncovered: usize,
    site_rule: String,
}

/// Clauses, services or sites.
struct Part {
    title: &'static str,
    rows: Vec<Row>,
}

struct Row {
    name: Link,
    title: String,
    cells: Vec<Vec<Cell>>,
}

/// An audit in a year.
struct Cell {
    link: Link,
    mark: Mark,
}

struct Proposal {
    clause: Link,
    title: String,
    weight: usize,
    why: String,
}

/// An audit as the page looks at it.
struct Audit {
    number: String,
    year: i16,
    held: Option<Moment>,
    is_ahead: bool,
    scope: BTreeMap<&'static str, Vec<String>>,
}

const PARTS: [(&str, &str); 3] = [("clauses", "Clauses"), ("services", "Services"), ("sites", "Sites")];

/// `GET /coverage`
pub async fn open(seat: Seat, Held(app): Held<App>) -> Result<Html<String>, Refused> {
    let all = |kind: &'static str, filter: Filter| {
        let query = Query { filter, columns: vec![EVERY.into()], size: MOST, ..Query::of(kind) };
        let (app, seat) = (&app, &seat);
        async move { Ok::<_, Refusal>(app.desk.list(&seat.actor, &query, seat.now).await?.records) }
    };
    let everything = Filter::everything;
    let audits: Vec<Audit> =
        all("audit", everything()).await?.iter().filter_map(|shown| audit(shown, seat.now)).collect();
    let assessment = app.desk.assessment(&seat.actor, seat.now).await?;
    let findings = all("nonconformity", everything()).await?;
    let services = all("service", Filter::equal("in_scope", "true").and(Filter::equal("stage", "live"))).await?;
    let places = all("location", everything()).await?;
    let now = seat.now.date().year();
    let years: Vec<i16> = (now - 1..=now + 1).collect();
    let weighed = weighed(&app, &audits, &assessment, &findings, seat.now);
    let clauses = catalogue().clauses.iter().filter(|clause| clause.leaf);
    let clauses = clauses.map(|clause| (clause.id.clone(), clause.title.clone(), format!("/conformity/{}", clause.id)));
    let listed = |shown: &Shown, plural: &str| {
        (shown.number().to_string(), shown.title().to_string(), format!("/{plural}/{}", segment(shown.number())))
    };
    let parts = [
        clauses.collect::<Vec<_>>(),
        services.iter().map(|shown| listed(shown, "services")).collect(),
        places.iter().map(|shown| listed(shown, "locations")).collect(),
    ];
    let parts: Vec<Part> = PARTS
        .iter()
        .zip(parts)
        .map(|((name, title), rows)| Part {
            title,
            rows: rows.into_iter().map(|row| self::row(row, name, &audits, &years)).collect(),
        })
        .collect();
    let bare = |row: &&Row| row.cells.iter().all(Vec::is_empty);
    let page = CoveragePage {
        shell: Shell { views: true, ..crate::shell(&app, &seat, "/audits").await },
        years: years.iter().map(i16::to_string).collect(),
        uncovered: parts[0].rows.iter().filter(bare).count(),
        proposed: proposals(&weighed),
        site_rule: site_rule(places.len()),
        parts,
    };
    Ok(Html(page.render()?))
}

fn audit(shown: &Shown, now: Moment) -> Option<Audit> {
    let at = |name: &str| shown.fields().get(name).and_then(Value::as_moment);
    let held = at("held_on");
    let when = held.or(at("planned_on"))?;
    if shown.state() == "cancelled" || shown.state() == "withdrawn" {
        return None;
    }
    let scope = shown.fields().get("scope");
    let texts = |part: &str| {
        let values = scope.and_then(|scope| scope.part(part)).map(Value::entries).unwrap_or_default();
        values.iter().filter_map(Value::as_text).map(str::to_string).collect()
    };
    Some(Audit {
        number: shown.number().into(),
        year: when.date().year(),
        held,
        is_ahead: held.is_none() && when.date() >= now.date(),
        scope: PARTS.iter().map(|(name, _)| (*name, texts(name))).collect(),
    })
}

impl Audit {
    /// A clause that is named stands for itself alone: that is how 9.2 is checked.
    fn covers(&self, part: &str, name: &str) -> bool {
        self.scope.get(part).is_some_and(|names| names.iter().any(|known| known == name))
    }

    fn mark(&self) -> Mark {
        match (self.held, self.is_ahead) {
            (Some(_), _) => Mark::new(Shape::Met, Tone::Ok, "held"),
            (None, true) => Mark::new(Shape::Ring, Tone::Plain, "planned"),
            (None, false) => Mark::new(Shape::Risk, Tone::Warn, "overdue"),
        }
    }
}

fn row((name, title, href): (String, String, String), part: &str, audits: &[Audit], years: &[i16]) -> Row {
    let cell = |audit: &Audit| Cell {
        link: Link::new(&audit.number, format!("/audits/{}", segment(&audit.number))),
        mark: audit.mark(),
    };
    let covered = |year: &i16| {
        let found = audits.iter().filter(|audit| audit.year == *year && audit.covers(part, &name));
        found.map(cell).collect::<Vec<Cell>>()
    };
    let cells = years.iter().map(covered).collect();
    Row { name: Link::new(&name, href), title, cells }
}

/// What is known of each leaf clause.
fn weighed(
    app: &App,
    audits: &[Audit],
    assessment: &Assessment,
    findings: &[Shown],
    now: Moment,
) -> Vec<(&'static str, &'static str, Weighed)> {
    let catalog = app.desk.catalog();
    let kind = catalog.find("nonconformity");
    let is_open = |shown: &&Shown| kind.is_some_and(|kind| kind.phase(shown.state()) != model::Phase::Done);
    let on = |shown: &Shown| shown.fields().get("clause").and_then(Value::as_text).unwrap_or_default().to_string();
    let open: Vec<String> = findings.iter().filter(is_open).map(on).collect();
    let leaves = catalogue().clauses.iter().filter(|clause| clause.leaf);
    leaves
        .map(|clause| {
            let id = clause.id.as_str();
            let last = audits.iter().filter(|audit| audit.covers("clauses", id)).filter_map(|audit| audit.held).max();
            let unproved = assessment.verdicts.iter().filter(|verdict| {
                let is_bad = matches!(verdict.state, State::Nonconforming | State::Gap | State::Stale);
                verdict.requirement.clause == id && is_bad
            });
            let weighed = Weighed {
                open_findings: open.iter().filter(|clause| *clause == id).count(),
                unproved: unproved.count(),
                months: last.map(|last| months(last, now)),
                is_planned: audits.iter().any(|audit| audit.is_ahead && audit.covers("clauses", id)),
            };
            (id, clause.title.as_str(), weighed)
        })
        .collect()
}

/// Whole months between two instants; 0 when the second is not later.
fn months(from: Moment, to: Moment) -> u32 {
    (1..).take_while(|months| from.plus_months(*months) <= to).take(1_200).count() as u32
}

fn proposals(weighed: &[(&'static str, &'static str, Weighed)]) -> Vec<Proposal> {
    let mut sorted: Vec<_> = weighed.iter().filter(|(_, _, weighed)| weighed.weight() > 0).collect();
    sorted.sort_by_key(|(_, _, weighed)| std::cmp::Reverse(weighed.weight()));
    let proposal = |(clause, title, weighed): &&(&'static str, &'static str, Weighed)| Proposal {
        clause: Link::new(*clause, format!("/conformity/{clause}")),
        title: (*title).into(),
        weight: weighed.weight(),
        why: why(weighed),
    };
    sorted.iter().take(PROPOSED).map(proposal).collect()
}

fn why(weighed: &Weighed) -> String {
    let counted = |count: usize, one: &str, many: &str| match count {
        0 => None,
        1 => Some(format!("1 {one}")),
        _ => Some(format!("{count} {many}")),
    };
    let age = match weighed.months {
        None => "never audited".to_string(),
        Some(1) => "audited a month ago".to_string(),
        Some(months) => format!("audited {months} months ago"),
    };
    let parts = [
        counted(weighed.open_findings, "open finding", "open findings"),
        counted(weighed.unproved, "requirement not proved", "requirements not proved"),
        Some(age),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// How many sites certification bodies visit of so many (rule R24.2), as a help for planning.
fn site_rule(count: usize) -> String {
    if count == 0 {
        return String::new();
    }
    let sample = sites(count as u64);
    format!(
        "Of {count} sites a certification body visits {} at first, {} at surveillance and {} at recertification, and the central office each time (rule R24).",
        sample.initial, sample.surveillance, sample.recertification
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_are_whole() {
        let at = |text: &str| Moment::parse(text).expect("an instant");
        assert_eq!(months(at("2026-01-31"), at("2026-02-28")), 1);
        assert_eq!(months(at("2026-01-31"), at("2026-02-27")), 0);
        assert_eq!(months(at("2025-03-01"), at("2026-03-01")), 12);
        assert_eq!(months(at("2026-03-01"), at("2025-03-01")), 0);
    }
}
