//! What the files say of each other: the assessment of the populations, these of the records, the records of the journal.

use std::collections::{BTreeMap, HashSet};

use model::{Moment, proof};
use serde_json::Value as Json;

use super::{Pack, Report};
use crate::{
    ABOUT, ASSESSMENT, FORM, INDEX, RESULTS,
    hash::short,
    journal, page, population, records,
    sample::{self, Draw},
    sampled,
};

/// Most bytes of a file that is read whole.
const WHOLE_MAX: u64 = 64 << 20;

/// What `pack.json` says.
struct About {
    as_of: Moment,
    seed: u64,
    /// Records by kind.
    kinds: BTreeMap<String, u64>,
}

/// A requirement as the assessment has it.
struct Judged {
    id: String,
    population: u64,
    good: u64,
    bad: u64,
    examples: HashSet<String>,
}

/// Records of a kind in their order: each told apart by its number, with its state.
type Order = Vec<(u64, u64)>;

pub fn check(pack: &mut Pack, seen: &mut dyn FnMut(&str)) {
    for name in [ABOUT, ASSESSMENT, INDEX, RESULTS] {
        pack.must(name);
    }
    let about = pack.file(ABOUT, |content, _| about(&content.text(WHOLE_MAX)?));
    let judged = pack.file(ASSESSMENT, |content, _| assessment(&content.text(WHOLE_MAX)?));
    let (Some(about), Some((as_of, judged))) = (about, judged) else { return };
    pack.report.as_of = Some(about.as_of);
    pack.report.requirements = judged.len();
    if as_of != about.as_of {
        pack.report.fault(format!("{ASSESSMENT} is as of {as_of}, {ABOUT} of {}", about.as_of));
    }
    let mut known: Vec<u64> = Vec::new();
    for (kind, count) in &about.kinds {
        seen(&records(kind));
        known.extend(of_kind(pack, kind, *count, &about));
    }
    known.sort_unstable();
    for judged in &judged {
        seen(&population(&judged.id));
        of_requirement(pack, judged, &known, &about);
    }
}

fn parsed(text: &str) -> Result<Json, String> {
    serde_json::from_str(text).map_err(|error| format!("it is not JSON: {error}"))
}

fn about(text: &str) -> Result<About, String> {
    let json = parsed(text)?;
    if json.get("form").and_then(Json::as_str) != Some(FORM) {
        return Err(format!("its form is not {FORM}; another version of the program made it"));
    }
    let as_of = json.get("as_of").and_then(Json::as_str).and_then(Moment::parse).ok_or("as_of is no instant")?;
    let seed = json.get("seed").and_then(Json::as_u64).ok_or("seed is no number")?;
    let mut kinds = BTreeMap::new();
    for kind in json.get("kinds").and_then(Json::as_array).ok_or("kinds is no list")? {
        let name = kind.get("kind").and_then(Json::as_str).filter(|name| is_word(name)).ok_or("a kind has no name")?;
        let count = kind.get("records").and_then(Json::as_u64).ok_or("a kind has no count")?;
        kinds.insert(name.to_string(), count);
    }
    Ok(About { as_of, seed, kinds })
}

fn is_word(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte))
}

fn assessment(text: &str) -> Result<(Moment, Vec<Judged>), String> {
    let json = parsed(text)?;
    let as_of = json.get("as_of").and_then(Json::as_str).and_then(Moment::parse).ok_or("as_of is no instant")?;
    let mut all = Vec::new();
    for one in json.get("requirements").and_then(Json::as_array).ok_or("requirements is no list")? {
        let id = one.get("id").and_then(Json::as_str).filter(|id| is_word(id)).ok_or("a requirement has no id")?;
        let count = |name: &str| one.get(name).and_then(Json::as_u64).ok_or(format!("{id} has no {name}"));
        let examples = one.get("examples").and_then(Json::as_array).ok_or(format!("{id} has no examples"))?;
        all.push(Judged {
            id: id.into(),
            population: count("population")?,
            good: count("good")?,
            bad: count("bad")?,
            examples: examples.iter().filter_map(Json::as_str).map(str::to_string).collect(),
        });
    }
    Ok((as_of, all))
}

