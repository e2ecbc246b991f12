//! The frame of a page for whoever sits there: where they may go, with how much open work waits where.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use desk::rights;
use engines::conformity::{Assessment, State};
use futures::{FutureExt as _, future::BoxFuture};
use model::{Act, Area, Catalog, Kind, Moment, Role, time::SECOND};

use crate::{
    App, Seat,
    pages::{self, menu},
    view::shell::{NavGroup, NavItem, Readiness, Shell, User},
};

/// Counts of open work are as old as this at most.
const FRESH: i64 = 15 * SECOND;
/// Most entries of the menu behind "New".
const CREATABLE: usize = 8;
/// Accounts whose counts are remembered.
const REMEMBERED: usize = 1_000;

/// Open work by kind, by account.
#[derive(Default)]
pub(crate) struct Counts(Mutex<HashMap<i64, (Moment, ByKind)>>);

type ByKind = HashMap<&'static str, i64>;

/// The frame around every page. `current` is the address of the navigation's item that the page belongs to, such as
/// `/incidents`; empty for none.
pub fn shell<'a>(app: &'a App, seat: &'a Seat, current: &'a str) -> BoxFuture<'a, Shell> {
    async move {
        let catalog = app.desk.catalog();
        let areas: Vec<(Area, Vec<(&Kind, &menu::Item)>)> =
            Area::ALL.iter().map(|area| (*area, of_area(&catalog, seat, *area))).collect();
        let counted = areas.iter().filter(|(area, _)| *area == Area::Run).flat_map(|(_, kinds)| kinds);
        let counts = open_work(app, seat, counted.map(|(kind, _)| kind.name).collect()).await;
        let readiness = app.desk.known_assessment(&seat.actor, seat.now).map(|known| readiness(&known));
        let item = |label: &str, href: &str, key| NavItem {
            label: label.into(),
            href: href.into(),
            key,
            current: href == current,
            ..NavItem::default()
        };
        let everyday = everyday(seat).into_iter().map(|(label, href, key)| item(label, href, key));
        let mut nav = vec![NavGroup { title: String::new(), items: everyday.collect() }];
        for (area, kinds) in areas {
            let line = |(kind, place): &(&Kind, &menu::Item)| {
                let count = worded(counts.get(kind.name).copied().unwrap_or_default());
                let list = format!("/{}", kind.plural);
                let mut item = NavItem { count, ..item(place.label.unwrap_or(&kind.labels), &list, place.key) };
                // Who works in queues comes to what is open, the next due first; the count beside it counts the same.
                if kind.clocked && seat.actor.customer.is_none() {
                    item.href = format!("{list}?filter=phase+%21%3D+done");
                }
                item
            };
            let mut items: Vec<NavItem> = kinds.iter().map(line).collect();
            if area == Area::Prove && seat.actor.customer.is_none() {
                let count = readiness.as_ref().map_or(String::new(), |readiness| readiness.figure.clone());
                items.insert(0, NavItem { count, ..item("Conformity", "/conformity", "m") });
            }
            for page in made_by_hand(seat, area, &kinds) {
                items.insert(page.at.min(items.len()), item(page.label, page.href, ""));
            }
            if !items.is_empty() {
                nav.push(NavGroup { title: area.label().into(), items });
            }
        }
        let settings = app.desk.settings();
        Shell {
            lang: "en".into(),
            theme: seat.account.theme,
            keys: seat.account.keys,
            csrf: seat.csrf.clone(),
            path: seat.path.clone(),
            user: Some(user(seat)),
            organisation: settings.organisation.clone(),
            scope_line: settings.scope.clone(),
            nav,
            readiness,
            creatable: creatable(&catalog, seat),
            flashes: seat.flashes.clone(),
            views: false,
        }
    }
    .boxed()
}

/// What stands above the areas: label, address and key.
fn everyday(seat: &Seat) -> Vec<(&'static str, &'static str, &'static str)> {
    if seat.actor.customer.is_some() {
        return pages::portal::PLACES.iter().map(|(label, href)| (*label, *href, "")).collect();
    }
    let mut pages = vec![
        ("Home", "/", "h"),
        ("My work", "/my-work", "w"),
        ("Approvals", "/approvals", ""),
        ("Trends", "/trends", ""),
        ("All records", "/records", "z"),
    ];
    if pages::auditor::is_seat(seat) {
        pages[0] = ("Your audit", pages::auditor::ADDRESS, "h");
    }
    pages.extend([("Wall board", "/wall", ""), ("Pictures", "/pictures", "")]);
    if seat.actor.has(Role::Administrator) {
        pages.push(("Administration", "/administration", ""));
    }
    pages
}

/// How much is proved, by the last assessment there is; a requirement that only a person can judge counts until judged.
fn readiness(assessment: &Assessment) -> Readiness {
    let (proved, total) = (assessment.count(State::Proved), assessment.verdicts.len().max(1));
    Readiness { figure: format!("{} %", proved * 100 / total), words: format!("proved, {proved} of {total}") }
}

fn of_area<'c>(catalog: &'c Catalog, seat: &Seat, area: Area) -> Vec<(&'c Kind, &'static menu::Item)> {
    let places = match area {
        Area::Run => menu::RUN,
        Area::Services => menu::SERVICES,
        Area::Assure => menu::ASSURE,
        Area::Prove => menu::PROVE,
    };
    let found = places.iter().filter_map(|place| Some((catalog.find(place.kind)?, place)));
    found.filter(|(kind, _)| rights::may(&seat.actor, kind, Act::Read, None)).collect()
}

/// Pages made by hand among the lists of an area; people of customers have their own.
fn made_by_hand(seat: &Seat, area: Area, kinds: &[(&Kind, &menu::Item)]) -> Vec<&'static menu::Page> {
    let names: Vec<&str> = kinds.iter().map(|(kind, _)| kind.name).collect();
    if seat.actor.customer.is_some() {
        return Vec::new();
    }
    let mut pages: Vec<&menu::Page> = menu::made_by_hand(area, &names).collect();
    if area == Area::Prove && rights::host(&seat.actor, seat.now).is_ok() {
        pages.push(&menu::AUDITORS);
    }
    pages
}

/// What this person may create, in the order of the catalog, work first.
fn creatable(catalog: &Catalog, seat: &Seat) -> Vec<NavItem> {
    if seat.actor.customer.is_some() {
        let (label, href) = pages::portal::REPORT;
        return vec![NavItem { label: label.into(), href: href.into(), ..NavItem::default() }];
    }
    let may = |kind: &&Kind| kind.area == Area::Run && rights::may(&seat.actor, kind, Act::Create, None);
    let item = |kind: &Kind| NavItem {
        label: kind.label.clone(),
        href: format!("/{}/new", kind.plural),
        ..NavItem::default()
    };
    catalog.kinds().iter().filter(may).take(CREATABLE).map(item).collect()
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
