//! Taking frameworks in, mapping their requirements, and taking them out again.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use frameworks::{Format, Library, MappingSet, Pair, Relation, Wrong};
use futures::FutureExt;
use model::{Actor, FieldError, Moment, Refusal, Value, suggest};
use sha2::{Digest, Sha256};

use super::{Kept, Mapped, own};
use crate::{
    Desk,
    house::{self, Deed},
    rights::{self, Warrant},
    standing::apart,
    store::{db::Conn, fault::Fault, framework as store},
};

/// Most frameworks, most pairs of one of them, longest reason of a pair in characters.
const FRAMEWORKS_MAX: usize = 40;
const MAPPED_MAX: usize = 20_000;
const NOTE_MAX: usize = 2_000;
/// Pairs that cannot be taken and are told.
const LEFT_TOLD: usize = 20;

/// What became of a file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Saved {
    /// Key and name of the framework that the file holds; nothing for a file of mappings alone.
    pub framework: Option<(String, String)>,
    /// `new`, `changed` or `unchanged`; of a file of mappings alone `changed` when it brought any.
    pub outcome: &'static str,
    /// Pairs that are new.
    pub mapped: u64,
    /// Pairs of requirements that the new version does not have any more.
    pub lost: u64,
    /// What of its mappings could not be taken, in sentences.
    pub left: Vec<String>,
}

/// A pair as somebody wants it: the requirement of ours or a whole clause, and how theirs relates to it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Wanted {
    pub requirement: String,
    pub relation: String,
    pub note: String,
}

/// The other framework of a set that has ours at one end, and its pairs with theirs first.
pub(super) fn to_ours(set: &MappingSet) -> Option<(String, Vec<Pair>)> {
    if set.target == own::OWN {
        return Some((set.source.clone(), set.pairs.clone()));
    }
    let turned = |pair: &Pair| Pair {
        source: pair.target.clone(),
        target: pair.source.clone(),
        relation: pair.relation.turned(),
        note: pair.note.clone(),
    };
    (set.source == own::OWN).then(|| (set.target.clone(), set.pairs.iter().map(turned).collect()))
}

/// Pairs of one framework as they go into its table, and what cannot.
#[derive(Default)]
struct Sorted {
    pairs: Vec<Mapped>,
    left: Vec<String>,
}

impl Desk {
    /// Takes a file in: a framework with its mappings, a newer version of one that is kept, or mappings alone. The same file
    /// twice changes nothing; what was mapped by hand stays.
    ///
    /// # Errors
    /// `Invalid` with each fault of the file and where it is; `Forbidden` for whoever keeps no frameworks.
    pub async fn save_framework(&self, actor: &Actor, bytes: Vec<u8>, now: Moment) -> Result<Saved, Refusal> {
        let warrant = rights::cross(actor, now)?;
        let digest = model::canonical::hex(&Sha256::digest(&bytes));
        let read = apart(move || frameworks::read(&bytes).map(|read| (read, bytes))).await?;
        let ((format, library), bytes) = read.map_err(told)?;
        // It was read as text.
        let source = String::from_utf8_lossy(&bytes).trim_start_matches('\u{feff}').to_owned();
        let all = store::list(&mut self.db().read().await?).await?;
        match &library.framework {
            Some(_) => self.save_one(actor, warrant, (format, library, source, digest), &all, now).await,
            None => self.save_mappings(actor, warrant, (library, digest), &all, now).await,
        }
    }

