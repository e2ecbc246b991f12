//! Lists: what they show, how they are filtered, sorted, paged and searched, and what that costs.

use desk::store::{
    db::{Db, Dialect},
    filter::Builder,
    list,
};
use model::{Query, Refusal, Type, filter::Context, filter_text, query};
use serde_json::{Value as Json, json};

use super::{
    house::{Complaints, House, create, early, edit, full_number, least_number, owner},
    sample,
};
use crate::world::{Database, now};

both_databases!(
    a_list_shows_what_its_kind_says,
    filters_find_by_every_field,
    every_single_value_sorts,
    pages_follow_each_other,
    unknown_fields_are_refused_with_what_was_meant,
    words_of_every_text_are_found,
    the_past_is_as_it_was,
    fifty_of_two_thousand_cost_three_statements_and_use_an_index,
);

/// Numbers of the records that a query finds, in its order.
async fn found(house: &House, query: &Query) -> Result<Vec<String>, Refusal> {
    let page = house.world.desk.list(&owner(), query, now()).await?;
    Ok(page.records.iter().map(|shown| shown.number().to_string()).collect())
}

async fn a_list_shows_what_its_kind_says(database: Database) {
    let (house, mut complaints) = (House::new(database).await, Complaints::default());
    for kind in house.catalog.kinds() {
        let page = house.world.desk.list(&owner(), &Query::of(kind.name), now()).await.expect("a list");
        let numbers: Vec<&str> = page.records.iter().map(desk::Shown::number).collect();
        complaints.unless(numbers.len() == 2, kind, || format!("the list has {numbers:?}"));
        let Some(listed) = page.records.iter().find(|shown| shown.number() == full_number(kind)) else { continue };
        let whole = house.show(kind, &full_number(kind)).await;
        for column in &kind.columns {
            let (wanted, is) = (whole.value(kind, column), listed.value(kind, column));
            // What only the program writes, when something has happened, may not be there yet.
            let may_be_missing = kind.find(column).is_some_and(|field| field.derived);
            let right = wanted == is && (is.is_some() || may_be_missing);
            complaints.unless(right, kind, || format!("{column} is {is:?} and not {wanted:?}"));
        }
    }
    complaints.none();
}

/// Tests of one field that the full record stands and the least one does not.
fn tests_of(field: &model::Field, value: &Json, word: &str) -> Vec<String> {
    let name = &field.name;
    let mut tests = vec![format!("{name} is filled"), format!("not ({name} is empty)")];
    if let Some(text) = value.as_str().filter(|_| field.ty.is_scalar()) {
        tests.push(format!("{name} = '{text}'"));
        tests.push(format!("{name} in ('{text}')"));
    }
    if value.is_number() {
        tests.push(format!("{name} >= {value} and {name} <= {value}"));
    }
    if matches!(field.ty, Type::Text | Type::LongText) {
        tests.push(format!("{name} contains {word}"));
    }
    if matches!(&field.ty, Type::List(of) if matches!(**of, Type::Text | Type::Mixed)) {
        tests.push(format!("{name} contains {word}"));
    }
    tests
}

async fn filters_find_by_every_field(database: Database) {
    let (house, mut complaints) = (House::new(database).await, Complaints::default());
    let mut tried = 0;
    for kind in house.catalog.kinds() {
        let given = house.ruled(kind, &sample::least(&house.catalog, kind), None);
        let full = house.show(kind, &full_number(kind)).await;
        // What both records have, because it is required or a rule fills it in, tells nothing apart.
        // What is due next is told by the clocks as well, which run for both.
        let is_clock = |field: &model::Field| kind.clocked && field.column == Some(model::Column::Due);
        let apart =
            |field: &&model::Field| !given.contains_key(&field.name) && field.name != "requester" && !is_clock(field);
        for field in sample::own(kind).filter(apart) {
            let value = full.fields().get(&field.name).map_or(Json::Null, model::Value::to_json);
            for text in tests_of(field, &value, &sample::word(kind, &field.name)) {
                tried += 1;
                // What stands twice in quotes is read as it is; samples have single quotes nowhere.
                let filter = match filter_text::parse(&text, kind) {
                    Ok(filter) => filter,
                    Err(why) => {
                        complaints.add(kind, format!("{text}: {why}"));
                        continue;
                    }
                };
                let query = Query { filter, ..Query::of(kind.name) };
                let numbers = found(&house, &query).await;
                let right = numbers.as_ref().is_ok_and(|numbers| *numbers == [full_number(kind)]);
                complaints.unless(right, kind, || format!("{text} finds {numbers:?}"));
            }
        }
    }
    assert!(tried > 1_500, "only {tried} filters were tried");
    complaints.none();
}

