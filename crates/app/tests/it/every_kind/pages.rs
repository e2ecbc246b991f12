//! Pages: a control for every field, and forms that make what the API makes.

use axum::http::{Method, StatusCode};
use model::Kind;
use serde_json::{Map, Value as Json, json};

use super::{
    house::{Complaints, House, create, early, full_number, least_number},
    sample,
};
use crate::{
    building::{Building, OWNER, untouched},
    world::Database,
};

both_databases!(
    forms_have_a_control_for_every_field,
    a_form_makes_the_record_that_the_api_makes,
    a_step_page_changes_what_the_api_changes,
    a_table_for_other_programs_holds_what_the_list_holds,
    a_list_shows_its_records_and_refuses_what_it_does_not_have,
    a_record_shows_what_it_holds,
);

async fn built(database: Database) -> (House, Building, Complaints) {
    let house = House::new(database).await;
    let building = Building::over(&house.world.desk).await;
    (house, building, Complaints::default())
}

async fn forms_have_a_control_for_every_field(database: Database) {
    let (house, building, mut complaints) = built(database).await;
    for kind in house.catalog.kinds() {
        for path in [format!("/{}/new", kind.plural), format!("/{}/{}/edit", kind.plural, full_number(kind))] {
            let page = building.get(OWNER, &path).await;
            complaints.unless(page.status == StatusCode::OK, kind, || format!("{path} is {}", page.status));
            for name in sample::own(kind).map(|field| field.name.as_str()).chain(["title"]) {
                let forms = [format!("name=\"{name}\""), format!("name=\"{name}."), format!("data-rows=\"{name}\"")];
                let there = forms.iter().any(|form| page.text.contains(form));
                complaints.unless(there, kind, || format!("{path} has no control for {name}"));
            }
            let run = page.text.contains("<script>alert");
            complaints.unless(!run, kind, || format!("{path}: what somebody typed would run"));
        }
    }
    complaints.none();
}

/// The fields of a record as the API tells them.
async fn told(building: &Building, kind: &Kind, number: &str) -> Map<String, Json> {
    let answer = building.get(OWNER, &format!("/api/v1/{}/{number}", kind.plural)).await;
    let mut json = answer.json();
    json["fields"]["title"] = json["title"].take();
    json["fields"].as_object().cloned().unwrap_or_default()
}

async fn a_form_makes_the_record_that_the_api_makes(database: Database) {
    let (house, building, mut complaints) = built(database).await;
    for kind in house.catalog.kinds() {
        let mut fields = sample::full(&house.catalog, kind, 0);
        let title = fields.remove("title");
        let collection = format!("/api/v1/{}", kind.plural);
        let body = json!({"title": title, "fields": fields});
        let by_api = building.send(OWNER, Method::POST, &collection, &[], &body).await;
        if by_api.status != StatusCode::CREATED {
            complaints.add(kind, format!("the API says {}: {:.300}", by_api.status, by_api.text));
            continue;
        }
        let number = by_api.json()["number"].as_str().unwrap_or_default().to_string();
        let edit = format!("/{}/{number}/edit", kind.plural);
        let mut pairs = untouched(&building.get(OWNER, &edit).await.text, &edit);
        pairs.retain(|(name, _)| name != "__version" && name != "once");
        let new = format!("/{}/new", kind.plural);
        let mut by_form = building.form(OWNER, &new, &pairs).await;
        // What is ordered comes back once with what it costs, and is sent as it came back.
        if by_form.status == StatusCode::OK && kind.form.is_some() {
            by_form = building.form(OWNER, &new, &untouched(&by_form.text, &new)).await;
        }
        if by_form.status != StatusCode::SEE_OTHER {
            complaints.add(kind, format!("the form says {}", by_form.status));
            continue;
        }
        let second = by_form.header("location").rsplit('/').next().unwrap_or_default().to_string();
        complaints.unless(second != number, kind, || format!("the form made {second} again"));
        let (first, second) = (told(&building, kind, &number).await, told(&building, kind, &second).await);
        for name in first.keys().chain(second.keys()) {
            let (api, form) = (first.get(name), second.get(name));
            complaints.unless(api == form, kind, || format!("{name}: {api:?} by the API, {form:?} by the form"));
        }
    }
    complaints.none();
}

/// Every field as a column; what is one value reads back as that value.
async fn a_table_for_other_programs_holds_what_the_list_holds(database: Database) {
    let (house, building, mut complaints) = built(database).await;
    for kind in house.catalog.kinds() {
        let columns: Vec<&str> = ["number", "title", "state"]
            .into_iter()
            .chain(sample::own(kind).map(|field| field.name.as_str()))
            .collect();
        let path = format!("/{}.csv?fields={}&order_by=number", kind.plural, columns.join(","));
        let table = building.get(OWNER, &path).await;
        let mut reader = csv::Reader::from_reader(table.text.as_bytes());
        let heads = reader.headers().map(|heads| heads.iter().map(str::to_string).collect::<Vec<_>>());
        let headed = heads.as_ref().is_ok_and(|heads| *heads == columns);
        complaints.unless(headed, kind, || format!("{path} is {}: {heads:?}", table.status));
        let lines: Vec<csv::StringRecord> = reader.records().filter_map(Result::ok).collect();
        let numbers: Vec<&str> = lines.iter().filter_map(|line| line.get(0)).collect();
        let both = [full_number(kind), least_number(kind)];
        complaints.unless(numbers == both, kind, || format!("the table holds {numbers:?}"));
        for (line, number) in lines.iter().zip(both) {
            let shown = house.show(kind, &number).await;
            for (column, text) in columns.iter().zip(line) {
                let ty = kind.type_of(column).expect("a column");
                let value = shown.value(kind, column);
                let read = if ty.is_scalar() {
                    ty.parse(text).ok().flatten()
                } else {
                    value.clone().filter(|_| !text.is_empty())
                };
                complaints.unless(read == value, kind, || format!("{number}, {column}: {value:?} stands as {text:?}"));
            }
        }
    }
    complaints.none();
}

