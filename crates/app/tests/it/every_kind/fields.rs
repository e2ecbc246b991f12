//! What a new record takes and what it refuses, field by field.

use std::collections::BTreeSet;

use model::{Command, Fields, Kind, Refusal};
use serde_json::{Map, Value as Json, json};

use super::{
    house::{Complaints, House, create, early, edit, full_number, least_number, named, owner},
    sample,
};
use crate::world::{Database, now};

both_databases!(
    what_is_required_is_enough,
    a_full_record_is_kept_as_it_was_given,
    what_is_required_is_asked_for,
    unknown_fields_are_refused_with_what_was_meant,
    wrong_values_are_refused_beside_their_field,
    fields_are_edited_and_emptied,
    a_number_is_taken_once,
);

async fn what_is_required_is_enough(database: Database) {
    let (house, mut complaints) = (House::new(database).await, Complaints::default());
    for kind in house.catalog.kinds() {
        let shown = house.show(kind, &least_number(kind)).await;
        let start = kind.lifecycle.start();
        complaints.unless(shown.state() == start, kind, || format!("begins {} instead of {start}", shown.state()));
        complaints.unless(!shown.title().is_empty(), kind, || "has no title".into());
        complaints.unless(shown.version() == 1 && shown.created() == early(), kind, || "has another beginning".into());
        for field in sample::own(kind).filter(|field| field.required) {
            let filled = shown.fields().get(&field.name).is_some_and(model::Value::is_filled);
            complaints.unless(filled, kind, || format!("{} is not there", field.name));
        }
    }
    complaints.none();
}

async fn a_full_record_is_kept_as_it_was_given(database: Database) {
    let (house, mut complaints) = (House::new(database).await, Complaints::default());
    for kind in house.catalog.kinds() {
        let shown = house.show(kind, &full_number(kind)).await;
        let wanted = house.ruled(kind, &sample::full(&house.catalog, kind, 0), None);
        differences(kind, &wanted, shown.fields(), &mut complaints);
    }
    complaints.none();
}

async fn what_is_required_is_asked_for(database: Database) {
    let (house, mut complaints) = (House::empty(database).await, Complaints::default());
    let mut tried = 0;
    for kind in house.catalog.kinds() {
        let wholes = [sample::full(&house.catalog, kind, 0), sample::least(&house.catalog, kind)];
        for (field, mut fields) in sample::own(kind)
            .filter(|field| field.required)
            .flat_map(|field| wholes.iter().map(move |whole| (field, whole.clone())))
        {
            fields.remove(&field.name);
            let refused = house.all(&owner(), vec![create(kind, &full_number(kind), fields)], now()).await.remove(0);
            tried += 1;
            match refused {
                Err(refusal) if named(&refusal) == [field.name.clone()] => {}
                other => complaints.add(kind, format!("{} is missing and that gives {other:?}", field.name)),
            }
        }
    }
    assert!(tried > 40, "only {tried} required fields were tried");
    complaints.none();
}

async fn unknown_fields_are_refused_with_what_was_meant(database: Database) {
    let (house, mut complaints) = (House::empty(database).await, Complaints::default());
    for kind in house.catalog.kinds() {
        let Some(field) = sample::own(kind).find(|field| field.name.len() > 3) else { continue };
        let mut fields = sample::full(&house.catalog, kind, 0);
        let slip = format!("{}x", field.name);
        fields.insert(slip.clone(), json!("something"));
        let refused = house.all(&owner(), vec![create(kind, &full_number(kind), fields)], now()).await.remove(0);
        let told = match &refused {
            Err(Refusal::Invalid(errors)) => errors.iter().any(|error| {
                error.field == slip && error.message.contains(&format!("did you mean \"{}\"", field.name))
            }),
            _ => false,
        };
        complaints.unless(told, kind, || format!("{slip} gives {refused:?}"));
    }
    complaints.none();
}

async fn wrong_values_are_refused_beside_their_field(database: Database) {
    let (house, mut complaints) = (House::empty(database).await, Complaints::default());
    for kind in house.catalog.kinds() {
        let tries: Vec<(String, Json)> =
            sample::own(kind).filter_map(|field| Some((field.name.clone(), sample::refused(&field.ty)?))).collect();
        let commands = tries.iter().enumerate().map(|(at, (name, wrong))| {
            let mut fields = sample::full(&house.catalog, kind, 0);
            fields.insert(name.clone(), wrong.clone());
            create(kind, &format!("{}-{}", kind.prefix, at + 10), fields)
        });
        let done = house.all(&owner(), commands.collect(), now()).await;
        for ((name, wrong), done) in tries.iter().zip(done) {
            let beside = done.as_ref().err().map(named).unwrap_or_default();
            complaints.unless(beside == [name.clone()], kind, || format!("{name}: {wrong} gives {done:?}"));
        }
    }
    complaints.none();
}

async fn fields_are_edited_and_emptied(database: Database) {
    let (house, mut complaints) = (House::new(database).await, Complaints::default());
    for kind in house.catalog.kinds() {
        let number = full_number(kind);
        let (before, given) = (house.show(kind, &number).await, sample::full(&house.catalog, kind, 1));
        house.one(edit(kind, &number, given.clone()), now()).await;
        let shown = house.show(kind, &number).await;
        complaints.unless(shown.version() == 2, kind, || "an edit gives the next version".into());
        differences(kind, &house.ruled(kind, &given, Some(&before)), shown.fields(), &mut complaints);
        let empty: Map<String, Json> =
            sample::own(kind).filter(|field| !field.required).map(|field| (field.name.clone(), Json::Null)).collect();
        let empty = if kind.titled_by.iter().any(|name| empty.contains_key(*name)) {
            without_title(kind, empty)
        } else {
            empty
        };
        let wanted: Vec<String> = empty.keys().cloned().collect();
        house.one(edit(kind, &number, empty), now()).await;
        let shown = house.show(kind, &number).await;
        for name in wanted.iter().filter(|name| shown.fields().contains_key(*name)) {
            complaints.add(kind, format!("{name} was emptied and is {:?}", shown.fields()[name]));
        }
    }
    complaints.none();
}

fn differences(kind: &Kind, wanted: &Fields, kept: &Fields, complaints: &mut Complaints) {
    for name in wanted.keys().chain(kept.keys()).collect::<BTreeSet<_>>() {
        // What fills itself is not what was sent, and has tests of its own.
        if kind.find(name).is_some_and(|field| field.derived) {
            continue;
        }
        let (wanted, kept) = (wanted.get(name), kept.get(name));
        complaints.unless(wanted == kept, kind, || format!("{name}: {wanted:?} became {kept:?}"));
    }
}

/// What gives the title stays, where nothing else gives one.
fn without_title(kind: &Kind, mut fields: Map<String, Json>) -> Map<String, Json> {
    for name in &kind.titled_by {
        fields.remove(*name);
    }
    fields
}

async fn a_number_is_taken_once(database: Database) {
    let (house, mut complaints) = (House::new(database).await, Complaints::default());
    for kind in house.catalog.kinds() {
        let least = sample::least(&house.catalog, kind);
        let again = house.try_one(create(kind, &full_number(kind), least.clone()), now()).await;
        let taken = again.as_ref().err().map(named).unwrap_or_default() == ["number"];
        complaints.unless(taken, kind, || format!("its number twice gives {again:?}"));
        let new = Command::Create { kind: kind.name.into(), number: None, input: model::Input::json(least) };
        let new = house.one(new, now()).await.number;
        complaints.unless(new == format!("{}-3", kind.prefix), kind, || format!("the next number is {new}"));
    }
    complaints.none();
}
