//! Makes evidence packs: reads what is frozen from the desk and writes it as `pack` has it, on the command line and as a job.

mod doing;
mod papers;
mod spool;

use std::{
    collections::{BTreeSet, HashMap},
    io::{self, Write},
    path::{Path, PathBuf},
};

use desk::{
    Desk,
    frozen::{Frozen, StoredEntry},
    rights::Warrant,
};
use engines::conformity::{Assessment, Requirement, Verdict, catalogue};
use model::{Kind, Moment};
use pack::{
    Packer, Sealed, index, oscal,
    record_page::{self, Stored},
    sample,
};
use serde_json::json;

use crate::{Failure, commands::json_text};
pub use doing::doings;
use papers::Papers;
use spool::Spool;

/// By which samples are drawn when nobody says.
pub const SEED: u64 = 1;

/// What a pack is to be of.
#[derive(Clone, Copy, Debug)]
pub struct Wanted {
    pub as_of: Moment,
    pub seed: u64,
}

/// A pack that was made.
#[derive(Clone, Debug)]
pub struct Packed {
    pub sealed: Sealed,
    pub records: usize,
    pub entries: usize,
}

/// Writes a pack into a new file; `say` hears how far it is.
///
/// # Errors
/// When the file is there already or cannot be written; nothing is left behind then.
pub async fn make(
    desk: &Desk,
    warrant: &Warrant,
    wanted: Wanted,
    file: &Path,
    say: &mut (dyn FnMut(String) + Send),
) -> Result<Packed, Failure> {
    if file.exists() {
        return Err(Failure::Failed(format!("{} is there already and is not overwritten", file.display())));
    }
    // Under another name until it is whole: a file with the right name is a whole pack.
    let part = beside(file, "part");
    let _ = std::fs::remove_file(&part);
    let failed = |error: io::Error| Failure::Failed(format!("cannot write {}: {error}", file.display()));
    let made = match Packer::create(&part) {
        Ok(packer) => write(desk, warrant, wanted, packer, &part, say).await,
        Err(error) => Err(failed(error)),
    };
    let kept = made.and_then(|packed| std::fs::rename(&part, file).map(|()| packed).map_err(failed));
    if kept.is_err() {
        let _ = std::fs::remove_file(&part);
    }
    kept
}

fn beside(file: &Path, ending: &str) -> PathBuf {
    PathBuf::from(format!("{}.{ending}", file.display()))
}

async fn write(
    desk: &Desk,
    warrant: &Warrant,
    wanted: Wanted,
    mut packer: Packer,
    part: &Path,
    say: &mut (dyn FnMut(String) + Send),
) -> Result<Packed, Failure> {
    say("judging every requirement".into());
    let assessment = desk.assess_as_of(wanted.as_of).await?;
    let failed = |error: io::Error| Failure::Failed(format!("cannot write {}: {error}", part.display()));
    let json = json_text(&assessment.to_json());
    packer.add(pack::ASSESSMENT, json.as_bytes()).map_err(failed)?;
    let shown = populations(&mut packer, &assessment, wanted.seed).map_err(failed)?;
    let mut kinds = Kinds { shown: &shown, part, told: Vec::new(), records: 0, entries: 0, papers: Papers::default() };
    for kind in desk.catalog().kinds() {
        kinds.write(desk, warrant, wanted.as_of, kind, &mut packer, say).await?;
    }
    kinds.are_those_of(&assessment)?;
    say("setting documents and reports".into());
    let papers = std::mem::take(&mut kinds.papers);
    let reports = papers.reports(desk, wanted.as_of, &mut packer).await?;
    let papers = papers.documents(desk, wanted.as_of, &mut packer).await?;
    say("writing the index".into());
    let (organisation, months) = (organisation(desk), months(desk));
    let hash = model::canonical::hex(&sha256(json.as_bytes()));
    let told = oscal::Told { organisation: &organisation, assessment: &assessment, hash: &hash, months: &months };
    packer.add(pack::RESULTS, json_text(&oscal::results(&told)).as_bytes()).map_err(failed)?;
    let lines: Vec<(String, String, usize)> =
        kinds.told.iter().map(|told| (told.kind.into(), told.labels.clone(), told.records)).collect();
    let place = |number: &str| shown.get(number).copied();
    let page = index::Told {
        organisation: &organisation,
        assessment: &assessment,
        seed: wanted.seed,
        kinds: &lines,
        papers: &papers,
        reports: &reports,
        shown: &place,
    };
    packer.add(pack::INDEX, index::index(&page).as_bytes()).map_err(failed)?;
    packer
        .add(pack::ABOUT, json_text(&about(&organisation, &assessment, wanted.seed, &kinds.told)).as_bytes())
        .map_err(failed)?;
    let (records, entries) = (kinds.records, kinds.entries);
    let sealed = packer.finish().map_err(failed)?;
    Ok(Packed { sealed, records, entries })
}

