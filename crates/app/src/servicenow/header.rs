//! Which column of the log is which: found by name, in any order, some under several names.

use std::collections::HashSet;

use model::suggest;

/// What a row can say. The order is that of [`KNOWN`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Column {
    Number,
    State,
    UpdatedAt,
    UpdatedBy,
    ModCount,
    Reassignments,
    Reopenings,
    MadeSla,
    Caller,
    OpenedBy,
    OpenedAt,
    CreatedAt,
    ContactType,
    Location,
    Category,
    Subcategory,
    Symptom,
    Ci,
    Impact,
    Urgency,
    Priority,
    Group,
    AssignedTo,
    Knowledge,
    PriorityConfirmed,
    Notify,
    Problem,
    Rfc,
    Vendor,
    CausedBy,
    ClosedCode,
    ResolvedBy,
    ResolvedAt,
    ClosedAt,
    Title,
    Description,
    /// Known, and left out because other columns say the same.
    Left,
}

/// Every column with its names, the one of the log first.
const KNOWN: &[(Column, &[&str])] = &[
    (Column::Number, &["number", "incident_number", "incident number"]),
    (Column::State, &["ident_state", "incident_state", "state", "incident state"]),
    (Column::UpdatedAt, &["sys_updated_at", "sys_updated_on", "updated_at", "updated"]),
    (Column::UpdatedBy, &["sys_updated_by", "updated_by", "updated by"]),
    (Column::ModCount, &["sys_mod_count"]),
    (Column::Reassignments, &["reassignment_count"]),
    (Column::Reopenings, &["reopen_count"]),
    (Column::MadeSla, &["made_sla"]),
    (Column::Caller, &["caller_id", "caller"]),
    (Column::OpenedBy, &["opened_by"]),
    (Column::OpenedAt, &["opened_at", "opened"]),
    (Column::CreatedAt, &["sys_created_at", "sys_created_on"]),
    (Column::ContactType, &["contact_type"]),
    (Column::Location, &["location"]),
    (Column::Category, &["category"]),
    (Column::Subcategory, &["subcategory"]),
    (Column::Symptom, &["u_symptom", "symptom"]),
    (Column::Ci, &["cmdb_ci", "configuration_item"]),
    (Column::Impact, &["impact"]),
    (Column::Urgency, &["urgency"]),
    (Column::Priority, &["priority"]),
    (Column::Group, &["assignment_group"]),
    (Column::AssignedTo, &["assigned_to"]),
    (Column::Knowledge, &["knowledge"]),
    (Column::PriorityConfirmed, &["u_priority_confirmation", "priority_confirmation"]),
    (Column::Notify, &["notify"]),
    (Column::Problem, &["problem_id", "problem"]),
    (Column::Rfc, &["rfc"]),
    (Column::Vendor, &["vendor"]),
    (Column::CausedBy, &["caused_by"]),
    (Column::ClosedCode, &["closed_code", "close_code"]),
    (Column::ResolvedBy, &["resolved_by"]),
    (Column::ResolvedAt, &["resolved_at"]),
    (Column::ClosedAt, &["closed_at"]),
    (Column::Title, &["short_description"]),
    (Column::Description, &["description"]),
    (Column::Left, &["active"]),
    (Column::Left, &["sys_created_by"]),
];

/// Columns without which a row says nothing.
const NEEDED: [Column; 3] = [Column::Number, Column::State, Column::UpdatedAt];

#[derive(Debug)]
pub struct Header {
    /// Place of each column of [`Column`], by its number.
    places: Vec<Option<usize>>,
    width: usize,
    pub remarks: Vec<String>,
}

impl Header {
    /// # Errors
    /// A sentence that names the columns which are missing.
    pub fn read(names: &[String]) -> Result<Header, String> {
        let mut header =
            Header { places: vec![None; Column::Left as usize + 1], width: names.len(), remarks: Vec::new() };
        let mut taken: HashSet<&str> = HashSet::new();
        for (place, name) in names.iter().enumerate() {
            let plain = name.trim().to_lowercase();
            match KNOWN.iter().find(|(_, known)| known.contains(&plain.as_str())) {
                Some((column, known)) => header.place(*column, known[0], place, !taken.insert(known[0])),
                None if plain.is_empty() => {
                    header.remarks.push(format!("column {} has no name and is left out", place + 1))
                }
                None => {
                    let all = KNOWN.iter().flat_map(|(_, known)| known.iter().copied());
                    let hint = suggest::hint(&plain, all);
                    let end = if hint.is_empty() { "." } else { "" };
                    header
                        .remarks
                        .push(format!("column \"{}\" is not known here and is left out{hint}{end}", name.trim()));
                }
            }
        }
        let missing: Vec<&str> = NEEDED
            .iter()
            .filter(|column| header.places[**column as usize].is_none())
            .map(|column| name(*column))
            .collect();
        if missing.is_empty() {
            return Ok(header);
        }
        let found: Vec<&str> = names.iter().map(|name| name.trim()).take(40).collect();
        Err(format!(
            "the first line is not the header of an incident log: it lacks {}; it has {}",
            missing.join(", "),
            found.join(", ")
        ))
    }

    /// The log has `category` twice: the second one is the subcategory.
    fn place(&mut self, column: Column, name: &str, place: usize, again: bool) {
        match column {
            Column::Left => {}
            Column::Category if again && self.places[Column::Subcategory as usize].is_none() => {
                self.places[Column::Subcategory as usize] = Some(place);
            }
            _ if again => self.remarks.push(format!("column \"{name}\" stands there twice; the first one counts")),
            _ => self.places[column as usize] = Some(place),
        }
    }

    /// # Errors
    /// A sentence for a row that has more or fewer values than the header has columns.
    pub fn check(&self, values: &[String]) -> Result<(), String> {
        if values.len() == self.width {
            return Ok(());
        }
        Err(format!("has {} values where the header has {} columns", values.len(), self.width))
    }

    pub fn number<'a>(&self, values: &'a [String]) -> Option<&'a str> {
        known(values.get(self.places[Column::Number as usize]?)?)
    }

    /// Values of a row in the order of [`Column`], as one text; unknown ones are empty.
    pub fn packed(&self, values: &[String]) -> Box<str> {
        let texts: Vec<&str> = self
            .places
            .iter()
            .map(|place| place.and_then(|place| values.get(place)).and_then(|value| known(value)).unwrap_or_default())
            .collect();
        texts.join(&PARTED.to_string()).into_boxed_str()
    }
}

/// Parts packed values; it is taken out of values that hold it.
pub const PARTED: char = '\u{1f}';

fn name(column: Column) -> &'static str {
    KNOWN.iter().find(|(known, _)| *known == column).map_or("", |(_, names)| names[0])
}

/// A value that says something: `?` stands for unknown.
fn known(value: &str) -> Option<&str> {
    let value = value.trim();
    (!value.is_empty() && value != "?" && !value.eq_ignore_ascii_case("null") && !value.contains(PARTED))
        .then_some(value)
}

/// Packed values, opened again.
pub struct Values<'a> {
    texts: Vec<&'a str>,
}

impl<'a> Values<'a> {
    pub fn open(packed: &'a str) -> Values<'a> {
        Values { texts: packed.split(PARTED).collect() }
    }

    pub fn get(&self, column: Column) -> Option<&'a str> {
        self.texts.get(column as usize).copied().filter(|text| !text.is_empty())
    }
}
