//! Every write has its entry, and the entries alone retell the record.

use model::{Command, Entry, Moment, Refusal, Target, command::File, journal::fold};

use super::{
    house::{Complaints, House, edit, full_number, owner, step, target},
    sample,
};
use crate::world::{Database, now};

both_databases!(each_write_has_its_entry_and_the_journal_retells_the_record, of_two_who_write_the_second_is_told);

/// Writes of each sort to one record, a minute after each other.
fn work(house: &House, kind: &model::Kind) -> Vec<(&'static str, Command)> {
    let number = full_number(kind);
    let to = kind.lifecycle.steps_from(kind.lifecycle.start()).next().expect("a way on").to;
    let file = File { name: "proof.txt".into(), media: "text/plain".into(), bytes: b"proof".to_vec(), public: false };
    vec![
        ("edit", edit(kind, &number, sample::full(&house.catalog, kind, 1))),
        ("note", Command::Note { target: target(kind, &number), text: "Looked at it".into(), public: false }),
        ("attach", Command::Attach { target: target(kind, &number), file }),
        ("step", step(kind, &number, to, Default::default())),
    ]
}

async fn each_write_has_its_entry_and_the_journal_retells_the_record(database: Database) {
    let (house, mut complaints) = (House::new(database).await, Complaints::default());
    for kind in house.catalog.kinds() {
        let number = full_number(kind);
        let mut wanted = vec!["create"];
        for (at, (act, command)) in work(&house, kind).into_iter().enumerate() {
            match house.try_one(command, now().plus(at as i64 * model::time::MINUTE)).await {
                Ok(_) => wanted.push(act),
                Err(refusal) => complaints.add(kind, format!("{act}: {refusal}")),
            }
        }
        let late = now().plus(model::time::HOUR);
        let whole = house.world.desk.whole(&owner(), kind.name, &number, late).await.expect("a record");
        let entries: Vec<&Entry> = whole.entries.iter().map(|shown| &shown.entry).collect();
        let acts: Vec<&str> = entries.iter().map(|entry| entry.act.as_str()).collect();
        complaints.unless(acts == wanted, kind, || format!("{wanted:?} were done and {acts:?} are told"));
        let signed = entries.iter().all(|entry| entry.by.as_deref() == Some("ada@tidewell.example"));
        complaints.unless(signed, kind, || "an entry does not say who".into());
        let versions: Vec<i64> = entries.iter().map(|entry| entry.version).collect();
        let count: Vec<i64> = (1..=whole.shown.version()).collect();
        complaints.unless(versions == count, kind, || format!("versions {versions:?}"));
        let marks: Vec<_> = entries.iter().map(|entry| entry.mark()).collect();
        let folded = fold(&marks, Moment(i64::MAX)).expect("something is told");
        let same = folded.fields == *whole.shown.fields()
            && folded.title == whole.shown.title()
            && folded.state == whole.shown.state();
        complaints.unless(same, kind, || format!("the journal tells {folded:?}"));
        complaints.unless(whole.files.len() == 1, kind, || "the file is not there".into());
    }
    let verdict = house.world.desk.verify(&mut |_| {}).await.expect("a verdict");
    assert_eq!(verdict.first, Vec::<String>::new());
    complaints.none();
}

async fn of_two_who_write_the_second_is_told(database: Database) {
    let (house, mut complaints) = (House::new(database).await, Complaints::default());
    for kind in house.catalog.kinds() {
        let number = full_number(kind);
        let seen = Target { version: Some(1), ..target(kind, &number) };
        let edit = |turn| Command::Edit {
            target: seen.clone(),
            input: model::Input::json(sample::full(&house.catalog, kind, turn)),
        };
        house.one(edit(1), now()).await;
        let second = house.try_one(edit(0), now()).await;
        let told = second == Err(Refusal::Stale { expected: 1, found: 2 });
        complaints.unless(told, kind, || format!("the second is told {second:?}"));
        let shown = house.show(kind, &number).await;
        complaints.unless(shown.version() == 2, kind, || "the second one wrote as well".into());
    }
    complaints.none();
}
