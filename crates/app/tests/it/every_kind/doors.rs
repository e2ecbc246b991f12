//! Who gets in where: each kind's pages and its part of the API for nobody, strangers, people of another customer and
//! those with the right; and what is internal stays inside.

use std::collections::BTreeSet;

use axum::http::{Method, StatusCode};
use model::{Act, Kind, Reach, Role};
use serde_json::{Value as Json, json};

use super::{
    house::{Complaints, House, edit, full_number},
    sample,
};
use crate::{
    building::{BYSTANDER, Building, CUSTOMER, OWNER, Who, mail},
    world::{Database, now},
};

both_databases!(
    only_those_with_a_right_get_in,
    writing_needs_a_right_as_well,
    internal_fields_do_not_leave_the_house,
    writes_name_the_version_they_mean,
);

async fn built(database: Database) -> (House, Building, Complaints) {
    let house = House::new(database).await;
    let building = Building::over(&house.world.desk).await;
    (house, building, Complaints::default())
}

fn has(kind: &Kind, role: Role, act: Act) -> bool {
    kind.grants.iter().any(|grant| grant.role == role && grant.acts.contains(&act))
}

/// Whether what is marked so is for the people of every customer.
fn is_published(kind: &Kind) -> bool {
    let published = |reach: &Reach| matches!(reach, Reach::Marked(..) | Reach::Published(..) | Reach::Itself);
    kind.grants.iter().any(|grant| grant.role == Role::CustomerUser && published(&grant.reach))
}

/// Names of fields that an answer tells, in JSON as members of `fields` and as what an entry is about.
fn names(json: &Json, found: &mut BTreeSet<String>) {
    match json {
        Json::Array(items) => items.iter().for_each(|item| names(item, found)),
        Json::Object(parts) => {
            for (name, part) in parts {
                match (name.as_str(), part) {
                    ("fields", Json::Object(fields)) => found.extend(fields.keys().cloned()),
                    ("field", Json::String(field)) => drop(found.insert(field.clone())),
                    _ => names(part, found),
                }
            }
        }
        _ => {}
    }
}

/// Whether an answer names a field: a page by a control, a machine's answer by its shape.
fn is_named(path: &str, text: &str, field: &str) -> bool {
    if path.starts_with("/api/") {
        let mut found = BTreeSet::new();
        names(&serde_json::from_str(text).unwrap_or_default(), &mut found);
        return found.contains(field);
    }
    ["value", "data-field", "data-name"].iter().any(|mark| text.contains(&format!("{mark}=\"{field}\"")))
        || text.contains(&format!("/field/{field}\""))
}

/// Addresses that tell something of one record, and those of all of its kind.
fn addresses(kind: &Kind) -> (Vec<String>, Vec<String>) {
    let (page, api) = (format!("/{}", kind.plural), format!("/api/v1/{}", kind.plural));
    let number = full_number(kind);
    let of_one = ["", "/journal", "/links", "/attachments"].map(|rest| format!("{api}/{number}{rest}"));
    let pages = ["", "/edit", "/history"].map(|rest| format!("{page}/{number}{rest}"));
    (of_one.into_iter().chain(pages).collect(), vec![format!("{page}.csv"), page, api])
}

async fn only_those_with_a_right_get_in(database: Database) {
    let (house, building, mut complaints) = built(database).await;
    for kind in house.catalog.kinds() {
        let (of_one, of_all) = addresses(kind);
        for path in of_one.iter().chain(&of_all) {
            let status = building.get(Who::Nobody, path).await.status;
            let wanted = if path.starts_with("/api/") { StatusCode::UNAUTHORIZED } else { StatusCode::SEE_OTHER };
            complaints.unless(status == wanted, kind, || format!("nobody gets {status} from {path}"));
            let status = building.get(OWNER, path).await.status;
            complaints.unless(status == StatusCode::OK, kind, || format!("the owner gets {status} from {path}"));
        }
        for role in Role::ALL.iter().copied().filter(|role| !has(kind, *role, Act::Read)) {
            for path in of_one.iter().chain(&of_all) {
                let status = building.get(Who::Mail(&mail(role)), path).await.status;
                complaints.unless(status == StatusCode::NOT_FOUND, kind, || {
                    format!("{} gets {status} from {path}", role.name())
                });
            }
        }
        // What is published is for the people of all customers.
        for path in of_one.iter().filter(|_| !is_published(kind)) {
            let answer = building.get(BYSTANDER, path).await;
            let status = answer.status;
            complaints
                .unless(status == StatusCode::NOT_FOUND, kind, || format!("a bystander gets {status} from {path}"));
            let missing = building.get(BYSTANDER, &path.replace("-1", "-4711")).await;
            let same = missing.text.replace("-4711", "-1") == answer.text;
            complaints.unless(same, kind, || format!("a bystander can tell that {path} is there"));
        }
    }
    complaints.none();
}

