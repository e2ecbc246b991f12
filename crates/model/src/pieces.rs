//! Work on a record in several pieces, each with its own people, of which one waits for another: where they stand on a kind, and
//! how one of them is read.

use crate::{Date, record::Fields, time::Moment, value::Value};

/// Where the pieces of a kind stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pieces {
    /// Rows with `name`, `title`, `state`, `after`, `team`, `owner`, `due`, `done_on` and `done_by`.
    pub rows: &'static str,
    /// States of a row: still to be done, done, and found to be needless.
    pub open: &'static str,
    pub done: &'static str,
    pub needless: &'static str,
    /// Lists of the people and of the teams whose turn it is: kept by a rule, for lists and filters.
    pub owners: &'static str,
    pub teams: &'static str,
}

/// One row, as far as anything is decided by it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Piece {
    pub name: String,
    pub title: String,
    /// Done, or found to be needless.
    pub is_over: bool,
    pub is_done: bool,
    /// Names of the pieces that come before it.
    pub after: Vec<String>,
    /// Who does it: a person, else a team.
    pub owner: Option<String>,
    pub team: Option<String>,
    pub due: Option<Date>,
    pub done_on: Option<Moment>,
    pub done_by: Option<String>,
}

impl Pieces {
    /// The pieces of a record, in their order; what is no row is left out.
    pub fn read(&self, fields: &Fields) -> Vec<Piece> {
        let rows = fields.get(self.rows).map(Value::entries).unwrap_or_default();
        rows.iter().filter(|row| matches!(row, Value::Parts(_))).map(|row| self.piece(row)).collect()
    }

    fn piece(&self, row: &Value) -> Piece {
        let part = |part: &str| row.part(part).and_then(Value::as_text).map(str::trim).filter(|text| !text.is_empty());
        let text = |name: &str| part(name).map(str::to_string);
        let after = row.part("after").map(Value::entries).unwrap_or_default();
        let after = after.iter().filter_map(Value::as_text).filter(|name| *name != "none").map(str::to_string);
        let name = text("name").unwrap_or_default();
        let is_done = part("state") == Some(self.done);
        Piece {
            title: text("title").unwrap_or_else(|| name.clone()),
            name,
            is_over: is_done || part("state") == Some(self.needless),
            is_done,
            after: after.collect(),
            owner: text("owner"),
            team: text("team"),
            due: row.part("due").and_then(Value::as_moment).map(Moment::date),
            done_on: row.part("done_on").and_then(Value::as_moment),
            done_by: text("done_by"),
        }
    }
}

impl Piece {
    /// The first of the pieces that it waits for.
    pub fn waits_for<'p>(&self, all: &'p [Piece]) -> Option<&'p Piece> {
        all.iter().find(|other| !other.is_over && self.after.contains(&other.name))
    }

    /// Whether it can be done now.
    pub fn is_ready(&self, all: &[Piece]) -> bool {
        !self.is_over && self.waits_for(all).is_none()
    }
}