/// Records and journal of a kind; answers what tells its records apart.
fn of_kind(pack: &mut Pack, kind: &str, count: u64, about: &About) -> Vec<u64> {
    let (file, chain) = (records(kind), journal(kind));
    if count == 0 {
        return Vec::new();
    }
    let there = [&file, &chain, &page(kind)].map(|name| pack.must(name));
    if !there[0] {
        return Vec::new();
    }
    let order = pack.file(&file, |content, _| {
        let mut order = Order::new();
        content.lines(|at, line| {
            let json = parsed(line).map_err(|why| format!("line {at}: {why}"))?;
            let text = |name: &str| json.get(name).and_then(Json::as_str).unwrap_or_default();
            if text("kind") != kind || text("number").is_empty() {
                return Err(format!("line {at} is no record of this kind with a number"));
            }
            order.push((short([kind, text("number")]), short(["", text("state")])));
            Ok(())
        })?;
        Ok(order)
    });
    let order = order.unwrap_or_default();
    pack.report.records += order.len() as u64;
    if order.len() as u64 != count {
        pack.report.fault(format!("{file} holds {} records, {ABOUT} says {count}", order.len()));
    }
    pack.file(&chain, |content, report| {
        let mut reader = Chain { kind, as_of: about.as_of, order: &order, at: 0, group: None };
        content.lines(|at, line| reader.line(at, line, report))?;
        reader.finish(&chain, report);
        Ok(())
    });
    order.into_iter().map(|(number, _)| number).collect()
}

/// Walks the journal of a kind record by record, in the order of its records.
struct Chain<'c> {
    kind: &'c str,
    as_of: Moment,
    order: &'c [(u64, u64)],
    /// Records that have been seen.
    at: usize,
    group: Option<Group>,
}

/// The entries of one record so far.
struct Group {
    number: String,
    record: String,
    /// Hash of the last one.
    leaf: String,
    /// When the last word about its state was said, and what it was.
    state: Option<((Moment, i64), u64)>,
}

impl Chain<'_> {
    fn line(&mut self, at: usize, line: &str, report: &mut Report) -> Result<(), String> {
        let json = parsed(line).map_err(|why| format!("line {at}: {why}"))?;
        let text = |name: &str| json.get(name).and_then(Json::as_str).unwrap_or_default();
        let (number, leaf, bytes) = (text("record"), text("leaf"), text("entry").as_bytes());
        let seq = json.get("seq").and_then(Json::as_i64).unwrap_or_default();
        let disclosures = json.get("disclosures").and_then(Json::as_array).map(Vec::as_slice).unwrap_or_default();
        let looked = proof::look(bytes, leaf, disclosures.iter().filter_map(Json::as_str));
        report.entries += 1;
        report.erased += u64::from(looked.is_erased);
        let name = format!("entry {seq} of {number}");
        if let Some(fault) = looked.fault {
            report.fault(format!("{name} {fault}"));
        }
        let entry = looked.json.unwrap_or_default();
        let said = |name: &str| entry.get(name).and_then(Json::as_str).unwrap_or_default();
        if said("number") != number || said("kind") != self.kind {
            report.fault(format!("{name} stands under another record than it tells of"));
        }
        if self.group.as_ref().is_none_or(|group| group.number != number) {
            self.next(number, said("record"), report);
        }
        let Some(group) = &mut self.group else { return Ok(()) };
        if said("previous") != group.leaf || said("record") != group.record {
            report.fault(format!("{name} does not follow the entry before it of the same record"));
        }
        group.leaf = leaf.to_string();
        let Some(when) = Moment::parse(said("at")).filter(|when| *when <= self.as_of) else { return Ok(()) };
        let part = |part: &str| entry.get(part)?.get("state")?.as_str().map(|state| short(["", state]));
        if let Some(state) = part("base").or_else(|| part("changes"))
            && group.state.is_none_or(|(last, _)| last <= (when, seq))
        {
            group.state = Some(((when, seq), state));
        }
        Ok(())
    }

    fn next(&mut self, number: &str, record: &str, report: &mut Report) {
        self.close(report);
        let wanted = self.order.get(self.at).map(|(wanted, _)| *wanted);
        if wanted != Some(short([self.kind, number])) {
            report.fault(format!("the journal of {number} does not stand where {} has its record", records(self.kind)));
        }
        self.group = Some(Group { number: number.into(), record: record.into(), leaf: String::new(), state: None });
    }

    /// The record that ends here is in the state that its journal tells.
    fn close(&mut self, report: &mut Report) {
        let Some(group) = self.group.take() else { return };
        let state = self.order.get(self.at).map(|(_, state)| *state);
        if group.state.map(|(_, state)| state) != state {
            report.fault(format!("{}: its state is not what its journal tells", group.number));
        }
        self.at += 1;
    }

    fn finish(mut self, name: &str, report: &mut Report) {
        self.close(report);
        if self.at < self.order.len() {
            let file = records(self.kind);
            report.fault(format!("{name} tells of {} records, {file} has {}", self.at, self.order.len()));
        }
    }
}

