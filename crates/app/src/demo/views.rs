//! The views that Tidewell's people share of their queues.

use desk::{Desk, views::Audience};
use model::Moment;

use super::people::{self, AOIFE, INES, TOMAS};
use crate::Failure;

/// Kind, name, filter, who keeps it, and the team that it is for; without one it is for all colleagues.
const VIEWS: &[(&str, &str, &str, &str, Option<&str>)] = &[
    ("incident", "Major", "phase != done and major = true", INES, None),
    ("incident", "On hold", "phase = waiting", INES, None),
    ("incident", "Due within a day", "phase != done and due < now + 1d", TOMAS, None),
    ("incident", "Castlebrook Bank", "phase != done and customer = CUS-1", TOMAS, None),
    ("incident", "New to the desk", "state = new and team = TM-1", AOIFE, Some("Service desk")),
    ("service_request", "On hold", "phase = waiting", INES, None),
];

pub async fn write(desk: &Desk, at: Moment) -> Result<(), Failure> {
    let catalog = desk.catalog();
    for (kind, name, filter, who, team) in VIEWS {
        let Some(kind) = catalog.find(kind) else { continue };
        let query = format!("filter={}", web::seat::escaped(filter));
        let audience = team.map_or(Audience::Colleagues, |team| Audience::Team(people::team(team)));
        desk.save_view(&people::actor(who), kind, name, &query, audience, at).await?;
    }
    Ok(())
}