async fn every_single_value_sorts(database: Database) {
    let (house, mut complaints) = (House::new(database).await, Complaints::default());
    for kind in house.catalog.kinds() {
        for name in kind.names().filter(|name| kind.type_of(name).is_some_and(|ty| ty.is_scalar())) {
            let mut orders = Vec::new();
            for text in [name.to_string(), format!("-{name}")] {
                let order = query::orders(&text, kind).unwrap_or_else(|why| panic!("{}: {why}", kind.name));
                orders.push(found(&house, &Query { order, ..Query::of(kind.name) }).await);
            }
            let right = match orders.as_mut_slice() {
                [Ok(up), Ok(down)] => {
                    down.reverse();
                    up == down && up.len() == 2
                }
                _ => false,
            };
            complaints.unless(right, kind, || format!("{name} sorts {orders:?}"));
            let order = query::orders(name, kind).expect("read before");
            let past = Query { order, as_of: Some(early().plus(1)), ..Query::of(kind.name) };
            let past = found(&house, &past).await;
            complaints.unless(past == orders[0], kind, || format!("{name} sorts the past {past:?}"));
            let (full, least) =
                (house.show(kind, &full_number(kind)).await, house.show(kind, &least_number(kind)).await);
            // What is empty stands before what is filled; only what is never due comes last.
            let due = kind.find(name).is_some_and(|field| field.column == Some(model::Column::Due));
            let first = if due { full_number(kind) } else { least_number(kind) };
            if let (Some(_), None, Ok(up)) = (full.value(kind, name), least.value(kind, name), &orders[0]) {
                complaints.unless(up[0] == first, kind, || format!("{name}: {} comes last", up[1]));
            }
        }
    }
    complaints.none();
}

async fn pages_follow_each_other(database: Database) {
    let (house, mut complaints) = (House::empty(database).await, Complaints::default());
    for kind in house.catalog.kinds() {
        let least = sample::least(&house.catalog, kind);
        let commands = (1..=7).map(|at| create(kind, &format!("{}-{at}", kind.prefix), least.clone())).collect();
        house.all(&owner(), commands, early()).await;
        // All of one state and one moment, so that the order among equals decides.
        for order in ["", "state", "-changed, number"] {
            let order = query::orders(order, kind).expect("an order");
            let mut query = Query { size: 3, order, ..Query::of(kind.name) };
            let (mut numbers, mut sizes) = (Vec::new(), Vec::new());
            loop {
                let page = house.world.desk.list(&owner(), &query, now()).await.expect("a page");
                numbers.extend(page.records.iter().map(|shown| shown.number().to_string()));
                sizes.push(page.records.len());
                let Some(next) = page.next else { break };
                query.after = Some(next);
            }
            let mut once = numbers.clone();
            once.sort();
            once.dedup();
            let right = sizes == [3, 3, 1] && once.len() == 7;
            complaints.unless(right, kind, || format!("pages of {sizes:?} with {numbers:?}"));
        }
    }
    complaints.none();
}

async fn unknown_fields_are_refused_with_what_was_meant(database: Database) {
    let (house, mut complaints) = (House::empty(database).await, Complaints::default());
    for kind in house.catalog.kinds() {
        let Some(field) = sample::own(kind).find(|field| field.name.len() > 3) else { continue };
        let slip = format!("{}x", field.name);
        for pair in [("filter", format!("{slip} is filled")), ("order_by", slip.clone()), ("fields", slip.clone())] {
            let read = Query::read(kind, false, [(pair.0, pair.1.as_str())]);
            let told =
                matches!(&read, Err(Refusal::Query(why)) if why.contains(&format!("did you mean \"{}\"", field.name)));
            complaints.unless(told, kind, || format!("{pair:?} gives {read:?}"));
        }
    }
    complaints.none();
}

async fn words_of_every_text_are_found(database: Database) {
    let (house, mut complaints) = (House::new(database).await, Complaints::default());
    for kind in house.catalog.kinds() {
        let texts = sample::own(kind).filter(|field| matches!(field.ty, Type::Text | Type::LongText | Type::Mixed));
        for name in texts.map(|field| field.name.as_str()).chain(["title"]) {
            let words = Some(sample::word(kind, name));
            let numbers = found(&house, &Query { words, ..Query::of(kind.name) }).await;
            let right = numbers.as_ref().is_ok_and(|numbers| numbers.contains(&full_number(kind)));
            complaints.unless(right, kind, || format!("the word of {name} finds {numbers:?}"));
        }
    }
    complaints.none();
}

