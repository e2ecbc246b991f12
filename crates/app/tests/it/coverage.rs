//! The audit programme: what comes first and why, clause by service by site, and how a proposal becomes an audit of a programme.

use axum::http::StatusCode;
use model::{Actor, Command, Input, Refusal, Role, Via};
use serde_json::{Value as Json, json};

use crate::{
    building::{Answer, Building, CUSTOMER, Who, mail},
    world::{Database, World, now},
};

both_databases!(
    risk_and_change_weigh_beside_findings,
    the_cross_joins_clause_service_and_site,
    a_proposal_becomes_an_audit_of_its_programme,
);

const AUDITOR: Role = Role::InternalAuditor;
/// Two services and two sites; an audit of this year that looked at both services at one site; a programme of three years.
const HOUSE: &str = r#"{"kind":"customer","number":"CUS-1","title":"Harbour","fields":{"name":"Harbour","active":true}}
{"kind":"customer","number":"CUS-2","title":"Quay","fields":{"name":"Quay","active":true}}
{"kind":"service","number":"SVC-1","title":"Payments","fields":{"name":"Payments","in_scope":true,"stage":"live"}}
{"kind":"service","number":"SVC-2","title":"Mail","fields":{"name":"Mail","in_scope":true,"stage":"live"}}
{"kind":"location","number":"LOC-1","title":"Harbour House","fields":{"name":"Harbour House"}}
{"kind":"location","number":"LOC-2","title":"North","fields":{"name":"North"}}
{"kind":"audit_programme","number":"APR-1","title":"Three years","state":"approved","fields":{"period":"2026","years":3,"approved_on":"2026-01-02"}}
{"kind":"audit","number":"AUD-1","title":"Continuity","state":"closed","fields":{"scope":{"clauses":["8.7.2","8.5.1.1","8.5.1.3"],"services":["SVC-1","SVC-2"],"sites":["LOC-1"]},"held_on":"2026-06-01","planned_on":"2026-06-01","report_on":"2026-06-10","programme":"APR-1"}}
"#;
/// A risk above the limit of nine, one below it; a major change after the audit, one before it, and an ordinary one.
const WEIGHT: &str = r#"{"kind":"risk","number":"RSK-1","title":"Flood","state":"open","fields":{"area":"continuity","service":"SVC-1","description":"Flood","likelihood":4,"impact":4,"score":16}}
{"kind":"risk","number":"RSK-2","title":"Dust","state":"open","fields":{"area":"continuity","service":"SVC-2","description":"Dust","likelihood":2,"impact":2,"score":4}}
{"kind":"risk","number":"RSK-3","title":"Fire","state":"closed","fields":{"area":"continuity","service":"SVC-2","description":"Fire","likelihood":5,"impact":5,"score":25}}
{"kind":"change","number":"CHG-1","title":"New core","state":"closed","fields":{"category":"major","kind":"technical","services":["SVC-2"],"implemented_on":"2026-09-01T20:00:00Z","closed_on":"2026-09-20T20:00:00Z"}}
{"kind":"change","number":"CHG-2","title":"Old core","state":"closed","fields":{"category":"major","kind":"technical","services":["SVC-2"],"implemented_on":"2026-03-01T20:00:00Z","closed_on":"2026-03-20T20:00:00Z"}}
{"kind":"change","number":"CHG-3","title":"Patch","state":"closed","fields":{"category":"normal","kind":"technical","services":["SVC-1"],"implemented_on":"2026-09-01T20:00:00Z","closed_on":"2026-09-20T20:00:00Z"}}
{"kind":"nonconformity","number":"NCR-1","title":"No test","state":"open","fields":{"source":"none","clause":"8.7.2","grade":"minor","text":"No test","raised_on":"2026-11-20"}}
"#;

async fn house(database: Database, lines: &str) -> (World, Building) {
    let world = World::new(database).await;
    let taken = world.import(lines).await;
    assert!(taken.is_whole(), "{taken:?}");
    let building = Building::over(&world.desk).await;
    (world, building)
}

