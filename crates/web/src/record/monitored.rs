//! What monitoring says about a record, for its page: each alert with how it stands and how often it was heard.

use desk::Shown;
use model::Refusal;

use crate::{
    App, Seat,
    view::{
        parts::{Mark, Shape, Tone, When},
        time,
    },
};

pub struct AlertRow {
    pub title: String,
    pub mark: Mark,
    /// How often it was said again and came back.
    pub counted: String,
    pub first: When,
    pub last: When,
}

/// The alerts of a record, those that fire first; none where its kind does not follow monitoring.
pub async fn alerts(app: &App, seat: &Seat, shown: &Shown) -> Result<Vec<AlertRow>, Refusal> {
    let troubles = app.desk.alerts_of(&seat.actor, shown).await?;
    let row = |trouble: &desk::monitoring::Trouble| {
        let alert = &trouble.alert;
        let mark = match (alert.is_firing(), alert.flapping) {
            (_, true) => Mark::new(Shape::Risk, Tone::Warn, "Flaps"),
            (true, false) if alert.members.len() > 1 => {
                Mark::new(Shape::Nonconforming, Tone::Bad, format!("{} fire", alert.members.len()))
            }
            (true, false) => Mark::new(Shape::Nonconforming, Tone::Bad, "Fires"),
            (false, false) => Mark::new(Shape::Met, Tone::Ok, "Over"),
        };
        let counts = [times(alert.repeats, "said again"), times(alert.returns, "came back")];
        AlertRow {
            title: trouble.title.clone(),
            mark,
            counted: counts.into_iter().flatten().collect::<Vec<_>>().join(", "),
            first: time::when(trouble.first, seat.now),
            last: time::when(trouble.last, seat.now),
        }
    };
    Ok(troubles.iter().map(row).collect())
}

fn times(count: i64, what: &str) -> Option<String> {
    match count {
        0 => None,
        1 => Some(format!("{what} once")),
        many => Some(format!("{what} {many} times")),
    }
}