    async fn save_one(
        &self,
        actor: &Actor,
        warrant: Warrant,
        (format, library, source, digest): (Format, Library, String, String),
        all: &[Kept],
        now: Moment,
    ) -> Result<Saved, Refusal> {
        let Some(framework) = &library.framework else { return Err(Refusal::NotFound) };
        let before = all.iter().find(|kept| kept.urn == framework.urn).cloned();
        let kept = Kept {
            id: before.as_ref().map_or_else(|| self.inner.ids.next(now), |before| before.id),
            urn: framework.urn.clone(),
            reference: framework.reference.clone(),
            name: framework.name.clone(),
            version: framework.version.clone(),
            provider: framework.provider.clone(),
            format,
            demands: framework.nodes.iter().filter(|node| node.demands).count() as i64,
            digest,
            changed: now,
            changed_by: actor.email.clone(),
            pairs: 0,
        };
        let named = Some((kept.id.to_string(), kept.name.clone()));
        if before.as_ref().is_some_and(|before| before.digest == kept.digest) {
            return Ok(Saved { framework: named, outcome: "unchanged", ..Saved::default() });
        }
        refused(&kept, framework.nodes.is_empty(), before.is_none() && all.len() >= FRAMEWORKS_MAX)?;
        let nodes: BTreeSet<String> =
            framework.nodes.iter().filter(|node| node.demands).map(|node| node.urn.clone()).collect();
        let mut sorted = Sorted::default();
        for set in &library.sets {
            match to_ours(set) {
                Some((other, pairs)) if other == kept.urn => sort(&mut sorted, kept.id, &nodes, pairs, (actor, now)),
                Some((other, _)) => {
                    sorted.left.push(format!("the mapping set {} is of {other}, not of this framework", set.urn))
                }
                // Between two others: it stays in the file and says nothing of ours.
                None => {}
            }
        }
        let outcome = if before.is_some() { "changed" } else { "new" };
        let (saved, left) = (kept.clone(), shortened(sorted.left));
        let (actor, pairs) = (actor.clone(), sorted.pairs);
        let (mapped, lost) = self
            .db()
            .write(move |conn| {
                async move {
                    // Somebody else may have brought the same framework since the list was read.
                    let standing = store::list(conn).await?;
                    if standing.iter().any(|kept| kept.urn == saved.urn && kept.id != saved.id) {
                        return Err(Refusal::field("file", "somebody else has just brought it: send it again"));
                    }
                    store::save(conn, &warrant, &saved, &source).await?;
                    let lost = lose(conn, &warrant, &saved, &nodes).await?;
                    let mapped = store::add_mapping(conn, &warrant, &pairs).await?;
                    house::journal(conn, &actor, of_file(&saved, before.as_ref(), mapped, lost), None, now).await?;
                    Ok::<_, Refusal>((mapped, lost))
                }
                .boxed()
            })
            .await?;
        Ok(Saved { framework: named, outcome, mapped, lost, left })
    }

    /// A file of mappings: those between ours and frameworks that are kept are taken.
    async fn save_mappings(
        &self,
        actor: &Actor,
        warrant: Warrant,
        (library, digest): (Library, String),
        all: &[Kept],
        now: Moment,
    ) -> Result<Saved, Refusal> {
        let mut of: BTreeMap<i64, Sorted> = BTreeMap::new();
        let mut left = Vec::new();
        for (other, pairs) in library.sets.iter().filter_map(to_ours) {
            let Some(kept) = all.iter().find(|kept| kept.urn == other) else {
                left.push(format!("{other} is not kept here: add its library first"));
                continue;
            };
            let known = self.library(kept).await?;
            let nodes = known.framework.iter().flat_map(|framework| &framework.nodes).filter(|node| node.demands);
            let nodes = nodes.map(|node| node.urn.clone()).collect();
            sort(of.entry(kept.id).or_default(), kept.id, &nodes, pairs, (actor, now));
        }
        if of.is_empty() {
            let besides: Vec<&str> = library.besides.iter().map(|(name, _)| name.as_str()).collect();
            let why = match (left.first(), library.sets.is_empty()) {
                (Some(why), _) => why.clone(),
                (None, false) => format!("none of its mapping sets has {} at one end", own::OWN),
                (None, true) if besides.is_empty() => "it holds no framework and no mapping set".into(),
                (None, true) => format!("it holds no framework and no mapping set, only {}", besides.join(", ")),
            };
            return Err(Refusal::field("file", why));
        }
        left.extend(of.values_mut().flat_map(|sorted| std::mem::take(&mut sorted.left)));
        let named: HashMap<i64, String> = all.iter().map(|kept| (kept.id, kept.urn.clone())).collect();
        let actor = actor.clone();
        let mapped = self
            .db()
            .write(move |conn| {
                async move {
                    let mut mapped = 0;
                    for (id, sorted) in of {
                        let added = store::add_mapping(conn, &warrant, &sorted.pairs).await?;
                        mapped += added;
                        if added > 0 {
                            let mut deed = Deed::on("framework", id, "map")
                                .set("mapped", Some(Value::text(added.to_string())))
                                .set("digest", Some(Value::text(&digest)));
                            deed.number = named.get(&id).cloned().unwrap_or_default();
                            house::journal(conn, &actor, deed, None, now).await?;
                        }
                    }
                    Ok::<_, Fault>(mapped)
                }
                .boxed()
            })
            .await?;
        let outcome = if mapped > 0 { "changed" } else { "unchanged" };
        Ok(Saved { outcome, mapped, left: shortened(left), ..Saved::default() })
    }

