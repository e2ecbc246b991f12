//! Attached files: rows beside the record, content by its hash.

use model::{Moment, RecordId, command::File};

use crate::{
    read::FileRow,
    store::{
        db::{Conn, Row, Sql},
        fault::Fault,
    },
};

fn file(row: &Row) -> Result<FileRow, Fault> {
    Ok(FileRow {
        id: row.int(0)?,
        name: row.text(1)?,
        media: row.text(2)?,
        size: row.int(3)?,
        hash: row.text(4)?,
        added: Moment(row.int(5)?),
        added_by: row.text(6)?,
        public: row.int(7)? != 0,
    })
}

/// Keeps a file of a record. The same content is kept once, whoever brings it.
pub async fn add(conn: &mut Conn, id: i64, record: RecordId, file: File, by: &str, at: Moment) -> Result<(), Fault> {
    let hash = model::canonical::hex(&model::canonical::leaf(&file.bytes));
    let size = file.bytes.len() as i64;
    let sql = "insert into blob (hash, bytes) values ($1, $2) on conflict (hash) do nothing";
    conn.execute(sql, &[hash.as_str().into(), Sql::Bytes(file.bytes)]).await?;
    let sql = "insert into file (id, record, name, media, size, hash, public, added, added_by) values ($1,$2,$3,$4,$5,$6,$7,$8,$9)";
    let args = [
        id.into(),
        record.0.into(),
        file.name.into(),
        file.media.into(),
        size.into(),
        hash.into(),
        i64::from(file.public).into(),
        at.0.into(),
        by.into(),
    ];
    conn.execute(sql, &args).await?;
    Ok(())
}

pub async fn of_record(conn: &mut Conn, id: RecordId) -> Result<Vec<FileRow>, Fault> {
    let sql = "select id, name, media, size, hash, added, added_by, public from file where record = $1 order by id";
    let rows = conn.run(sql, &[id.0.into()]).await?;
    rows.iter().map(file).collect()
}

pub async fn content(conn: &mut Conn, hash: &str) -> Result<Option<Vec<u8>>, Fault> {
    let rows = conn.run("select bytes from blob where hash = $1", &[hash.into()]).await?;
    rows.first().map(|row| row.bytes(0)).transpose()
}

/// The first bytes of a content, for whoever needs no more of a large one.
pub async fn beginning(conn: &mut Conn, hash: &str, most: usize) -> Result<Option<Vec<u8>>, Fault> {
    let sql = format!("select substr(bytes, 1, {most}) from blob where hash = $1");
    let rows = conn.run(&sql, &[hash.into()]).await?;
    rows.first().map(|row| row.bytes(0)).transpose()
}
