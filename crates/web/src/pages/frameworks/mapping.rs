//! One requirement of a framework: its words, how it stands, and which of ours it is mapped to.

use std::collections::HashMap;

use askama::Template;
use axum::{
    extract::{Path, State as Held},
    http::StatusCode,
    response::{Html, IntoResponse, Response},
};
use axum_extra::extract::Form;
use desk::{
    crosswalk::{self, Mapped, Opened, Wanted},
    rights,
};
use engines::conformity::{State, catalogue};
use frameworks::{Node, Relation};
use model::{FieldError, Refusal};

use super::{ADDRESS, crumbs, link_to_ours, mark, ours};
use crate::{
    App, Refused, Seat, flash,
    pages::welcome::told as beside,
    view::{
        field::{Control, Field, Pick},
        parts::{Link, Mark, When},
        shell::Shell,
        time,
    },
};

/// Empty rows of the form.
const BLANK: usize = 3;

#[derive(Template)]
#[template(path = "page/framework_node.html")]
struct NodePage {
    shell: Shell,
    crumbs: Vec<Link>,
    label: String,
    name: String,
    text: String,
    note: String,
    evidence: String,
    groups: Vec<String>,
    /// `None` for a heading.
    mark: Option<Mark>,
    mapped: Vec<Line>,
    /// Requirement, relation and reason; empty for whoever maps nothing.
    rows: Vec<[Field; 3]>,
    errors: Vec<(String, String)>,
    address: String,
    earlier: String,
    later: String,
    urn: String,
}

struct Line {
    ours: Link,
    text: String,
    relation: &'static str,
    mark: Mark,
    note: String,
    came: Option<(When, String)>,
}

/// The node at a place of a framework.
fn find<'o>(opened: &'o Opened, place: &str) -> Result<(usize, &'o Node), Refusal> {
    let place: usize = place.parse().map_err(|_| Refusal::NotFound)?;
    opened.framework.nodes.get(place).map(|node| (place, node)).ok_or(Refusal::NotFound)
}

/// `GET /frameworks/{id}/{number}`
pub async fn open(
    seat: Seat,
    Held(app): Held<App>,
    Path((key, place)): Path<(String, String)>,
) -> Result<Html<String>, Refused> {
    let opened = app.desk.framework(&seat.actor, &key, seat.now).await?;
    let (place, node) = find(&opened, &place)?;
    let wanted: Vec<Wanted> = opened.mapped(node).iter().map(wanted).collect();
    Ok(Html(page(&app, &seat, &opened, place, &wanted, &[]).await?.render()?))
}

fn wanted(mapped: &Mapped) -> Wanted {
    Wanted {
        requirement: mapped.requirement.clone(),
        relation: mapped.relation.name().into(),
        note: mapped.note.clone(),
    }
}

async fn page(
    app: &App,
    seat: &Seat,
    opened: &Opened,
    place: usize,
    wanted: &[Wanted],
    errors: &[FieldError],
) -> Result<NodePage, Refused> {
    let framework = &opened.framework;
    let node = framework.nodes.get(place).ok_or(Refusal::NotFound)?;
    let assessment = app.desk.assessment(&seat.actor, seat.now).await?;
    let states = crosswalk::states(&assessment);
    let may_map = node.demands && opened.kept.is_some() && rights::cross(&seat.actor, seat.now).is_ok();
    let mut rows = if may_map { form(wanted) } else { Vec::new() };
    let mut told = Vec::new();
    for row in &mut rows {
        let mine: Vec<FieldError> =
            errors.iter().filter(|error| row.iter().any(|field| field.name == error.field)).cloned().collect();
        told.extend(beside(row, &mine));
    }
    let address = |place: usize| format!("{ADDRESS}/{}/{place}", opened.key);
    let mut crumbs = crumbs();
    crumbs.push(Link::new(&framework.name, format!("{ADDRESS}/{}", opened.key)));
    let mut above = node.above;
    let mut way = Vec::new();
    while let Some(at) = above {
        let node = &framework.nodes[at];
        way.push(Link::new(node.label(), address(at)));
        above = node.above;
    }
    crumbs.extend(way.into_iter().rev());
    Ok(NodePage {
        shell: Shell { views: true, ..crate::shell(app, seat, "/conformity").await },
        crumbs,
        label: node.label().into(),
        name: if node.label() == node.name { String::new() } else { node.name.clone() },
        text: node.text.clone(),
        note: node.note.clone(),
        evidence: node.evidence.clone(),
        groups: node.groups.clone(),
        mark: node.demands.then(|| mark(opened.standing(node, &states))),
        mapped: opened.mapped(node).iter().map(|mapped| line(mapped, &states, seat.now)).collect(),
        rows,
        errors: told,
        address: address(place),
        earlier: place.checked_sub(1).map_or(String::new(), address),
        later: if place + 1 < framework.nodes.len() { address(place + 1) } else { String::new() },
        urn: node.urn.clone(),
    })
}

