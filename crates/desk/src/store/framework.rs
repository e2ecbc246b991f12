//! Frameworks beside the standard, how they are mapped, and the standard's own words, in their tables.

use model::Moment;

use crate::{
    crosswalk::{Kept, Mapped},
    rights::Warrant,
    store::{
        db::{Conn, Row, Sql},
        fault::Fault,
        words::placeholders,
    },
    wording::Holding,
};

const KEPT: &str = "f.id, f.urn, f.ref, f.name, f.version, f.provider, f.format, f.demands, f.digest, f.changed, f.changed_by, \
                    (select count(*) from framework_mapping m where m.framework = f.id)";
/// Rows written by one statement.
const CHUNK: usize = 200;

fn kept(row: &Row) -> Result<Kept, Fault> {
    let format = row.text(6)?;
    Ok(Kept {
        id: row.int(0)?,
        urn: row.text(1)?,
        reference: row.text(2)?,
        name: row.text(3)?,
        version: row.text(4)?,
        provider: row.text(5)?,
        format: frameworks::Format::parse(&format).ok_or_else(|| Fault::new(format!("{format} is no format")))?,
        demands: row.int(7)?,
        digest: row.text(8)?,
        changed: Moment(row.int(9)?),
        changed_by: row.text(10)?,
        pairs: row.int(11)?,
    })
}

/// All of them, without their files, by name.
pub async fn list(conn: &mut Conn) -> Result<Vec<Kept>, Fault> {
    let sql = format!("select {KEPT} from framework f order by f.name, f.id");
    conn.run(&sql, &[]).await?.iter().map(kept).collect()
}

/// The file as it came in.
pub async fn source(conn: &mut Conn, id: i64) -> Result<Option<String>, Fault> {
    conn.run("select source from framework where id = $1", &[id.into()])
        .await?
        .first()
        .map(|row| row.text(0))
        .transpose()
}

pub async fn save(conn: &mut Conn, _: &Warrant, kept: &Kept, source: &str) -> Result<(), Fault> {
    let sql = "insert into framework (id, urn, ref, name, version, provider, format, demands, digest, source, changed, changed_by) \
               values ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12) on conflict (id) do update set ref = excluded.ref, \
               name = excluded.name, version = excluded.version, provider = excluded.provider, format = excluded.format, \
               demands = excluded.demands, digest = excluded.digest, source = excluded.source, changed = excluded.changed, \
               changed_by = excluded.changed_by";
    let args = [
        kept.id.into(),
        kept.urn.as_str().into(),
        kept.reference.as_str().into(),
        kept.name.as_str().into(),
        kept.version.as_str().into(),
        kept.provider.as_str().into(),
        kept.format.name().into(),
        kept.demands.into(),
        kept.digest.as_str().into(),
        source.into(),
        kept.changed.0.into(),
        kept.changed_by.as_str().into(),
    ];
    conn.execute(sql, &args).await.map(drop)
}

/// `false` when there is none of this id.
pub async fn remove(conn: &mut Conn, _: &Warrant, id: i64) -> Result<bool, Fault> {
    conn.execute("delete from framework_mapping where framework = $1", &[id.into()]).await?;
    Ok(conn.execute("delete from framework where id = $1", &[id.into()]).await? > 0)
}

const MAPPED: &str = "framework, node, requirement, relation, note, mapped, mapped_by";

fn mapped(row: &Row) -> Result<Mapped, Fault> {
    let relation = row.text(3)?;
    Ok(Mapped {
        framework: row.int(0)?,
        node: row.text(1)?,
        requirement: row.text(2)?,
        relation: frameworks::Relation::parse(&relation)
            .ok_or_else(|| Fault::new(format!("{relation} is no relation")))?,
        note: row.text(4)?,
        at: Moment(row.int(5)?),
        by: row.text(6)?,
    })
}

/// How the requirements of a framework are mapped, in the order of their addresses.
pub async fn mapping(conn: &mut Conn, framework: i64) -> Result<Vec<Mapped>, Fault> {
    let sql = format!("select {MAPPED} from framework_mapping where framework = $1 order by node, requirement");
    conn.run(&sql, &[framework.into()]).await?.iter().map(mapped).collect()
}

