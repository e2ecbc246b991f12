//! Frameworks beside the standard: kept as the files that they came in, each of their requirements mapped to ours, so that
//! what our verdicts say of ours says something of theirs.

mod keep;
pub mod own;

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex, PoisonError},
};

use engines::conformity::{Assessment, Crossed, State};
use frameworks::{Format, Framework, Library, MappingSet, Node, Pair, Relation, Shape, yaml};
use model::{Actor, Moment, Refusal};
use serde_json::{Value as Json, json};

pub use keep::{Saved, Wanted};

use crate::{Desk, Fault, standing::apart, store::framework as store};

/// Files that were read lately, by SHA-256: pages go to and fro in one framework.
#[derive(Default)]
pub struct Known(Mutex<Vec<(String, Arc<Library>)>>);

const KNOWN_MAX: usize = 8;
/// Pairs that the list of frameworks looks at to count states.
const TALLIED_MAX: i64 = 50_000;

/// A framework's row.
#[derive(Clone, Debug, PartialEq)]
pub struct Kept {
    pub id: i64,
    pub urn: String,
    pub reference: String,
    pub name: String,
    pub version: String,
    pub provider: String,
    pub format: Format,
    /// Requirements that are judged.
    pub demands: i64,
    /// SHA-256 of the file.
    pub digest: String,
    pub changed: Moment,
    pub changed_by: String,
    /// Pairs with requirements of ours.
    pub pairs: i64,
}

/// A requirement of a framework with one of ours.
#[derive(Clone, Debug, PartialEq)]
pub struct Mapped {
    pub framework: i64,
    /// Address of theirs.
    pub node: String,
    /// Id of ours.
    pub requirement: String,
    /// Theirs RELATION ours.
    pub relation: Relation,
    pub note: String,
    pub at: Moment,
    /// E-mail; empty for what came with the program.
    pub by: String,
}

/// A framework with its requirements and how they are mapped.
#[derive(Clone, Debug)]
pub struct Opened {
    /// How it is addressed: the number of its row, or the name of one that comes with the program.
    pub key: String,
    /// Its row; nothing for those that come with the program.
    pub kept: Option<Kept>,
    pub framework: Arc<Framework>,
    /// What its file holds besides, by name with how many.
    pub besides: Vec<(String, usize)>,
    /// By the address of theirs.
    pub mapping: BTreeMap<String, Vec<Mapped>>,
}

/// A framework on the list, with how its requirements stand.
#[derive(Clone, Debug)]
pub struct Listed {
    pub key: String,
    pub kept: Option<Kept>,
    pub name: String,
    pub version: String,
    pub provider: String,
    pub demands: usize,
    /// Address of theirs and how it stands, of those that are mapped; nothing where there is too much to count on a list.
    pub crossed: Option<Vec<Crossed>>,
}

/// States of ours by id, from an assessment.
pub fn states(assessment: &Assessment) -> HashMap<&'static str, State> {
    assessment.verdicts.iter().map(|verdict| (verdict.requirement.id.as_str(), verdict.state)).collect()
}

/// How a requirement stands that is mapped so. One of ours that is none any more counts as a gap: what it said is not known.
pub fn crossed(mapped: &[Mapped], states: &HashMap<&'static str, State>) -> Crossed {
    let state = |mapped: &Mapped| states.get(mapped.requirement.as_str()).copied().unwrap_or(State::Gap);
    Crossed::of(mapped.iter().map(|mapped| (state(mapped), mapped.relation.covers())))
}

impl Opened {
    fn builtin(builtin: &own::Builtin) -> Opened {
        let mut mapping: BTreeMap<String, Vec<Mapped>> = BTreeMap::new();
        for (node, requirement, relation) in &builtin.pairs {
            let mapped = Mapped {
                framework: 0,
                node: node.clone(),
                requirement: requirement.clone(),
                relation: *relation,
                note: String::new(),
                at: Moment::UNKNOWN,
                by: String::new(),
            };
            mapping.entry(node.clone()).or_default().push(mapped);
        }
        Opened {
            key: builtin.name.into(),
            kept: None,
            framework: Arc::new(builtin.framework.clone()),
            besides: Vec::new(),
            mapping,
        }
    }

    pub fn mapped(&self, node: &Node) -> &[Mapped] {
        self.mapping.get(&node.urn).map(Vec::as_slice).unwrap_or_default()
    }

    /// Whether it is ours, whose requirements are judged themselves.
    pub fn is_ours(&self) -> bool {
        self.framework.urn == own::OWN
    }

    /// How one of its requirements stands.
    pub fn standing(&self, node: &Node, states: &HashMap<&'static str, State>) -> Crossed {
        if self.is_ours() {
            return states.get(node.reference.as_str()).map_or(Crossed::NotMapped, |state| Crossed::As(*state));
        }
        crossed(self.mapped(node), states)
    }

