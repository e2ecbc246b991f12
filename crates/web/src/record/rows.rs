//! The rows of a list: which columns, what stands in each cell, what can be edited where it stands.

use desk::Shown;
use model::{Act, Column, Kind, Order, Query, Type};

use super::{
    address::Address,
    chip,
    form::editable,
    piece::{Lens, Piece, record_address},
};

pub struct Head {
    pub label: String,
    pub href: String,
    /// `ascending`, `descending`, or empty.
    pub sort: &'static str,
    pub class: &'static str,
}

pub struct Row {
    pub number: String,
    /// Counts the writes that this row shows.
    pub version: i64,
    pub href: String,
    pub cells: Vec<Cell>,
}

pub struct Cell {
    pub piece: Piece,
    /// How the record's own number or title is drawn, with its words; empty for all other values.
    pub lead: &'static str,
    pub own: String,
    pub class: &'static str,
    /// The label where rows are folded; empty where the value speaks for itself.
    pub th: String,
    pub label: String,
    /// Where the value is edited; empty where it is not.
    pub edit: String,
    /// The key that edits it in the row under the cursor.
    pub key: &'static str,
}

pub fn heads(kind: &Kind, columns: &[String], query: &Query, whole: &Address) -> Vec<Head> {
    let plain = query.columns.is_empty();
    let head = |(at, path): (usize, &String)| {
        let ty = kind.type_of(path).unwrap_or(Type::Mixed);
        let now = query.order.first().filter(|order| order.path == *path);
        let href =
            if ty.is_scalar() { whole.with("order_by", turned(path, now, &ty)).to_string() } else { String::new() };
        Head {
            label: chip::label_of(kind, path),
            href,
            sort: now.map_or("", |order| if order.descending { "descending" } else { "ascending" }),
            class: class(kind, path, at, plain, true),
        }
    };
    columns.iter().enumerate().map(head).collect()
}

/// A second press turns the order; times begin with the newest.
fn turned(path: &str, now: Option<&Order>, ty: &Type) -> String {
    let down = match now {
        Some(order) => !order.descending,
        None => matches!(ty, Type::Instant | Type::Date),
    };
    format!("{}{path}", if down { "-" } else { "" })
}

/// The title leads and is clipped; figures stand at the end; later columns of the standard view give way first.
fn class(kind: &Kind, path: &str, at: usize, plain: bool, head: bool) -> &'static str {
    // What is due next is what a queue is for.
    let is_due = kind.find(path).is_some_and(|field| field.column == Some(Column::Due));
    let late = at >= 5 && !(kind.clocked && is_due);
    match (kind.common_name(path), kind.type_of(path)) {
        ("title", _) if head => "ttl",
        ("title", _) => "clip full",
        // Folded rows lead with the title and end with the number.
        ("number", _) if !head => "last",
        ("number" | "state", _) => "",
        (_, Some(ty)) if ty.is_numeric() => {
            if late && plain {
                "n extra hide"
            } else {
                "n"
            }
        }
        _ if late && plain => "cell soft extra hide",
        _ => "cell soft",
    }
}

pub fn rows(lens: &Lens<'_>, kind: &Kind, columns: &[String], records: &[Shown], past: bool) -> Vec<Row> {
    let plain = columns.iter().map(String::as_str).eq(kind.columns.iter().copied());
    let row = |shown: &Shown| {
        let href = record_address(kind, shown.number());
        let may_edit = !past && shown.can(Act::Edit);
        let may_step = !past && shown.can(Act::Step);
        let cell = |(at, path): (usize, &String)| {
            let piece = lens.cell(kind, shown, path);
            let is_state = kind.common_name(path) == "state";
            let edits = if is_state { may_step } else { may_edit && editable(kind, path) };
            let said = matches!(kind.common_name(path), "title" | "number" | "state");
            let speaks = said
                || matches!(
                    piece,
                    Piece::Priority(_) | Piece::Person(_) | Piece::Clock(_) | Piece::Link(_) | Piece::Nothing
                );
            let (lead, own) = match kind.common_name(path) {
                "number" => ("id", shown.number().to_string()),
                "title" if shown.title().is_empty() => ("main", shown.number().to_string()),
                "title" => ("main", shown.title().to_string()),
                _ => ("", String::new()),
            };
            Cell {
                lead,
                own,
                class: class(kind, path, at, plain, false),
                th: if speaks { String::new() } else { chip::label_of(kind, path) },
                label: chip::label_of(kind, path),
                edit: if edits { format!("{href}/field/{}", kind.common_name(path)) } else { String::new() },
                key: key(kind, path),
                piece,
            }
        };
        Row {
            number: shown.number().into(),
            version: shown.version(),
            cells: columns.iter().enumerate().map(cell).collect(),
            href,
        }
    };
    records.iter().map(row).collect()
}

fn key(kind: &Kind, path: &str) -> &'static str {
    match kind.find(path).and_then(|field| field.column) {
        Some(Column::Owner) => "a",
        Some(Column::Priority) => "p",
        _ if kind.common_name(path) == "state" => "s",
        _ => "",
    }
}
