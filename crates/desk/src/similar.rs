//! Which records resemble one, and what happened to the same things before it. What is compared is declared on the kind;
//! candidates come by index and are few, so that it costs the same among a million records.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use model::{
    Actor, Filter, Kind, Moment, Query, Refusal, Value,
    filter::{Context, Op, Operand},
    handling::{Before, Likeness},
    lifecycle::WITHDRAWN,
    time::DAY,
};

use crate::{
    Desk, Shown, rights,
    stages::related::texts,
    store::{filter::Builder, list, search},
};

/// Candidates by each shared value, and by nothing but their age where no value is shared.
const BY_VALUE: usize = 100;
const BY_AGE: usize = 200;
/// Words shorter than this tell nothing.
const SHORT: usize = 3;
/// Most words of a record that are compared.
const WORDS_MAX: usize = 200;

/// What a record says, as far as others are compared with it.
#[derive(Clone, Copy, Debug)]
pub struct Told<'t> {
    pub title: &'t str,
    pub fields: &'t model::Fields,
    /// Its number; empty for one that is not on record yet.
    pub number: &'t str,
}

impl Desk {
    /// The records that resemble one most, the closest first.
    ///
    /// # Errors
    /// What the desk refuses; a kind that the actor may not read is as good as empty.
    pub async fn alike(
        &self,
        actor: &Actor,
        likeness: &Likeness,
        told: Told<'_>,
        most: usize,
        now: Moment,
    ) -> Result<Vec<Shown>, Refusal> {
        let catalog = self.catalog();
        let Some(kind) = catalog.find(likeness.kind) else { return Ok(Vec::new()) };
        if !rights::may(actor, kind, model::Act::Read, None) {
            return Ok(Vec::new());
        }
        let candidates = self.candidates(actor, kind, likeness, told, now).await?;
        let own: BTreeSet<String> = words_of(told.title, told.fields, likeness.own_words);
        let theirs: Vec<(BTreeSet<String>, Shown)> = candidates
            .into_iter()
            .map(|shown| (words_of(shown.title(), shown.fields(), likeness.words), shown))
            .collect();
        let mut known: HashMap<&str, usize> = HashMap::new();
        for word in theirs.iter().flat_map(|(words, _)| words) {
            *known.entry(word).or_default() += 1;
        }
        let count = theirs.len();
        // A word that few of them have tells more than one that all have.
        let weight = |word: &String| {
            let having = known.get(word.as_str()).copied().unwrap_or(1);
            (1.0 + count as f64 / having as f64).ln()
        };
        let mut scored: Vec<(f64, usize)> = theirs
            .iter()
            .enumerate()
            .filter_map(|(place, (words, shown))| {
                let shared: f64 = own.intersection(words).map(weight).sum();
                let values = shares(likeness, told.fields, shown.fields());
                // One that is about the same thing helps without a word in common; one that merely shares the service does not.
                let close = likeness.shares.len() > 1 && values.first() == Some(&true);
                let bonus: f64 = values.iter().enumerate().map(|(at, same)| f64::from(*same) / (at + 1) as f64).sum();
                (shared > 0.0 || close).then_some((shared + bonus, place))
            })
            .collect();
        scored.sort_by(|left, right| right.0.total_cmp(&left.0).then(left.1.cmp(&right.1)));
        let best: Vec<usize> = scored.into_iter().take(most).map(|(_, place)| place).collect();
        let mut theirs: BTreeMap<usize, Shown> =
            theirs.into_iter().enumerate().map(|(place, (_, shown))| (place, shown)).collect();
        Ok(best.into_iter().filter_map(|place| theirs.remove(&place)).collect())
    }

