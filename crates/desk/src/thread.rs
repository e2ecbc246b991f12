//! The golden thread: from one record everything that hangs together with it, layer by layer, by links both ways, by what
//! records name and by what names them. Each layer takes four statements, however many records it has, and every one of
//! them carries the scope of the reader.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use model::{Actor, Kind, Moment, Refusal, Type, filter::Context};

use crate::{
    Desk,
    read::collect,
    reckoning,
    rights::{self, Scope, Shown},
    store::{db::Conn, filter::Builder, journal, record, thread as store},
};

/// How far a thread is followed.
#[derive(Clone, Copy, Debug)]
pub struct Course<'c> {
    /// Layers around the first record.
    pub steps: usize,
    /// Most records, the first one among them.
    pub most: usize,
    /// Kinds at which it ends, but for what is said of them.
    pub leaves: &'c [Leaf],
    /// Further records that belong to the first one, each with the words for it.
    pub also: &'c [(String, String)],
}

/// A kind with which nearly everything hangs together. A first record is followed in every direction, whatever its kind.
#[derive(Clone, Copy, Debug)]
pub struct Leaf {
    pub kind: &'static str,
    /// The fields that lead on.
    pub fields: &'static [&'static str],
    /// The kinds of which it is asked whether they name it.
    pub named_by: &'static [&'static str],
}

/// What was found, nearest first.
#[derive(Clone, Debug, Default)]
pub struct Thread {
    pub knots: Vec<Knot>,
    /// What leads nowhere. Only such as would be within the reader's scope if it were on record.
    pub lost: Vec<Lost>,
    /// Whether there is more than `most`.
    pub is_cut: bool,
}

#[derive(Clone, Debug)]
pub struct Knot {
    pub shown: Shown,
    /// The record by which it was reached, and how the two hang together; empty for the first.
    pub from: String,
    pub words: String,
}

/// A reference to a number that is not on record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lost {
    pub from: String,
    pub words: String,
    pub number: String,
}

/// A number next to a record of the thread.
struct Lead {
    number: String,
    from: String,
    words: String,
    /// Where the other record names one of this layer: the field in which it does.
    back: Option<String>,
    /// Whether it must be there to be found if it is on record at all.
    is_certain: bool,
}

struct Walk<'w> {
    desk: &'w Desk,
    actor: &'w Actor,
    course: Course<'w>,
    scope: Scope,
    /// Whether nothing at all lies outside of the scope.
    sees_all: bool,
    now: Moment,
    known: HashSet<String>,
    thread: Thread,
}

impl Desk {
    /// The thread of a record, for people of the provider.
    ///
    /// # Errors
    /// `NotFound` for what is not there, for what the actor may not see, and for people of customers.
    pub async fn thread(
        &self,
        actor: &Actor,
        number: &str,
        course: Course<'_>,
        now: Moment,
    ) -> Result<Thread, Refusal> {
        if actor.customer.is_some() {
            return Err(Refusal::NotFound);
        }
        let catalog = self.catalog();
        let scope = rights::scope(actor, &catalog, None, now);
        let sees_all = catalog.kinds().iter().all(|kind| scope.is_whole(kind.name));
        let (known, thread) = (HashSet::new(), Thread::default());
        let mut walk = Walk { desk: self, actor, course, scope, sees_all, now, known, thread };
        let mut conn = self.db().read().await?;
        let first =
            Lead { number: number.into(), from: String::new(), words: String::new(), back: None, is_certain: false };
        walk.take(&mut conn, vec![first], &[]).await?;
        if walk.thread.knots.is_empty() {
            return Err(Refusal::NotFound);
        }
        let mut begin = 0;
        for _ in 0..course.steps {
            let end = walk.thread.knots.len();
            if begin == end || walk.thread.is_cut {
                break;
            }
            let leads = walk.leads(&mut conn, begin..end).await?;
            let layer: Vec<String> =
                walk.thread.knots[begin..end].iter().map(|knot| knot.shown.number().to_string()).collect();
            walk.take(&mut conn, leads, &layer).await?;
            begin = end;
        }
        Ok(walk.thread)
    }
}