    /// The pairs as they stand, as a mapping set to ours.
    fn set(&self) -> MappingSet {
        let pair = |mapped: &Mapped| Pair {
            source: mapped.node.clone(),
            target: own::requirement_urn(&mapped.requirement),
            relation: mapped.relation,
            note: mapped.note.clone(),
        };
        own::mapping_set(&self.framework, self.mapping.values().flatten().map(pair).collect())
    }
}

impl Desk {
    /// Every framework there is, ours first, with how its requirements stand by an assessment.
    ///
    /// # Errors
    /// `NotFound` for people of customers: conformity is the provider's.
    pub async fn frameworks(
        &self,
        actor: &Actor,
        assessment: &Assessment,
        now: Moment,
    ) -> Result<Vec<Listed>, Refusal> {
        provider_only(actor, now)?;
        let states = states(assessment);
        let own = own::builtins().iter().map(|builtin| {
            let opened = Opened::builtin(builtin);
            let demands = opened.framework.nodes.iter().filter(|node| node.demands);
            let crossed: Vec<Crossed> = demands.map(|node| opened.standing(node, &states)).collect();
            Listed {
                key: builtin.name.into(),
                kept: None,
                name: builtin.framework.name.clone(),
                version: builtin.framework.version.clone(),
                provider: builtin.framework.provider.clone(),
                demands: crossed.len(),
                crossed: Some(crossed.into_iter().filter(|crossed| *crossed != Crossed::NotMapped).collect()),
            }
        });
        let mut listed: Vec<Listed> = own.collect();
        let mut conn = self.db().read().await?;
        let kept = store::list(&mut conn).await?;
        let whole = kept.iter().map(|kept| kept.pairs).sum::<i64>() <= TALLIED_MAX;
        let pairs = if whole { store::all_mapping(&mut conn, TALLIED_MAX).await? } else { Vec::new() };
        let mut by_node: BTreeMap<(i64, String), Vec<Mapped>> = BTreeMap::new();
        for pair in pairs {
            by_node.entry((pair.framework, pair.node.clone())).or_default().push(pair);
        }
        listed.extend(kept.into_iter().map(|kept| {
            let of = by_node.range((kept.id, String::new())..).take_while(|((id, _), _)| *id == kept.id);
            Listed {
                key: kept.id.to_string(),
                name: kept.name.clone(),
                version: kept.version.clone(),
                provider: kept.provider.clone(),
                demands: usize::try_from(kept.demands).unwrap_or_default(),
                crossed: whole.then(|| of.map(|(_, mapped)| crossed(mapped, &states)).collect()),
                kept: Some(kept),
            }
        }));
        Ok(listed)
    }

    /// By what frameworks are known, those that come with the program first: names and references.
    pub async fn framework_names(&self, actor: &Actor, now: Moment) -> Result<Vec<String>, Refusal> {
        provider_only(actor, now)?;
        let kept = store::list(&mut self.db().read().await?).await?;
        let named = |kept: Kept| if kept.reference.is_empty() { kept.id.to_string() } else { kept.reference };
        Ok(own::names().into_iter().chain(kept.into_iter().map(named)).collect())
    }

    /// One framework whole: by the number of its row, its reference or address, or the name of one that comes with the program.
    ///
    /// # Errors
    /// `NotFound` where there is none, and for people of customers.
    pub async fn framework(&self, actor: &Actor, key: &str, now: Moment) -> Result<Opened, Refusal> {
        provider_only(actor, now)?;
        if let Some(builtin) = own::find(key) {
            return Ok(Opened::builtin(builtin));
        }
        let mut conn = self.db().read().await?;
        let all = store::list(&mut conn).await?;
        let is_it = |kept: &&Kept| {
            kept.id.to_string() == key || kept.urn.eq_ignore_ascii_case(key) || kept.reference.eq_ignore_ascii_case(key)
        };
        let kept = all.into_iter().find(|kept| is_it(&kept)).ok_or(Refusal::NotFound)?;
        let pairs = store::mapping(&mut conn, kept.id).await?;
        drop(conn);
        let library = self.library(&kept).await?;
        let framework = library.framework.clone().ok_or(Refusal::NotFound)?;
        let mut mapping: BTreeMap<String, Vec<Mapped>> = BTreeMap::new();
        for pair in pairs {
            mapping.entry(pair.node.clone()).or_default().push(pair);
        }
        let besides = library.besides.clone();
        Ok(Opened { key: kept.id.to_string(), kept: Some(kept), framework: Arc::new(framework), besides, mapping })
    }

