//! What changes from ours to another framework: what it asks anew, what it asks otherwise, and what it asks no more. The view
//! for the next edition of the standard.

use std::collections::{BTreeMap, HashMap};

use askama::Template;
use axum::{
    extract::{Path, State as Held},
    response::Html,
};
use desk::crosswalk::{self, Mapped, Opened};
use engines::conformity::{Requirement, State, catalogue};
use frameworks::{Node, Relation};

use super::{ADDRESS, crumbs, link_to_ours, mark, ours};
use crate::{
    App, Refused, Seat,
    view::{
        parts::{Link, Mark},
        shell::Shell,
    },
};

/// Rows of each part; beyond them only the number is told.
const ROWS: usize = 300;

#[derive(Template)]
#[template(path = "page/framework_changes.html")]
struct ChangesPage {
    shell: Shell,
    crumbs: Vec<Link>,
    name: String,
    parts: Vec<Part>,
    same: usize,
}

struct Part {
    id: &'static str,
    title: &'static str,
    told: &'static str,
    rows: Vec<Row>,
    more: usize,
}

struct Row {
    label: Link,
    text: String,
    mark: Mark,
    beside: Vec<Link>,
}

/// `GET /frameworks/{id}/changes`
pub async fn open(seat: Seat, Held(app): Held<App>, Path(key): Path<String>) -> Result<Html<String>, Refused> {
    let opened = app.desk.framework(&seat.actor, &key, seat.now).await?;
    let assessment = app.desk.assessment(&seat.actor, seat.now).await?;
    let states = crosswalk::states(&assessment);
    let (parts, same) = compare(&opened, &states);
    let page = ChangesPage {
        shell: Shell { views: true, ..crate::shell(&app, &seat, "/conformity").await },
        crumbs: {
            let mut crumbs = crumbs();
            crumbs.push(Link::new(&opened.framework.name, format!("{ADDRESS}/{}", opened.key)));
            crumbs
        },
        name: opened.framework.name.clone(),
        parts,
        same,
    };
    Ok(Html(page.render()?))
}

/// The parts, and how many requirements stay as they are.
fn compare(opened: &Opened, states: &HashMap<&'static str, State>) -> (Vec<Part>, usize) {
    let demands = || opened.framework.nodes.iter().enumerate().filter(|(_, node)| node.demands);
    let theirs = |(place, node): (usize, &Node)| Row {
        label: Link::new(node.label(), format!("{ADDRESS}/{}/{place}", opened.key)),
        text: crate::view::text::shortened(if node.text.is_empty() { &node.name } else { &node.text }, 240),
        mark: mark(opened.standing(node, states)),
        beside: opened.mapped(node).iter().take(6).map(|mapped| link_to_ours(&mapped.requirement)).collect(),
    };
    let covered = |node: &Node| opened.mapped(node).iter().any(|mapped| mapped.relation.covers());
    let is_new = |node: &Node| !opened.is_ours() && opened.mapped(node).is_empty();
    let is_same = |node: &Node| opened.is_ours() || covered(node);
    let new = demands().filter(|(_, node)| is_new(node)).map(theirs).collect();
    let otherwise = demands().filter(|(_, node)| !is_new(node) && !is_same(node)).map(theirs).collect();
    // What of ours goes on whole: where theirs asks for the same or for more.
    let mut goes_on: BTreeMap<&str, Vec<&Mapped>> = BTreeMap::new();
    for mapped in opened.mapping.values().flatten() {
        goes_on.entry(&mapped.requirement).or_default().push(mapped);
    }
    let known = catalogue().requirements.iter().filter(|known| known.binding && !opened.is_ours());
    let own = |known: &Requirement, beside: Vec<Link>| Row {
        label: link_to_ours(&known.id),
        text: known.text.clone(),
        mark: ours(&known.id, states),
        beside,
    };
    let gone =
        known.clone().filter(|known| !goes_on.contains_key(known.id.as_str())).map(|known| own(known, Vec::new()));
    let in_part = known.filter_map(|known| {
        let mapped = goes_on.get(known.id.as_str())?;
        let whole = mapped.iter().any(|mapped| matches!(mapped.relation, Relation::Equal | Relation::Superset));
        (!whole).then(|| own(known, Vec::new()))
    });
    let same = demands().filter(|(_, node)| is_same(node)).count();
    let parts = vec![
        part("new", "Asked anew", "nothing of ours is mapped to these", new),
        part("otherwise", "Asked otherwise", "ours overlaps with these and covers none whole", otherwise),
        part("part", "Kept in part", "requirements of ours of which it asks for some", in_part.collect()),
        part("gone", "Asked no more", "requirements of ours that nothing of it is mapped to", gone.collect()),
    ];
    (parts, same)
}

fn part(id: &'static str, title: &'static str, told: &'static str, mut rows: Vec<Row>) -> Part {
    let more = rows.len().saturating_sub(ROWS);
    rows.truncate(ROWS);
    Part { id, title, told, rows, more }
}
