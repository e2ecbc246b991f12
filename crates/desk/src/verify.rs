//! Checks the journal of the database: the bytes are canonical and what their hash says, each record's entries form a
//! chain, what was disclosed is what was committed to, and the record is what its entries tell.

use std::collections::{HashMap, HashSet};

use model::{
    Catalog, Entry, Mark, Moment, Refusal,
    journal::fold,
    proof::{self, Looked},
};
use serde_json::Value as Json;

use crate::{
    Desk, Fault,
    store::{
        db::{Conn, Row},
        journal,
        record::{self, Kept},
    },
};

/// What was looked at and what is broken.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    pub entries: u64,
    pub records: u64,
    /// Records of which something was erased by right, so that they cannot be retold whole.
    pub erased: u64,
    pub broken: u64,
    /// The first of them, each a sentence that names the entry or the record.
    pub first: Vec<String>,
}

/// Most sentences.
const TOLD: usize = 20;
/// Entries and records read at a time.
const STRIDE: i64 = 1_000;

impl Verdict {
    fn fault(&mut self, sentence: String) {
        self.broken += 1;
        if self.first.len() < TOLD {
            self.first.push(sentence);
        }
    }
}

impl Desk {
    /// Checks all of it as it stands at one moment; `seen` hears how many entries have been read.
    pub async fn verify(&self, seen: &mut (dyn FnMut(u64) + Send)) -> Result<Verdict, Refusal> {
        let catalog = self.catalog();
        let mut conn = self.db().read().await?;
        conn.begin_snapshot().await?;
        let verdict = whole(&mut conn, &catalog, seen).await;
        conn.script("rollback").await?;
        verdict
    }

    /// The newest entries and the records they are about, for a quick look.
    pub async fn verify_newest(&self, most: i64) -> Result<Verdict, Refusal> {
        let mut conn = self.db().read().await?;
        let mut verdict = Verdict::default();
        let sql = "select seq, record, bytes, leaf, disclosures from journal order by seq desc limit $1";
        let rows = conn.run(sql, &[most.into()]).await?;
        for row in &rows {
            verdict.entries += 1;
            sound(row, &mut verdict)?;
        }
        Ok(verdict)
    }

    /// The records that were changed last against their entries.
    pub async fn verify_changed(&self, most: i64) -> Result<Verdict, Refusal> {
        let catalog = self.catalog();
        let mut conn = self.db().read().await?;
        conn.begin_snapshot().await?;
        let verdict = changed(&mut conn, &catalog, most).await;
        conn.script("rollback").await?;
        verdict
    }
}

async fn changed(conn: &mut Conn, catalog: &Catalog, most: i64) -> Result<Verdict, Refusal> {
    let mut verdict = Verdict::default();
    let mut ids: Vec<i64> = Vec::new();
    for row in conn.run("select record from journal order by seq desc limit $1", &[most.into()]).await? {
        ids.push(row.int(0)?);
    }
    ids.sort_unstable();
    ids.dedup();
    let mut entries = journal::of_records(conn, catalog, &ids).await?;
    for kept in record::by_ids(conn, catalog, &ids).await? {
        let id = kept.record.id.0;
        verdict.records += 1;
        match is_erased(conn, id).await? {
            true => verdict.erased += 1,
            false => retold(&kept, &entries.remove(&id).unwrap_or_default(), &mut verdict),
        }
    }
    Ok(verdict)
}

/// Whether something that an entry of the record commits to is no longer disclosed.
async fn is_erased(conn: &mut Conn, id: i64) -> Result<bool, Fault> {
    let sql = "select seq, record, bytes, leaf, disclosures from journal where record = $1";
    for row in conn.run(sql, &[id.into()]).await? {
        if sound(&row, &mut Verdict::default())?.is_erased {
            return Ok(true);
        }
    }
    Ok(false)
}

async fn whole(conn: &mut Conn, catalog: &Catalog, seen: &mut (dyn FnMut(u64) + Send)) -> Result<Verdict, Refusal> {
    let (mut verdict, mut chain) = (Verdict::default(), Chain::default());
    let mut after = 0;
    loop {
        let sql = "select seq, record, bytes, leaf, disclosures from journal where seq > $1 order by seq limit $2";
        let rows = conn.run(sql, &[after.into(), STRIDE.into()]).await?;
        if rows.is_empty() {
            break;
        }
        for row in &rows {
            after = row.int(0)?;
            chain.entry(row, &mut verdict)?;
        }
        seen(verdict.entries);
    }
    records(conn, catalog, &chain, &mut verdict).await?;
    Ok(verdict)
}

