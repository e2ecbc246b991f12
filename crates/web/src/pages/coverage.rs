//! The audit programme over its years: which clause is looked at with which service at which site, and what should come first.

mod cross;
mod known;
mod plan;
mod weigh;

use askama::Template;
use axum::{
    extract::{Query as Pairs, State as Held},
    response::Html,
};
use engines::{audits, rules::sample::sites};
use model::{Refusal, suggest, words::counted};
use serde::Deserialize;

use crate::{
    App, Refused, Seat,
    record::address::segment,
    view::{
        field::{Field, Pick},
        parts::{Link, Mark},
        shell::Shell,
    },
};
use cross::{Choice, Cross};
use known::Known;
use plan::Typed;
pub use plan::plan;
use weigh::Proposal;

#[derive(Template)]
#[template(path = "page/coverage.html")]
struct CoveragePage {
    shell: Shell,
    programme: Option<Link>,
    span: String,
    choices: Vec<Asking>,
    clauses: Vec<Ticked>,
    services: Vec<Ticked>,
    /// Clauses that are proposed beside those shown.
    more: usize,
    weights: String,
    may_plan: bool,
    fields: Vec<Field>,
    errors: Vec<(String, String)>,
    cross: Cross,
    /// What the cross shows, for its caption.
    caption: String,
    audits: Vec<AuditLine>,
    site_rule: String,
}

/// A choice above the cross.
struct Asking {
    name: &'static str,
    label: &'static str,
    blank: &'static str,
    picks: Vec<Pick>,
}

/// A proposal, and whether it is ticked.
struct Ticked {
    of: Proposal,
    ticked: bool,
}

/// An audit of these years.
struct AuditLine {
    link: Link,
    mark: Mark,
    year: i16,
    programme: String,
}

const PARTS: [(&str, &str); 3] = [("clauses", "Clauses"), ("services", "Services"), ("sites", "Sites")];

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Asked {
    programme: Option<String>,
    year: Option<String>,
    service: Option<String>,
    site: Option<String>,
    /// `yes` for every proposal, not only the first ones.
    all: Option<String>,
}

impl Asked {
    fn get(of: &Option<String>) -> &str {
        of.as_deref().map(str::trim).unwrap_or_default()
    }
}

/// `GET /coverage?programme=&year=&service=&site=&all=`
pub async fn open(seat: Seat, Held(app): Held<App>, Pairs(asked): Pairs<Asked>) -> Result<Html<String>, Refused> {
    let known = Known::read(&app, &seat).await?;
    Ok(Html(page(&app, &seat, &known, &asked, &Typed::default()).await?.render()?))
}

async fn page(app: &App, seat: &Seat, known: &Known, asked: &Asked, typed: &Typed) -> Result<CoveragePage, Refusal> {
    let now = seat.now.date().year();
    let (service, site) = (Asked::get(&asked.service), Asked::get(&asked.site));
    must_be("service", service, known.services.iter().map(|shown| shown.number()))?;
    must_be("site", site, known.places.iter().map(|shown| shown.number()))?;
    must_be("programme", Asked::get(&asked.programme), known.programmes.iter().map(|one| one.number.as_str()))?;
    let programme = match Asked::get(&asked.programme) {
        "" => known.current(now),
        number => known.programmes.iter().find(|one| one.number == number),
    };
    // Without a programme: the last year, this one and the next.
    let years = programme.map(|one| one.years.clone()).filter(|years| !years.is_empty());
    let years = years.unwrap_or_else(|| (now - 1..=now + 1).collect());
    let names: Vec<String> = years.iter().map(i16::to_string).collect();
    must_be("year", Asked::get(&asked.year), names.iter().map(String::as_str))?;
    let chosen: Vec<i16> = match Asked::get(&asked.year) {
        "" => years.clone(),
        year => years.iter().copied().filter(|one| one.to_string() == year).collect(),
    };
    let choice = Choice { years: &chosen, site, service };
    let cross = Cross::new(known, &choice);
    let most = match Asked::get(&asked.all) {
        "" => weigh::FIRST,
        "yes" => usize::MAX,
        other => return Err(Refusal::Query(format!("all: say yes or nothing, not \"{other}\""))),
    };
    let (clauses, services) = weigh::proposals(known, &app.desk.catalog(), &years, seat.now);
    let more = clauses.len().saturating_sub(most);
    let may_plan = plan::may_plan(app, seat);
    let mut fields = if may_plan { plan::fields(known, seat, asked, typed) } else { Vec::new() };
    let errors = super::welcome::told(&mut fields, &typed.errors);
    let ticked = |name: &'static str| move |of: Proposal| Ticked { ticked: typed.has(name, &of.name.text), of };
    Ok(CoveragePage {
        shell: Shell { views: true, ..crate::shell(app, seat, "/audits").await },
        span: span(&years),
        choices: choices(known, asked, programme.map(|one| one.number.as_str()).unwrap_or_default(), &names),
        clauses: clauses.into_iter().take(most).map(ticked("clause")).collect(),
        services: services.into_iter().take(most).map(ticked("service")).collect(),
        more,
        weights: weights(),
        may_plan,
        fields,
        errors,
        caption: caption(known, &choice),
        audits: known.audits.iter().filter(|audit| choice.takes(audit)).map(line).collect(),
        site_rule: site_rule(known.places.len()),
        programme: programme.map(|one| {
            Link::new(format!("{} {}", one.number, one.title), format!("/audit_programmes/{}", segment(&one.number)))
        }),
        cross,
    })
}

