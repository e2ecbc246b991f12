//! The standard's own words, for a house that holds a licensed copy: kept in the database beside our words, shown to whoever
//! may read them, in no export, no pack and no journal.

use std::collections::{BTreeMap, BTreeSet};

use engines::conformity::{FRAMEWORK, catalogue};
use futures::FutureExt;
use model::{Actor, FieldError, Moment, Refusal, Value, suggest};
use sha2::{Digest, Sha256};

use crate::{
    Desk,
    house::{self, Deed},
    rights,
    store::framework as store,
};

/// Most texts, and longest one in characters: a clause of the standard has far less.
const TEXTS_MAX: usize = 2_000;
const TEXT_MAX: usize = 20_000;
/// Faults that are told.
const TOLD_MAX: usize = 20;

/// What of the licensed copy is kept.
#[derive(Clone, Debug, PartialEq)]
pub struct Holding {
    /// SHA-256 over ids and texts.
    pub digest: String,
    pub texts: i64,
    pub added: Moment,
    pub added_by: String,
}

/// A line of the house's own file: where it stands, the id of a clause or requirement, and the words.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Line {
    /// Counted from 1.
    pub line: usize,
    pub id: String,
    pub text: String,
}

impl Desk {
    /// What of the licensed copy is kept, for whoever may read it or look after it.
    ///
    /// # Errors
    /// `NotFound` for everybody else.
    pub async fn wording_held(&self, actor: &Actor, now: Moment) -> Result<Option<Holding>, Refusal> {
        rights::read_licensed(actor, now)?;
        Ok(store::holding(&mut self.db().read().await?, FRAMEWORK).await?)
    }

    /// The standard's own words for a requirement: those of the requirement and those of its clause, each with its id.
    /// Nothing for whoever may not read them.
    pub async fn wording(
        &self,
        actor: &Actor,
        requirement: &str,
        now: Moment,
    ) -> Result<Vec<(String, String)>, Refusal> {
        let Ok(warrant) = rights::read_licensed(actor, now) else { return Ok(Vec::new()) };
        let Some(known) = catalogue().requirement(requirement) else { return Ok(Vec::new()) };
        let mut conn = self.db().read().await?;
        let found = store::wording(&mut conn, &warrant, FRAMEWORK, &[&known.id, &known.clause]).await?;
        let found: BTreeMap<String, String> = found.into_iter().collect();
        let of = |id: &String| Some((id.clone(), found.get(id)?.clone()));
        Ok([of(&known.id), of(&known.clause)].into_iter().flatten().collect())
    }

    /// Takes in the words of the licensed copy, all anew; no lines take them away. Answers how many are kept.
    ///
    /// # Errors
    /// `Invalid` with the line of each that cannot be taken; then nothing is.
    pub async fn save_wording(&self, actor: &Actor, lines: Vec<Line>, now: Moment) -> Result<usize, Refusal> {
        let warrant = rights::cross(actor, now)?;
        rights::read_licensed(actor, now)?;
        let texts = checked(lines).map_err(Refusal::Invalid)?;
        let mut hash = Sha256::new();
        for (id, text) in &texts {
            hash.update(format!("{id}\0{text}\0"));
        }
        let holding = Holding {
            digest: model::canonical::hex(&hash.finalize()),
            texts: texts.len() as i64,
            added: now,
            added_by: actor.email.clone(),
        };
        let (actor, count) = (actor.clone(), texts.len());
        self.db()
            .write(move |conn| {
                async move {
                    let held = Some(&holding).filter(|holding| holding.texts > 0);
                    store::save_wording(conn, &warrant, FRAMEWORK, &texts, held).await?;
                    // The words themselves never stand in the journal, which is for ever and goes into packs.
                    let deed =
                        Deed::on_named("official_text", FRAMEWORK, if held.is_some() { "edit" } else { "remove" })
                            .set("texts", Some(Value::text(holding.texts.to_string())))
                            .set("digest", held.map(|holding| Value::text(&holding.digest)));
                    house::journal(conn, &actor, deed, None, now).await
                }
                .boxed()
            })
            .await?;
        Ok(count)
    }
}

/// The texts by id, in order.
fn checked(lines: Vec<Line>) -> Result<Vec<(String, String)>, Vec<FieldError>> {
    let known = catalogue();
    let ids: BTreeSet<&str> = known
        .requirements
        .iter()
        .map(|requirement| requirement.id.as_str())
        .chain(known.clauses.iter().map(|clause| clause.id.as_str()))
        .collect();
    let (mut errors, mut texts) = (Vec::new(), BTreeMap::new());
    for Line { line, id, text } in lines {
        let (id, text) = (id.trim(), text.trim());
        let why = if !ids.contains(id) {
            format!("there is no clause or requirement \"{id}\"{}", suggest::hint(id, ids.iter().copied()))
        } else if text.is_empty() {
            format!("{id} has no text")
        } else if text.chars().count() > TEXT_MAX {
            format!("the text of {id} has more than {TEXT_MAX} characters")
        } else if text.contains('\0') {
            format!("the text of {id} holds the character U+0000")
        } else if texts.len() >= TEXTS_MAX {
            format!("there are more than {TEXTS_MAX} texts")
        } else if texts.insert(id.to_owned(), text.to_owned()).is_some() {
            format!("{id} stands here a second time")
        } else {
            continue;
        };
        errors.push(FieldError::new("file", format!("line {line}: {why}")));
        if errors.len() >= TOLD_MAX {
            break;
        }
    }
    if errors.is_empty() { Ok(texts.into_iter().collect()) } else { Err(errors) }
}
