//! Holidays come in as a proposal: what a file says closes no calendar until somebody else has approved it, and nothing that was
//! due before is moved.

use axum::http::{Method, StatusCode};
use model::{Actor, Command, Refusal, Role, Target, Via};
use serde_json::{Value as Json, json};

use super::house::{House, clock};
use crate::{
    building::{Answer, OWNER, Who, mail},
    world::{Database, at},
};

both_databases!(
    holidays_hold_when_somebody_else_has_approved_them,
    a_broken_file_names_its_line_and_loses_nothing,
    days_are_compared_with_the_calendar_until_they_are_decided,
);

const FORM: &str = "multipart/form-data; boundary=x";

fn file(days: &[(&str, &str)]) -> String {
    let event = |(day, name): &(&str, &str)| {
        format!("BEGIN:VEVENT\r\nUID:{day}\r\nDTSTART;VALUE=DATE:{day}\r\nSUMMARY:{name}\r\nEND:VEVENT\r\n")
    };
    let events: String = days.iter().map(event).collect();
    format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//a//b//EN\r\n{events}END:VCALENDAR\r\n")
}

async fn bring(house: &House, who: Who<'_>, calendar: &str, from: &str, text: &str) -> Answer {
    let part =
        |name: &str, value: &str| format!("--x\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
    let file = format!(
        "--x\r\ncontent-disposition: form-data; name=\"file\"; filename=\"holidays.ics\"\r\ncontent-type: text/calendar\r\n\r\n{text}\r\n--x--\r\n"
    );
    let body = part("calendar", calendar) + &part("effective_on", from) + &file;
    house.building.ask(who, Method::POST, "/holiday-files", &[("content-type", FORM)], body.into_bytes()).await
}

/// A house with office hours, an agreement of eight hours in them, and an incident of Thursday at three.
async fn house(database: Database) -> (House, String) {
    let house = House::new(database).await;
    house.turn("2026-11-02T08:00:00Z");
    let windows: Vec<Json> = ["monday", "tuesday", "wednesday", "thursday", "friday"]
        .iter()
        .map(|day| json!({"weekday": day, "from": "09:00", "to": "17:00"}))
        .collect();
    let hours = json!({"name": "Office hours", "zone": "Europe/London", "windows": windows, "closed_dates": ["2026-12-25 Christmas"],
        "special_dates": [{"date": "2026-12-24", "from": "09:00", "to": "12:00"}], "valid_from": "2026-01-01"});
    house.make("service_calendars", hours).await;
    house.make("services", json!({"name": "Payments"})).await;
    let row = json!({"kind": "incident", "priority": "P3", "response": "PT2H", "resolution": "PT8H"});
    let sla = house
        .make("slas", json!({"title": "Payments", "service": "SVC-1", "ticket_targets": [row], "calendar": "CLN-1"}))
        .await;
    house.step(&sla, "agreed", json!({})).await;
    house.turn("2026-11-12T15:00:00Z");
    let fields = json!({"title": "Tills decline", "service": "SVC-1", "impact": "medium", "urgency": "medium"});
    let incident = house.make("incidents", fields).await;
    house.step(&incident, "in_progress", json!({})).await;
    (house, incident)
}

async fn due(house: &House, incident: &str) -> Json {
    clock(&house.read(incident).await, "resolution")["due"].clone()
}

fn becomes(record: &Json) -> Vec<(String, String)> {
    let rows = record["fields"]["days"].as_array().expect("days").iter();
    rows.map(|row| (row["date"].as_str().unwrap().into(), row["becomes"].as_str().unwrap().into())).collect()
}

/// Complaint 20: a file of holidays is a proposal.
async fn holidays_hold_when_somebody_else_has_approved_them(database: Database) {
    let (house, incident) = house(database).await;
    assert_eq!(due(&house, &incident).await, "2026-11-13T15:00:00Z");
    let days = file(&[
        ("20261113", "Founders"),
        ("20261116", "Day of the bank"),
        ("20261225", "Christmas"),
        ("20261224", "Eve"),
    ]);
    let done = bring(&house, OWNER, "CLN-1", "2026-11-14", &days).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
    let path = "/api/v1/holiday_proposals/HOL-1";
    let proposal = house.read(path).await;
    let told =
        |list: &[(&str, &str)]| list.iter().map(|(day, what)| (day.to_string(), what.to_string())).collect::<Vec<_>>();
    let wanted = told(&[
        ("2026-11-13", "before_its_day"),
        ("2026-11-16", "added"),
        ("2026-12-24", "has_hours_of_its_own"),
        ("2026-12-25", "already_closed"),
    ]);
    assert_eq!(becomes(&proposal), wanted);
    assert_eq!(proposal["fields"]["moves"], 0, "what is due on Friday is not moved by a closed Monday");
    assert_eq!(proposal["fields"]["proposed_by"], json!(["administrator@tidewell.example"]));
    assert_eq!(house.read(&format!("{path}/attachments")).await["items"][0]["name"], "holidays.ics");
    assert_eq!(
        house.read("/api/v1/service_calendars").await["items"].as_array().expect("a list").len(),
        1,
        "nothing holds yet"
    );
    // Whoever proposed it does not approve it, by whatever way.
    let step = json!({"to": "approved"});
    let transitions = format!("{path}/transitions");
    let own = house.building.send(OWNER, Method::POST, &transitions, &[("if-match", "*")], &step).await;
    assert_eq!(own.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", own.text);
    let agent = mail(Role::Agent);
    let agent = house.building.send(Who::Mail(&agent), Method::POST, &transitions, &[("if-match", "*")], &step).await;
    assert_eq!(agent.status, StatusCode::FORBIDDEN, "{}", agent.text);
    let other = mail(Role::SmsManager);
    let approved =
        house.building.send(Who::Mail(&other), Method::POST, &transitions, &[("if-match", "*")], &step).await;
    assert_eq!(approved.status, StatusCode::OK, "{}", approved.text);
    let version = house.read("/api/v1/service_calendars/CLN-2").await;
    assert_eq!(version["fields"]["closed_dates"], json!(["2026-12-25 Christmas", "2026-11-16 Day of the bank"]));
    assert_eq!(
        (&version["fields"]["valid_from"], &version["fields"]["name"]),
        (&json!("2026-11-14"), &json!("Office hours"))
    );
    let before = house.read("/api/v1/service_calendars/CLN-1").await;
    assert_eq!(before["fields"]["closed_dates"], json!(["2026-12-25 Christmas"]), "the one before stays as it was");
    assert_eq!(house.read(path).await["fields"]["version"], "CLN-2");
    let manager = Actor { email: other.clone(), roles: vec![Role::SmsManager], ..Actor::system("test", Via::Web) };
    let stepped = house.read(path).await["version"].as_i64().expect("a version") - 1;
    let target = Target { kind: "holiday_proposal".into(), number: "HOL-1".into(), version: Some(stepped) };
    let undone = house.world.desk.perform(&manager, Command::Undo { target }, at("2026-11-12T15:01:00Z")).await;
    assert!(
        matches!(undone, Err(Refusal::Step(_) | Refusal::Stale { .. })),
        "what holds is not merely undone: {undone:?}"
    );
    later(&house, &incident).await;
}

/// One that is raised on Friday afternoon has its second day on Tuesday, and a further day moves it.
async fn later(house: &House, incident: &str) {
    house.turn("2026-11-13T15:00:00Z");
    assert_eq!(due(house, incident).await, "2026-11-13T15:00:00Z", "what was due stays due");
    let fields = json!({"title": "Again", "service": "SVC-1", "impact": "medium", "urgency": "medium"});
    let again = house.make("incidents", fields).await;
    assert_eq!(due(house, &again).await, "2026-11-17T15:00:00Z");
    // Now it counts how many clocks another day would move: answer and resolution of the second one.
    let done = bring(house, OWNER, "CLN-2", "2026-11-15", &file(&[("20261117", "One more")])).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
    assert_eq!(house.read("/api/v1/holiday_proposals/HOL-2").await["fields"]["moves"], 1);
    house.world.desk.work_once(&[], at("2026-11-13T15:01:00Z")).await.expect("jobs");
    assert_eq!(house.world.desk.rebuild_clocks(at("2026-11-13T15:01:00Z")).await.expect("clocks"), 0);
    assert_eq!(house.world.desk.verify(&mut |_| {}).await.expect("a verdict").first, Vec::<String>::new());
}

/// Complaint 20: a broken file is told of with its line, and neither a record nor a day comes of it.
async fn a_broken_file_names_its_line_and_loses_nothing(database: Database) {
    let (house, _) = house(database).await;
    let whole = file(&[("20261116", "Day of the bank")]);
    let cut = &whole[..whole.find("SUMMARY").expect("it is there")];
    for (text, said) in [
        (cut, "line 6: the file breaks off"),
        ("day,name\n2026-11-16,Day\n", "line 1: “day,name” is no line of a calendar file"),
        ("", "choose a calendar file"),
    ] {
        let refused = bring(&house, OWNER, "CLN-1", "2026-12-01", text).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", refused.text);
        assert!(refused.text.contains(said), "{said}: {}", refused.text);
        assert!(refused.text.contains("value=\"2026-12-01\""), "what was typed stands there still");
    }
    for (calendar, from, said) in [
        ("CLN-77", "", "choose the calendar"),
        ("CLN-1", "2026-11-12", "is the first day that has begun nowhere yet"),
        ("CLN-1", "soon", "soon"),
    ] {
        let refused = bring(&house, OWNER, calendar, from, &whole).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", refused.text);
        assert!(refused.text.contains(said), "{said}: {}", refused.text);
    }
    let listed = house.read("/api/v1/holiday_proposals").await;
    assert_eq!(listed["items"], json!([]), "nothing came of them");
    // What is not understood is kept with what is.
    let weekly = whole.replace("END:VEVENT", "END:VEVENT\r\nBEGIN:VEVENT\r\nUID:2\r\nDTSTART;VALUE=DATE:20261118\r\nRRULE:FREQ=WEEKLY\r\nSUMMARY:Each week\r\nEND:VEVENT");
    assert_eq!(bring(&house, OWNER, "CLN-1", "", &weekly).await.status, StatusCode::SEE_OTHER);
    let proposal = house.read("/api/v1/holiday_proposals/HOL-1").await;
    let remark = proposal["fields"]["not_understood"][0].as_str().expect("a remark");
    assert!(remark.starts_with("line 9: “Each week” comes back by FREQ=WEEKLY"), "{remark}");
    assert_eq!(proposal["fields"]["effective_on"], "2026-11-14", "the first day that has begun nowhere");
    // Agents and customers bring in nothing.
    let agent = mail(Role::Agent);
    assert_eq!(bring(&house, Who::Mail(&agent), "CLN-1", "", &whole).await.status, StatusCode::FORBIDDEN);
    let page = house.building.get(crate::building::CUSTOMER, "/holiday-files").await;
    assert!(!page.status.is_success(), "{}", page.text);
}

/// Complaint 20: between proposal and approval the calendar may change, and a newer version takes its place.
async fn days_are_compared_with_the_calendar_until_they_are_decided(database: Database) {
    let (house, _) = house(database).await;
    let days = json!([{"date": "2026-12-28", "name": "Boxing Day"}, {"date": "2026-12-29", "name": "Day off"}]);
    let fields =
        json!({"calendar": "CLN-1", "source": "The works council", "effective_on": "2026-11-15", "days": days});
    // Machines propose days without any file.
    let path = house.make("holiday_proposals", fields.clone()).await;
    house.edit("/api/v1/service_calendars/CLN-1", json!({"closed_dates": ["2026-12-25", "2026-12-28"]})).await;
    let other = mail(Role::SmsManager);
    let decide = |path: String, to: &'static str, fields: Json| {
        let (other, house) = (other.clone(), &house);
        async move {
            let body = json!({"to": to, "fields": fields});
            let path = format!("{path}/transitions");
            house.building.send(Who::Mail(&other), Method::POST, &path, &[("if-match", "*")], &body).await
        }
    };
    assert_eq!(decide(path.clone(), "approved", json!({})).await.status, StatusCode::OK);
    let told: Vec<String> = becomes(&house.read(&path).await).into_iter().map(|(_, what)| what).collect();
    assert_eq!(told, ["already_closed", "added"]);
    let version = house.read("/api/v1/service_calendars/CLN-2").await;
    assert_eq!(version["fields"]["closed_dates"], json!(["2026-12-25", "2026-12-28", "2026-12-29 Day off"]));
    // The older version is no place for further days.
    let body = json!({"fields": fields});
    let again = house.building.send(OWNER, Method::POST, "/api/v1/holiday_proposals", &[], &body["fields"]).await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", again.text);
    assert!(again.text.contains("CLN-2 is newer"), "{}", again.text);
    // Refusing says why; whoever wrote in it does not approve it, whoever began.
    let fields = json!({"calendar": "CLN-2", "source": "The works council", "effective_on": "2026-11-17",
        "days": [{"date": "2026-11-27", "name": "Eve"}]});
    let path = house.make("holiday_proposals", fields).await;
    assert_eq!(decide(path.clone(), "refused", json!({})).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    let manager = Who::Mail(&other);
    let edit = json!({"days": [{"date": "2026-11-26", "name": "Another"}]});
    let edited = house.building.send(manager, Method::PATCH, &path, &[("if-match", "*")], &edit).await;
    assert_eq!(edited.status, StatusCode::OK, "{}", edited.text);
    let mine = decide(path.clone(), "approved", json!({})).await;
    assert!(mine.text.contains("whoever wrote in it does not approve it"), "{}", mine.text);
    // Nothing is left once its days have passed.
    house.turn("2026-11-30T08:00:00Z");
    let third = mail(Role::ProcessOwner);
    let body = json!({"to": "approved"});
    let late = house
        .building
        .send(Who::Mail(&third), Method::POST, &format!("{path}/transitions"), &[("if-match", "*")], &body)
        .await;
    assert_eq!(late.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", late.text);
    let refused = json!({"to": "refused", "fields": {"reason": "Too late"}});
    let refused = house
        .building
        .send(Who::Mail(&third), Method::POST, &format!("{path}/transitions"), &[("if-match", "*")], &refused)
        .await;
    assert_eq!(refused.status, StatusCode::OK, "{}", refused.text);
    assert_eq!(house.read("/api/v1/service_calendars").await["items"].as_array().expect("a list").len(), 2);
}