fn line(mapped: &Mapped, states: &HashMap<&'static str, State>, now: model::Moment) -> Line {
    let known = catalogue().requirement(&mapped.requirement);
    Line {
        ours: link_to_ours(&mapped.requirement),
        text: known.map_or(String::new(), |known| known.text.clone()),
        relation: mapped.relation.words(),
        mark: ours(&mapped.requirement, states),
        note: mapped.note.clone(),
        came: (!mapped.by.is_empty()).then(|| (time::when(mapped.at, now), mapped.by.clone())),
    }
}

/// A row for each pair, and some to be filled.
fn form(wanted: &[Wanted]) -> Vec<[Field; 3]> {
    let blank = std::iter::repeat_n(Wanted::default(), BLANK);
    let rows = wanted.iter().cloned().chain(blank).enumerate();
    let field = |part: &str, at: usize, label: &str, control: Control| Field {
        name: format!("{part}.{at}"),
        label: format!("{label}, row {}", at + 1),
        control,
        ..Field::default()
    };
    rows.map(|(at, wanted)| {
        let chosen = Relation::parse(&wanted.relation);
        let option = |relation: Relation| Pick {
            value: relation.name().into(),
            label: format!("{} ours", relation.words()),
            chosen: chosen == Some(relation),
        };
        let options = [Relation::Intersects, Relation::Equal, Relation::Subset, Relation::Superset].map(option);
        let reason = Control::Line { value: wanted.note, kind: "text", autocomplete: "off", max: Some(2_000) };
        [
            field("requirement", at, "Requirement of ours", Control::line(wanted.requirement)),
            field(
                "relation",
                at,
                "How theirs relates to ours",
                Control::Choice { options: options.into(), blank: None },
            ),
            field("note", at, "Why", reason),
        ]
    })
    .collect()
}

/// `POST /frameworks/{id}/{number}`
pub async fn save(
    seat: Seat,
    Held(app): Held<App>,
    Path((key, place)): Path<(String, String)>,
    Form(sent): Form<Vec<(String, String)>>,
) -> Result<Response, Refused> {
    rights::cross(&seat.actor, seat.now)?;
    let opened = app.desk.framework(&seat.actor, &key, seat.now).await?;
    let (place, node) = find(&opened, &place)?;
    let wanted = read(&sent)?;
    let address = format!("{ADDRESS}/{}/{place}", opened.key);
    match app.desk.map_node(&seat.actor, &key, &node.urn, &wanted, seat.now).await {
        Ok(()) => Ok(flash::said(&address, format!("The mapping of {} is kept.", node.label()))),
        Err(Refusal::Invalid(errors)) => {
            let page = page(&app, &seat, &opened, place, &wanted, &errors).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page.render()?)).into_response())
        }
        Err(refusal) => Err(refusal.into()),
    }
}

/// Rows of the form in the order of their numbers. A part that is none is refused.
fn read(sent: &[(String, String)]) -> Result<Vec<Wanted>, Refused> {
    const ROWS_MAX: usize = 500;
    let mut rows: Vec<Wanted> = Vec::new();
    for (name, text) in sent.iter().filter(|(name, _)| name != "csrf") {
        let row = name.split_once('.').and_then(|(part, row)| Some((part, row.parse::<usize>().ok()?)));
        let Some((part, row)) = row.filter(|(_, row)| *row < ROWS_MAX) else {
            return Err(Refused::field(name, "is no part of this form"));
        };
        if rows.len() <= row {
            rows.resize(row + 1, Wanted::default());
        }
        match part {
            "requirement" => rows[row].requirement.clone_from(text),
            "relation" => rows[row].relation.clone_from(text),
            "note" => rows[row].note.clone_from(text),
            _ => return Err(Refused::field(name, "is no part of this form")),
        }
    }
    // Their numbers are the names of what is wrong with them: none is left out.
    Ok(rows)
}
