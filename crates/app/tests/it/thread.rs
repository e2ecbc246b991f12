//! The golden thread: from an incident to the problem, the change with its approval, the release, the item, the clock, the
//! supplier, what was said, the report and the decisions; what leads nowhere is told, and nobody sees more than they may.

use axum::http::StatusCode;
use model::Role;

use crate::{
    building::{BYSTANDER, Building, CUSTOMER, Who, mail},
    world::{Database, World},
};

both_databases!(
    a_whole_thread,
    a_thread_has_the_clocks_with_their_agreement,
    broken_links_are_told,
    nobody_sees_more,
    a_thread_has_its_price,
);

/// An incident of a customer with everything that belongs to it. `{...}` are replaced where a test breaks something.
const WHOLE: &str = r#"{"kind":"customer","number":"CUS-1","title":"Harbour","fields":{"name":"Harbour","active":true}}
{"kind":"customer","number":"CUS-2","title":"Quay","fields":{"name":"Quay","active":true}}
{"kind":"service","number":"SVC-1","title":"Payments","fields":{"name":"Payments","parties":["PTY-1"],"customers":["CUS-1"]}}
{"kind":"sla","number":"SLA-1","title":"Payments for Harbour","state":"agreed","fields":{"service":"SVC-1","customer":"CUS-1","agreed_on":"2026-01-01","ticket_targets":[{"priority":"P1","response":"PT15M","resolution":"PT4H"},{"priority":"P2","response":"PT30M","resolution":"PT8H"}]}}
{"kind":"person","number":"PER-1","title":"Tomas","fields":{"name":"Tomas","email":"tomas@tidewell.example","active":true}}
{"kind":"ci","number":"CI-1","title":"Database of payments","fields":{"type":"database","updated_on":"2026-10-22T10:00:00Z","last_change":"CHG-1"}}
{"kind":"other_party","number":"PTY-1","title":"Northlink","fields":{"name":"Northlink","kind":"external","active":true}}
{"kind":"contract","number":"CON-1","title":"Lines","fields":{"party":"PTY-1"}}
{"kind":"incident","number":"INC-1","title":"Card payments declined","state":"closed","fields":{"customer":"CUS-1","service":"SVC-1","ci":"CI-1","category":"application","impact":"high","urgency":"high","priority":"P1","major":true,"raised_on":"2026-10-12T07:14:00Z","responded_on":"2026-10-12T07:20:00Z","resolved_on":"2026-10-12T09:14:00Z","closed_on":"2026-10-14T09:14:00Z","resolution":"Rolled back","problem":"PRB-1"},"history":[{"at":"2026-10-12T07:14:00Z","by":"ines@tidewell.example","state":"new"},{"at":"2026-10-12T07:20:00Z","by":"ines@tidewell.example","state":"in_progress","note":"We are rolling the last change back.","public":true},{"at":"2026-10-12T09:14:00Z","by":"ines@tidewell.example","state":"resolved"},{"at":"2026-10-14T09:14:00Z","by":"ines@tidewell.example","state":"closed"}]}
{"kind":"problem","number":"PRB-1","title":"Pool runs dry","state":"closed","fields":{"incidents":["INC-1"],"category":"application","source":"major-incident","priority":"P2","raised_on":"2026-10-12T10:00:00Z","actions":["ACT-1"],"cause":"The pool is too small","changes":["CHG-1"],"resolved_on":"2026-10-28T09:00:00Z","closed_on":"2026-10-30T09:00:00Z"}}
{"kind":"known_error","number":"KE-1","title":"Pool runs dry","fields":{"problem":"PRB-1","services":["SVC-1"],"recorded_on":"2026-10-13T09:00:00Z","reviewed_on":"2026-11-02T09:00:00Z","workaround":"Restart the pool"}}
{"kind":"change","number":"CHG-1","title":"A larger pool","state":"closed","fields":{"category":"normal","kind":"technical","services":["SVC-1"],"requested_by":"tomas@tidewell.example","requested_on":"2026-10-19T08:00:00Z","priority":"P2","risk":"low","benefit":"Enough room","feasibility":"Done before","cost":0,"effects":{"a":"Payments","b":"None","c":"none","d":"None","e":"none"},"planned_start":"2026-10-21T21:00:00Z","planned_end":"2026-10-21T23:00:00Z","told":"2026-10-20T12:00:00Z","backout":"The old pool","tests":[{"name":"Test","result":"passed","on":"2026-10-20T08:00:00Z"}],"review":{"on":"2026-10-24T10:00:00Z","by":"tomas@tidewell.example","text":"As planned"},"cis":["CI-1"],"decision":"approved","decided_by":"helena@tidewell.example","decided_on":"2026-10-20T10:00:00Z","implementer":"tomas@tidewell.example","implemented_on":"2026-10-21T22:00:00Z","outcome":"successful","closed_on":"2026-10-25T10:00:00Z"}}
{"kind":"release","number":"REL-1","title":"Payments 7.2","state":"deployed","fields":{"changes":["CHG-1"],"problems":["none"],"known_errors":["none"],"deliverables":["Payments 7.2"],"method":"By hand","planned_on":"2026-10-21T22:00:00Z","criteria":[{"text":"It pays","met":true}],"baseline":{"on":"2026-10-20T22:00:00Z","cis":["CI-1"]},"outcome":"successful","incidents":[],"post_check":{"on":"2026-10-22T08:00:00Z","by":"tomas@tidewell.example","result":"It pays"},"told":"2026-10-20T12:00:00Z","verified_on":"2026-10-21T10:00:00Z","approved_by":"helena@tidewell.example","deployed_on":"2026-10-21T22:00:00Z"}}
{"kind":"major_incident_review","number":"MIR-1","title":"Review of INC-1","state":"reported","fields":{"incident":"INC-1","manager":"tomas@tidewell.example","told_top_on":"2026-10-12T07:30:00Z","causes":["Pool too small"],"actions":["ACT-1"]}}
{"kind":"action","number":"ACT-1","title":"Watch the pool","state":"done","fields":{"source":"MIR-1","owner":"tomas@tidewell.example","due":"2026-11-01","done_on":"2026-10-28"}}
{"kind":"outage","number":"OUT-1","title":"Payments down","fields":{"service":"SVC-1","incident":"INC-1","start":"2026-10-12T07:10:00Z","end":"2026-10-12T09:14:00Z","planned":false,"cause":"The pool ran dry","actions":["ACT-1"]}}
{"kind":"communication","number":"COM-1","title":"Payments are back","fields":{"subject":"Payments are back","sent_on":"2026-10-12"},"links":[{"type":"concerns","to":"INC-1"}]}
{"kind":"report","number":"RPT-1","title":"Service report of October","fields":{"period":"2026-10","customer":"CUS-1","made_on":"2026-11-03","told":"2026-11-04","decisions":["Double the pool elsewhere as well"]}}
{"kind":"sla_result","number":"SLR-1","title":"October","fields":{"sla":"SLA-1","target":"resolution","period":"2026-10","met":true}}
"#;

