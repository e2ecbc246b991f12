//! Makes anew what is kept beside records and follows from them: the search index, names that tools know, whose turn it is.

use futures::FutureExt;
use model::{Entry, Refusal};

use crate::{
    Desk,
    store::{
        db::{Conn, Dialect, Sql},
        journal, known, record, search, turn,
    },
};

const STRIDE: i64 = 500;

impl Desk {
    /// Makes the names by which tools know records, where a database comes from before there were any.
    pub(crate) async fn make_names(&self) -> Result<(), crate::Fault> {
        let catalog = self.catalog();
        if !known::is_unmade(&mut self.db().read().await?, &catalog).await? {
            return Ok(());
        }
        self.db().write(move |conn| async move { known::rebuild(conn, &catalog).await }.boxed()).await.map(drop)
    }

    /// The same anew from the records, in one transaction. Answers how many records it read.
    pub async fn rebuild_names(&self) -> Result<u64, Refusal> {
        let catalog = self.catalog();
        Ok(self.db().write(move |conn| async move { known::rebuild(conn, &catalog).await }.boxed()).await?)
    }

    /// Makes whose turn it is with pieces of records, where a database comes from before that was kept.
    pub(crate) async fn make_turns(&self) -> Result<(), crate::Fault> {
        let catalog = self.catalog();
        if !turn::is_unmade(&mut self.db().read().await?, &catalog).await? {
            return Ok(());
        }
        self.db().write(move |conn| async move { turn::rebuild(conn, &catalog).await }.boxed()).await.map(drop)
    }

    /// The same anew from the records, in one transaction. Answers how many records it read.
    pub async fn rebuild_turns(&self) -> Result<u64, Refusal> {
        let catalog = self.catalog();
        Ok(self.db().write(move |conn| async move { turn::rebuild(conn, &catalog).await }.boxed()).await?)
    }

    /// In one transaction, so that nothing is ever found twice or not at all. Answers how many records it read.
    pub async fn rebuild_search(&self) -> Result<u64, Refusal> {
        let (catalog, ids) = (self.catalog(), self.inner.ids.clone());
        self.db()
            .write(move |conn| {
                async move {
                    clear(conn).await?;
                    let kinds: Vec<&str> = catalog.kinds().iter().map(|kind| kind.name).collect();
                    let (mut read, mut strides) = (0, record::Strides::over(&kinds, STRIDE));
                    while let Some(records) = strides.next(conn, &catalog).await? {
                        let numbers: Vec<i64> = records.iter().map(|kept| kept.record.id.0).collect();
                        let mut docs = Vec::with_capacity(records.len());
                        for kept in &records {
                            let kind = catalog.find(kept.record.kind).unwrap_or_else(|| catalog.any());
                            docs.push((kept.record.id.0, search::of_record(kind, &kept.record)));
                        }
                        let mut entries = journal::of_records(conn, &catalog, &numbers).await?;
                        for id in &numbers {
                            for entry in entries.remove(id).unwrap_or_default() {
                                docs.extend(note(conn, &entry, ids.next(entry.recorded)).await?);
                            }
                        }
                        search::write(conn, &docs, &[]).await?;
                        read += records.len() as u64;
                    }
                    Ok(read)
                }
                .boxed()
            })
            .await
    }
}

async fn clear(conn: &mut Conn) -> Result<(), crate::Fault> {
    match conn.dialect() {
        Dialect::Sqlite => conn.script("insert into search (search) values ('delete-all')").await?,
        Dialect::Postgres => conn.script("delete from search").await?,
    }
    conn.script("delete from search_note").await
}

/// The words of an entry's note under an id of their own.
async fn note(conn: &mut Conn, entry: &Entry, doc: i64) -> Result<Option<(i64, search::Words)>, crate::Fault> {
    let Some(note) = &entry.note else { return Ok(None) };
    let sql = "insert into search_note (doc, record) values ($1, $2)";
    conn.execute(sql, &[Sql::Int(doc), Sql::Int(entry.record.0)]).await?;
    Ok(Some((doc, search::of_note(&note.text, note.public))))
}