async fn writing_needs_a_right_as_well(database: Database) {
    let (house, building, mut complaints) = built(database).await;
    for kind in house.catalog.kinds() {
        let record = format!("/api/v1/{}/{}", kind.plural, full_number(kind));
        let writes = [
            (Method::POST, format!("/api/v1/{}", kind.plural), Act::Create, json!({"title": "x"})),
            (Method::PATCH, record.clone(), Act::Edit, json!({"title": "x"})),
            (Method::POST, format!("{record}/notes"), Act::Note, json!({"text": "x"})),
            (Method::POST, format!("{record}/transitions"), Act::Step, json!({"to": "withdrawn"})),
            (Method::POST, format!("{record}/links"), Act::Link, json!({"type": "relates_to", "to": "SVC-1"})),
        ];
        for (method, path, act, body) in writes {
            let headers = [("if-match", "*")];
            let nobody = building.send(Who::Nobody, method.clone(), &path, &headers, &body).await.status;
            complaints.unless(nobody == StatusCode::UNAUTHORIZED, kind, || format!("nobody gets {nobody} from {path}"));
            for role in Role::ALL.iter().copied().filter(|role| !has(kind, *role, act)) {
                let answer = building.send(Who::Mail(&mail(role)), method.clone(), &path, &headers, &body).await;
                let limited = kind.grants.iter().any(|grant| grant.role == role && grant.reach != Reach::All);
                let wanted = match act {
                    Act::Create => answer.status == StatusCode::FORBIDDEN || answer.status == StatusCode::NOT_FOUND,
                    _ if !has(kind, role, Act::Read) => answer.status == StatusCode::NOT_FOUND,
                    _ if limited => matches!(answer.status, StatusCode::NOT_FOUND | StatusCode::FORBIDDEN),
                    _ => answer.status == StatusCode::FORBIDDEN,
                };
                complaints.unless(wanted, kind, || {
                    format!("{} may not {}: {} {:.200}", role.name(), act.name(), answer.status, answer.text)
                });
            }
            let bystander = building.send(BYSTANDER, method.clone(), &path, &headers, &body).await.status;
            let hidden = act == Act::Create || is_published(kind) || bystander == StatusCode::NOT_FOUND;
            complaints.unless(hidden, kind, || format!("a bystander gets {bystander} from {path}"));
        }
        let untouched = house.show(kind, &full_number(kind)).await.version();
        complaints.unless(untouched == 1, kind, || format!("it is at version {untouched}"));
    }
    complaints.none();
}

async fn internal_fields_do_not_leave_the_house(database: Database) {
    let (house, building, mut complaints) = built(database).await;
    let (mut told, mut hidden) = (0, 0);
    for kind in house.catalog.kinds() {
        if kind.customer_field.is_none() || !has(kind, Role::CustomerUser, Act::Read) {
            continue;
        }
        for turn in [1, 0] {
            house.one(edit(kind, &full_number(kind), sample::full(&house.catalog, kind, turn)), now()).await;
        }
        let (mut paths, of_all) = addresses(kind);
        paths.retain(|path| !path.ends_with("/edit"));
        paths.extend(of_all);
        for place in ["/search", "/palette", "/api/v1/search"] {
            paths.push(format!("{place}?q={}", sample::word(kind, "title")));
        }
        paths.push(format!("/api/v1/{}?as_of=2026-11-21T00:00:00Z", kind.plural));
        paths.push(format!("/{}?as_of=2026-11-21T00:00:00Z", kind.plural));
        for path in paths {
            let answer = building.get(CUSTOMER, &path).await;
            told += usize::from(answer.status == StatusCode::OK && answer.text.contains(&full_number(kind)));
            for field in sample::own(kind).filter(|field| field.internal) {
                hidden += 1;
                let word = sample::word(kind, &field.name);
                // A state may be called as a field is.
                let is_state = !path.starts_with("/api/") && kind.lifecycle.find(&field.name).is_some();
                let named = !is_state && is_named(&path, &answer.text, &field.name);
                let said = answer.text.contains(word.trim_end_matches("qz")) || named;
                complaints.unless(!said, kind, || format!("{} is told by {path}", field.name));
            }
        }
        for field in sample::own(kind).filter(|field| field.internal) {
            for place in ["/search", "/palette", "/api/v1/search"] {
                let path = format!("{place}?q={}", sample::word(kind, &field.name));
                let answer = building.get(CUSTOMER, &path).await;
                let found = answer.text.contains(&format!("{}\"", full_number(kind)));
                complaints.unless(!found, kind, || format!("{} finds it by {path}", field.name));
            }
        }
    }
    assert!(told > 30 && hidden > 100, "{told} answers tell something, {hidden} times it could have been too much");
    complaints.none();
}

async fn writes_name_the_version_they_mean(database: Database) {
    let (house, building, mut complaints) = built(database).await;
    for kind in house.catalog.kinds() {
        let path = format!("/api/v1/{}/{}", kind.plural, full_number(kind));
        let tag = building.get(OWNER, &path).await.header("etag").to_string();
        let body = json!({"title": "Another title"});
        let blind = building.send(OWNER, Method::PATCH, &path, &[], &body).await;
        complaints.unless(blind.status.as_u16() == 428, kind, || format!("without a version: {}", blind.status));
        let first = building.send(OWNER, Method::PATCH, &path, &[("if-match", &tag)], &body).await;
        complaints
            .unless(first.status == StatusCode::OK, kind, || format!("with {tag}: {} {}", first.status, first.text));
        let body = json!({"title": "A third title"});
        let second = building.send(OWNER, Method::PATCH, &path, &[("if-match", &tag)], &body).await;
        complaints.unless(second.status.as_u16() == 412, kind, || format!("with {tag} again: {}", second.status));
        let shown = house.show(kind, &full_number(kind)).await;
        complaints.unless(shown.title() == "Another title", kind, || format!("its title is {}", shown.title()));
    }
    complaints.none();
}