/// Population and sample of a requirement against the assessment and the records.
fn of_requirement(pack: &mut Pack, judged: &Judged, known: &[u64], about: &About) {
    let (file, drawn) = (population(&judged.id), sampled(&judged.id));
    if !pack.must(&file) {
        return;
    }
    let size = sample::size(usize::try_from(judged.population).unwrap_or(usize::MAX));
    let passed = pack.file(&file, |content, report| {
        let mut passing = Passing { good: 0, bad: 0, left: judged.examples.clone(), told: Vec::new() };
        let mut draw = Draw::new(about.seed, size);
        content.lines(|at, line| {
            let json = parsed(line).map_err(|why| format!("line {at}: {why}"))?;
            let number = json.get("number").and_then(Json::as_str).unwrap_or_default();
            draw.pass(number);
            passing.line(&json, number, known).map_or(Ok(()), |why| {
                report.fault(format!("{file} line {at}: {number} {why}"));
                Ok(())
            })
        })?;
        Ok((passing, draw.sample()))
    });
    let Some((passing, sample)) = passed else { return };
    passing.tell(judged, &file, &mut pack.report);
    if judged.population == 0 || !pack.must(&drawn) {
        return;
    }
    pack.file(&drawn, |content, _| {
        let json = parsed(&content.text(WHOLE_MAX)?)?;
        let told = json.get("records").and_then(Json::as_array).map(Vec::as_slice).unwrap_or_default();
        let is_same = told.len() == sample.len() && told.iter().zip(&sample).all(|(told, drawn)| told == drawn);
        if is_same { Ok(()) } else { Err("it is not the sample that the seed draws of the population".to_string()) }
    });
}

/// A population as it passes by.
struct Passing {
    good: u64,
    bad: u64,
    /// Examples that have not passed yet.
    left: HashSet<String>,
    told: Vec<u64>,
}

impl Passing {
    /// What is wrong with a line, to stand after its number.
    fn line(&mut self, json: &Json, number: &str, known: &[u64]) -> Option<&'static str> {
        match json.get("verdict").and_then(Json::as_str) {
            Some("good") => self.good += 1,
            Some("bad") => {
                self.bad += 1;
                self.left.remove(number);
            }
            _ => return Some("has no verdict"),
        }
        match json.get("kind").and_then(Json::as_str) {
            Some(kind) => {
                let told = short([kind, number]);
                self.told.push(told);
                known.binary_search(&told).is_err().then_some("is not among the records of the pack")
            }
            // What is named somewhere and on record nowhere fails, and has no kind.
            None if json.get("verdict").and_then(Json::as_str) == Some("bad") => None,
            None => Some("has no kind"),
        }
    }

    fn tell(mut self, judged: &Judged, file: &str, report: &mut Report) {
        if (self.good + self.bad, self.good, self.bad) != (judged.population, judged.good, judged.bad) {
            report.fault(format!(
                "{file} has {} records, {} good and {} bad; {ASSESSMENT} says {}, {} and {}",
                self.good + self.bad,
                self.good,
                self.bad,
                judged.population,
                judged.good,
                judged.bad
            ));
        }
        let mut left: Vec<String> = self.left.drain().collect();
        left.sort_unstable();
        for number in left {
            report.fault(format!("{file} does not hold {number}, which is an example of {}", judged.id));
        }
        let count = self.told.len();
        self.told.sort_unstable();
        self.told.dedup();
        if self.told.len() < count {
            report.fault(format!("{file} holds a record twice"));
        }
    }
}