fn sha256(bytes: &[u8]) -> [u8; 32] {
    use sha2::Digest;
    sha2::Sha256::digest(bytes).into()
}

fn organisation(desk: &Desk) -> String {
    let name = desk.settings().organisation.trim().to_string();
    if name.is_empty() { "the organisation".into() } else { name }
}

/// After how many months evidence is too old, as the organisation has set it.
fn months(desk: &Desk) -> impl Fn(&Requirement) -> Option<i32> + use<> {
    let settings = desk.settings().conformity.clone();
    move |requirement| {
        let id = requirement.interval.as_ref()?;
        let offered = || catalogue().interval(id).map(|interval| interval.default_months);
        settings.intervals.get(id).copied().or_else(offered)
    }
}

/// Which records each requirement looked at, and the sample of them. Answers the kind of each number that is an example or
/// in a sample: these can be read in the pack.
fn populations(packer: &mut Packer, assessment: &Assessment, seed: u64) -> io::Result<HashMap<String, &'static str>> {
    let mut shown = HashMap::new();
    for verdict in &assessment.verdicts {
        let id = &verdict.requirement.id;
        let mut draw = sample::Draw::new(seed, sample::size(verdict.population));
        let mut bad: HashMap<u32, Vec<String>> = HashMap::new();
        for (place, said) in verdict.seen.blamed() {
            bad.entry(place).or_default().push(said);
        }
        packer.begin(&pack::population(id))?;
        for place in verdict.seen.looked() {
            let Some((kind, number)) = assessment.records.get(place) else { continue };
            let line = match bad.get(&place) {
                None => json!({"kind": kind, "number": number, "verdict": "good"}),
                Some(said) => json!({"kind": kind, "number": number, "verdict": "bad", "said": said}),
            };
            writeln!(packer, "{line}")?;
            draw.pass(number);
        }
        for number in verdict.seen.strangers() {
            let line = json!({"number": number, "verdict": "bad", "said": ["is named and on record nowhere"]});
            writeln!(packer, "{line}")?;
            draw.pass(number);
        }
        let picked = draw.sample();
        if verdict.population > 0 {
            let sample = json!({
                "requirement": id,
                "population": verdict.population,
                "rule": "R24",
                "rate_percent": sample::RATE,
                "confidence_percent": sample::CONFIDENCE,
                "seed": seed,
                "records": picked,
            });
            packer.add(&pack::sampled(id), json_text(&sample).as_bytes())?;
        }
        show(verdict, assessment, &picked, &mut shown);
    }
    Ok(shown)
}

fn show(verdict: &Verdict, assessment: &Assessment, picked: &[String], shown: &mut HashMap<String, &'static str>) {
    let wanted: BTreeSet<&str> = verdict.examples.iter().chain(picked).map(String::as_str).collect();
    let records = verdict.seen.looked().filter_map(|place| assessment.records.get(place));
    shown.extend(
        records.filter(|(_, number)| wanted.contains(&**number)).map(|(kind, number)| (number.to_string(), *kind)),
    );
}

/// How many records and entries of a kind are in the pack.
struct KindTold {
    kind: &'static str,
    labels: String,
    records: usize,
    entries: usize,
}

struct Kinds<'p> {
    shown: &'p HashMap<String, &'static str>,
    part: &'p Path,
    told: Vec<KindTold>,
    records: usize,
    entries: usize,
    papers: Papers,
}

