//! Coverage as a cross: every clause with every service, at a site where one is chosen, over the years of a programme.

use desk::Shown;
use engines::conformity::catalogue;

use super::known::{Audit, Known};
use crate::{
    record::address::segment,
    view::parts::{Link, Tone},
};

/// Services side by side; of more, one is chosen.
const COLUMNS: usize = 24;

pub struct Cross {
    /// Number and name of each service.
    pub services: Vec<(Link, String)>,
    pub rows: Vec<Row>,
    /// Clauses that no audit of these years looks at.
    pub bare: usize,
    /// Cells of a clause and a service, and those of them that are covered.
    pub cells: usize,
    pub covered: usize,
    /// Services that there is no room for.
    pub left_out: usize,
}

pub struct Row {
    pub clause: Link,
    pub title: String,
    /// The clause by itself, whatever service an audit looks at.
    pub any: Option<Cell>,
    pub cells: Vec<Option<Cell>>,
}

/// The newest audit that looks at both.
pub struct Cell {
    pub audit: Link,
    /// "26" held, "(27)" planned, "26!" overdue.
    pub sign: String,
    pub tone: Tone,
    pub told: String,
}

/// Which audits count.
pub struct Choice<'c> {
    pub years: &'c [i16],
    /// Empty for all.
    pub site: &'c str,
    pub service: &'c str,
}

impl Choice<'_> {
    pub fn takes(&self, audit: &Audit) -> bool {
        self.years.contains(&audit.year) && (self.site.is_empty() || audit.covers("sites", self.site))
    }
}

impl Cross {
    pub fn new(known: &Known, choice: &Choice<'_>) -> Cross {
        let audits: Vec<&Audit> = known.audits.iter().filter(|audit| choice.takes(audit)).collect();
        let chosen: Vec<&Shown> = known
            .services
            .iter()
            .filter(|service| choice.service.is_empty() || service.number() == choice.service)
            .collect();
        let shown = &chosen[..chosen.len().min(COLUMNS)];
        let leaves = catalogue().clauses.iter().filter(|clause| clause.leaf);
        let rows: Vec<Row> = leaves
            .map(|clause| {
                let on_clause: Vec<&Audit> =
                    audits.iter().copied().filter(|audit| audit.covers("clauses", &clause.id)).collect();
                let of = |service: &&Shown| {
                    newest(on_clause.iter().copied().filter(|audit| audit.covers("services", service.number())))
                };
                Row {
                    clause: Link::new(&clause.id, format!("/conformity/{}", clause.id)),
                    title: clause.title.clone(),
                    any: newest(on_clause.iter().copied()),
                    cells: shown.iter().map(of).collect(),
                }
            })
            .collect();
        let service = |shown: &&Shown| {
            (Link::new(shown.number(), format!("/services/{}", segment(shown.number()))), shown.title().to_string())
        };
        Cross {
            services: shown.iter().map(service).collect(),
            bare: rows.iter().filter(|row| row.any.is_none()).count(),
            cells: rows.len() * shown.len(),
            covered: rows.iter().map(|row| row.cells.iter().flatten().count()).sum(),
            left_out: chosen.len() - shown.len(),
            rows,
        }
    }
}

fn newest<'a>(audits: impl Iterator<Item = &'a Audit>) -> Option<Cell> {
    let audit = audits.max_by_key(|audit| (audit.when, &audit.number))?;
    let mark = audit.mark();
    let year = audit.year.rem_euclid(100);
    let sign = match (audit.held, audit.is_ahead) {
        (Some(_), _) => format!("{year:02}"),
        (None, true) => format!("({year:02})"),
        (None, false) => format!("{year:02}!"),
    };
    let told = format!("{}, {} {}", audit.number, mark.word, audit.year);
    Some(Cell { audit: audit.link(), sign, tone: mark.tone, told })
}
