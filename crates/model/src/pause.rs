//! Why a record waits and for whom: fields by which everybody reads a pause alike: the rules that ask for them, the clocks that
//! show them in their working, the reminder when what was expected does not come.

use crate::{kind::Kind, lifecycle::Phase, record::Draft, record::Record};

/// Why it waits, in words.
pub const BECAUSE: &str = "waiting_because";
/// For whom or what: one of [`FOR`].
pub const ON: &str = "waiting_on";
/// Who or which that is: a name, an address, a number.
pub const WHOM: &str = "waiting_whom";
/// When it is expected to go on.
pub const UNTIL: &str = "waiting_until";

/// When one of our people last said a word to those concerned, whether it waits or not.
pub const TOLD: &str = "told_on";

/// All of the pause, in the order in which they are asked.
pub const FIELDS: [&str; 4] = [ON, WHOM, BECAUSE, UNTIL];

/// What a record can wait for.
pub const FOR: [&str; 6] = ["customer", "supplier", "colleague", "ticket", "date", "other"];

/// The state in which somebody is asked for approval: for whom it waits stands in the rows of the approval.
pub const APPROVAL: &str = "waiting_approval";

/// Whether records of this kind say in this state for whom they wait.
pub fn is_said(kind: &Kind, state: &str) -> bool {
    kind.has_field(BECAUSE) && state != APPROVAL && kind.phase(state) == Phase::Waiting
}

/// Takes away what was said of a pause that is over.
pub fn over(kind: &Kind, before: &Record, draft: &mut Draft) {
    if draft.state != before.state && is_said(kind, &before.state) && !is_said(kind, &draft.state) {
        FIELDS.iter().for_each(|name| drop(draft.fields.remove(*name)));
    }
}
