//! Pages made by hand that belong to a record of some kind, so that the generic page of the record can lead to them.

use desk::{Shown, rights};
use kinds::information::{acknowledgement, document_version as version};
use model::{Act, Kind, Value};

use super::{articles, auditor, fieldwork, holidays, papers, reports, staff, tenders, thread};
use crate::{Seat, record::address::segment, view::parts::Link};

/// Ways from a record's page, for people of the provider.
pub fn from_record(seat: &Seat, kind: &Kind, shown: &Shown) -> Vec<Link> {
    let read = |address: String| vec![Link::new("Read it", address)];
    let document = || shown.fields().get(version::DOCUMENT.name).and_then(Value::as_text);
    let number = shown.number();
    let mut ways = match (kind.name, document()) {
        _ if thread::is_followed(kind) => vec![Link::new("Golden thread", thread::address(number))],
        ("audit", _) => vec![
            Link::new("Checklist and samples", fieldwork::address(number)),
            Link::new("PDF", format!("{}/report/pdf", fieldwork::address(number))),
        ],
        ("audit_programme", _) => {
            vec![Link::new("Coverage", format!("/coverage?programme={}", crate::record::address::segment(number)))]
        }
        ("document", _) if shown.state() != "approved" => read(papers::address(number)),
        ("document", _) => vec![
            Link::new("Read it", papers::address(number)),
            Link::new("PDF", format!("{}/pdf", papers::address(number))),
        ],
        ("document_version", Some(of)) => vec![
            Link::new("Read it", format!("{}?version={number}", papers::address(of))),
            Link::new("PDF", format!("{}/pdf?version={number}", papers::address(of))),
        ],
        ("knowledge_article", _) => vec![Link::new("Versions", articles::address(number))],
        ("acknowledgement", Some(of)) => read(papers::address(of)),
        ("acknowledgement", None) => match acknowledgement::CAMPAIGN.get(shown.fields()) {
            Some(of) => read(staff::address_of_campaign(&of.0)),
            None => Vec::new(),
        },
        ("campaign", _) => read(staff::address_of_campaign(shown.number())),
        ("training_result", _) => vec![Link::new("Questions", staff::address_of_quiz(shown.number()))],
        ("training", _) => vec![Link::new("Results", "/staff/training")],
        ("risk" | "risk_method", _) => vec![Link::new("Risk matrix", "/risk-map")],
        ("objective", _) => vec![Link::new("How it stands", format!("/aims#{}", shown.number()))],
        ("competence" | "role", _) => vec![Link::new("Matrix", "/staff/matrix")],
        ("report", _) if reports::is_made(shown.fields()) => {
            vec![Link::new("Read it", reports::address(number)), Link::new("PDF", reports::pdf_address(number))]
        }
        ("report", _) => read(reports::address(number)),
        ("management_plan", _) => vec![Link::new("The plan as a whole", super::sms_plan::ADDRESS)],
        ("management_review", _) => vec![
            Link::new("Agenda and minutes", format!("/road/reviews/{}", segment(number))),
            Link::new("PDF", format!("/road/reviews/{}/pdf", segment(number))),
        ],
        ("service_calendar", _) if rights::may(&seat.actor, kind, Act::Create, None) => {
            vec![Link::new("Bring in a holiday file", holidays::address(number))]
        }
        ("tender", _) => vec![Link::new("Answers", tenders::address(number))],
        _ => Vec::new(),
    };
    if auditor::is_seat(seat) {
        ways.push(Link::new("Put a question", auditor::ask_about(number)));
    }
    ways
}

/// Pages that show what a clause is about as a whole: the clause, the words of the way, the address.
const OF_CLAUSES: [(&str, &str, &str); 17] = [
    ("5.3", "Roles and who holds them", "/staff"),
    ("6.1", "Risk matrix", "/risk-map"),
    ("6.2", "Objectives and how they stand", "/aims"),
    ("6.3", "The plan as a whole", super::sms_plan::ADDRESS),
    ("7.2", "Who can do what", "/staff/matrix"),
    ("7.2", "Training", "/staff/training"),
    ("7.3", "What people are told", "/staff/campaigns"),
    ("7.5", "What must be in writing", "/papers"),
    ("7.5", "What was kept long enough", "/due#kept"),
    ("8.3.3", "Agreements that end or do not count", "/due#ends"),
    ("8.3.4", "Risks from other parties", "/risk-map?area=other-parties"),
    ("8.7.1", "Risks to availability", "/risk-map?area=availability"),
    ("8.7.2", "Risks to continuity", "/risk-map?area=continuity"),
    ("8.7.3", "Risks to information security", "/risk-map?area=information-security"),
    ("9.2", "Audit coverage", "/coverage"),
    ("9.3", "The road and its reviews", "/road"),
    ("9.4", "Service reports", "/service-reports"),
];

/// Ways from a requirement to the pages made by hand that show its records together.
pub fn from_clause(clause: &str) -> Vec<Link> {
    let within = |known: &str| clause == known || clause.strip_prefix(known).is_some_and(|rest| rest.starts_with('.'));
    let found = OF_CLAUSES.iter().filter(|(known, ..)| within(known));
    found.map(|(_, words, address)| Link::new(*words, *address)).collect()
}