async fn world(database: Database, lines: &str) -> (World, Building) {
    let world = World::new(database).await;
    let taken = world.import(lines).await;
    assert!(taken.is_whole(), "{taken:?}");
    let building = Building::over(&world.desk).await;
    (world, building)
}

async fn page(building: &Building, role: Role, number: &str) -> String {
    let page = building.get(Who::Mail(&mail(role)), &format!("/thread/{number}")).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    page.text
}

async fn a_whole_thread(database: Database) {
    let (_world, building) = world(database, WHOLE).await;
    let text = page(&building, Role::InternalAuditor, "INC-1").await;
    for number in [
        "SVC-1", "SLA-1", "CI-1", "PTY-1", "CON-1", "PRB-1", "KE-1", "CHG-1", "REL-1", "MIR-1", "ACT-1", "OUT-1",
        "COM-1", "RPT-1", "SLR-1",
    ] {
        assert!(text.contains(&format!("/{number}\"")), "{number} is missing: {text}");
    }
    for words in [
        "nothing is broken",
        "approved by helena@tidewell.example, Tue 20 Oct 2026",
        "We are rolling the last change back.",
        "No clock ran.",
        "INC-1 is about its service",
        "Double the pool elsewhere as well",
        "PRB-1 names it as changes",
        "CHG-1 is named there as changes",
    ] {
        assert!(text.contains(words), "{words}: {text}");
    }
    // From its other end it is the same thread.
    let text = page(&building, Role::SmsManager, "REL-1").await;
    for number in ["CHG-1", "PRB-1", "INC-1"] {
        assert!(text.contains(&format!("/{number}\"")), "{number} is missing");
    }
    let record = building.get(Who::Mail(&mail(Role::Agent)), "/incidents/INC-1").await;
    assert!(record.text.contains("/thread/INC-1"));
}