impl Kinds<'_> {
    /// Records, journal and page of a kind, read once: the pack takes one file at a time, so two of them wait beside it.
    async fn write(
        &mut self,
        desk: &Desk,
        warrant: &Warrant,
        at: Moment,
        kind: &Kind,
        packer: &mut Packer,
        say: &mut (dyn FnMut(String) + Send),
    ) -> Result<(), Failure> {
        let failed =
            |error: io::Error| Failure::Failed(format!("cannot write the {}: {error}", kind.labels.to_lowercase()));
        let mut told = KindTold { kind: kind.name, labels: kind.labels.clone(), records: 0, entries: 0 };
        let mut spools: Option<(Spool, Spool)> = None;
        let mut after = i64::MIN;
        loop {
            let (frozen, next) = desk.frozen(warrant, kind.name, at, after).await?;
            if spools.is_none() && !frozen.is_empty() {
                packer.begin(&pack::records(kind.name)).map_err(failed)?;
                let (journal, mut page) =
                    (Spool::new(beside(self.part, "journal")), Spool::new(beside(self.part, "page")));
                if let Ok(page) = &mut page {
                    page.write_all(record_page::begin(kind).as_bytes()).map_err(failed)?;
                }
                spools = Some((journal.map_err(failed)?, page.map_err(failed)?));
            }
            if let Some((journal, page)) = &mut spools {
                for one in &frozen {
                    self.record(kind, one, packer, journal, page).map_err(failed)?;
                    self.papers.pass(kind, &one.line);
                    told.records += 1;
                    told.entries += one.chain.len();
                }
            }
            say(format!("{} records written", self.records + told.records));
            match next {
                Some(next) => after = next,
                None => break,
            }
        }
        if let Some((journal, mut page)) = spools {
            page.write_all(record_page::end().as_bytes()).map_err(failed)?;
            packer.begin(&pack::journal(kind.name)).map_err(failed)?;
            journal.pour(packer).map_err(failed)?;
            packer.begin(&pack::page(kind.name)).map_err(failed)?;
            page.pour(packer).map_err(failed)?;
        }
        self.records += told.records;
        self.entries += told.entries;
        self.told.push(told);
        Ok(())
    }

    fn record(
        &self,
        kind: &Kind,
        frozen: &Frozen,
        records: &mut Packer,
        journal: &mut Spool,
        page: &mut Spool,
    ) -> io::Result<()> {
        let number = frozen.line.number.as_deref().unwrap_or_default();
        writeln!(records, "{}", frozen.line.write())?;
        for entry in &frozen.chain {
            journal.write_all(record_page::journal_line(number, &stored(entry)).as_bytes())?;
        }
        if self.shown.contains_key(number) {
            let chain: Vec<Stored<'_>> = frozen.chain.iter().map(stored).collect();
            let place = |number: &str| self.shown.get(number).copied();
            page.write_all(record_page::article(kind, &frozen.line, &chain, &place).as_bytes())?;
        }
        Ok(())
    }

    /// What is frozen is what was judged. Both are read as of the same instant, but a line of the past that is imported in
    /// between changes what was on record then.
    fn are_those_of(&self, assessment: &Assessment) -> Result<(), Failure> {
        let mut judged: HashMap<&str, usize> = HashMap::new();
        let places = 0..u32::try_from(assessment.records.len()).unwrap_or(u32::MAX);
        for (kind, _) in places.filter_map(|place| assessment.records.get(place)) {
            *judged.entry(kind).or_default() += 1;
        }
        let differs = |told: &&KindTold| judged.get(told.kind).copied().unwrap_or_default() != told.records;
        match self.told.iter().find(differs) {
            None => Ok(()),
            Some(told) => Err(Failure::Failed(format!(
                "the {} of then were changed while the pack was made, as by an import: make it again",
                told.labels.to_lowercase()
            ))),
        }
    }
}

fn stored(entry: &StoredEntry) -> Stored<'_> {
    Stored { seq: entry.seq, leaf: &entry.leaf, bytes: &entry.bytes, disclosures: &entry.disclosures }
}

fn about(organisation: &str, assessment: &Assessment, seed: u64, kinds: &[KindTold]) -> serde_json::Value {
    let kinds: Vec<_> = kinds
        .iter()
        .filter(|told| told.records > 0)
        .map(|told| json!({"kind": told.kind, "records": told.records, "entries": told.entries}))
        .collect();
    json!({
        "form": pack::FORM,
        "program": concat!("plumbline ", env!("CARGO_PKG_VERSION")),
        "organisation": organisation,
        "framework": assessment.framework,
        "as_of": assessment.as_of.to_string(),
        "seed": seed,
        "sampling": {"rule": "R24", "rate_percent": sample::RATE, "confidence_percent": sample::CONFIDENCE},
        "kinds": kinds,
    })
}