/// Pairs of all frameworks, at most so many.
pub async fn all_mapping(conn: &mut Conn, most: i64) -> Result<Vec<Mapped>, Fault> {
    let sql = format!("select {MAPPED} from framework_mapping order by framework, node, requirement limit $1");
    conn.run(&sql, &[most.into()]).await?.iter().map(mapped).collect()
}

/// Writes pairs; those that stand stay as they are. Answers how many are new.
pub async fn add_mapping(conn: &mut Conn, _: &Warrant, pairs: &[Mapped]) -> Result<u64, Fault> {
    let mut added = 0;
    for chunk in pairs.chunks(CHUNK) {
        let sql = format!(
            "insert into framework_mapping ({MAPPED}) values {} on conflict do nothing",
            placeholders(chunk.len(), 7)
        );
        let row = |pair: &Mapped| -> [Sql; 7] {
            [
                pair.framework.into(),
                pair.node.as_str().into(),
                pair.requirement.as_str().into(),
                pair.relation.name().into(),
                pair.note.as_str().into(),
                pair.at.0.into(),
                pair.by.as_str().into(),
            ]
        };
        let args: Vec<Sql> = chunk.iter().flat_map(row).collect();
        added += conn.execute(&sql, &args).await?;
    }
    Ok(added)
}

/// Takes all pairs of one requirement away.
pub async fn clear_mapping(conn: &mut Conn, _: &Warrant, framework: i64, node: &str) -> Result<u64, Fault> {
    let sql = "delete from framework_mapping where framework = $1 and node = $2";
    conn.execute(sql, &[framework.into(), node.into()]).await
}

/// Replaces all words that are kept of an edition; none takes them away.
pub async fn save_wording(
    conn: &mut Conn,
    _: &Warrant,
    framework: &str,
    texts: &[(String, String)],
    holding: Option<&Holding>,
) -> Result<(), Fault> {
    conn.execute("delete from official_text where framework = $1", &[framework.into()]).await?;
    conn.execute("delete from official_source where framework = $1", &[framework.into()]).await?;
    for chunk in texts.chunks(CHUNK) {
        let sql = format!("insert into official_text (framework, id, text) values {}", placeholders(chunk.len(), 3));
        let row = |(id, text): &(String, String)| -> [Sql; 3] {
            [framework.into(), id.as_str().into(), text.as_str().into()]
        };
        let args: Vec<Sql> = chunk.iter().flat_map(row).collect();
        conn.execute(&sql, &args).await?;
    }
    let Some(holding) = holding else { return Ok(()) };
    let sql = "insert into official_source (framework, digest, texts, added, added_by) values ($1,$2,$3,$4,$5)";
    let args = [
        framework.into(),
        holding.digest.as_str().into(),
        holding.texts.into(),
        holding.added.0.into(),
        holding.added_by.as_str().into(),
    ];
    conn.execute(sql, &args).await.map(drop)
}

/// What is kept of an edition, and since when.
pub async fn holding(conn: &mut Conn, framework: &str) -> Result<Option<Holding>, Fault> {
    let sql = "select digest, texts, added, added_by from official_source where framework = $1";
    let holding = |row: &Row| {
        Ok(Holding { digest: row.text(0)?, texts: row.int(1)?, added: Moment(row.int(2)?), added_by: row.text(3)? })
    };
    conn.run(sql, &[framework.into()]).await?.first().map(holding).transpose()
}

/// The standard's own words for these ids, for whoever may read them.
pub async fn wording(
    conn: &mut Conn,
    _: &Warrant,
    framework: &str,
    ids: &[&str],
) -> Result<Vec<(String, String)>, Fault> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let places = crate::store::words::places(1, ids.len());
    let sql = format!("select id, text from official_text where framework = $1 and id in ({places})");
    let args: Vec<Sql> = std::iter::once(framework.into()).chain(ids.iter().map(|id| (*id).into())).collect();
    conn.run(&sql, &args).await?.iter().map(|row| Ok((row.text(0)?, row.text(1)?))).collect()
}
