//! What is internal never reaches a customer's people: not by reading, not by asking, not by writing.

use model::{Act, Kind, Query, Refusal, Role, filter_text, query};

use super::{
    house::{Complaints, House, create, edit, full_number, of_role},
    sample,
};
use crate::world::{Database, now};

both_databases!(internal_fields_are_not_told, internal_fields_cannot_be_asked_for, internal_fields_cannot_be_written);

/// Kinds that a customer's people may read where they are theirs, with the names of what is internal.
fn read_by_customers(house: &House) -> Vec<(&Kind, Vec<String>)> {
    let reads = |kind: &&Kind| {
        // What must be released first has a test of its own (`service_reports`).
        let is_released = |grant: &model::Grant| matches!(grant.reach, model::Reach::Published(..));
        let granted = |grant: &model::Grant| {
            grant.role == Role::CustomerUser && grant.acts.contains(&Act::Read) && !is_released(grant)
        };
        kind.customer_field.is_some() && kind.grants.iter().any(granted)
    };
    let kinds = house.catalog.kinds().iter().filter(reads);
    let internal =
        |kind: &Kind| sample::own(kind).filter(|field| field.internal).map(|field| field.name.clone()).collect();
    let kinds: Vec<(&Kind, Vec<String>)> = kinds.map(|kind| (kind, internal(kind))).collect();
    assert!(kinds.len() >= 4, "customers read hardly anything");
    kinds
}

async fn internal_fields_are_not_told(database: Database) {
    let (house, mut complaints) = (House::new(database).await, Complaints::default());
    let (desk, customer) = (&house.world.desk, of_role(Role::CustomerUser));
    for (kind, internal) in read_by_customers(&house) {
        let number = full_number(kind);
        house.one(edit(kind, &number, sample::full(&house.catalog, kind, 1)), now()).await;
        house.one(edit(kind, &number, sample::full(&house.catalog, kind, 0)), now()).await;
        let whole = desk.whole(&customer, kind.name, &number, now()).await.expect("it is theirs");
        let page = desk.list(&customer, &Query::of(kind.name), now()).await.expect("a list");
        let past = Query { as_of: Some(super::house::early().plus(1)), ..Query::of(kind.name) };
        let past = desk.list(&customer, &past, now()).await.expect("a list of the past");
        let told = format!("{whole:?}\n{page:?}\n{past:?}");
        complaints
            .unless(told.contains(&number) && !whole.entries.is_empty(), kind, || "nothing is told at all".into());
        for name in internal {
            let word = sample::word(kind, &name);
            let said = told.contains(&format!("\"{name}\"")) || told.contains(word.trim_end_matches("qz"));
            complaints.unless(!said, kind, || format!("{name} is told"));
            for who in [&customer, &super::house::owner()] {
                let words = Query { words: Some(word.clone()), ..Query::of(kind.name) };
                let found = desk.list(who, &words, now()).await.expect("a search").records.len();
                let wanted =
                    usize::from(who.customer.is_none() && kind.find(&name).is_some_and(|field| is_text(&field.ty)));
                if wanted == 1 || who.customer.is_some() {
                    complaints
                        .unless(found == wanted, kind, || format!("{} finds {found} by the word of {name}", who.email));
                }
            }
        }
    }
    complaints.none();
}

fn is_text(ty: &model::Type) -> bool {
    matches!(ty, model::Type::Text | model::Type::LongText | model::Type::Mixed)
}

async fn internal_fields_cannot_be_asked_for(database: Database) {
    let (house, mut complaints) = (House::new(database).await, Complaints::default());
    let customer = of_role(Role::CustomerUser);
    for (kind, internal) in read_by_customers(&house) {
        for name in internal {
            let filter = filter_text::parse(&format!("{name} is filled"), kind).expect("a filter");
            let negated =
                filter_text::parse(&format!("title is filled or not ({name} is empty)"), kind).expect("a filter");
            let mut asked = vec![
                Query { filter, ..Query::of(kind.name) },
                Query { filter: negated, ..Query::of(kind.name) },
                Query { columns: vec![name.clone()], ..Query::of(kind.name) },
            ];
            asked.extend(query::orders(&name, kind).ok().map(|order| Query { order, ..Query::of(kind.name) }));
            for query in asked {
                let unknown = |refusal: Option<Refusal>| matches!(refusal, Some(Refusal::Query(why)) if why.contains(&format!("no field \"{name}\"")));
                let listed = house.world.desk.list(&customer, &query, now()).await.err();
                let counted = house.world.desk.count(&customer, &query, now()).await.err();
                complaints.unless(unknown(listed) && unknown(counted), kind, || {
                    format!("{name} can be asked for: {query:?}")
                });
            }
        }
    }
    complaints.none();
}

async fn internal_fields_cannot_be_written(database: Database) {
    let (house, mut complaints) = (House::new(database).await, Complaints::default());
    let customer = of_role(Role::CustomerUser);
    for (kind, internal) in read_by_customers(&house) {
        let may = kind.grants.iter().any(|grant| grant.role == Role::CustomerUser && grant.acts.contains(&Act::Create));
        for name in internal.iter().filter(|_| may) {
            let mut fields = sample::least(&house.catalog, kind);
            let field = kind.find(name).expect("its own");
            fields.insert(name.clone(), sample::value(&house.catalog, kind, field, 0));
            let done = house.all(&customer, vec![create(kind, "NEW-1", fields)], now()).await.remove(0);
            let beside = done.as_ref().err().map(super::house::named).unwrap_or_default();
            complaints.unless(beside == [name.clone()], kind, || format!("{name} is written: {done:?}"));
        }
    }
    complaints.none();
}
