//! Who works here and what they can do: roles with their holders, the matrix of skills, trainings with
//! their questions, campaigns that tell people something.

mod campaign;
mod campaigns;
pub mod holders;
mod matrix;
pub mod proof;
mod quiz;
mod roles;
mod skills;
mod training;

use axum::routing::MethodFilter;
use engines::conformity::{State, catalogue};

use crate::{
    App, Seat,
    pages::verdicts,
    record::address::segment,
    routes::Doors,
    view::parts::{Link, Mark, Tab},
};

/// Doors of these pages.
pub fn doors(doors: Doors) -> Doors {
    doors
        .member(MethodFilter::GET, "/staff", roles::open)
        .member(MethodFilter::GET, "/staff/matrix", matrix::open)
        .member(MethodFilter::GET, "/staff/matrix.csv", matrix::save_as_csv)
        .member(MethodFilter::GET, "/staff/matrix.xlsx", matrix::save_as_xlsx)
        .member(MethodFilter::GET, "/staff/campaigns", campaigns::open)
        .member(MethodFilter::GET, "/staff/campaigns/{number}", campaign::open)
        .member(MethodFilter::POST, "/staff/campaigns/{number}/confirm", campaign::confirm)
        .member(MethodFilter::GET, "/staff/training", training::open)
        .member(MethodFilter::POST, "/staff/training/{number}/ask", training::ask)
        .member(MethodFilter::GET, "/staff/quiz/{number}", quiz::open)
        .member(MethodFilter::POST, "/staff/quiz/{number}", quiz::answer)
}

/// Where a campaign is read and confirmed.
pub fn address_of_campaign(number: &str) -> String {
    format!("/staff/campaigns/{}", segment(number))
}

/// Where the questions of a training are answered.
pub fn address_of_quiz(result: &str) -> String {
    format!("/staff/quiz/{}", segment(result))
}

const TABS: [(&str, &str); 4] = [
    ("/staff", "Roles"),
    ("/staff/matrix", "Competence"),
    ("/staff/training", "Training"),
    ("/staff/campaigns", "Awareness"),
];

/// The ways between these pages.
fn tabs(here: &str) -> Vec<Tab> {
    let tab = |(href, label): (&str, &str)| Tab {
        label: label.into(),
        href: href.into(),
        count: String::new(),
        current: href == here,
    };
    TABS.into_iter().map(tab).collect()
}

/// A requirement, how it stands, and why where it is not proved.
pub type Judged = (Link, Mark, String);

/// Requirements that are judged by the records of a page, as they stand.
pub fn judged(app: &App, seat: &Seat, ids: &[&str]) -> Vec<Judged> {
    let Some(assessment) = app.desk.known_assessment(&seat.actor, seat.now) else { return Vec::new() };
    let line = |id: &&str| {
        let verdict = assessment.find(id)?;
        let clause = &verdict.requirement.clause;
        let title = catalogue().clause(clause).map_or("", |clause| clause.title.as_str());
        let link = Link::new(format!("{id} {title}"), format!("/conformity/{clause}/{id}"));
        let why = if verdict.state == State::Proved { String::new() } else { verdict.why.clone() };
        Some((link, verdicts::mark(verdict.state), why))
    };
    ids.iter().filter_map(line).collect()
}