    async fn candidates(
        &self,
        actor: &Actor,
        kind: &Kind,
        likeness: &Likeness,
        told: Told<'_>,
        now: Moment,
    ) -> Result<Vec<Shown>, Refusal> {
        let mut columns: Vec<String> = likeness.shares.iter().map(|(_, there)| (*there).to_string()).collect();
        columns.extend(likeness.words.iter().chain([&likeness.helps]).map(|name| (*name).to_string()));
        columns.sort_unstable();
        columns.dedup();
        let fitting = |filter: Filter, size: usize| {
            let filter = match likeness.states {
                [] => filter,
                states => filter.and(in_states(states)),
            };
            Query { filter, size, columns: columns.clone(), ..Query::of(kind.name) }
        };
        let mut queries = Vec::new();
        let scalar = |there: &str| kind.find(there).is_some_and(|field| field.ty.is_scalar());
        for (here, there) in likeness.shares.iter().filter(|(_, there)| scalar(there)) {
            if let Some(value) = told.fields.get(*here).and_then(Value::as_text) {
                queries.push(fitting(Filter::equal(there, value), BY_VALUE));
            }
        }
        // What is known to help is not much: the newest of it is looked through whatever it is about.
        if !likeness.states.is_empty() {
            queries.push(fitting(Filter::everything(), BY_AGE));
        }
        let mut found: Vec<Shown> = Vec::new();
        for query in queries {
            for shown in self.list(actor, &query, now).await?.records {
                let known = shown.number() == told.number || found.iter().any(|own| own.number() == shown.number());
                if !known && !WITHDRAWN.contains(&shown.state()) {
                    found.push(shown);
                }
            }
        }
        Ok(found)
    }

    /// What happened to the same things in the days before, the last first.
    ///
    /// # Errors
    /// What the desk refuses.
    pub async fn came_before(
        &self,
        actor: &Actor,
        before: &Before,
        fields: &model::Fields,
        most: usize,
        now: Moment,
    ) -> Result<Vec<Shown>, Refusal> {
        let catalog = self.catalog();
        let Some(kind) = catalog.find(before.kind) else { return Ok(Vec::new()) };
        let until = fields.get(before.until).and_then(Value::as_moment).unwrap_or(now);
        let same = before
            .shares
            .iter()
            .filter_map(|(here, there)| Some(Filter::equal(there, fields.get(*here).and_then(Value::as_text)?)));
        let same: Vec<Filter> = same.collect();
        if same.is_empty() || !rights::may(actor, kind, model::Act::Read, None) {
            return Ok(Vec::new());
        }
        let when = |op: Op, at: Moment| Filter::Compare {
            path: before.when.into(),
            op,
            value: Operand::Value(Value::Instant(at)),
        };
        let from = when(Op::AtLeast, until.minus(before.days * DAY));
        let filter = Filter::All(vec![from, when(Op::AtMost, until), Filter::Any(same)]);
        let order = vec![model::Order { path: before.when.into(), descending: true }];
        let query = Query { filter, order, size: most, ..Query::of(kind.name) };
        Ok(self.list(actor, &query, now).await?.records)
    }

    /// How many open records each of some people has, as far as the actor may see them, in one statement.
    ///
    /// # Errors
    /// Only what the desk itself cannot do.
    pub async fn loads(&self, actor: &Actor, people: &[String], now: Moment) -> Result<HashMap<String, i64>, Refusal> {
        let catalog = self.catalog();
        let scope = rights::scope(actor, &catalog, None, now);
        if scope.is_empty() || people.is_empty() {
            return Ok(HashMap::new());
        }
        let mut conn = self.db().read().await?;
        let builder = Builder::new(conn.dialect(), Context { me: &actor.email, now });
        Ok(list::loads(&mut conn, &catalog, &scope, people, builder).await?)
    }
}

fn in_states(states: &[&'static str]) -> Filter {
    let values = states.iter().map(|state| Operand::Value(Value::text(*state))).collect();
    Filter::In { path: "state".into(), values }
}

/// Which of the declared values both have.
fn shares(likeness: &Likeness, own: &model::Fields, theirs: &model::Fields) -> Vec<bool> {
    let same = |(here, there): &(&str, &str)| {
        let mine = own.get(*here).map(texts).unwrap_or_default();
        let other = theirs.get(*there).map(texts).unwrap_or_default();
        mine.iter().any(|value| other.contains(value))
    };
    likeness.shares.iter().map(same).collect()
}

fn words_of(title: &str, fields: &model::Fields, names: &[&str]) -> BTreeSet<String> {
    let values = names.iter().filter_map(|name| fields.get(*name)).flat_map(texts);
    let all: Vec<String> = [title.to_string()].into_iter().chain(values).collect();
    let words = all.iter().flat_map(|text| search::tokens(text));
    words.filter(|word| word.chars().count() >= SHORT).take(WORDS_MAX).collect()
}