    /// The file of a framework, read; those read lately are remembered.
    async fn library(&self, kept: &Kept) -> Result<Arc<Library>, Refusal> {
        let remembered = || self.inner.frameworks.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, library)) = remembered().iter().find(|(digest, _)| *digest == kept.digest) {
            return Ok(library.clone());
        }
        let source = store::source(&mut self.db().read().await?, kept.id).await?.ok_or(Refusal::NotFound)?;
        let read = apart(move || frameworks::read(source.as_bytes())).await?;
        let library = match read {
            Ok((_, library)) => Arc::new(library),
            Err(wrong) => {
                let why = wrong.first().map(ToString::to_string).unwrap_or_default();
                return Err(Fault::new(format!("the framework {} cannot be read any more: {why}", kept.urn)).into());
            }
        };
        let mut known = remembered();
        known.retain(|(digest, _)| *digest != kept.digest);
        if known.len() >= KNOWN_MAX {
            known.remove(0);
        }
        known.push((kept.digest.clone(), library.clone()));
        Ok(library)
    }

    /// A framework as a file. What came in that format goes out as it came, with the mapping that stands; without any
    /// difference, byte for byte.
    pub async fn framework_file(&self, opened: &Opened, format: Format, now: Moment) -> Result<String, Refusal> {
        let came = opened.kept.as_ref().filter(|kept| kept.format == format);
        let source = match came {
            Some(kept) => store::source(&mut self.db().read().await?, kept.id).await?,
            None => None,
        };
        let opened = opened.clone();
        apart(move || written(&opened, format, source, now)).await
    }
}

/// A framework as our assessment has it, in the shape of contract.md section 5 with `mapped` for what each state follows from.
pub fn assessed(opened: &Opened, assessment: &Assessment) -> Json {
    let states = states(assessment);
    let demands: Vec<(&Node, Crossed)> = opened
        .framework
        .nodes
        .iter()
        .filter(|node| node.demands)
        .map(|node| (node, opened.standing(node, &states)))
        .collect();
    let count = |which: Crossed| demands.iter().filter(|(_, crossed)| *crossed == which).count();
    let summary: serde_json::Map<String, Json> =
        Crossed::all().map(|which| (which.name().to_owned(), count(which).into())).collect();
    let requirement = |(node, crossed): &(&Node, Crossed)| {
        let mapped = opened.mapped(node).iter().map(|mapped| {
            let state = states.get(mapped.requirement.as_str()).map(|state| state.name());
            json!({"requirement": mapped.requirement, "relation": mapped.relation.name(), "state": state, "note": mapped.note})
        });
        json!({
            "id": node.label(),
            "urn": node.urn,
            "name": node.name,
            "text": node.text,
            "state": crossed.name(),
            "mapped": mapped.collect::<Vec<_>>(),
        })
    };
    json!({
        "framework": opened.framework.urn,
        "name": opened.framework.name,
        "as_of": assessment.as_of.to_string(),
        "summary": summary,
        "requirements": demands.iter().map(requirement).collect::<Vec<_>>(),
    })
}

fn written(opened: &Opened, format: Format, source: Option<String>, now: Moment) -> String {
    let framework = &opened.framework;
    match (format, source) {
        (Format::Oscal, Some(source)) => source,
        (Format::Oscal, None) => {
            let shape = if opened.is_ours() { Shape::Objectives } else { Shape::Controls };
            let at = opened.kept.as_ref().map_or(now, |kept| kept.changed);
            format!("{:#}\n", frameworks::catalog(framework, &at.to_string(), shape))
        }
        (Format::Ciso, None) => {
            let set = opened.set();
            let sets = if set.pairs.is_empty() { &[][..] } else { std::slice::from_ref(&set) };
            yaml::write(&frameworks::library(framework, sets))
        }
        (Format::Ciso, Some(source)) => {
            let set = opened.set();
            if says(&source, &set) {
                return source;
            }
            let Ok(mut document) = yaml::read(&source) else { return source };
            frameworks::with_pairs(&mut document, &set);
            yaml::write(&document)
        }
    }
}

/// Whether a file says of the mapping to ours what stands.
fn says(source: &str, set: &MappingSet) -> bool {
    let Ok((_, library)) = frameworks::read(source.as_bytes()) else { return false };
    let mut said: Vec<(String, &str, Relation, String)> = Vec::new();
    for (other, pairs) in library.sets.iter().filter_map(keep::to_ours) {
        if other != set.source {
            continue;
        }
        for pair in pairs {
            said.extend(
                own::requirements_behind(&pair.target)
                    .into_iter()
                    .map(|id| (pair.source.clone(), id, pair.relation, pair.note.clone())),
            );
        }
    }
    let mut stands: Vec<(String, &str, Relation, String)> = Vec::new();
    for pair in &set.pairs {
        stands.extend(
            own::requirements_behind(&pair.target)
                .into_iter()
                .map(|id| (pair.source.clone(), id, pair.relation, pair.note.clone())),
        );
    }
    said.sort();
    stands.sort();
    said == stands
}

fn provider_only(actor: &Actor, now: Moment) -> Result<(), Refusal> {
    if actor.customer.is_some() || !actor.is_active_at(now) { Err(Refusal::NotFound) } else { Ok(()) }
}
