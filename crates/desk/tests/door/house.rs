//! What the house keeps about itself: own fields, settings, judgements, jobs.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use desk::{Desk, jobs::Doing, own_fields::NewField};
use futures::FutureExt;
use model::{
    Actor, Command, Job, Moment, Query, Refusal, Role, Via,
    time::{DAY, HOUR, SECOND},
};
use serde_json::json;

use crate::world::{agent, at, catalog, input, target, worlds};

fn admin() -> Actor {
    Actor::system("command line", Via::Command)
}

fn start() -> Moment {
    at("2026-11-25T08:00:00Z")
}

fn field(label: &str, ty: &str) -> NewField {
    NewField { label: label.into(), ty: ty.into(), ..NewField::default() }
}

fn fields(refusal: &Refusal) -> Vec<&str> {
    match refusal {
        Refusal::Invalid(errors) => errors.iter().map(|error| error.field.as_str()).collect(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn an_own_field_is_a_field_like_all_others() {
    for world in worlds().await {
        let desk = &world.desk;
        let old = world.incident("From before", start()).await;
        let centre = NewField { searchable: true, ..field("Cost centre", "text") };
        let made = desk.add_field(&admin(), "incident", centre.clone(), start()).await.expect("added");
        assert_eq!(made.name, "x_cost_centre");
        let site = NewField { options: vec!["North".into(), "South".into()], ..field("Site", "choice") };
        desk.add_field(&admin(), "incidents", site, start()).await.expect("added");
        let with = json!({"title": "With", "impact": "low", "x_cost_centre": "4711", "x_site": "North"});
        let number = world.create(&agent(), "incident", with, start()).await.number;
        let shown = desk.show(&agent(), "incident", &number, None, start()).await.expect("shown");
        assert_eq!(shown.fields()["x_cost_centre"].as_text(), Some("4711"));
        let bad = Command::Edit { target: target("incident", &old), input: input(json!({"x_site": "West"})) };
        assert_eq!(fields(&desk.perform(&agent(), bad, start()).await.unwrap_err()), ["x_site"]);
        let catalog = desk.catalog();
        let kind = catalog.find("incident").expect("there");
        let query = Query::read(kind, false, [("filter", "x_cost_centre = \"4711\"")]).expect("a filter");
        let found = desk.list(&agent(), &query, start()).await.expect("a list");
        assert_eq!(found.records.len(), 1, "{}", world.name);
        // Hidden it is gone from questions; what was said in it stays.
        desk.hide_field(&admin(), "incident", "x_cost_centre", true, start()).await.expect("hidden");
        let catalog = desk.catalog();
        let kind = catalog.find("incident").expect("there");
        assert!(Query::read(kind, false, [("filter", "x_cost_centre = \"4711\"")]).is_err());
        let edit = Command::Edit { target: target("incident", &number), input: input(json!({"title": "Other"})) };
        desk.perform(&agent(), edit, start()).await.expect("edited");
        desk.hide_field(&admin(), "incident", "x_cost_centre", false, start()).await.expect("back");
        let shown = desk.show(&agent(), "incident", &number, None, start()).await.expect("shown");
        assert_eq!(shown.fields()["x_cost_centre"].as_text(), Some("4711"), "{}", world.name);
        let twice = desk.add_field(&admin(), "incident", centre, start()).await.unwrap_err();
        assert_eq!(fields(&twice), ["name"]);
        let listed = desk.own_fields(&admin(), start()).await.expect("for administrators");
        assert_eq!(listed.iter().map(|own| own.field.name.as_str()).collect::<Vec<_>>(), ["x_cost_centre", "x_site"]);
        assert!(desk.add_field(&agent(), "incident", field("Mine", "text"), start()).await.is_err());
        let entries = desk.activity(&admin(), 100, start()).await.expect("for administrators");
        assert_eq!(entries.iter().filter(|entry| entry.kind == "custom_field").count(), 4, "{}", world.name);
    }
}

#[tokio::test]
async fn own_fields_say_what_cannot_stand() {
    for world in worlds().await {
        let add = async |new: NewField| world.desk.add_field(&admin(), "incident", new, start()).await.unwrap_err();
        assert_eq!(fields(&add(field("", "text")).await), ["label"]);
        assert_eq!(fields(&add(field("費用", "text")).await), ["name"]);
        assert_eq!(fields(&add(field("Cost", "texts")).await), ["type"]);
        assert_eq!(fields(&add(field("Site", "choice")).await), ["options"]);
        assert_eq!(fields(&add(field(&"long ".repeat(12), "text")).await), ["name"]);
        let to = NewField { kinds: vec!["incidnet".into()], ..field("Parent", "reference") };
        assert_eq!(fields(&add(to).await), ["kinds"]);
        let missing = world.desk.add_field(&admin(), "nonsense", field("Cost", "text"), start()).await;
        assert_eq!(missing.unwrap_err(), Refusal::NotFound);
    }
}

#[tokio::test]
async fn own_fields_and_settings_are_there_after_a_restart() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let url = format!("sqlite:{}", folder.path().join("desk.db").display());
    let desk = Desk::open(&url, catalog(), &[]).await.expect("SQLite opens");
    desk.add_field(&admin(), "incident", field("Cost centre", "text"), start()).await.expect("added");
    let set = [("organisation".to_string(), "Tidewell".to_string())];
    desk.set_settings(&admin(), &set, start()).await.expect("set");
    desk.close().await;
    let desk = Desk::open(&url, catalog(), &[]).await.expect("SQLite opens again");
    assert!(desk.catalog().find("incident").expect("there").find("x_cost_centre").is_some());
    assert_eq!(desk.settings().organisation, "Tidewell");
}

#[tokio::test]
async fn settings_hold_at_once_and_go_back_to_what_is_offered() {
    for world in worlds().await {
        let desk = &world.desk;
        let offered = desk.settings().listed();
        let interval = offered.iter().find(|setting| setting.unit == "months").expect("an interval").clone();
        let set = async |name: &str, value: &str| {
            desk.set_settings(&admin(), &[(name.to_string(), value.to_string())], start()).await
        };
        set(&interval.name, "7").await.expect("set");
        let value = |name: &str| {
            desk.settings().listed().into_iter().find(|setting| setting.name == name).expect("there").value
        };
        assert_eq!(value(&interval.name), "7", "{}", world.name);
        assert_eq!(fields(&set(&interval.name, "seven").await.unwrap_err()), [interval.name.as_str()]);
        assert_eq!(fields(&set(&interval.name, "0").await.unwrap_err()), [interval.name.as_str()]);
        let Refusal::Invalid(errors) = set("organisaton", "Tidewell").await.unwrap_err() else { panic!("invalid") };
        assert!(errors[0].message.contains("did you mean \"organisation\""), "{}", errors[0].message);
        set(&interval.name, "").await.expect("set back");
        assert_eq!(value(&interval.name), interval.offered);
        assert!(desk.set_settings(&agent(), &[], start()).await.is_err());
    }
}

#[tokio::test]
async fn what_a_person_judged_counts_from_then_on_and_not_before() {
    for world in worlds().await {
        let desk = &world.desk;
        let manager = Actor { roles: vec![Role::SmsManager], ..agent() };
        let requirement = engines::conformity::catalogue()
            .requirements
            .iter()
            .find(|requirement| !engines::conformity::has_check(&requirement.id))
            .expect("one that only a person can judge")
            .id
            .clone();
        let judged = start().plus(HOUR);
        let judge = async |actor: &Actor, requirement: &str, state: &str, reason: &str| {
            desk.add_judgement(actor, (requirement, state, reason), judged).await
        };
        assert_eq!(fields(&judge(&manager, "99.9-9", "proved", "Seen").await.unwrap_err()), ["requirement"]);
        assert_eq!(fields(&judge(&manager, &requirement, "fine", "Seen").await.unwrap_err()), ["state"]);
        assert_eq!(fields(&judge(&manager, &requirement, "proved", " ").await.unwrap_err()), ["reason"]);
        assert!(matches!(judge(&agent(), &requirement, "proved", "Seen").await, Err(Refusal::Forbidden(_))));
        judge(&manager, &requirement, "nonconforming", "Nobody could show it").await.expect("judged");
        let state = async |at: Moment| {
            let assessment = desk.assess_as_of(at).await.expect("assessed");
            let verdict = assessment.verdicts.iter().find(|verdict| verdict.requirement.id == requirement);
            verdict.expect("judged").state.name()
        };
        assert_eq!(state(judged).await, "nonconforming", "{}", world.name);
        assert_ne!(state(start()).await, "nonconforming", "{}", world.name);
        let told = desk.judgements(&manager, judged, judged).await.expect("for the provider's people");
        assert_eq!((told[0].by.as_str(), told[0].reason.as_str()), (manager.email.as_str(), "Nobody could show it"));
    }
}

static DONE: AtomicI64 = AtomicI64::new(0);
static WOKEN: AtomicI64 = AtomicI64::new(0);

fn doings() -> Vec<Doing> {
    let count = Doing {
        name: "count",
        run: |_, payload, _| {
            async move {
                DONE.fetch_add(payload.as_i64().unwrap_or_default(), Ordering::Relaxed);
                Ok(())
            }
            .boxed()
        },
    };
    let fail = Doing { name: "fail", run: |_, _, _| async { Err(Refusal::Query("no mail server".into())) }.boxed() };
    let panic = Doing { name: "panic", run: |_, _, _| async { panic!("a bug") }.boxed() };
    vec![count, fail, panic]
}

/// Every incident promises what its category names, an hour later.
fn promise(_: &model::Kind, record: &model::Record, entry: &model::Entry) -> Vec<Job> {
    let name = match record.fields.get("category").and_then(|value| value.as_text()) {
        Some("count") => "count",
        Some("fail") => "fail",
        Some("panic") => "panic",
        Some("unknown") => "unknown",
        _ => return Vec::new(),
    };
    vec![Job { name, payload: json!(1), run_at: entry.at.plus(HOUR), key: None }]
}

#[tokio::test]
async fn jobs_are_done_when_due_tried_again_and_kept_with_their_error() {
    for world in crate::world::worlds_with(&[promise]).await {
        let desk = &world.desk;
        DONE.store(0, Ordering::Relaxed);
        for category in ["count", "fail", "panic", "unknown"] {
            let incident = json!({"title": category, "impact": "low", "category": category});
            world.create(&agent(), "incident", incident, start()).await;
        }
        let doings = doings();
        assert_eq!(desk.work_once(&doings, start()).await.expect("looked"), 0, "nothing is due yet");
        let due = start().plus(HOUR);
        assert_eq!(desk.work_once(&doings, due).await.expect("done"), 4, "{}", world.name);
        assert_eq!(DONE.load(Ordering::Relaxed), 1);
        let jobs = desk.jobs(&admin(), due).await.expect("for administrators");
        let errors: Vec<&str> = jobs.iter().map(|job| job.last_error.as_str()).collect();
        assert_eq!(errors.len(), 3);
        assert!(errors.contains(&"no mail server") && errors.iter().any(|why| why.contains("broke off")), "{errors:?}");
        assert!(jobs.iter().all(|job| job.run_at == due.plus(30 * SECOND) && !job.given_up));
        // Ten tries, further and further apart, then it waits for a person.
        let mut now = due;
        for _ in 0..9 {
            now = now.plus(DAY);
            assert_eq!(desk.work_once(&doings, now).await.expect("tried"), 3, "{}", world.name);
        }
        assert_eq!(desk.work_once(&doings, now.plus(30 * DAY)).await.expect("looked"), 0);
        let jobs = desk.jobs(&admin(), now).await.expect("for administrators");
        assert!(jobs.iter().all(|job| job.given_up && job.attempts == 10));
        desk.retry_job(&admin(), jobs[0].id, now).await.expect("wanted again");
        assert_eq!(desk.work_once(&doings, now).await.expect("tried"), 1);
        desk.discard_job(&admin(), jobs[1].id, now).await.expect("thrown away");
        assert_eq!(desk.discard_job(&admin(), jobs[1].id, now).await, Err(Refusal::NotFound));
        assert_eq!(desk.jobs(&admin(), now).await.expect("for administrators").len(), 2);
        assert!(desk.jobs(&agent(), now).await.is_err());
    }
}

#[tokio::test]
async fn the_worker_sweeps_wakes_and_stops() {
    for world in crate::world::worlds_with(&[promise]).await {
        let desk = world.desk.clone();
        WOKEN.store(0, Ordering::Relaxed);
        let clock = Arc::new(AtomicI64::new(start().0));
        let read = clock.clone();
        let (stop, stopped) = tokio::sync::watch::channel(false);
        let worker = tokio::spawn({
            let desk = desk.clone();
            async move {
                let clock = Arc::new(move || Moment(read.load(Ordering::Relaxed)));
                let woken = Doing {
                    name: "count",
                    run: |_, _, now| {
                        async move {
                            WOKEN.store(now.0, Ordering::Relaxed);
                            Ok(())
                        }
                        .boxed()
                    },
                };
                desk.work(vec![woken], clock, stopped).await;
            }
        });
        let incident = json!({"title": "Count", "impact": "low", "category": "count"});
        world.create(&agent(), "incident", incident, start().minus(HOUR)).await;
        let mut names = Vec::new();
        for _ in 0..100 {
            let jobs = desk.jobs(&admin(), start()).await.expect("for administrators");
            names = jobs.iter().map(|job| (job.name.clone(), job.run_at)).collect();
            if names == [("sweep".to_string(), start().plus(HOUR))] {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        assert_eq!(names, [("sweep".to_string(), start().plus(HOUR))], "{}", world.name);
        assert_eq!(WOKEN.load(Ordering::Relaxed), start().0, "{}", world.name);
        stop.send(true).expect("the worker listens");
        tokio::time::timeout(std::time::Duration::from_secs(5), worker).await.expect("it stops").expect("in order");
    }
}