async fn page(building: &Building, query: &str) -> String {
    let page = building.get(Who::Mail(&mail(AUDITOR)), &format!("/coverage{query}")).await;
    assert_eq!(page.status, StatusCode::OK, "{query}: {}", page.text);
    page.text
}

/// The line of a table that names something first.
#[track_caller]
fn line<'t>(text: &'t str, href: &str) -> &'t str {
    let at = text
        .find(&format!("<a class=\"id\" href=\"{href}\""))
        .unwrap_or_else(|| panic!("{href} is not proposed: {text}"));
    let begin = text[..at].rfind("<tr>").expect("a line");
    &text[begin..at + text[at..].find("</tr>").expect("its end")]
}

async fn risk_and_change_weigh_beside_findings(database: Database) {
    let (_world, building) = house(database, &format!("{HOUSE}{WEIGHT}")).await;
    let text = page(&building, "?all=yes").await;
    let continuity = line(&text, "/conformity/8.7.2");
    assert!(continuity.contains("1 open finding (NCR-1) <b>+3</b>"), "{continuity}");
    assert!(continuity.contains("1 risk above the limit (RSK-1) <b>+2</b>"), "{continuity}");
    assert!(continuity.contains("SVC-1") && !continuity.contains("RSK-2") && !continuity.contains("RSK-3"));
    let changes = line(&text, "/conformity/8.5.1.3");
    assert!(changes.contains("1 weighty change since (CHG-1) <b>+1</b>"), "{changes}");
    assert!(!changes.contains("CHG-2") && !changes.contains("CHG-3"), "before the audit, or ordinary: {changes}");
    let payments = line(&text, "/services/SVC-1");
    assert!(payments.contains("RSK-1") && !payments.contains("CHG-3"), "{payments}");
    let mail = line(&text, "/services/SVC-2");
    assert!(mail.contains("1 weighty change since (CHG-1)"), "{mail}");
    assert!(
        text.contains(
            "An open finding weighs 3, an open risk above the limit 2, a weighty change since the last audit 1"
        )
    );
    // Where nothing of that is on record, nothing of it weighs.
    let (_world, building) = house(database, HOUSE).await;
    let text = page(&building, "?all=yes").await;
    assert!(!text.contains("above the limit (") && !text.contains("weighty change since ("));
}

async fn the_cross_joins_clause_service_and_site(database: Database) {
    let (world, building) = house(database, HOUSE).await;
    let count = |text: &str| text.matches("title=\"AUD-1, held 2026\"").count();
    // Three clauses, at all and with each of two services.
    assert_eq!(count(&page(&building, "").await), 9);
    assert_eq!(count(&page(&building, "?service=SVC-2").await), 6);
    assert_eq!(count(&page(&building, "?site=LOC-1").await), 9);
    assert_eq!(count(&page(&building, "?site=LOC-2").await), 0, "nobody was there");
    assert_eq!(count(&page(&building, "?programme=APR-1&year=2027").await), 0);
    let text = page(&building, "").await;
    assert!(text.contains("Audit coverage 2026 to 2028") && text.contains("APR-1 Three years"));
    assert!(text.contains("6 of "), "clause by service: {text}");
    for (query, words) in [
        ("?service=SVC-9", "service: there is no"),
        ("?site=LOC-9", "site: there is no"),
        ("?programme=APR-9", "programme: there is no"),
        ("?year=1999", "year: there is no"),
        ("?all=no", "all: say yes or nothing"),
        ("?clause=4.1", ""),
    ] {
        let refused = building.get(Who::Mail(&mail(AUDITOR)), &format!("/coverage{query}")).await;
        assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{query}");
        assert!(refused.text.contains(words), "{query}: {}", refused.text);
    }
    assert_eq!(building.get(CUSTOMER, "/coverage").await.status, StatusCode::NOT_FOUND);
    // An audit that names no service covers its clause, and no pair.
    let fields = json!({"title": "Alone", "scope": {"clauses": ["4.1"]}, "planned_on": "2027-02-01"});
    create(&world, fields).await.unwrap();
    let text = page(&building, "").await;
    assert_eq!(text.matches("title=\"AUD-2, planned 2027\"").count(), 1);
    assert!(text.contains(">(27)</a>"));
}

