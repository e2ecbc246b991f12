//! Service reports of the year: settled at the founding, made by the program when each period was over, told, and decided on.

use desk::{Desk, Errand};
use model::{Actor, Command, Input, Moment, Query, Target, time::DAY};
use serde_json::{Value as Json, json};

use super::{
    people::{self, HUGO, INES},
    script::{Script, Stop},
    times::day,
};
use crate::Failure;

/// Customers with a report of their own each month, by their place.
const CUSTOMERS: [(usize, &str); 2] = [(1, "Castlebrook Bank"), (2, "Harbour Clinics")];

/// Settles what is reported; the script stops at the end of each month for the program to make what is due.
pub fn write(script: &mut Script) {
    let at = script.times.founding(29);
    for (place, name) in CUSTOMERS {
        let fields = json!({"name": format!("Service report for {name}"), "purpose": "Show the customer what they got, and agree on what to do better",
            "audience": ["customers"], "frequency": "monthly", "content": "Targets, availability, tickets, changes, capacity, satisfaction",
            "source": "Counted from the records by the rules of the agreement", "owner": HUGO, "for_customer": format!("CUS-{place}"),
            "by_itself": true, "at": "00:00"});
        script.create(at, INES, "report_definition", fields);
    }
    let fields = json!({"name": "Report to top management", "purpose": "Steer the company", "audience": ["top-management"], "frequency": "quarterly",
        "content": "All services and customers", "source": "Counted from the records", "owner": INES, "by_itself": true, "at": "00:00"});
    script.create(at, INES, "report_definition", fields);
    // The first look settles when each is due.
    script.stops.push((at.plus(1), Stop::Close));
    let ends = script.times.months().into_iter().map(|month| month.end).filter(|end| *end > at);
    script.stops.extend(ends.map(|end| (end, Stop::Close)));
}

/// What is due at an instant is made, and objectives are read; each report is told and decided on some days later: what is still to be done for that.
///
/// # Errors
/// What the door refuses.
pub async fn close(desk: &Desk, at: Moment, end: Moment) -> Result<Vec<Errand>, Failure> {
    web::pages::reports::make_due(desk, at).await?;
    web::pages::readings::take_due(desk, at).await?;
    let machine = Actor::system("demo", model::Via::Command);
    let query = Query {
        filter: model::filter_text::parse("decisions is empty", &kinds::performance::report::kind())
            .map_err(Failure::Failed)?,
        columns: vec!["customer".into(), "period".into()],
        size: 100,
        ..Query::of("report")
    };
    let mut errands = Vec::new();
    for shown in desk.list(&machine, &query, at).await?.records {
        let told = at.plus(7 * DAY).min(end.minus(1)).max(at);
        let (who, decision) = match shown.customer() {
            Some(_) => (HUGO, "Agreed with the customer; nothing is to be done"),
            None => (INES, "Read in the round of the management; nothing is to be done"),
        };
        let mut fields = json!({"told": day(told), "decided": [{"text": decision}]});
        if shown.customer().is_some() {
            fields["released_to"] = "customer".into();
            fields["text"] = "Figures and reasons as we talked them through with you.".into();
        }
        let target = Target { kind: "report".into(), number: shown.number().into(), version: None };
        let Json::Object(fields) = fields else { continue };
        let command = Command::Edit { target, input: Input::json(fields) };
        errands.push(Errand { actor: people::actor(who), command, at: told });
    }
    Ok(errands)
}

/// Switches the public page on and marks what it tells: services, policies in force, work that is announced, a word to all.
///
/// # Errors
/// What the door refuses.
pub async fn open_public_page(desk: &Desk, at: Moment) -> Result<(), Failure> {
    let machine = Actor::system("demo", model::Via::Command);
    let settings = [
        ("public_page", "yes"),
        ("public_parts", "services, availability, maintenance, announcements, certificate, policies"),
        ("public_contact", "security@tidewell.example, answered round the clock"),
    ];
    let given: Vec<(String, String)> = settings.map(|(name, value)| (name.to_string(), value.to_string())).into();
    desk.set_settings(&machine, &given, at).await?;
    for (kind, filter) in [("service", "stage = live"), ("document", "kind = policy and state = approved")] {
        let catalog = desk.catalog();
        let Some(kind) = catalog.find(kind) else { continue };
        let filter = model::filter_text::parse(filter, kind).map_err(Failure::Failed)?;
        let query = Query { filter, size: 100, ..Query::of(kind.name) };
        for shown in desk.list(&machine, &query, at).await?.records {
            let target = Target { kind: kind.name.into(), number: shown.number().into(), version: None };
            let input = Input::json([("public_page".to_string(), json!("shown"))]);
            desk.perform(&people::actor(INES), Command::Edit { target, input }, at).await?;
        }
    }
    let start = Moment::of_date(at.plus(5 * DAY).date()).plus(22 * model::time::HOUR);
    let work = json!({"title": "Core switch is replaced", "service": super::portfolio::number(0), "start": start.to_string(),
        "end": start.plus(2 * model::time::HOUR).to_string(), "planned": true, "notice_on": at.to_string(), "cause": "Announced maintenance",
        "owner": INES, "public_page": "shown", "public_text": "Core switch is replaced\nUp to ten minutes without a connection."});
    let word = json!({"subject": "New status page", "about": "service-management", "audience": ["customers"], "public_page": "shown",
        "text": "From today on everybody can read here how our services do.", "sent_on": day(at), "sent_by": INES});
    for (kind, fields) in [("outage", work), ("communication", word)] {
        let Json::Object(fields) = fields else { continue };
        let create = Command::Create { kind: kind.into(), number: None, input: Input::json(fields) };
        desk.perform(&people::actor(INES), create, at).await?;
    }
    Ok(())
}

/// A tender with its answers.
pub fn ask(script: &mut Script) {
    let at = script.times.workday(6, 10, 0);
    let questions = [
        (
            "Are you certified for service management?",
            "{{readiness_percent}} % of the requirements of ISO/IEC 20000-1:2018 are proved by our records today; the certificate is on its way.",
        ),
        (
            "Which availability did your services reach?",
            "The lowest availability of our {{services_live}} live services in the last closed month was {{availability_lowest_percent}} %.",
        ),
        (
            "How many incidents are resolved in time?",
            "{{incidents_in_time_percent}} % of the incidents of the last closed month.",
        ),
        ("How content are your customers?", "{{satisfaction_mean}} of 5, from {{satisfaction_answers}} ratings."),
        ("Where are your data centres?", ""),
    ];
    let rows: Vec<Json> = questions.map(|(question, answer)| json!({"question": question, "answer": answer})).into();
    let fields = json!({"name": "Hosting for the county library", "asked_by": "County library", "due": day(at.plus(20 * DAY)), "owner": INES, "questions": rows});
    script.create(at, INES, "tender", fields);
}
