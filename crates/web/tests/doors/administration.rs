//! Administration by forms: accounts from invitation to closing, own fields, settings, jobs, activity.

use axum::http::StatusCode;
use model::Role;

use crate::browser::{Browser, House, PASSWORD, house};

const BASE: &str = "http://127.0.0.1:8080";

async fn administered() -> (House, Browser) {
    let house = house(BASE).await;
    house.account("adm@tidewell.example", Role::Administrator).await;
    let adm = house.signed_in("adm@tidewell.example").await;
    (house, adm)
}

#[tokio::test]
async fn a_colleague_is_invited_comes_in_changes_and_is_closed() {
    let (house, mut adm) = administered().await;
    assert!(adm.get("/").await.text.contains("href=\"/administration\""));
    let page = adm.post("/administration/accounts", &[("email", "ines"), ("name", ""), ("roles", "")]).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    for field in ["f-email-error", "f-name-error", "f-roles-error"] {
        assert!(page.text.contains(&format!("id=\"{field}\"")), "{field} in {}", page.text);
    }
    let new = [
        ("email", "ines@tidewell.example"),
        ("name", "Ines"),
        ("roles", ""),
        ("roles", "agent"),
        ("roles", "approver"),
    ];
    let page = adm.post("/administration/accounts", &new).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    let link =
        page.text.split("<code class=\"secret\">").nth(1).and_then(|rest| rest.split('<').next()).expect("a link");
    let path = link.strip_prefix(BASE).expect("an address of ours");
    let mut ines = house.browser();
    assert!(ines.get(path).await.text.contains("you sign in as ines@tidewell.example"));
    assert_eq!(ines.post(path, &[("password", PASSWORD)]).await.leads_to(), "/");
    assert_eq!(ines.get("/account").await.status, StatusCode::OK);
    let list = adm.get("/administration/accounts").await;
    assert!(list.text.contains("Agent, Approver"));
    let address = list
        .text
        .split("href=\"")
        .filter_map(|rest| rest.split('"').next())
        .find(|href| href.starts_with("/administration/accounts/") && list.text.contains(&format!("{href}\">Ines<")))
        .expect("a way to Ines")
        .to_owned();
    let shown = adm.get(&address).await;
    assert!(shown.text.contains("action=\"") && shown.text.contains("value=\"agent\" checked"));
    let auditor = [("name", "Ines"), ("roles", "external-auditor"), ("active", "no"), ("active", "yes")];
    let page = adm.post(&address, &auditor).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.text.contains("f-valid_until-error"));
    let dated = [auditor.as_slice(), &[("valid_from", "2026-11-25"), ("valid_until", "2026-11-27")]].concat();
    assert_eq!(adm.post(&address, &dated).await.status, StatusCode::SEE_OTHER);
    assert!(adm.get(&address).await.text.contains("value=\"2026-11-27\""), "the last day is shown as it was typed");
    let closed = [("name", "Ines"), ("roles", "agent"), ("active", "no")];
    assert_eq!(adm.post(&address, &closed).await.leads_to(), address);
    assert_eq!(ines.get("/account").await.status, StatusCode::SEE_OTHER, "closing ends sessions");
    assert!(adm.get("/administration/accounts").await.text.contains("Closed"));
    let activity = adm.get("/administration/activity").await;
    assert!(activity.text.contains("invite") && activity.text.contains("sign in"));
}

