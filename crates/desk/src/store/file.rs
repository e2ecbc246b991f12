//! Attached files: rows beside the record, content by its hash.

use model::{Moment, RecordId};

use crate::{
    read::FileRow,
    store::{
        db::{Conn, Row},
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

pub async fn of_record(conn: &mut Conn, id: RecordId) -> Result<Vec<FileRow>, Fault> {
    let sql = "select id, name, media, size, hash, added, added_by, public from file where record = $1 order by id";
    let rows = conn.run(sql, &[id.0.into()]).await?;
    rows.iter().map(file).collect()
}

pub async fn content(conn: &mut Conn, hash: &str) -> Result<Option<Vec<u8>>, Fault> {
    let rows = conn.run("select bytes from blob where hash = $1", &[hash.into()]).await?;
    rows.first().map(|row| row.bytes(0)).transpose()
}