impl Walk<'_> {
    /// Loads what the leads lead to, in their order.
    async fn take(&mut self, conn: &mut Conn, leads: Vec<Lead>, layer: &[String]) -> Result<(), Refusal> {
        let mut fresh: Vec<Lead> = Vec::new();
        for lead in leads {
            if is_number(&lead.number) && self.known.insert(lead.number.clone()) {
                fresh.push(lead);
            }
        }
        let room = self.course.most.saturating_sub(self.thread.knots.len());
        if fresh.len() > room {
            self.thread.is_cut = true;
            fresh.truncate(room);
        }
        let catalog = self.desk.catalog();
        let numbers: Vec<String> = fresh.iter().map(|lead| lead.number.clone()).collect();
        let builder = Builder::new(conn.dialect(), Context { me: &self.actor.email, now: self.now });
        let found = store::of_numbers(conn, &catalog, &self.scope, &numbers, builder).await?;
        let mut found: BTreeMap<String, record::Kept> =
            found.into_iter().map(|kept| (kept.record.number.clone(), kept)).collect();
        let agreements = self.desk.known_agreements();
        for lead in fresh {
            let Some(record::Kept { record, clocks, .. }) = found.remove(&lead.number) else {
                if lead.is_certain {
                    self.thread.lost.push(Lost { from: lead.from, words: lead.words, number: lead.number });
                }
                continue;
            };
            let kind = catalog.find(record.kind).ok_or(Refusal::NotFound)?;
            let due = record::due(kind, &record, &clocks);
            let clocks = reckoning::advanced(clocks, &agreements, self.now);
            let shown = rights::show(self.actor, kind, record).with_clocks(due, clocks);
            let from = match &lead.back {
                Some(field) => layer.iter().find(|number| names(kind, &shown, field).contains(*number)).cloned(),
                None => Some(lead.from),
            };
            self.thread.knots.push(Knot { shown, from: from.unwrap_or_default(), words: lead.words });
        }
        Ok(())
    }

    /// Everything next to the records of a layer.
    async fn leads(&self, conn: &mut Conn, layer: std::ops::Range<usize>) -> Result<Vec<Lead>, Refusal> {
        let catalog = self.desk.catalog();
        let is_first = layer.start == 0;
        let mut leads: Vec<Lead> = Vec::new();
        let (mut open, mut asked): (Vec<&Shown>, Vec<(&Shown, Option<&Leaf>)>) = (Vec::new(), Vec::new());
        for knot in &self.thread.knots[layer] {
            let leaf = self.course.leaves.iter().find(|leaf| leaf.kind == knot.shown.kind() && !is_first);
            let Some(kind) = catalog.find(knot.shown.kind()) else { continue };
            self.references(kind, &knot.shown, leaf, &mut leads);
            if leaf.is_none() {
                open.push(&knot.shown);
            }
            asked.push((&knot.shown, leaf));
        }
        if is_first && let Some(first) = open.first() {
            leads.extend(self.course.also.iter().map(|(number, words)| Lead {
                number: number.clone(),
                from: first.number().into(),
                words: words.clone(),
                back: None,
                is_certain: self.sees_all,
            }));
        }
        leads.extend(self.links(conn, &open).await?);
        leads.extend(self.named(conn, &asked).await?);
        Ok(leads)
    }

    /// What a record names itself.
    fn references(&self, kind: &Kind, shown: &Shown, leaf: Option<&Leaf>, leads: &mut Vec<Lead>) {
        let followed = |name: &&String| leaf.is_none_or(|leaf| leaf.fields.contains(&name.as_str()));
        for name in shown.fields().keys().filter(followed) {
            let Some(field) = kind.find(name) else { continue };
            let words = format!("names it as {}", field.label.to_lowercase());
            leads.extend(names(kind, shown, name).into_iter().map(|number| Lead {
                number,
                from: shown.number().into(),
                words: words.clone(),
                back: None,
                is_certain: self.is_certain(&field.ty),
            }));
        }
    }

    /// Links of some records, from them and to them.
    async fn links(&self, conn: &mut Conn, open: &[&Shown]) -> Result<Vec<Lead>, Refusal> {
        let catalog = self.desk.catalog();
        let mut leads = Vec::new();
        let ids: BTreeMap<i64, &Shown> = open.iter().map(|shown| (shown.id().0, *shown)).collect();
        let own = journal::links_from(conn, &ids.keys().copied().collect::<Vec<_>>(), None).await?;
        for shown in open {
            let kind = catalog.find(shown.kind());
            for link in own.get(&shown.id().0).into_iter().flatten() {
                let label = kind.and_then(|kind| kind.links.iter().find(|known| known.name == link.name));
                leads.push(Lead {
                    number: link.to.clone(),
                    from: shown.number().into(),
                    words: label.map_or_else(|| link.name.replace('_', " "), |known| known.label.clone()),
                    back: None,
                    is_certain: self.sees_all,
                });
            }
        }
        let numbers: Vec<String> = open.iter().map(|shown| shown.number().to_string()).collect();
        let builder = Builder::new(conn.dialect(), Context { me: &self.actor.email, now: self.now });
        for back in store::links_to(conn, &catalog, &self.scope, &numbers, builder).await? {
            let holder = catalog.find(&back.kind);
            let label = holder.and_then(|kind| kind.links.iter().find(|known| known.name == back.name));
            leads.push(Lead {
                number: back.number,
                from: back.target,
                words: label.map_or_else(|| back.name.replace('_', " "), |known| known.back.clone()),
                back: None,
                is_certain: false,
            });
        }
        Ok(leads)
    }

    /// Who names some records in a field.
    async fn named(&self, conn: &mut Conn, layer: &[(&Shown, Option<&Leaf>)]) -> Result<Vec<Lead>, Refusal> {
        let catalog = self.desk.catalog();
        let scopes: Vec<(&Kind, Scope)> = catalog
            .kinds()
            .iter()
            .map(|kind| (kind, rights::scope(self.actor, &catalog, Some(kind), self.now)))
            .filter(|(_, scope)| !scope.is_empty())
            .collect();
        let mut asked = Vec::new();
        for (kind, scope) in &scopes {
            for field in &kind.fields {
                let wanted = |(shown, leaf): &&(&Shown, Option<&Leaf>)| {
                    names_kind(&field.ty, shown.kind()) && leaf.is_none_or(|leaf| leaf.named_by.contains(&kind.name))
                };
                let numbers: Vec<String> =
                    layer.iter().filter(wanted).map(|(shown, _)| shown.number().to_string()).collect();
                if !numbers.is_empty() {
                    asked.push(store::Asked { kind, scope, field, numbers });
                }
            }
        }
        let builder = Builder::new(conn.dialect(), Context { me: &self.actor.email, now: self.now });
        let found = store::naming(conn, &catalog, &asked, builder).await?;
        let label = |field: &str| {
            let known = asked.iter().find(|one| one.field.name == field);
            known.map_or_else(|| field.replace('_', " "), |one| one.field.label.to_lowercase())
        };
        let lead = |(number, field): (String, String)| Lead {
            number,
            from: String::new(),
            words: format!("is named there as {}", label(&field)),
            back: Some(field),
            is_certain: false,
        };
        Ok(found.into_iter().map(lead).collect())
    }

    /// Whether what a field of this type names would be seen if it were on record.
    fn is_certain(&self, ty: &Type) -> bool {
        match ty {
            Type::Ref(refs) if refs.or_text => false,
            Type::Ref(refs) if refs.kinds.is_empty() => self.sees_all,
            Type::Ref(refs) => refs.kinds.iter().all(|kind| self.scope.is_whole(kind)),
            Type::List(of) => self.is_certain(of),
            Type::Parts(parts) => parts.iter().filter(|part| refers(&part.ty)).all(|part| self.is_certain(&part.ty)),
            _ => false,
        }
    }
}

/// The numbers that a field of a record names.
fn names(kind: &Kind, shown: &Shown, field: &str) -> BTreeSet<String> {
    let (mut numbers, mut mails) = (BTreeSet::new(), BTreeSet::new());
    if let (Some(field), Some(value)) = (kind.find(field), shown.fields().get(field)) {
        collect(&field.ty, value, &mut numbers, &mut mails);
    }
    numbers
}

fn refers(ty: &Type) -> bool {
    match ty {
        Type::Ref(_) => true,
        Type::List(of) => refers(of),
        Type::Parts(parts) => parts.iter().any(|part| refers(&part.ty)),
        _ => false,
    }
}

/// Whether a field is made to name records of the kind.
fn names_kind(ty: &Type, kind: &str) -> bool {
    match ty {
        Type::Ref(refs) => refs.kinds.contains(&kind) || refs.kinds.is_empty(),
        Type::List(of) => names_kind(of, kind),
        _ => false,
    }
}

/// Whether a text may be a number at all; free words are none.
fn is_number(text: &str) -> bool {
    (1..=64).contains(&text.len()) && !text.contains(char::is_whitespace)
}
