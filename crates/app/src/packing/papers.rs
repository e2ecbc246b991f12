//! The documents that were in force at the instant and the newest service reports, each as a PDF: made of the same records as
//! the rest of the pack.

use std::collections::{BTreeSet, HashMap};

use desk::{Desk, Names};
use kinds::{information::document_version as version, people::person, performance::report};
use model::{Fields, Kind, Line, Moment, Refusal, Value, lifecycle::WITHDRAWN};
use pack::{Packer, index};
use web::pages::{
    papers::{
        edition::{Told, ordered, pick},
        paper, sheet,
    },
    pdf, reports,
};

use crate::Failure;

/// Most reports that are set, the newest first; all of them stand in the pack as records.
const REPORTS: usize = 12;

/// What papers are made of, kept while the records pass by.
#[derive(Default)]
pub struct Papers {
    documents: Vec<Kept>,
    /// Texts in force, by the number of their document.
    texts: HashMap<String, Kept>,
    reports: Vec<Kept>,
    names: Names,
}

struct Kept {
    number: String,
    title: String,
    state: String,
    fields: Fields,
}

impl Kept {
    fn told(&self) -> Told<'_> {
        Told { number: &self.number, title: &self.title, state: &self.state, fields: &self.fields }
    }
}

fn kept(kind: &Kind, line: &Line) -> Kept {
    let typed = |(name, json): (&String, &serde_json::Value)| {
        let value = kind.find(name)?.ty.read(json).ok().flatten()?;
        Some((name.clone(), value))
    };
    Kept {
        number: line.number.clone().unwrap_or_default(),
        title: line.title.clone().unwrap_or_default(),
        state: line.state.clone().unwrap_or_default(),
        fields: line.fields.iter().filter_map(typed).collect(),
    }
}

impl Papers {
    /// Keeps what of a record is needed.
    pub fn pass(&mut self, kind: &Kind, line: &Line) {
        match kind.name {
            "document" => self.documents.push(kept(kind, line)),
            "document_version" if line.state.as_deref() == Some("in_force") => {
                let text = kept(kind, line);
                if let Some(of) = version::DOCUMENT.get(&text.fields) {
                    self.texts.insert(of.0, text);
                }
            }
            "report" => {
                let report = kept(kind, line);
                if reports::is_made(&report.fields) && !WITHDRAWN.contains(&report.state.as_str()) {
                    self.reports.push(report);
                }
            }
            "customer" => {
                let customer = kept(kind, line);
                self.names.records.insert(customer.number, (customer.title, kind.name.into()));
            }
            "person" => {
                let person = kept(kind, line);
                if let Some(mail) = person::EMAIL.get(&person.fields) {
                    self.names.people.insert(mail.0, (person.title, person.number));
                }
            }
            _ => {}
        }
    }

    /// Writes every document that was in force; one that cannot be set says why in its place.
    ///
    /// # Errors
    /// When the pack cannot be written.
    pub async fn documents(&self, desk: &Desk, at: Moment, packer: &mut Packer) -> Result<Vec<index::Paper>, Failure> {
        let catalog = desk.catalog();
        let Some(kind) = catalog.find("document_version") else { return Ok(Vec::new()) };
        let organisation = super::organisation(desk);
        let (mut written, mut names) = (Vec::new(), BTreeSet::new());
        for document in &self.documents {
            let texts = self.texts.get(&document.number).into_iter().map(Kept::told);
            let editions = ordered(kind, document.told(), texts);
            let Ok(Some(edition)) = pick(&editions, None) else { continue };
            if !edition.is_in_force() {
                continue;
            }
            let sheet = sheet::made(&organisation, document.told(), edition, &self.names);
            // Without an address of the house: the same pack is made on any machine.
            let set = set(paper(desk, &sheet, "", at), at).await;
            let file = place(pack::paper, &document.number, &mut names);
            let why = put(set, &file, packer)?;
            let (number, title, version) = (sheet.number, sheet.title, sheet.version);
            written.push(index::Paper { number, title, version, file, why });
        }
        Ok(written)
    }

    /// Writes the newest reports that were made and that no newer edition has replaced.
    ///
    /// # Errors
    /// When the pack cannot be written.
    pub async fn reports(&self, desk: &Desk, at: Moment, packer: &mut Packer) -> Result<Vec<index::Paper>, Failure> {
        let catalog = desk.catalog();
        let belongs = catalog.find("report").and_then(|kind| kind.customer_field).unwrap_or_default();
        let organisation = super::organisation(desk);
        let mut newest: Vec<&Kept> = self.reports.iter().collect();
        newest.sort_by_key(|kept| std::cmp::Reverse((report::ENDS.get(&kept.fields), kept.number.as_str())));
        let (mut written, mut names) = (Vec::new(), BTreeSet::new());
        for kept in newest.into_iter().take(REPORTS) {
            let customer = kept.fields.get(belongs).and_then(Value::as_text);
            let sheet = reports::sheet::made(&organisation, kept.told(), customer, &self.names);
            let set = set(reports::paper(desk, &sheet, "", at), at).await;
            let file = place(pack::report, &kept.number, &mut names);
            let why = put(set, &file, packer)?;
            let edition = report::EDITION.get(&kept.fields).map(|edition| edition.normalize().to_string());
            let title = format!("{} ({})", sheet.title, sheet.about);
            written.push(index::Paper { number: sheet.number, title, version: edition.unwrap_or_default(), file, why });
        }
        Ok(written)
    }
}

/// Sets a paper as of the instant of the pack.
async fn set(mut paper: print::Paper, at: Moment) -> Result<Vec<u8>, Refusal> {
    paper.foot = format!("As on record on {at}");
    pdf::set(paper).await
}

/// Where the paper of a number lies; numbers that make the same name are kept apart.
fn place(path: fn(&str) -> String, number: &str, names: &mut BTreeSet<String>) -> String {
    let mut file = path(&pdf::file_name(&[number]));
    while !names.insert(file.clone()) {
        file = path(&format!("{}-{}", pdf::file_name(&[number]), names.len()));
    }
    file
}

/// Writes what was set; answers why it was not, in a sentence.
fn put(set: Result<Vec<u8>, Refusal>, file: &str, packer: &mut Packer) -> Result<String, Failure> {
    match set {
        Ok(bytes) => {
            let failed = |error| Failure::Failed(format!("cannot write {file}: {error}"));
            packer.add(file, &bytes).map_err(failed)?;
            Ok(String::new())
        }
        Err(refusal) => Ok(refusal.sentence()),
    }
}