async fn the_past_is_as_it_was(database: Database) {
    let (house, mut complaints) = (House::new(database).await, Complaints::default());
    let (before, between) = (early().minus(1), early().plus(1));
    for kind in house.catalog.kinds() {
        let number = full_number(kind);
        let then = house.show(kind, &number).await;
        house.one(edit(kind, &number, sample::full(&house.catalog, kind, 1)), now()).await;
        let past = house.world.desk.show(&owner(), kind.name, &number, Some(between), now().plus(1)).await;
        let same = past.as_ref().is_ok_and(|past| past.fields() == then.fields() && past.title() == then.title());
        complaints.unless(same, kind, || format!("the record of the past is {past:?}"));
        let none = house.world.desk.show(&owner(), kind.name, &number, Some(before), now().plus(1)).await;
        complaints.unless(none.is_err(), kind, || "it is there before it was made".into());
        for (at, count) in [(before, 0), (between, 2)] {
            let query = Query { as_of: Some(at), ..Query::of(kind.name) };
            let page = house.world.desk.list(&owner(), &query, now().plus(1)).await.expect("a list of the past");
            complaints.unless(page.records.len() == count, kind, || format!("{} at {at}", page.records.len()));
            for shown in page.records.iter().filter(|shown| shown.number() == number) {
                complaints
                    .unless(shown.fields() == then.fields(), kind, || "the list of the past tells the present".into());
            }
        }
    }
    complaints.none();
}

/// Orders and filters that people look at all day; each must find its page by an index.
const DAILY: &[(&str, &str)] = &[
    ("", ""),
    ("phase != done", "-priority"),
    ("owner = me and phase != done", "-created"),
    ("service = SVC-1", "-created"),
    ("state = new", "-changed"),
];

async fn fifty_of_two_thousand_cost_three_statements_and_use_an_index(database: Database) {
    let house = House::empty(database).await;
    let kind = house.catalog.find("incident").expect("a kind with many records");
    let fields = |at: usize| {
        let mut fields = sample::least(&house.catalog, kind);
        fields.insert("service".into(), json!(format!("SVC-{}", at % 40)));
        fields.insert("owner".into(), json!(format!("agent{}@tidewell.example", at % 30)));
        fields.insert("priority".into(), json!(format!("P{}", at % 5 + 1)));
        fields
    };
    for chunk in 0..4usize {
        let commands = (0..500usize).map(|at| {
            let at = chunk * 500 + at;
            let state = kind.lifecycle.states[at % kind.lifecycle.states.len()].name;
            super::house::brought(kind, &format!("INC-{at}"), state, fields(at))
        });
        house.all(&owner(), commands.collect(), now()).await;
    }
    house.world.desk.after_import().await.expect("the database looks at it");
    let db = Db::open(&house.world.url).await.expect("the same database");
    for (filter, order) in DAILY {
        let filter = filter_text::parse(filter, kind).expect("a filter");
        let order = query::orders(order, kind).expect("an order");
        let query = Query { filter, order, ..Query::of(kind.name) };
        let before = house.world.desk.statements();
        let page = house.world.desk.list(&owner(), &query, now()).await.expect("a list");
        let shown = page.records.iter().map(|shown| (kind, shown));
        house.world.desk.names(&owner(), shown, now()).await.expect("names");
        let cost = house.world.desk.statements() - before;
        assert!(cost <= 3, "{query:?} takes {cost} statements");
        let plan = plan(&db, &house, &query).await;
        let by_index = match db.dialect() {
            Dialect::Sqlite => plan.contains("USING INDEX") || plan.contains("USING COVERING INDEX"),
            Dialect::Postgres => plan.contains("Index") && !plan.contains("Seq Scan on record"),
        };
        assert!(by_index, "{:?}, {:?}: {plan}", query.filter, query.order);
    }
    counts_go_by_the_narrow_index(&db, &house).await;
}

/// What tabs and home count of unfinished work, and the index that holds little else. PostgreSQL knows how common each value
/// is and needs no help.
const COUNTED: &[(&str, &str)] = &[
    ("phase != done", "record_queue"),
    ("phase != done and owner = me", "record_mine"),
    ("phase = done and owner = me and changed > now - 14d", "record_done"),
    ("phase != done and major = true", "flag_incident_major"),
];

async fn counts_go_by_the_narrow_index(db: &Db, house: &House) {
    let kind = house.catalog.find("incident").expect("a kind with many records");
    let scope = desk::rights::scope(&owner(), &house.catalog, Some(kind), now());
    let me = owner().email;
    for (filter, index) in COUNTED.iter().filter(|_| db.dialect() == Dialect::Sqlite) {
        let query = Query { filter: filter_text::parse(filter, kind).expect("a filter"), ..Query::of(kind.name) };
        let mut conn = db.read().await.expect("a connection");
        let builder = Builder::new(conn.dialect(), Context { me: &me, now: now() });
        let plan = list::explain_count(&mut conn, &house.catalog, &scope, &query, desk::COUNT_CAP, builder)
            .await
            .expect("a plan");
        assert!(plan.join("\n").contains(index), "{filter}: {plan:?}");
    }
}

async fn plan(db: &Db, house: &House, query: &Query) -> String {
    let kind = query.kind.and_then(|name| house.catalog.find(name));
    let scope = desk::rights::scope(&owner(), &house.catalog, kind, now());
    let mut conn = db.read().await.expect("a connection");
    let me = owner().email;
    let builder = Builder::new(conn.dialect(), Context { me: &me, now: now() });
    list::explain(&mut conn, &house.catalog, &scope, query, builder).await.expect("a plan").join("\n")
}