/// Two records alike, one moved by its page and one by the API: what a form says beside the fields must not become one.
async fn a_step_page_changes_what_the_api_changes(database: Database) {
    let (house, building, mut complaints) = built(database).await;
    for kind in house.catalog.kinds() {
        let (first, second) = (full_number(kind), format!("{}-5", kind.prefix));
        house.one(create(kind, &second, sample::full(&house.catalog, kind, 0)), early()).await;
        let begun = (house.show(kind, &first).await.version(), house.show(kind, &second).await.version());
        let to = kind.lifecycle.steps_from(kind.lifecycle.start()).next().expect("a way on").to;
        let page = building.get(OWNER, &format!("/{}/{first}/step?to={to}", kind.plural)).await;
        let action = format!("/{}/{first}/step", kind.plural);
        let by_form = building.form(OWNER, &action, &untouched(&page.text, &action)).await;
        let path = format!("/api/v1/{}/{second}/transitions", kind.plural);
        let by_api = building.send(OWNER, Method::POST, &path, &[("if-match", "*")], &json!({"to": to})).await;
        let done = by_form.status == StatusCode::SEE_OTHER && by_api.status == StatusCode::OK;
        complaints
            .unless(done, kind, || format!("to {to}: {} by the page, {} by the API", by_form.status, by_api.status));
        let (page, api) = (house.show(kind, &first).await, house.show(kind, &second).await);
        let same = page.state() == api.state() && page.version() - begun.0 == api.version() - begun.1;
        complaints.unless(same, kind, || format!("{} by the page, {} by the API", page.state(), api.state()));
        for name in page.fields().keys().chain(api.fields().keys()) {
            // The first was made before what it refers to, so that less was filled in by itself.
            if kind.find(name).is_some_and(|field| field.derived) {
                continue;
            }
            // What others that were made meanwhile say of one of them stands there alone.
            let mut mirrors = house.catalog.kinds().iter().flat_map(|other| &other.mirrors);
            if mirrors.any(|mirror| mirror.kind == kind.name && mirror.back == name) {
                continue;
            }
            let (page, api) = (page.fields().get(name), api.fields().get(name));
            complaints.unless(page == api, kind, || format!("{name}: {page:?} by the page, {api:?} by the API"));
        }
    }
    complaints.none();
}

async fn a_list_shows_its_records_and_refuses_what_it_does_not_have(database: Database) {
    let (house, building, mut complaints) = built(database).await;
    for kind in house.catalog.kinds() {
        let page = building.get(OWNER, &format!("/{}", kind.plural)).await;
        let done = kind.phase(kind.lifecycle.start()) == model::Phase::Done;
        for number in [full_number(kind), least_number(kind)] {
            let there = page.text.contains(&format!("/{}/{number}\"", kind.plural));
            complaints.unless(there || done, kind, || format!("{number} is not in its list ({})", page.status));
        }
        let Some(field) = sample::own(kind).find(|field| field.name.len() > 3) else { continue };
        let slip = format!("{}x", field.name);
        for query in [format!("filter={slip}%20is%20filled"), format!("order_by={slip}"), format!("fields={slip}")] {
            for path in [format!("/{}?{query}", kind.plural), format!("/api/v1/{}?{query}", kind.plural)] {
                let page = building.get(OWNER, &path).await;
                let told = page.status == StatusCode::BAD_REQUEST && page.text.contains("did you mean");
                complaints.unless(told, kind, || format!("{path} is {}", page.status));
            }
        }
    }
    complaints.none();
}

async fn a_record_shows_what_it_holds(database: Database) {
    let (house, building, mut complaints) = built(database).await;
    for kind in house.catalog.kinds() {
        let path = format!("/{}/{}", kind.plural, full_number(kind));
        let page = building.get(OWNER, &path).await;
        complaints.unless(page.status == StatusCode::OK, kind, || format!("{path} is {}", page.status));
        let texts = |field: &&model::Field| matches!(field.ty, model::Type::Text | model::Type::LongText);
        for field in sample::own(kind).filter(texts) {
            let there = page.text.contains(&sample::word(kind, &field.name));
            complaints.unless(there, kind, || format!("{} is not on its page", field.name));
        }
        let api = told(&building, kind, &full_number(kind)).await;
        let shown = house.show(kind, &full_number(kind)).await;
        for (name, value) in shown.fields() {
            complaints
                .unless(api.get(name) == Some(&value.to_json()), kind, || format!("the API tells {name} otherwise"));
        }
    }
    complaints.none();
}
