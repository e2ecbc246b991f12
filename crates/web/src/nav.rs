//! The frame of a page for whoever sits there: where they may go, with how much open work waits where.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use desk::rights;
use model::{Act, Area, Catalog, Kind, Moment, time::SECOND};

use crate::{
    App, Seat,
    view::shell::{NavGroup, NavItem, Shell, User},
};

/// Counts of open work are as old as this at most.
const FRESH: i64 = 15 * SECOND;
/// Most kinds of one area in the navigation; the others are a page away.
const PER_AREA: usize = 7;
/// Accounts whose counts are remembered.
const REMEMBERED: usize = 1_000;

/// Open work by kind, by account.
#[derive(Default)]
pub(crate) struct Counts(Mutex<HashMap<i64, (Moment, HashMap<&'static str, i64>)>>);

/// The frame around every page. `current` is the address of the navigation's item that the page belongs to, such as
/// `/incidents`; empty for none.
pub async fn shell(app: &App, seat: &Seat, current: &str) -> Shell {
    let catalog = app.desk.catalog();
    let areas: Vec<(Area, Vec<&Kind>)> = Area::ALL.iter().map(|area| (*area, of_area(&catalog, seat, *area))).collect();
    let counted: Vec<&'static str> = areas
        .iter()
        .filter(|(area, _)| *area == Area::Run)
        .flat_map(|(_, kinds)| kinds)
        .map(|kind| kind.name)
        .collect();
    let counts = open_work(app, seat, counted).await;
    let item = |label: &str, href: &str, count: String| NavItem {
        label: label.into(),
        href: href.into(),
        count,
        current: href == current,
        ..NavItem::default()
    };
    let mut nav = vec![NavGroup { title: String::new(), items: vec![item("Home", "/", String::new())] }];
    for (area, kinds) in areas {
        let item = |kind: &&Kind| {
            let count = counts.get(kind.name).copied().unwrap_or_default();
            item(&kind.labels, &format!("/{}", kind.plural), worded(count))
        };
        let items: Vec<NavItem> = kinds.iter().map(item).collect();
        if !items.is_empty() {
            nav.push(NavGroup { title: area.label().into(), items });
        }
    }
    Shell {
        lang: "en".into(),
        theme: seat.account.theme,
        keys: seat.account.keys,
        csrf: seat.csrf.clone(),
        path: seat.path.clone(),
        user: Some(user(seat)),
        organisation: String::new(),
        scope_line: String::new(),
        nav,
        readiness: None,
        creatable: creatable(&catalog, seat),
        flashes: seat.flashes.clone(),
        views: false,
    }
}

fn of_area<'c>(catalog: &'c Catalog, seat: &Seat, area: Area) -> Vec<&'c Kind> {
    let readable = |kind: &&Kind| kind.area == area && rights::may(&seat.actor, kind, Act::Read, None);
    catalog.kinds().iter().filter(readable).take(PER_AREA).collect()
}

/// What this person may create, in the order of the catalog, work first.
fn creatable(catalog: &Catalog, seat: &Seat) -> Vec<NavItem> {
    let may = |kind: &&Kind| kind.area == Area::Run && rights::may(&seat.actor, kind, Act::Create, None);
    let item = |kind: &Kind| NavItem {
        label: kind.label.clone(),
        href: format!("/{}/new", kind.plural),
        ..NavItem::default()
    };
    catalog.kinds().iter().filter(may).take(PER_AREA).map(item).collect()
}

fn user(seat: &Seat) -> User {
    let roles: Vec<&str> = seat.account.roles.iter().map(|role| role.label()).collect();
    User {
        name: seat.account.name.clone(),
        email: seat.account.email.clone(),
        roles: roles.join(", "),
        href: String::new(),
    }
}

fn worded(count: i64) -> String {
    match count {
        0 => String::new(),
        _ if count > desk::COUNT_CAP => format!("{}+", desk::COUNT_CAP),
        _ => count.to_string(),
    }
}

async fn open_work(app: &App, seat: &Seat, kinds: Vec<&'static str>) -> HashMap<&'static str, i64> {
    let known = {
        let counts = app.counts.0.lock().unwrap_or_else(PoisonError::into_inner);
        counts.get(&seat.account.id).filter(|(at, _)| seat.now < at.plus(FRESH) && seat.now >= *at).cloned()
    };
    if let Some((_, counts)) = known {
        return counts;
    }
    // A page without its counts is still a page; the fault is in the log.
    let fresh = app.desk.open_work(&seat.actor, &kinds, seat.now).await.unwrap_or_default();
    let mut counts = app.counts.0.lock().unwrap_or_else(PoisonError::into_inner);
    if counts.len() >= REMEMBERED {
        counts.retain(|_, (at, _)| seat.now < at.plus(FRESH));
    }
    counts.insert(seat.account.id, (seat.now, fresh.clone()));
    fresh
}
