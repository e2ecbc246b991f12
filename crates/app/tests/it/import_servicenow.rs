//! Importing ServiceNow's incident log: tickets told rightly, whatever order, words and defects the file has.

use plumbline::intake::{Refused, Report};
use serde_json::json;

use crate::world::{Database, World, at, gzip};

both_databases!(
    a_ticket_becomes_an_incident_with_its_history,
    rows_may_stand_anywhere_and_twice,
    columns_are_found_by_name,
    rows_that_cannot_be_taken_are_named,
    files_that_are_no_log_are_refused_whole,
    twice_changes_nothing_and_more_rows_add_history,
);

const HEADER: &str = "number,ident_state,active,reassignment_count,reopen_count,sys_mod_count,made_sla,caller_id,opened_by,opened_at,sys_created_by,sys_created_at,sys_updated_by,sys_updated_at,contact_type,location,category,category,u_symptom,cmdb_ci,impact,urgency,priority,assignment_group,assigned_to,knowledge,u_priority_confirmation,notify,problem_id,rfc,vendor,caused_by,closed_code,resolved_by,resolved_at,closed_at";

/// A row of ticket 0000047, with what differs.
fn row(number: &str, state: &str, count: u32, updated: &str, assigned: &str) -> String {
    let over = matches!(state, "Closed");
    format!(
        "{number},{state},{},0,0,{count},true,2403,397,29/2/2016 04:40,171,29/2/2016 04:57,332,{updated},Phone,165,40,215,471,?,2,2,3,70,{assigned},true,false,Do Not Notify,?,?,?,?,5,81,1/3/2016 09:52,6/3/2016 10:00",
        !over
    )
}

fn ticket() -> Vec<String> {
    vec![
        row("0000047", "New", 0, "29/2/2016 04:57", "89"),
        row("0000047", "Active", 1, "29/2/2016 05:30", "31"),
        row("0000047", "Awaiting User Info", 2, "1/3/2016 09:14", "31"),
        row("0000047", "Resolved", 3, "1/3/2016 09:52", "31"),
        row("0000047", "Closed", 4, "6/3/2016 10:00", "?"),
    ]
}

fn log(rows: &[String]) -> String {
    format!("{HEADER}\n{}\n", rows.join("\n"))
}

fn counts(report: &Report) -> (u64, u64, u64, u64, u64) {
    (report.read, report.records.new, report.records.changed, report.records.unchanged, report.refused)
}

fn reasons(report: &Report) -> Vec<String> {
    report.refusals.iter().map(Refused::sentence).collect()
}

async fn a_ticket_becomes_an_incident_with_its_history(database: Database) {
    let world = World::new(database).await;
    let report = world.import_log(gzip(log(&ticket()).as_bytes()), "Europe/Berlin").await;
    assert_eq!(counts(&report), (5, 1, 0, 0, 0), "{:?}", reasons(&report));
    assert_eq!(report.aside.new, 1);
    assert!(report.remarks.iter().any(|remark| remark.contains("Europe/Berlin")), "{:?}", report.remarks);
    let line = world.exported("INC-0000047").await;
    assert_eq!(line["state"], "closed");
    let fields = &line["fields"];
    for (name, wanted) in [
        ("impact", json!("medium")),
        ("priority", json!("P3")),
        ("category", json!("40")),
        ("subcategory", json!("215")),
        ("symptom", json!("471")),
        ("contact_type", json!("phone")),
        ("requester", json!("caller-2403@servicenow.invalid")),
        ("raised_on", json!("2016-02-29T03:40:00Z")),
        ("resolved_on", json!("2016-03-01T08:52:00Z")),
        ("closed_on", json!("2016-03-06T09:00:00Z")),
        ("resolved_by", json!("resolved-by-81@servicenow.invalid")),
        ("closed_code", json!("5")),
        ("made_target", json!(true)),
        ("knowledge_used", json!(true)),
        ("notify", json!("none")),
        ("reassignment_count", json!(0)),
    ] {
        assert_eq!(fields[name], wanted, "{name} in {line:#}");
    }
    assert_eq!(fields.get("owner"), None, "the last row knows no owner any more");
    let team = fields["team"].as_str().unwrap();
    assert_eq!(world.exported(team).await["title"], "Group 70");
    let history = line["history"].as_array().unwrap();
    let states: Vec<&str> = history.iter().filter_map(|past| past["state"].as_str()).collect();
    assert_eq!(states, ["new", "in_progress", "waiting_customer", "resolved", "closed"]);
    assert_eq!(history[0]["at"], "2016-02-29T03:57:00Z");
    assert_eq!(history[0]["by"], "updated-by-332@servicenow.invalid");
    assert_eq!(history[0]["fields"].get("resolved_on"), None, "nothing knows its own end");
    assert_eq!(history[1]["fields"], json!({"owner": "resolver-31@servicenow.invalid"}));
    assert_eq!(history[2].get("fields"), None);
    assert_eq!(history[4]["fields"]["owner"], json!(null));
    let then = world.desk.cases_of(&["incident"], at("2016-03-02T00:00:00Z")).await.unwrap();
    assert_eq!(then[0].record.state, "resolved");
    assert!(world.desk.verify(&mut |_| {}).await.unwrap().first.is_empty());
}