    /// Maps one requirement of a framework anew: these pairs take the place of those that stand.
    ///
    /// # Errors
    /// `Invalid` beside `requirement.N`, `relation.N` or `note.N`, N counted from 0; `NotFound` for what is no requirement of a
    /// framework that is kept.
    pub async fn map_node(
        &self,
        actor: &Actor,
        key: &str,
        node: &str,
        wanted: &[Wanted],
        now: Moment,
    ) -> Result<(), Refusal> {
        let warrant = rights::cross(actor, now)?;
        let opened = self.framework(actor, key, now).await?;
        let kept = opened.kept.as_ref().ok_or(Refusal::NotFound)?;
        let known = opened.framework.nodes.iter().find(|known| known.urn == node && known.demands);
        let known = known.ok_or(Refusal::NotFound)?;
        let pairs = typed(kept.id, node, wanted, (actor, now))?;
        let before = opened.mapped(known);
        if said(before) == said(&pairs) {
            return Ok(());
        }
        let others: usize = opened.mapping.values().map(Vec::len).sum::<usize>() - before.len();
        if others + pairs.len() > MAPPED_MAX {
            return Err(Refusal::field("requirement.0", format!("a framework has at most {MAPPED_MAX} pairs")));
        }
        let deed = Deed::on("framework", kept.id, "map").set("node", Some(Value::text(node))).differs(
            "mapping",
            Some(Value::text(said(before))),
            Some(Value::text(said(&pairs))),
        );
        let deed = Deed { number: kept.urn.clone(), ..deed };
        let (actor, id, node) = (actor.clone(), kept.id, node.to_owned());
        self.db()
            .write(move |conn| {
                async move {
                    store::clear_mapping(conn, &warrant, id, &node).await?;
                    store::add_mapping(conn, &warrant, &pairs).await?;
                    Ok(house::journal(conn, &actor, deed, None, now).await?)
                }
                .boxed()
            })
            .await
    }

    /// Takes a framework out with its mappings. Its name, version and hash stay in the journal.
    ///
    /// # Errors
    /// `NotFound` for what is not kept.
    pub async fn remove_framework(&self, actor: &Actor, key: &str, now: Moment) -> Result<String, Refusal> {
        let warrant = rights::cross(actor, now)?;
        let all = store::list(&mut self.db().read().await?).await?;
        let is_it = |kept: &&Kept| kept.id.to_string() == key || kept.urn == key || kept.reference == key;
        let kept = all.iter().find(is_it).cloned().ok_or(Refusal::NotFound)?;
        let (actor, name, id) = (actor.clone(), kept.name.clone(), kept.id);
        let mut deed = Deed::on("framework", id, "remove").set("digest", None);
        deed.number = kept.urn;
        self.db()
            .write(move |conn| {
                async move {
                    if !store::remove(conn, &warrant, id).await? {
                        return Err(Refusal::NotFound);
                    }
                    Ok(house::journal(conn, &actor, deed, None, now).await?)
                }
                .boxed()
            })
            .await?;
        Ok(name)
    }
}

/// Faults of a file as errors of the field that it came in.
fn told(wrong: Vec<Wrong>) -> Refusal {
    Refusal::Invalid(wrong.iter().map(|wrong| FieldError::new("file", wrong.to_string())).collect())
}

fn refused(kept: &Kept, is_empty: bool, is_full: bool) -> Result<(), Refusal> {
    let taken =
        own::builtins().iter().find(|builtin| builtin.framework.urn == kept.urn || builtin.name == kept.reference);
    let why = match taken {
        Some(builtin) => {
            format!("\"{}\" comes with the program: give the framework a urn and ref_id of its own", builtin.name)
        }
        None if is_empty => "its framework has no requirements".into(),
        None if is_full => format!("{FRAMEWORKS_MAX} frameworks are kept already: take one out first"),
        None => return Ok(()),
    };
    Err(Refusal::field("file", why))
}

/// Sorts pairs of a file by what can be taken.
fn sort(
    sorted: &mut Sorted,
    framework: i64,
    nodes: &BTreeSet<String>,
    pairs: Vec<Pair>,
    (actor, at): (&Actor, Moment),
) {
    let mut met = BTreeSet::new();
    for pair in pairs {
        let behind = own::requirements_behind(&pair.target);
        if !nodes.contains(&pair.source) {
            sorted.left.push(format!("{} is no requirement of the framework that is judged", pair.source));
        } else if behind.is_empty() {
            sorted.left.push(format!("{} is no requirement of ours", pair.target));
        } else if pair.note.chars().count() > NOTE_MAX {
            sorted.left.push(format!("the reason of {} has more than {NOTE_MAX} characters", pair.source));
        } else {
            for requirement in behind {
                if sorted.pairs.len() >= MAPPED_MAX {
                    sorted.left.push(format!("there are more than {MAPPED_MAX} pairs"));
                    return;
                }
                if met.insert((pair.source.clone(), requirement)) {
                    sorted.pairs.push(Mapped {
                        framework,
                        node: pair.source.clone(),
                        requirement: requirement.into(),
                        relation: pair.relation,
                        note: pair.note.clone(),
                        at,
                        by: actor.email.clone(),
                    });
                }
            }
        }
    }
}

