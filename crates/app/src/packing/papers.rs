//! The documents that were in force at the instant, each as a PDF: made of the same records as the rest of the pack.

use std::collections::{BTreeSet, HashMap};

use desk::{Desk, Names};
use kinds::{information::document_version as version, people::person};
use model::{Fields, Kind, Line, Moment};
use pack::{Packer, index};
use web::pages::{
    papers::{
        edition::{Told, ordered, pick},
        paper, sheet,
    },
    pdf,
};

use crate::Failure;

/// What papers are made of, kept while the records pass by.
#[derive(Default)]
pub struct Papers {
    documents: Vec<Kept>,
    /// Texts in force, by the number of their document.
    texts: HashMap<String, Kept>,
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
    pub async fn write(self, desk: &Desk, at: Moment, packer: &mut Packer) -> Result<Vec<index::Paper>, Failure> {
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
            let mut paper = paper(desk, &sheet, "", at);
            paper.foot = format!("As on record on {at}");
            let mut name = pack::paper(&pdf::file_name(&[&document.number]));
            while !names.insert(name.clone()) {
                name = pack::paper(&format!("{}-{}", pdf::file_name(&[&document.number]), names.len()));
            }
            let why = match pdf::set(paper).await {
                Ok(bytes) => {
                    let failed = |error| Failure::Failed(format!("cannot write {name}: {error}"));
                    packer.add(&name, &bytes).map_err(failed)?;
                    String::new()
                }
                Err(refusal) => refusal.sentence(),
            };
            let (number, title, version) = (sheet.number, sheet.title, sheet.version);
            written.push(index::Paper { number, title, version, file: name, why });
        }
        Ok(written)
    }
}