/// Last leaf of each record so far, and which records can no longer be retold whole.
#[derive(Default)]
struct Chain {
    last: HashMap<i64, String>,
    erased: HashSet<i64>,
}

impl Chain {
    fn entry(&mut self, row: &Row, verdict: &mut Verdict) -> Result<(), Fault> {
        verdict.entries += 1;
        let (record, leaf) = (row.int(1)?, row.text(3)?);
        let looked = sound(row, verdict)?;
        if let Some(json) = &looked.json {
            let told = json.get("previous").and_then(Json::as_str).unwrap_or_default();
            let before = self.last.get(&record).map(String::as_str).unwrap_or_default();
            if told != before {
                verdict.fault(format!("{} does not follow the entry before it of the same record", name(row, json)?));
            }
            if looked.is_erased {
                self.erased.insert(record);
            }
        }
        self.last.insert(record, leaf);
        Ok(())
    }
}

fn name(row: &Row, json: &Json) -> Result<String, Fault> {
    let number = json.get("number").and_then(Json::as_str).unwrap_or_default();
    Ok(format!("entry {} ({number})", row.int(0)?))
}

/// Bytes, hash and disclosures of one entry.
fn sound(row: &Row, verdict: &mut Verdict) -> Result<Looked, Fault> {
    let disclosures = row.json(4)?;
    let told = disclosures.as_array().map(Vec::as_slice).unwrap_or_default();
    let looked = proof::look(&row.bytes(2)?, &row.text(3)?, told.iter().filter_map(Json::as_str));
    let Some(json) = &looked.json else {
        verdict.fault(format!("entry {} cannot be read", row.int(0)?));
        return Ok(looked);
    };
    if let Some(fault) = looked.fault {
        verdict.fault(format!("{} {fault}", name(row, json)?));
    } else if json.get("record").and_then(Json::as_str) != Some(row.int(1)?.to_string().as_str()) {
        verdict.fault(format!("{} stands under another record than it tells of", name(row, json)?));
    }
    Ok(looked)
}

/// Every record against what its entries tell.
async fn records(conn: &mut Conn, catalog: &Catalog, chain: &Chain, verdict: &mut Verdict) -> Result<(), Refusal> {
    let kinds: Vec<&str> = catalog.kinds().iter().map(|kind| kind.name).collect();
    let mut strides = record::Strides::over(&kinds, STRIDE);
    while let Some(records) = strides.next(conn, catalog).await? {
        let ids: Vec<i64> = records.iter().map(|kept| kept.record.id.0).collect();
        let mut entries = journal::of_records(conn, catalog, &ids).await?;
        for kept in records {
            let id = kept.record.id.0;
            verdict.records += 1;
            if chain.last.get(&id).is_some_and(|last| *last != kept.entry) {
                verdict.fault(format!("{} names another last entry than the journal has", kept.record.number));
            }
            match chain.erased.contains(&id) {
                true => verdict.erased += 1,
                false => retold(&kept, &entries.remove(&id).unwrap_or_default(), verdict),
            }
        }
    }
    Ok(())
}

/// One record against its entries.
fn retold(kept: &Kept, entries: &[Entry], verdict: &mut Verdict) {
    let (record, number) = (&kept.record, &kept.record.number);
    let marks: Vec<Mark> = entries.iter().map(Entry::mark).collect();
    let Some(folded) = fold(&marks, Moment(i64::MAX)) else {
        return verdict.fault(format!("{number} has no entry in the journal"));
    };
    let mut strange: Vec<&str> = Vec::new();
    if folded.title != record.title {
        strange.push("title");
    }
    if folded.state != record.state {
        strange.push("state");
    }
    let all = folded.fields.keys().chain(record.fields.keys().filter(|name| !folded.fields.contains_key(*name)));
    strange.extend(all.filter(|name| folded.fields.get(*name) != record.fields.get(*name)).map(|name| name.as_str()));
    if !strange.is_empty() {
        verdict.fault(format!("{number}: {} is not what the journal tells", strange.join(", ")));
    }
}
