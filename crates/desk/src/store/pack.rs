//! Evidence packs in their tables: the row that tells how far each is, and its bytes in parts.

use model::Moment;

use crate::{
    packs::{PackRow, Stage},
    rights::Warrant,
    store::{
        db::{Conn, Row, Sql},
        fault::Fault,
    },
};

const COLUMNS: &str = "id, asked_by, asked, as_of, seed, stage, told, size, hash, kept_until";

fn pack(row: &Row) -> Result<PackRow, Fault> {
    Ok(PackRow {
        id: row.int(0)?,
        asked_by: row.text(1)?,
        asked: Moment(row.int(2)?),
        as_of: Moment(row.int(3)?),
        seed: row.int(4)?,
        stage: Stage::parse(&row.text(5)?),
        told: row.text(6)?,
        size: row.int(7)?,
        hash: row.text(8)?,
        kept_until: Moment(row.int(9)?),
    })
}

pub async fn add(conn: &mut Conn, _: &Warrant, pack: &PackRow) -> Result<(), Fault> {
    let sql = format!("insert into pack ({COLUMNS}) values ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10)");
    let args = [
        pack.id.into(),
        pack.asked_by.as_str().into(),
        pack.asked.0.into(),
        pack.as_of.0.into(),
        pack.seed.into(),
        pack.stage.name().into(),
        pack.told.as_str().into(),
        pack.size.into(),
        pack.hash.as_str().into(),
        pack.kept_until.0.into(),
    ];
    conn.execute(&sql, &args).await.map(drop)
}

/// The newest packs, those that are still kept at `now`.
pub async fn list(conn: &mut Conn, now: Moment, most: i64) -> Result<Vec<PackRow>, Fault> {
    let sql = format!("select {COLUMNS} from pack where kept_until > $1 order by id desc limit $2");
    conn.run(&sql, &[now.0.into(), most.into()]).await?.iter().map(pack).collect()
}

pub async fn find(conn: &mut Conn, id: i64) -> Result<Option<PackRow>, Fault> {
    let sql = format!("select {COLUMNS} from pack where id = $1");
    conn.run(&sql, &[id.into()]).await?.first().map(pack).transpose()
}

/// Says how far it is.
pub async fn tell(conn: &mut Conn, id: i64, stage: Stage, told: &str) -> Result<(), Fault> {
    let sql = "update pack set stage = $2, told = $3 where id = $1";
    conn.execute(sql, &[id.into(), stage.name().into(), told.into()]).await.map(drop)
}

pub async fn ready(conn: &mut Conn, id: i64, size: i64, hash: &str) -> Result<(), Fault> {
    let sql = "update pack set stage = $2, told = '', size = $3, hash = $4 where id = $1";
    conn.execute(sql, &[id.into(), Stage::Ready.name().into(), size.into(), hash.into()]).await.map(drop)
}

pub async fn put_part(conn: &mut Conn, id: i64, place: i64, bytes: Vec<u8>) -> Result<(), Fault> {
    let sql = "insert into pack_part (pack, place, bytes) values ($1, $2, $3) \
               on conflict (pack, place) do update set bytes = excluded.bytes";
    conn.execute(sql, &[id.into(), place.into(), Sql::Bytes(bytes)]).await.map(drop)
}

pub async fn part(conn: &mut Conn, id: i64, place: i64) -> Result<Option<Vec<u8>>, Fault> {
    let rows =
        conn.run("select bytes from pack_part where pack = $1 and place = $2", &[id.into(), place.into()]).await?;
    rows.first().map(|row| row.bytes(0)).transpose()
}

/// Throws away what an attempt that broke off has left.
pub async fn drop_parts(conn: &mut Conn, id: i64) -> Result<(), Fault> {
    conn.execute("delete from pack_part where pack = $1", &[id.into()]).await.map(drop)
}

/// Removes packs whose days are over.
pub async fn sweep(conn: &mut Conn, now: Moment) -> Result<(), Fault> {
    let sql = "delete from pack_part where pack in (select id from pack where kept_until <= $1)";
    conn.execute(sql, &[now.0.into()]).await?;
    conn.execute("delete from pack where kept_until <= $1", &[now.0.into()]).await.map(drop)
}
