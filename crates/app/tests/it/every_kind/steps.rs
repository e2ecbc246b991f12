//! Lives: which steps can be taken from where, and what a state asks for.

use std::collections::{BTreeMap, VecDeque};

use model::{Command, Kind, Refusal};

use super::{
    house::{Complaints, House, brought, create, edit, named, owner, step},
    sample,
};
use crate::world::{Database, now};

both_databases!(
    each_step_works_from_each_of_its_states,
    other_steps_are_refused_with_where_one_can_go,
    what_a_state_needs_is_asked_for,
    every_state_is_reached_by_giving_what_is_asked_for,
    the_state_changes_by_steps_alone,
);

/// Every ordered pair of states, with the number of a record that stands in the first of them.
fn pairs(kind: &Kind) -> Vec<(String, &'static str, &'static str)> {
    let names = || kind.lifecycle.states.iter().map(|state| state.name);
    let pairs = names().flat_map(|from| names().map(move |to| (from, to)));
    pairs.enumerate().map(|(at, (from, to))| (format!("{}-{}", kind.prefix, at + 10), from, to)).collect()
}

async fn each_step_works_from_each_of_its_states(database: Database) {
    let (house, mut complaints) = (House::empty(database).await, Complaints::default());
    let mut taken = 0;
    for kind in house.catalog.kinds() {
        let legal: Vec<_> =
            pairs(kind).into_iter().filter(|(_, from, to)| kind.lifecycle.step_to(from, to).is_some()).collect();
        let mut full = sample::full(&house.catalog, kind, 0);
        // Agreements that name their days never hold at once, and here many stand beside each other.
        if kind.name == "sla" {
            full.retain(|name, _| !matches!(name.as_str(), "valid_from" | "valid_until"));
        }
        let bring = legal.iter().map(|(number, from, _)| {
            let mut full = full.clone();
            // What has been over for long is not taken up again.
            if let Some(closing) = kind.closing.filter(|_| kind.talk.is_some_and(|talk| talk.over.contains(from))) {
                full.insert(closing.since.into(), serde_json::json!(now().to_string()));
            }
            brought(kind, number, from, full)
        });
        for done in house.all(&owner(), bring.collect(), now()).await {
            done.unwrap_or_else(|refusal| panic!("{}: {refusal}", kind.name));
        }
        let steps = legal.iter().map(|(number, _, to)| step(kind, number, to, Default::default())).collect();
        for ((number, from, to), done) in legal.iter().zip(house.all(&owner(), steps, now()).await) {
            taken += 1;
            let done = match done {
                Err(refusal) => by_another(&house, step(kind, number, to, Default::default()), refusal).await,
                done => done,
            };
            if let Err(refusal) = done {
                complaints.add(kind, format!("from {from} to {to}: {refusal}"));
            } else {
                let state = house.show(kind, number).await.state().to_string();
                complaints.unless(state == *to, kind, || format!("from {from} to {to} ends in {state}"));
            }
        }
    }
    assert!(taken > 500, "only {taken} steps were taken");
    complaints.none();
}

async fn other_steps_are_refused_with_where_one_can_go(database: Database) {
    let (house, mut complaints) = (House::empty(database).await, Complaints::default());
    for kind in house.catalog.kinds() {
        let full = sample::full(&house.catalog, kind, 0);
        let mut illegal = pairs(kind);
        illegal.retain(|(_, from, to)| kind.lifecycle.step_to(from, to).is_none());
        // Nothing happens to it, so that one record in each state is enough.
        let places: BTreeMap<&str, String> = illegal.iter().map(|(number, from, _)| (*from, number.clone())).collect();
        let bring = places.iter().map(|(from, number)| brought(kind, number, from, full.clone())).collect();
        house.all(&owner(), bring, now()).await;
        let steps = illegal.iter().map(|(_, from, to)| step(kind, &places[from], to, Default::default())).collect();
        for ((_, from, to), done) in illegal.iter().zip(house.all(&owner(), steps, now()).await) {
            let ways: Vec<&str> = kind.lifecycle.steps_from(from).map(|step| step.to).collect();
            match &done {
                Err(Refusal::Step(why)) if ways.iter().all(|way| why.contains(way)) => {}
                other => complaints.add(kind, format!("from {from} to {to} gives {other:?}")),
            }
        }
        let (from, number) = places.iter().next().expect("no state leads to itself");
        let nowhere = house.try_one(step(kind, number, "nowhere", Default::default()), now()).await;
        let told = nowhere.as_ref().err().map(named).unwrap_or_default() == ["to"];
        complaints.unless(told, kind, || format!("from {from} to nowhere gives {nowhere:?}"));
    }
    complaints.none();
}

