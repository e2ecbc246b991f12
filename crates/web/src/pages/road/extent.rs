//! The scope statement against services, sites and suppliers on record, and against the words on the certificate.

use desk::{Desk, Shown};
use engines::road::scope::{self, Misfit, Statement};
use kinds::{
    governance::scope_statement as statement, portfolio::catalogue_entry, relationship::other_party, road::certificate,
    shared,
};
use model::{Actor, Moment, Refusal};

use super::facts::{self, Road, all};
use crate::view::parts::Link;

/// What stands on the page about the scope.
#[derive(Default)]
pub struct Extent {
    pub statement: Link,
    pub text: String,
    pub faults: Vec<Fault>,
}

pub struct Fault {
    pub text: String,
    pub records: Vec<Link>,
}

/// # Errors
/// Only what the desk itself cannot do.
pub async fn extent(desk: &Desk, actor: &Actor, road: &Road, now: Moment) -> Result<Option<Extent>, Refusal> {
    let statements = all(desk, actor, "scope_statement", facts::STANDS, "-created", now).await?;
    let Some(shown) = statements.iter().find(|shown| shown.state() == "approved").or(statements.first()) else {
        return Ok(None);
    };
    let services = all(desk, actor, "service", "stage = live and in_scope = yes", "number", now).await?;
    let entries = all(desk, actor, "catalogue_entry", facts::STANDS, "number", now).await?;
    let parties = all(desk, actor, "other_party", facts::STANDS, "number", now).await?;
    let misfits = compare(shown, &services, &entries, &parties, road.certificate_of(shown.number()), now);
    // All records that a fault names are services.
    let link = |number: String| Link::new(number.clone(), format!("/services/{number}"));
    let fault = |misfit: Misfit| Fault { records: misfit.records.into_iter().map(link).collect(), text: misfit.text };
    Ok(Some(Extent {
        statement: Link::new(shown.number(), format!("/scope_statements/{}", shown.number())),
        text: statement::TEXT.get(shown.fields()).map(|text| text.0).unwrap_or_default(),
        faults: misfits.into_iter().map(fault).collect(),
    }))
}

fn compare(
    shown: &Shown,
    services: &[Shown],
    entries: &[Shown],
    parties: &[Shown],
    certificate: Option<&Shown>,
    now: Moment,
) -> Vec<Misfit> {
    let organization = statement::ORGANIZATION.get(shown.fields()).map(|text| text.0).unwrap_or_default();
    let text = statement::TEXT.get(shown.fields()).map(|text| text.0).unwrap_or_default();
    let named = statement::SERVICES.get(shown.fields()).map(|many| many.0).unwrap_or_default();
    let sites = statement::LOCATIONS.get(shown.fields()).map(|many| many.0).unwrap_or_default();
    let catalogued: Vec<_> = entries.iter().filter_map(|entry| catalogue_entry::SERVICE.get(entry.fields())).collect();
    let suppliers: Vec<_> = parties
        .iter()
        .filter(|party| other_party::KIND.get(party.fields()).is_some_and(|kind| kind.0 == "external"))
        .filter_map(|party| other_party::NAME.get(party.fields()))
        .collect();
    let printed = certificate.map(|shown| {
        let words = certificate::SCOPE.get(shown.fields()).map(|text| text.0).unwrap_or_default();
        let reason = certificate::DIFFERENCE.get(shown.fields()).map(|text| text.0).unwrap_or_default();
        (words, reason)
    });
    let printed_sites =
        certificate.and_then(|shown| certificate::SITES.get(shown.fields())).map(|many| many.0).unwrap_or_default();
    let compared = Statement {
        organization: &organization,
        text: &text,
        services: named.iter().map(|number| number.0.as_str()).collect(),
        sites: sites.iter().map(|site| site.0.as_str()).collect(),
        approved_on: shared::APPROVED_ON.get(shown.fields()).filter(|_| shown.state() == "approved"),
        live: services.iter().map(Shown::number).collect(),
        catalogued: catalogued.iter().map(|number| number.0.as_str()).collect(),
        suppliers: suppliers.iter().map(|name| name.0.as_str()).collect(),
        printed: printed
            .as_ref()
            .filter(|(words, _)| !words.is_empty())
            .map(|(words, why)| (words.as_str(), why.as_str())),
        printed_sites: printed_sites.iter().map(|site| site.0.as_str()).collect(),
    };
    // Dates of approval far outside of all years are none.
    scope::misfits(&compared, now.date()).unwrap_or_default()
}
