//! What a ticket begins with where nobody says more: a priority, so that its clocks run from the first second, and a team, in
//! whose queue it stands. The same for the portal, mail, monitoring and the API.

use crate::{portfolio::service, prelude::*, support::request_model};

/// Impact and urgency of an incident of which nobody has said them yet.
const INCIDENT: (&str, &str) = ("medium", "medium");
/// Those of a request: what is asked for stands in nobody's way.
const REQUEST: (&str, &str) = ("medium", "low");

/// Fills impact and urgency of a new incident from what its service says of tickets that come without; what is still not
/// known counts as medium for a first priority. Whoever then says impact and urgency sets the priority by rule R11.
pub fn incident_begins(
    draft: &mut Draft,
    facts: &Facts<'_>,
    (impact, urgency): (Key<Choice>, Key<Choice>),
    priority: Key<Choice>,
) {
    if facts.before.is_some() {
        return;
    }
    let service = facts.related.of(draft, "service");
    for (own, theirs) in [(impact, service::FIRST_IMPACT), (urgency, service::FIRST_URGENCY)] {
        let said = service.and_then(|service| service.get(theirs));
        if let Some(level) = said.filter(|_| draft.get(own).is_none() && draft.get(priority).is_none()) {
            draft.set(own, level);
        }
    }
    let level = |key: Key<Choice>, middle: &str| draft.get(key).map_or_else(|| middle.to_string(), |level| level.0);
    let (known, first) = (
        draft.get(impact).is_some() && draft.get(urgency).is_some(),
        given(draft, facts, &level(impact, INCIDENT.0), &level(urgency, INCIDENT.1)),
    );
    if let Some(first) = first.filter(|_| !known && draft.get(priority).is_none()) {
        draft.set(priority, first);
    }
}

/// By rule R11, or by the matrix that a document states for the customer, the service or the house.
fn given(draft: &Draft, facts: &Facts<'_>, impact: &str, urgency: &str) -> Option<Choice> {
    let own = |key: &str| draft.fields.get(key).and_then(Value::as_text).map(str::to_owned);
    let (service, customer) = (own("service"), own(shared::CUSTOMER.name));
    let matrices = &facts.related.house().matrices;
    let given = matrices.given(service.as_deref(), customer.as_deref(), impact, urgency)?;
    Some(Choice(given.priority.to_string()))
}

/// Gives a new request the priority and the team of its model, else those of its service.
pub fn request_begins(draft: &mut Draft, facts: &Facts<'_>, priority: Key<Choice>, category: Key<Choice>) {
    if facts.before.is_some() {
        return;
    }
    let model = facts.related.of(draft, "model");
    let service = facts.related.of(draft, "service");
    let level = |key: Key<Choice>, middle: &str| {
        let said = service.and_then(|service| service.get(key));
        said.map_or_else(|| middle.to_string(), |level| level.0)
    };
    let by_service =
        given(draft, facts, &level(service::FIRST_IMPACT, REQUEST.0), &level(service::FIRST_URGENCY, REQUEST.1));
    let first = model.and_then(|model| model.get(request_model::PRIORITY)).or(by_service);
    let category = draft.get(category).map(|category| category.0);
    let team = model
        .and_then(|model| model.get(request_model::TEAM))
        .or_else(|| service.and_then(|service| service::team_for(service, category.as_deref())));
    if let Some(first) = first.filter(|_| draft.get(priority).is_none()) {
        draft.set(priority, first);
    }
    if let Some(team) = team.filter(|_| draft.get(shared::TEAM).is_none()) {
        draft.set(shared::TEAM, team);
    }
}