async fn what_a_state_needs_is_asked_for(database: Database) {
    let (house, mut complaints) = (House::empty(database).await, Complaints::default());
    let mut tried = 0;
    for kind in house.catalog.kinds() {
        let mut at = 10;
        for field in sample::own(kind) {
            for state in &field.required_in {
                let way = kind.lifecycle.steps.iter().find(|step| step.to == *state).expect("it can be reached");
                let mut fields = sample::full(&house.catalog, kind, 0);
                fields.remove(&field.name);
                at += 1;
                let number = format!("{}-{at}", kind.prefix);
                house.one(brought(kind, &number, way.from[0], fields), now()).await;
                let bare = house.try_one(step(kind, &number, state, Default::default()), now()).await;
                tried += 1;
                let asked = bare.as_ref().err().is_some_and(|refusal| named(refusal).contains(&field.name));
                if bare.is_ok() {
                    // A rule knew it from the rest of the record.
                    let filled = house.show(kind, &number).await.fields().contains_key(&field.name);
                    complaints.unless(filled, kind, || format!("{state} without {} is taken", field.name));
                    continue;
                }
                complaints.unless(asked, kind, || format!("{state} without {} gives {bare:?}", field.name));
                let given = [(field.name.clone(), sample::value(&house.catalog, kind, field, 0))];
                let given = house.try_one(step(kind, &number, state, given.into_iter().collect()), now()).await;
                complaints.unless(given.is_ok(), kind, || format!("{state} with {} gives {given:?}", field.name));
                let emptied = [(field.name.clone(), serde_json::Value::Null)].into_iter().collect();
                let emptied = house.try_one(edit(kind, &number, emptied), now()).await;
                let asked = emptied.as_ref().err().is_some_and(|refusal| named(refusal).contains(&field.name));
                complaints.unless(asked, kind, || format!("emptying {} while {state} gives {emptied:?}", field.name));
            }
        }
    }
    assert!(tried > 30, "only {tried} demands were tried");
    complaints.none();
}

/// What one person may not do alone another one does: the refusal then names the state and no field that could be given.
async fn by_another(house: &House, command: Command, refusal: Refusal) -> Result<desk::Done, Refusal> {
    if named(&refusal) != ["state"] {
        return Err(refusal);
    }
    let other = model::Actor { email: sample::OTHER.into(), ..owner() };
    house.all(&other, vec![command], now()).await.remove(0)
}

/// The shortest way to each state from a new record.
fn ways(kind: &Kind) -> BTreeMap<&'static str, Vec<&'static str>> {
    let mut ways = BTreeMap::from([(kind.lifecycle.start(), Vec::new())]);
    let mut next = VecDeque::from([kind.lifecycle.start()]);
    while let Some(from) = next.pop_front() {
        for step in kind.lifecycle.steps_from(from) {
            if !ways.contains_key(step.to) {
                let way = [ways[from].as_slice(), &[step.to]].concat();
                ways.insert(step.to, way);
                next.push_back(step.to);
            }
        }
    }
    ways
}

async fn every_state_is_reached_by_giving_what_is_asked_for(database: Database) {
    let (house, mut complaints) = (House::empty(database).await, Complaints::default());
    for kind in house.catalog.kinds() {
        for (at, (state, way)) in ways(kind).into_iter().enumerate() {
            let number = format!("{}-{}", kind.prefix, at + 10);
            house.one(create(kind, &number, sample::least(&house.catalog, kind)), now()).await;
            for to in way {
                if let Err(why) = follow(&house, kind, &number, to).await {
                    complaints.add(kind, format!("on the way to {state}, {to}: {why}"));
                    break;
                }
            }
        }
    }
    complaints.none();
}

/// Takes a step and gives whatever a refusal names, as a person would.
async fn follow(house: &House, kind: &Kind, number: &str, to: &str) -> Result<(), String> {
    let mut fields = serde_json::Map::new();
    loop {
        let command = || step(kind, number, to, fields.clone());
        let refusal = match house.try_one(command(), now()).await {
            Ok(_) => return Ok(()),
            Err(refusal) => refusal,
        };
        let refusal = match by_another(house, command(), refusal).await {
            Ok(_) => return Ok(()),
            Err(refusal) => refusal,
        };
        let before = fields.len();
        for name in named(&refusal) {
            if let Some(field) = kind.find(&name) {
                fields.insert(name, sample::value(&house.catalog, kind, field, 0));
            }
        }
        if fields.len() == before {
            return Err(format!("{refusal} although {:?} were given", fields.keys().collect::<Vec<_>>()));
        }
    }
}

async fn the_state_changes_by_steps_alone(database: Database) {
    let (house, mut complaints) = (House::new(database).await, Complaints::default());
    for kind in house.catalog.kinds() {
        let number = super::house::full_number(kind);
        let to = kind.lifecycle.states.last().map_or("withdrawn", |state| state.name);
        let state = || [("state".to_string(), serde_json::json!(to))].into_iter().collect();
        let edited = house.try_one(edit(kind, &number, state()), now()).await;
        complaints.unless(edited.is_err(), kind, || format!("an edit to {to} gives {edited:?}"));
        let mut fields = sample::least(&house.catalog, kind);
        fields.extend::<serde_json::Map<_, _>>(state());
        let new = Command::Create { kind: kind.name.into(), number: None, input: model::Input::json(fields) };
        let new = house.try_one(new, now()).await;
        complaints.unless(new.as_ref().err().map(named).unwrap_or_default() == ["state"], kind, || format!("{new:?}"));
    }
    complaints.none();
}
