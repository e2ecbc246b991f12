//! The only place besides tests that reads a clock: from here on an instant is a value that is handed on.

use std::time::{SystemTime, UNIX_EPOCH};

use model::Moment;

/// Now, in UTC, to the millisecond. A clock before 1970 counts as 1970.
pub fn now() -> Moment {
    #[allow(clippy::disallowed_methods, reason = "the program's edge")]
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Moment(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}
