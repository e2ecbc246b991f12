//! A scope statement against what is on record: services, sites and words (standard, clause 4.3; practice of scope
//! statements).

use std::collections::BTreeSet;

use jiff::civil::Date;

use crate::rules::{Refused, dates::add_months};

/// What is compared. Services by number.
#[derive(Clone, Debug, Default)]
pub struct Statement<'s> {
    pub organization: &'s str,
    pub text: &'s str,
    pub services: Vec<&'s str>,
    pub sites: Vec<&'s str>,
    pub approved_on: Option<Date>,
    /// Services that are live today.
    pub live: Vec<&'s str>,
    /// Services that stand in the catalogue.
    pub catalogued: Vec<&'s str>,
    /// Names of suppliers, which do not belong into the statement.
    pub suppliers: Vec<&'s str>,
    /// The words on the certificate, where there is one, and the reason why they differ.
    pub printed: Option<(&'s str, &'s str)>,
    pub printed_sites: Vec<&'s str>,
}

/// One thing that does not fit, with the numbers of the records concerned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misfit {
    pub text: String,
    pub records: Vec<String>,
}

/// Months after which somebody must have looked at the statement again.
const REVIEW_MONTHS: i32 = 12;

/// What does not fit, in the order in which an auditor asks.
///
/// # Errors
/// Dates outside the years that can be written.
pub fn misfits(statement: &Statement<'_>, today: Date) -> Result<Vec<Misfit>, Refused> {
    let mut found = Vec::new();
    let mut say = |text: String, records: Vec<&str>| {
        found.push(Misfit { text, records: records.into_iter().map(str::to_string).collect() });
    };
    if statement.organization.trim().is_empty() {
        say("The statement names no organisation.".into(), Vec::new());
    }
    if statement.services.is_empty() {
        say("The statement names no service.".into(), Vec::new());
    }
    let named: BTreeSet<&str> = statement.services.iter().copied().collect();
    let missing: Vec<&str> = statement.live.iter().copied().filter(|service| !named.contains(service)).collect();
    if !missing.is_empty() {
        say(counted(missing.len(), "live service is", "live services are", "not in the statement."), missing);
    }
    let catalogued: BTreeSet<&str> = statement.catalogued.iter().copied().collect();
    let unlisted: Vec<&str> =
        statement.services.iter().copied().filter(|service| !catalogued.contains(service)).collect();
    if !unlisted.is_empty() {
        say(
            counted(
                unlisted.len(),
                "service in the statement has",
                "services in the statement have",
                "no entry in the service catalogue.",
            ),
            unlisted,
        );
    }
    if statement.sites.is_empty() {
        say("The statement names no place from which services are delivered.".into(), Vec::new());
    }
    let words = statement.text.to_lowercase();
    let told: Vec<&str> = statement
        .suppliers
        .iter()
        .copied()
        .filter(|name| name.chars().count() > 2 && words.contains(&name.to_lowercase()))
        .collect();
    if !told.is_empty() {
        say(format!("Names of suppliers do not belong in the statement: {}.", told.join(", ")), Vec::new());
    }
    if let Some((printed, reason)) = statement.printed
        && same(printed) != same(statement.text)
        && reason.trim().is_empty()
    {
        say("The words on the certificate differ from the statement, and nobody says why.".into(), Vec::new());
    }
    let sites: BTreeSet<String> = statement.sites.iter().map(|site| same(site)).collect();
    let strange: Vec<&str> =
        statement.printed_sites.iter().copied().filter(|site| !sites.contains(&same(site))).collect();
    if !strange.is_empty() {
        say(format!("On the certificate, not in the statement: {}.", strange.join(", ")), Vec::new());
    }
    match statement.approved_on {
        None => say("The statement is not approved.".into(), Vec::new()),
        Some(on) if add_months(on, REVIEW_MONTHS)? < today => {
            say(format!("The statement was approved on {on}, more than twelve months ago."), Vec::new());
        }
        Some(_) => {}
    }
    Ok(found)
}

fn counted(count: usize, one: &str, many: &str, rest: &str) -> String {
    if count == 1 { format!("One {one} {rest}") } else { format!("{count} {many} {rest}") }
}

/// Words alone, however they are spaced and pointed.
fn same(text: &str) -> String {
    let words = text.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn whole() -> Statement<'static> {
        Statement {
            organization: "Tidewell",
            text: "The SMS of Tidewell for hosting from Harbour House.",
            services: vec!["SVC-1", "SVC-2"],
            sites: vec!["Harbour House"],
            approved_on: Some(date(2026, 4, 1)),
            live: vec!["SVC-1", "SVC-2"],
            catalogued: vec!["SVC-1", "SVC-2"],
            suppliers: vec!["Brightmail"],
            printed: Some(("The SMS of Tidewell, for hosting, from Harbour House", "")),
            printed_sites: vec!["harbour  house"],
        }
    }

    fn said(statement: &Statement<'_>) -> Vec<String> {
        let found = misfits(statement, date(2026, 11, 25)).expect("dates can be written");
        found
            .into_iter()
            .map(|misfit| format!("{} {}", misfit.text, misfit.records.join(" ")).trim().to_string())
            .collect()
    }

    #[test]
    fn a_statement_that_fits_is_left_alone() {
        assert_eq!(said(&whole()), Vec::<String>::new());
    }

    #[test]
    fn each_fault_is_named_with_its_records() {
        let with = |change: fn(&mut Statement<'static>)| {
            let mut statement = whole();
            change(&mut statement);
            said(&statement)
        };
        assert_eq!(with(|s| s.live.push("SVC-3")), ["One live service is not in the statement. SVC-3"]);
        assert_eq!(
            with(|s| s.catalogued.clear()),
            ["2 services in the statement have no entry in the service catalogue. SVC-1 SVC-2"]
        );
        assert_eq!(with(|s| s.organization = " "), ["The statement names no organisation."]);
        assert_eq!(
            with(|s| s.suppliers = vec!["Harbour House"]),
            ["Names of suppliers do not belong in the statement: Harbour House."]
        );
        assert_eq!(
            with(|s| s.printed = Some(("Everything", ""))),
            ["The words on the certificate differ from the statement, and nobody says why."]
        );
        assert_eq!(with(|s| s.printed = Some(("Everything", "Shorter"))), Vec::<String>::new());
        assert_eq!(with(|s| s.printed_sites.push("Attic")), ["On the certificate, not in the statement: Attic."]);
        assert_eq!(with(|s| s.approved_on = None), ["The statement is not approved."]);
        assert_eq!(
            with(|s| s.approved_on = Some(date(2025, 11, 24))),
            ["The statement was approved on 2025-11-24, more than twelve months ago."]
        );
        assert_eq!(with(|s| s.approved_on = Some(date(2025, 11, 25))), Vec::<String>::new());
    }
}
