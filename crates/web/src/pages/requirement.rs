//! One requirement: how it is checked, what came of it, and the records that were looked at.

use askama::Template;
use desk::{Desk, Names};
use engines::conformity::{Assessment, BESIDE, Verdict, catalogue};
use model::{Actor, Catalog, Moment, Refusal};

use super::{
    judgement::Judging,
    offered::{Offer, offers},
    verdicts, ways,
};
use crate::view::{
    parts::{Empty, Link, Mark, Shape, Tab, Tone, When},
    shell::Shell,
    time,
};

#[derive(Template)]
#[template(path = "page/requirement.html")]
pub struct RequirementPage {
    pub shell: Shell,
    pub id: String,
    pub crumbs: Vec<Link>,
    pub text: String,
    pub why: String,
    pub mark: Mark,
    pub evidence: String,
    pub check: String,
    pub parts: Vec<String>,
    pub interval: String,
    pub population: usize,
    pub good: usize,
    pub bad: usize,
    pub newest: Option<When>,
    pub tabs: Vec<Tab>,
    pub rows: Vec<Row>,
    pub nothing: Empty,
    pub newer: String,
    pub older: String,
    pub words: String,
    pub checked: String,
    pub is_past: bool,
    /// Where the form is sent.
    pub address: String,
    pub judging: Judging,
    /// Pages that show its records together.
    pub ways: Vec<Link>,
    /// The standard's own words by id, for whoever may read them, where the house holds them.
    pub official: Vec<(String, String)>,
}

pub struct Row {
    pub number: Link,
    pub title: String,
    pub kind: String,
    pub mark: Mark,
    pub said: String,
    /// Ties that would close the gap.
    pub offers: Vec<Offer>,
}

/// Records of a page for which ties are looked for: whoever makes these finds the next ones offered.
const OFFERED_MOST: usize = 10;

/// Which of the records are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Show {
    Bad,
    Good,
    All,
}

impl Show {
    pub fn parse(text: &str) -> Option<Show> {
        match text {
            "bad" => Some(Show::Bad),
            "good" => Some(Show::Good),
            "all" => Some(Show::All),
            _ => None,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Show::Bad => "bad",
            Show::Good => "good",
            Show::All => "all",
        }
    }
}

const PAGE: usize = 50;

/// What is asked of the page: which records, from which place on, as of when.
pub struct Ask {
    pub show: Option<Show>,
    pub from: usize,
    pub is_past: bool,
    pub now: Moment,
}

/// # Errors
/// `NotFound` for a requirement that the clause does not have.
pub async fn page(
    desk: &Desk,
    actor: &Actor,
    shell: Shell,
    assessment: &Assessment,
    id: &str,
    ask: &Ask,
    judging: Judging,
) -> Result<RequirementPage, Refusal> {
    let verdict = assessment.find(id).ok_or(Refusal::NotFound)?;
    let catalog = desk.catalog();
    let show = ask.show.unwrap_or(if verdict.bad == 0 { Show::All } else { Show::Bad });
    let places = places(verdict, show);
    let shown: Vec<(u32, String)> = places.iter().skip(ask.from).take(PAGE).cloned().collect();
    let numbers =
        shown.iter().filter_map(|(place, _)| assessment.records.get(*place)).map(|(_, number)| number.to_string());
    let mut offered = 0;
    let names = desk.names_of(actor, numbers.collect(), std::collections::BTreeSet::new(), ask.now).await?;
    let mut rows = Vec::with_capacity(shown.len());
    for (place, said) in &shown {
        let Some(mut row) = row(assessment, &catalog, &names, verdict, *place, said) else { continue };
        if !ask.is_past && !said.is_empty() && offered < OFFERED_MOST {
            let of = (id, verdict.requirement.clause.as_str());
            row.offers = offers(desk, actor, of, &row.number.text, said, ask.now).await?;
            offered += usize::from(!row.offers.is_empty());
        }
        rows.push(row);
    }
    let address = |show: Show, from: usize| address(assessment, verdict, show, from, ask.is_past);
    let requirement = verdict.requirement;
    let until = (ask.from + PAGE).min(places.len());
    Ok(RequirementPage {
        id: id.into(),
        crumbs: crumbs(assessment, verdict, ask.is_past),
        text: requirement.text.clone(),
        why: verdict.why.clone(),
        mark: verdicts::mark(verdict.state),
        evidence: requirement.evidence.clone(),
        check: requirement.check.clone().unwrap_or_default(),
        parts: requirement.parts.clone(),
        interval: interval(verdict),
        population: verdict.population,
        good: verdict.good,
        bad: verdict.bad,
        newest: verdict.newest.filter(|at| *at > Moment::UNKNOWN).map(|at| time::when(at, ask.now)),
        tabs: tabs(verdict, show, &address),
        rows,
        nothing: Empty {
            mark: Mark::new(Shape::Nothing, Tone::Mute, "No record stands here."),
            text: "The check met no record of this sort on this day.".into(),
            step: None,
        },
        newer: if ask.from == 0 { String::new() } else { address(show, ask.from.saturating_sub(PAGE)) },
        older: if until < places.len() { address(show, until) } else { String::new() },
        words: if places.is_empty() {
            String::new()
        } else {
            format!("{} to {until} of {}", ask.from + 1, places.len())
        },
        checked: time::exact(assessment.as_of),
        is_past: ask.is_past,
        address: format!("/conformity/{}/{id}", requirement.clause),
        judging,
        ways: ways::from_clause(&requirement.clause),
        official: desk.wording(actor, id, ask.now).await?,
        shell,
    })
}

