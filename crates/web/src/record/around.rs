//! What stands around a record on its page beside its own values: the steps of its procedure, what helps with it, whether
//! another one stands for it, who may be brought in, who watches, what rules did, and what often follows from it.

use desk::{Shown, Whole};
use model::{Act, Kind, Refusal, Via};

use super::{beside, offer, piece::Lens, pieces, procedure, ruled, twins, unread, watching, work};
use crate::{
    App, Seat,
    pages::due,
    view::parts::{Link, Notice},
};

#[derive(Default)]
pub struct Around {
    /// The steps of the procedure for what is out of the ordinary.
    pub procedure: Option<procedure::Board>,
    /// Whether mail came for it; it is looked for when it is asked for.
    pub has_mail: bool,
    /// Whether there may be something that helps; it is looked for when it is asked for.
    pub has_beside: bool,
    pub twin: twins::Twin,
    /// New records that often follow from this one.
    pub offers: Vec<Link>,
    /// Whether the reader may bring somebody in.
    pub may_escalate: bool,
    pub watching: watching::Watching,
    /// What rules did to it, or why they did not.
    pub rules: Vec<ruled::RuleRow>,
    /// What is due of it by its days, and what stands in its way.
    pub due: Vec<Notice>,
    /// What of it cannot be read, where it came in from the past so.
    pub unread: Vec<String>,
    /// The pieces in which its work is done.
    pub pieces: Option<pieces::Board>,
    /// The time that went into it.
    pub work: Option<work::Board>,
}

/// As the reader may see it now; the past has nothing around it.
///
/// # Errors
/// What the desk refuses.
pub async fn around(app: &App, seat: &Seat, lens: &Lens<'_>, kind: &Kind, whole: &Whole) -> Result<Around, Refusal> {
    let shown: &Shown = &whole.shown;
    let outer = seat.actor.customer.is_some();
    Ok(Around {
        procedure: procedure::board(app, seat, lens, kind, shown, &whole.entries).await?,
        has_mail: !outer && whole.entries.iter().any(|shown| shown.entry.via == Via::Mail),
        has_beside: beside::is_asked(seat, kind, shown),
        twin: twins::twin(lens, kind, shown, &whole.links),
        offers: if outer { Vec::new() } else { offer::links(lens.catalog, seat, kind, shown.number()) },
        due: due::of_record(&app.desk, &seat.actor, shown, seat.now).await?,
        unread: if outer { Vec::new() } else { unread::unread(kind, shown, seat.now) },
        pieces: pieces::board(seat, lens, kind, shown),
        work: work::board(seat, kind, shown),
        may_escalate: !outer && kind.escalation.is_some() && shown.can(Act::Edit),
        watching: watching::watching(app, seat, shown).await?,
        rules: ruled::rules(app, seat, shown).await?,
    })
}