#[tokio::test]
async fn own_fields_settings_and_jobs_are_looked_after_by_forms() {
    let (house, mut adm) = administered().await;
    let page = adm.post("/administration/fields", &[("label", ""), ("type", "choice")]).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    let field = [("kind", "incident"), ("label", "Cost centre"), ("type", "choice"), ("options", "4711\r\n4712")];
    let page = adm.post("/administration/fields", &field).await;
    assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.text);
    let form = adm.get("/incidents/new").await;
    assert!(form.text.contains("name=\"x_cost_centre\"") && form.text.contains("<option value=\"4712\""));
    let hide = [("kind", "incident"), ("name", "x_cost_centre"), ("hidden", "yes")];
    assert_eq!(adm.post("/administration/fields/hide", &hide).await.status, StatusCode::SEE_OTHER);
    assert!(!adm.get("/incidents/new").await.text.contains("name=\"x_cost_centre\""));
    let settings = adm.get("/administration/settings").await;
    let interval = settings.text.split("name=\"interval.").nth(1).and_then(|rest| rest.split('"').next()).expect("one");
    let name = format!("interval.{interval}");
    let page = adm.post("/administration/settings", &[(name.as_str(), "often"), ("organisation", "Tidewell")]).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.text.contains("value=\"often\"") && page.text.contains("is not a whole number"));
    let page = adm.post("/administration/settings", &[(name.as_str(), "3"), ("organisation", "Tidewell")]).await;
    assert_eq!(page.status, StatusCode::SEE_OTHER);
    assert!(adm.get("/").await.text.contains("<footer>Tidewell"), "it stands at the foot of the navigation");
    assert_eq!(house.desk.settings().conformity.intervals[interval], 3);
    assert!(adm.get("/administration/jobs").await.text.contains("Nothing waits"));
    assert_eq!(adm.post("/administration/jobs/retry", &[("job", "1")]).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn mail_is_looked_after_by_forms() {
    let (house, mut adm) = administered().await;
    assert!(adm.get("/administration/mail").await.text.contains("No message yet"));
    let form = adm.get("/administration/mail/boxes/new").await;
    assert!(form.text.contains("name=\"incoming_security\"") && form.text.contains("value=\"incident\" selected"));
    let desk = [
        ("name", "Desk"),
        ("address", "desk@tidewell.example"),
        ("opens", "incident"),
        ("fields", "category = printing"),
        ("rate", "30"),
        ("incoming_port", "993"),
        ("outgoing", "mx.elsewhere.example"),
        ("outgoing_port", "25"),
        ("outgoing_security", "none"),
        ("secret", "salt and tide"),
        ("active", "no"),
        ("active", "yes"),
    ];
    let page = adm.post("/administration/mail/boxes", &desk).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.text.contains("f-outgoing-error") && page.text.contains("value=\"mx.elsewhere.example\""));
    assert!(!page.text.contains("salt and tide"), "a password is never sent back");
    let mended: Vec<(&str, &str)> =
        desk.iter().map(|(name, value)| (*name, if *value == "none" { "tls" } else { value })).collect();
    assert_eq!(adm.post("/administration/mail/boxes", &mended).await.status, StatusCode::SEE_OTHER);
    let list = adm.get("/administration/mail").await.text;
    assert!(list.contains("desk@tidewell.example") && list.contains("Only files"));
    let actor = model::Actor::system("test", model::Via::Command);
    let mailbox = house.desk.mailboxes(&actor, house.now()).await.expect("mailboxes").remove(0);
    assert_eq!(mailbox.definition.fields["category"], "printing");
    let raw = b"From: kim@harbour.example\r\nSubject: Cut <i>off</i>\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nHelp\r\n";
    let taken = house.desk.take_message(&mailbox, raw.to_vec(), house.now()).await.expect("taken");
    let list = adm.get("/administration/mail?outcome=quarantined&q=harbour").await.text;
    assert!(list.contains("Cut &#60;i&#62;off") && list.contains("ends before its last part"), "{list}");
    assert_eq!(adm.get("/administration/mail?outcome=quarantine").await.status, StatusCode::BAD_REQUEST);
    let here = format!("/administration/mail/messages/{}", taken.id);
    let shown = adm.get(&here).await.text;
    assert!(shown.contains("Help") && shown.contains("Let it in"));
    let saved = adm.get(&format!("{here}/raw")).await;
    assert_eq!(saved.text.as_bytes(), raw);
    let page = adm.post(&format!("{here}/release"), &[("number", "INC-99")]).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.text.contains("There is no record INC-99"));
    assert_eq!(adm.post(&format!("{here}/release"), &[("number", "")]).await.status, StatusCode::SEE_OTHER);
    assert!(adm.get(&here).await.text.contains("href=\"/incidents/INC-1\""));
    assert_eq!(adm.get("/administration/mail/messages/1").await.status, StatusCode::NOT_FOUND);
}