async fn create(world: &World, fields: Json) -> Result<String, Refusal> {
    let actor = Actor { email: mail(AUDITOR), roles: vec![AUDITOR], ..Actor::system("test", Via::Web) };
    let input = Input::json(fields.as_object().cloned().expect("fields"));
    let command = Command::Create { kind: "audit".into(), number: None, input };
    Ok(world.desk.perform(&actor, command, now()).await?.number)
}

async fn plan(building: &Building, role: Role, pairs: &[(&str, &str)]) -> Answer {
    let pairs: Vec<(String, String)> =
        pairs.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect();
    building.form(Who::Mail(&mail(role)), "/coverage/plan", &pairs).await
}

async fn a_proposal_becomes_an_audit_of_its_programme(database: Database) {
    let (world, building) = house(database, &format!("{HOUSE}{WEIGHT}")).await;
    let lead = mail(AUDITOR);
    let whole = [
        ("clause", "8.7.2"),
        ("clause", "8.5.1.3"),
        ("service", "SVC-1"),
        ("site", "LOC-2"),
        ("programme", "APR-1"),
        ("planned_on", "2027-03-01"),
        ("owner", lead.as_str()),
        ("title", ""),
    ];
    let planned = plan(&building, AUDITOR, &whole).await;
    assert_eq!(planned.status, StatusCode::SEE_OTHER, "{}", planned.text);
    let audit = world.exported("AUD-2").await;
    let fields = &audit["fields"];
    assert_eq!(fields["scope"], json!({"clauses": ["8.7.2", "8.5.1.3"], "services": ["SVC-1"], "sites": ["LOC-2"]}));
    assert_eq!((&fields["programme"], &fields["planned_on"]), (&json!("APR-1"), &json!("2027-03-01")));
    assert_eq!((&fields["owner"], &fields["auditors"]), (&json!(lead), &json!([lead])));
    assert_eq!(audit["title"], "Audit of 8.7.2, 8.5.1.3");
    // It covers them, so they are proposed no more.
    let text = page(&building, "?site=LOC-2").await;
    assert!(text.contains("title=\"AUD-2, planned 2027\"") && text.contains("2027, APR-1"));
    assert!(!text.contains("value=\"8.7.2\""), "{text}");
    // What cannot be planned is told at its field, and nothing that was ticked is lost.
    let with = |name: &'static str, value: &'static str| {
        let mut pairs: Vec<(&str, &str)> = whole.iter().copied().filter(|pair| pair.0 != name).collect();
        if !value.is_empty() {
            pairs.push((name, value));
        }
        pairs
    };
    let tries = [
        (with("planned_on", "2029-03-01"), "lies outside of APR-1 (2026 to 2028)"),
        (with("planned_on", "soon"), "planned_on"),
        (with("clause", ""), "tick at least one clause"),
        (with("clause", "8.9"), "is no clause"),
        (with("service", "SVC-9"), "is no live service in scope"),
        (with("site", "LOC-9"), "is no site on record"),
        (with("programme", "APR-9"), "is no audit programme"),
    ];
    for (pairs, words) in tries {
        let refused = plan(&building, AUDITOR, &pairs).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{words}: {}", refused.text);
        assert!(refused.text.contains(words), "{words}: {}", refused.text);
    }
    assert_eq!(plan(&building, Role::ProcessOwner, &whole).await.status, StatusCode::FORBIDDEN);
    // By every other way as well.
    let outside = json!({"title": "Late", "programme": "APR-1", "planned_on": "2030-01-01"});
    let refused = create(&world, outside).await.unwrap_err();
    assert!(matches!(&refused, Refusal::Invalid(errors) if errors[0].field == "planned_on"), "{refused}");
}