fn shortened(mut left: Vec<String>) -> Vec<String> {
    let more = left.len().saturating_sub(LEFT_TOLD);
    left.truncate(LEFT_TOLD);
    if more > 0 {
        left.push(format!("{more} more"));
    }
    left
}

/// Takes pairs away whose requirement the file does not have any more.
async fn lose(conn: &mut Conn, warrant: &Warrant, kept: &Kept, nodes: &BTreeSet<String>) -> Result<u64, Fault> {
    let standing = store::mapping(conn, kept.id).await?;
    let gone: BTreeSet<String> =
        standing.into_iter().map(|pair| pair.node).filter(|node| !nodes.contains(node)).collect();
    let mut lost = 0;
    for node in gone {
        lost += store::clear_mapping(conn, warrant, kept.id, &node).await?;
    }
    Ok(lost)
}

fn of_file(kept: &Kept, before: Option<&Kept>, mapped: u64, lost: u64) -> Deed {
    let text = |text: &str| Some(Value::text(text));
    let count = |count: u64| (count > 0).then(|| Value::text(count.to_string()));
    let mut deed = Deed::on("framework", kept.id, if before.is_some() { "edit" } else { "create" })
        .differs("name", before.and_then(|before| text(&before.name)), text(&kept.name))
        .differs("version", before.and_then(|before| text(&before.version)), text(&kept.version))
        .differs("digest", before.and_then(|before| text(&before.digest)), text(&kept.digest))
        .differs("mapped", None, count(mapped))
        .differs("lost", None, count(lost));
    deed.number = kept.urn.clone();
    deed
}

/// Pairs in the order of their requirements, for the journal and to be compared.
fn said(pairs: &[Mapped]) -> String {
    let mut lines: Vec<String> = pairs
        .iter()
        .map(|pair| format!("{} {} {}", pair.relation.name(), pair.requirement, pair.note).trim_end().to_owned())
        .collect();
    lines.sort();
    lines.join("\n")
}

/// Rows of a form as pairs. Rows that say nothing are none; a clause stands for all its requirements.
fn typed(framework: i64, node: &str, wanted: &[Wanted], (actor, at): (&Actor, Moment)) -> Result<Vec<Mapped>, Refusal> {
    let (mut errors, mut pairs) = (Vec::new(), BTreeMap::new());
    for (row, wanted) in wanted.iter().enumerate() {
        let (requirement, note) = (wanted.requirement.trim(), wanted.note.trim());
        if requirement.is_empty() {
            if !note.is_empty() {
                errors.push(FieldError::new(format!("requirement.{row}"), "say which requirement the reason is about"));
            }
            continue;
        }
        let behind = own::requirements_behind(requirement);
        if behind.is_empty() {
            let known = engines::conformity::catalogue();
            let ids = known.requirements.iter().map(|known| known.id.as_str());
            let hint = suggest::hint(requirement, ids.chain(known.clauses.iter().map(|clause| clause.id.as_str())));
            let why = format!("there is no requirement or clause \"{requirement}\"{hint}");
            errors.push(FieldError::new(format!("requirement.{row}"), why));
        }
        let relation = Relation::parse(&wanted.relation);
        if relation.is_none() {
            errors.push(FieldError::new(format!("relation.{row}"), frameworks::relations(wanted.relation.trim())));
        }
        if note.chars().count() > NOTE_MAX {
            errors.push(FieldError::new(format!("note.{row}"), format!("has more than {NOTE_MAX} characters")));
        }
        let Some(relation) = relation else { continue };
        for requirement in behind {
            let pair = Mapped {
                framework,
                node: node.into(),
                requirement: requirement.into(),
                relation,
                note: note.into(),
                at,
                by: actor.email.clone(),
            };
            if pairs.insert(requirement, pair).is_some() {
                let why = format!("{requirement} stands here a second time");
                errors.push(FieldError::new(format!("requirement.{row}"), why));
            }
        }
    }
    if errors.is_empty() { Ok(pairs.into_values().collect()) } else { Err(Refusal::Invalid(errors)) }
}