/// What was over when it was brought in has no clocks; what goes on has them.
async fn a_thread_has_the_clocks_with_their_agreement(database: Database) {
    let open = r#"{"kind":"incident","number":"INC-2","title":"Card payments slow","state":"in_progress","fields":{"customer":"CUS-1","service":"SVC-1","impact":"high","urgency":"high","priority":"P1","raised_on":"2026-11-25T08:00:00Z"},"history":[{"at":"2026-11-25T08:00:00Z","by":"ines@tidewell.example","state":"new"},{"at":"2026-11-25T08:10:00Z","by":"ines@tidewell.example","state":"in_progress"}]}
"#;
    // Of another customer, with whom nothing was agreed.
    let other = open.replace("INC-2", "INC-3").replace("CUS-1", "CUS-2");
    let (_world, building) = world(database, &format!("{WHOLE}{open}{other}")).await;
    let text = page(&building, Role::InternalAuditor, "INC-2").await;
    for words in ["SLA-1 for P1", "INC-2 runs under it", "/SLA-1\""] {
        assert!(text.contains(words), "{words}: {text}");
    }
    assert!(!text.contains("is covered by no agreement"), "{text}");
    let text = page(&building, Role::InternalAuditor, "INC-3").await;
    assert!(text.contains("standard target for P1") && text.contains("is covered by no agreement"), "{text}");
}