/// A choice that is none is refused, not ignored.
fn must_be<'k>(name: &str, given: &str, known: impl Iterator<Item = &'k str>) -> Result<(), Refusal> {
    let known: Vec<&str> = known.collect();
    if given.is_empty() || known.contains(&given) {
        return Ok(());
    }
    let hint = suggest::hint(given, known);
    Err(Refusal::Query(format!("{name}: there is no \"{given}\" to choose{hint}")))
}

fn choices(known: &Known, asked: &Asked, programme: &str, years: &[String]) -> Vec<Asking> {
    let pick = |value: &str, label: String, chosen: &str| Pick { value: value.into(), label, chosen: value == chosen };
    let (year, service, site) = (Asked::get(&asked.year), Asked::get(&asked.service), Asked::get(&asked.site));
    let titled = |number: &str, title: &str, chosen: &str| pick(number, format!("{number} {title}"), chosen);
    vec![
        Asking {
            name: "programme",
            label: "Programme",
            blank: "",
            picks: known.programmes.iter().map(|one| titled(&one.number, &one.title, programme)).collect(),
        },
        Asking {
            name: "year",
            label: "Year",
            blank: "All",
            picks: years.iter().map(|name| pick(name, name.clone(), year)).collect(),
        },
        Asking {
            name: "service",
            label: "Service",
            blank: "All",
            picks: known.services.iter().map(|shown| titled(shown.number(), shown.title(), service)).collect(),
        },
        Asking {
            name: "site",
            label: "Site",
            blank: "All, visited or not",
            picks: known.places.iter().map(|shown| titled(shown.number(), shown.title(), site)).collect(),
        },
    ]
}

/// "2026 to 2028"
fn span(years: &[i16]) -> String {
    match (years.first(), years.last()) {
        (Some(first), Some(last)) if first != last => format!("{first} to {last}"),
        (Some(first), _) => first.to_string(),
        _ => String::new(),
    }
}

fn caption(known: &Known, choice: &Choice<'_>) -> String {
    let site = known.places.iter().find(|shown| shown.number() == choice.site);
    let at = site.map(|shown| format!(", at {}", shown.title())).unwrap_or_default();
    format!("Clauses by services, {}{at}", span(choice.years))
}

fn line(audit: &known::Audit) -> AuditLine {
    AuditLine { link: audit.link(), mark: audit.mark(), year: audit.year, programme: audit.programme.clone() }
}

/// What weighs how much, in a sentence.
fn weights() -> String {
    format!(
        "An open finding weighs {}, an open risk above the limit {}, a weighty change since the last audit {}, a requirement that \
         records do not prove {}, a year without an audit {}, none ever {}.",
        audits::FINDING,
        audits::RISK,
        audits::CHANGE,
        audits::UNPROVED,
        audits::OLD,
        audits::NEVER
    )
}

/// How many sites certification bodies visit of so many (rule R24.2), as a help for planning.
fn site_rule(count: usize) -> String {
    if count == 0 {
        return String::new();
    }
    let sample = sites(count as u64);
    format!(
        "Of {} a certification body visits {} at first, {} at surveillance and {} at recertification, and the central office each time (rule R24).",
        counted(count, "site", "sites"),
        sample.initial,
        sample.surveillance,
        sample.recertification
    )
}
