//! How incidents follow what monitoring says: which field holds what, and how bad a severity is.

use model::monitoring::Monitored;

use super::incident;
use crate::shared;

/// One step lower than the words suggest: a tool knows its item, not how many people stand still. A person or a rule of the
/// organisation makes it P1.
pub const INCIDENTS: Monitored = Monitored {
    item: incident::CI.name,
    service: incident::SERVICE.name,
    text: shared::DESCRIPTION.name,
    origin: (shared::CONTACT_TYPE.name, "monitoring"),
    levels: [
        &[(incident::IMPACT.name, "low"), (incident::URGENCY.name, "low")],
        &[(incident::IMPACT.name, "low"), (incident::URGENCY.name, "medium")],
        &[(incident::IMPACT.name, "medium"), (incident::URGENCY.name, "medium")],
        &[(incident::IMPACT.name, "medium"), (incident::URGENCY.name, "high")],
    ],
    over: "resolved",
    resolution: incident::RESOLUTION.name,
    back: "in_progress",
    earlier: "relates_to",
};