/// Each single fault of the whole thread is told where it is, and nothing else is.
async fn broken_links_are_told(database: Database) {
    let faults = [
        (
            r#""problem":"PRB-1"},"history""#,
            r#""problem":"PRB-9"},"history""#,
            "INC-1",
            "names it as problem PRB-9, which is not on record",
        ),
        (
            r#""decided_on":"2026-10-20T10:00:00Z""#,
            r#""decided_on":"2026-10-22T10:00:00Z""#,
            "CHG-1",
            "was implemented before it was decided",
        ),
        (
            r#""implementer":"tomas@tidewell.example""#,
            r#""implementer":"helena@tidewell.example""#,
            "CHG-1",
            "was put in place by who approved it",
        ),
        (r#""cis":["CI-1"],"#, "", "CHG-1", "names no configuration item"),
        (r#""cause":"The pool is too small","#, "", "PRB-1", "is closed and names no cause"),
        (r#""approved_by":"helena@tidewell.example","#, "", "REL-1", "nobody approved it"),
        (r#""told_top_on":"2026-10-12T07:30:00Z","#, "", "MIR-1", "when top management was told"),
        (r#""fields":{"party":"PTY-1"}"#, r#""fields":{"scope":"Lines"}"#, "PTY-1", "supplies without a contract"),
        (
            r#""fields":{"incident":"INC-1","manager"#,
            r#""fields":{"incident":"INC-2","manager"#,
            "INC-1",
            "was major and has no review",
        ),
        (
            r#""state":"reported","fields":{"incident":"INC-1""#,
            r#""state":"open","fields":{"incident":"INC-1""#,
            "MIR-1",
            "is overdue: ten working days after the incident it is not given",
        ),
        (
            r#""source":"major-incident","#,
            r#""source":"major-incident","effect_due":"2026-11-10","#,
            "PRB-1",
            "is overdue: nobody has looked at the effect",
        ),
        // Nothing of the thread itself is missing here: a requirement says so.
        (r#""backout":"The old pool","#, "", "CHG-1", "breaks 8.5.1.3-5: it has no"),
        (r#""known_errors":["none"],"#, "", "REL-1", "breaks 8.5.3-2: it"),
        (r#""category":"application","impact""#, r#""impact""#, "INC-1", "breaks 8.6.1.a: it"),
        (r#""resolution":"Rolled back","#, "", "INC-1", "is closed without a resolution"),
        (
            r#""title":"October","fields":{"sla":"SLA-1","target":"resolution","period":"2026-10""#,
            r#""title":"October","fields":{"sla":"SLA-1","target":"resolution","period":"2026-09""#,
            "",
            "",
        ),
    ];
    for (whole, broken, number, words) in faults {
        assert!(WHOLE.contains(whole), "{whole}");
        let (_world, building) = world(database, &WHOLE.replace(whole, broken)).await;
        let text = page(&building, Role::InternalAuditor, "INC-1").await;
        let wanted = match (words, number) {
            ("", _) => "nothing is broken",
            // The incident breaks the requirement of which its review is the proof.
            (_, "MIR-1") if words.contains("top management") => "2 places are broken",
            _ => "one place is broken",
        };
        // A reference that leads nowhere takes what hung on it along.
        assert!(text.contains(wanted) || whole.contains("problem"), "{words}: {text}");
        assert!(text.contains(words), "{words} of {number}: {text}");
    }
}

async fn nobody_sees_more(database: Database) {
    let (_world, building) = world(database, WHOLE).await;
    for who in [CUSTOMER, BYSTANDER] {
        assert_eq!(building.get(who, "/thread/INC-1").await.status, StatusCode::NOT_FOUND);
    }
    for number in ["INC-9", "no%20number", "%00"] {
        let gone = building.get(Who::Mail(&mail(Role::Agent)), &format!("/thread/{number}")).await;
        assert_eq!(gone.status, StatusCode::NOT_FOUND, "{number}");
    }
    // Agents read no contracts: the thread neither shows it nor misses it.
    let text = page(&building, Role::Agent, "INC-1").await;
    assert!(text.contains("PTY-1") && !text.contains("CON-1"));
    assert!(text.contains("nothing is broken"), "{text}");
    let contract = building.get(Who::Mail(&mail(Role::Agent)), "/thread/CON-1").await;
    assert_eq!(contract.status, StatusCode::NOT_FOUND);
}

/// However much hangs together with a record, the page takes as many statements.
async fn a_thread_has_its_price(database: Database) {
    let (world, building) = world(database, WHOLE).await;
    let more: Vec<String> = (100..220)
        .map(|number| {
            format!(
                r#"{{"kind":"change","number":"CHG-{number}","title":"Again","fields":{{"category":"normal","problem":"PRB-1","cis":["CI-1"]}}}}"#
            )
        })
        .chain((100..220).map(|number| {
            format!(
                r#"{{"kind":"incident","number":"INC-{number}","title":"Again","fields":{{"impact":"low","urgency":"low","raised_on":"2026-11-10T09:00:00Z","problem":"PRB-1","service":"SVC-1","ci":"CI-1"}}}}"#
            )
        }))
        .collect();
    let cost = async || {
        // The first one fills what is kept.
        page(&building, Role::InternalAuditor, "INC-1").await;
        let before = world.desk.statements();
        page(&building, Role::InternalAuditor, "INC-1").await;
        world.desk.statements() - before
    };
    let few = cost().await;
    assert!(world.import(more.join("\n")).await.is_whole());
    let many = cost().await;
    assert!(many <= few && few <= 40, "{few} statements before, {many} after");
}