/// Places with what is said of them, the blamed ones first.
fn places(verdict: &Verdict, show: Show) -> Vec<(u32, String)> {
    let blamed: std::collections::BTreeSet<u32> = verdict.seen.blamed().map(|(place, _)| place).collect();
    let good = || verdict.seen.looked().filter(|place| !blamed.contains(place)).map(|place| (place, String::new()));
    match show {
        Show::Bad => verdict.seen.blamed().collect(),
        Show::Good => good().collect(),
        Show::All => verdict.seen.blamed().chain(good()).collect(),
    }
}

fn row(
    assessment: &Assessment,
    catalog: &Catalog,
    names: &Names,
    verdict: &Verdict,
    place: u32,
    said: &str,
) -> Option<Row> {
    let (kind, number) = assessment.records.get(place)?;
    let kind = catalog.find(kind)?;
    let known = names.records.get(&**number);
    let mark =
        if said.is_empty() { Mark::new(Shape::Met, Tone::Ok, "Conforms") } else { verdicts::mark(verdict.state) };
    Some(Row {
        // What the reader may not open is still counted, under its number alone.
        number: Link::new(
            &**number,
            if known.is_some() { format!("/{}/{number}", kind.plural) } else { String::new() },
        ),
        title: known.map(|(title, _)| title.clone()).unwrap_or_default(),
        kind: kind.label.clone(),
        mark,
        said: said.into(),
        offers: Vec::new(),
    })
}

fn tabs(verdict: &Verdict, show: Show, address: &impl Fn(Show, usize) -> String) -> Vec<Tab> {
    let word = if verdict.state == engines::conformity::State::Stale { "Stale" } else { "Fail" };
    let tab = |which: Show, label: &str, count: usize| Tab {
        label: label.into(),
        href: address(which, 0),
        count: count.to_string(),
        current: which == show,
    };
    vec![
        tab(Show::Bad, word, verdict.bad),
        tab(Show::Good, "Conform", verdict.good),
        tab(Show::All, "All looked at", verdict.population),
    ]
}

fn address(assessment: &Assessment, verdict: &Verdict, show: Show, from: usize, is_past: bool) -> String {
    let past = if is_past { format!("&as_of={}", assessment.as_of) } else { String::new() };
    let requirement = verdict.requirement;
    format!("/conformity/{}/{}?show={}&from={from}{past}", requirement.clause, requirement.id, show.name())
}

fn crumbs(assessment: &Assessment, verdict: &Verdict, is_past: bool) -> Vec<Link> {
    let query = if is_past { format!("?as_of={}", assessment.as_of) } else { String::new() };
    let clause = &verdict.requirement.clause;
    if clause == BESIDE {
        return vec![
            Link::new("Conformity", format!("/conformity{query}")),
            Link::new("Beside the requirements", format!("/conformity/{BESIDE}{query}")),
        ];
    }
    let title = catalogue()
        .clauses
        .iter()
        .find(|known| known.id == *clause)
        .map(|known| known.title.as_str())
        .unwrap_or_default();
    vec![
        Link::new("Conformity", format!("/conformity{query}")),
        Link::new(format!("{clause} {title}"), format!("/conformity/{clause}{query}")),
    ]
}

fn interval(verdict: &Verdict) -> String {
    let found = verdict
        .requirement
        .interval
        .as_ref()
        .and_then(|id| catalogue().intervals.iter().find(|interval| interval.id == *id));
    found.map_or_else(String::new, |interval| match interval.default_months {
        1 => format!("{}: every month", interval.activity),
        months => format!("{}: every {months} months", interval.activity),
    })
}