async fn rows_may_stand_anywhere_and_twice(database: Database) {
    let world = World::new(database).await;
    world.import_log(log(&ticket()), "UTC").await;
    let straight = world.exported("INC-0000047").await;
    let other = World::new(database).await;
    let mut rows = ticket();
    rows.reverse();
    rows.insert(2, row("0000048", "New", 0, "1/3/2016 10:00", "89"));
    rows.push(rows[0].clone());
    rows.push(rows[1].clone());
    let report = other.import_log(log(&rows), "UTC").await;
    assert_eq!(counts(&report), (8, 2, 0, 0, 0));
    assert!(report.remarks.iter().any(|remark| remark.starts_with("2 rows stand there twice")), "{:?}", report.remarks);
    assert_eq!(other.exported("INC-0000047").await["history"], straight["history"]);
}

async fn columns_are_found_by_name(database: Database) {
    let world = World::new(database).await;
    let log = "Sys_Updated_On;number;incident_state;short_description;category;category;colour;priorty\n\
               2016-03-01 09:52:30;INC0000099;\"Active\";\"A \"\"quoted\"\";\ntitle\";hardware;printer;red;1\n";
    let report = world.import_log(log, "UTC").await;
    assert_eq!(counts(&report), (1, 1, 0, 0, 0), "{:?}", reasons(&report));
    let remarks = report.remarks.join("\n");
    assert!(remarks.contains("\"colour\" is not known"), "{remarks}");
    assert!(remarks.contains("did you mean \"priority\"?"), "{remarks}");
    let line = world.exported("INC0000099").await;
    assert_eq!(line["title"], "A \"quoted\";\ntitle");
    assert_eq!(line["fields"]["subcategory"], "printer");
    assert_eq!(line["fields"]["raised_on"], "2016-03-01T09:52:30Z", "its first row is the first that is known of it");
}

async fn rows_that_cannot_be_taken_are_named(database: Database) {
    let world = World::new(database).await;
    let mut rows = ticket();
    rows.push(row("0000050", "New", 0, "30/2/2016 04:57", "89"));
    rows.push(row("0000051", "-100", 0, "29/2/2016 04:57", "89"));
    rows.push(row("?", "New", 0, "29/2/2016 04:57", "89"));
    rows.push(row("0000052", "New", 0, "?", "89"));
    rows.push("0000053,New".into());
    rows.push(row("0000054", "New", 0, "29/2/2016 04:57", "89").replace(",2,2,3,", ",9,2,3,"));
    rows.push(format!("\"{}", row("0000055", "New", 0, "29/2/2016 04:57", "89")));
    rows.push(format!("0000056,{}", "x".repeat(10 << 20)));
    rows.push(row("0000057", "New", 0, "29/2/2016 04:57", "89").replace("Phone", "Ph\u{fffd}ne"));
    let report = world.import_log(log(&rows), "UTC").await;
    let reasons = reasons(&report);
    let wanted = [
        ("line 7, INC-0000050: sys_updated_at:", "30/2/2016"),
        ("line 8, INC-0000051: state:", "-100"),
        ("line 9: number:", "missing"),
        ("line 10, INC-0000052: sys_updated_at:", "missing"),
        ("line 11, INC-0000053: has 2 values", "36 columns"),
        ("line 12, INC-0000054: impact:", "\"9\" is not 1 (high)"),
        ("line 13: a quote", "never closed"),
        ("line 14: is 10 MB long", "skipped"),
    ];
    for (start, word) in wanted {
        assert!(
            reasons.iter().any(|reason| reason.starts_with(start) && reason.contains(word)),
            "{start}: {reasons:#?}"
        );
    }
    assert_eq!(counts(&report), (14, 2, 0, 0, 8), "{reasons:#?}");
    assert_eq!(world.exported("INC-0000057").await["state"], "new");
}

async fn files_that_are_no_log_are_refused_whole(database: Database) {
    let world = World::new(database).await;
    let broken = |report: Report| report.broken.expect("a reason");
    assert!(broken(world.import_log("", "UTC").await).contains("empty"));
    let wrong = broken(world.import_log("id,name\n1,2\n", "UTC").await);
    assert!(wrong.contains("lacks number, ident_state, sys_updated_at") && wrong.contains("id, name"), "{wrong}");
    let packed = gzip(log(&ticket()).as_bytes());
    let cut = world.import_log(&packed[..packed.len() - 30], "UTC").await;
    assert!(cut.broken.as_deref().is_some_and(|why| why.contains("truncated gzip")), "{:?}", cut.broken);
}

async fn twice_changes_nothing_and_more_rows_add_history(database: Database) {
    let world = World::new(database).await;
    let rows = ticket();
    world.import_log(log(&rows[..3]), "UTC").await;
    assert_eq!(counts(&world.import_log(log(&rows[..3]), "UTC").await), (3, 0, 0, 1, 0));
    assert_eq!(counts(&world.import_log(log(&rows), "UTC").await), (5, 0, 1, 0, 0));
    let line = world.exported("INC-0000047").await;
    assert_eq!(line["state"], "closed");
    assert_eq!(line["history"].as_array().map(Vec::len), Some(5), "{line:#}");
}
