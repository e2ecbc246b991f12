//! What stands beside a record, each part alone: its journal, its links, its files.

use model::{Actor, Link, Moment, Record, Refusal};

use crate::{
    Desk, FileRow, ShownEntry, Tie, rights,
    store::{db::Conn, file, journal},
};

impl Desk {
    /// The journal of a record as the actor may see it, in the order of times.
    ///
    /// # Errors
    /// `NotFound` for what is not there and for what the actor may not see.
    pub async fn journal(
        &self,
        actor: &Actor,
        kind: &str,
        number: &str,
        now: Moment,
    ) -> Result<Vec<ShownEntry>, Refusal> {
        let (mut conn, record) = self.seen(actor, kind, number, now).await?;
        let catalog = self.catalog();
        let kind = catalog.find(kind).ok_or(Refusal::NotFound)?;
        let entries = journal::of_record(&mut conn, &catalog, record.id).await?;
        Ok(rights::show_entries(actor, kind, entries))
    }

    /// The links of a record in both directions, its own first.
    ///
    /// # Errors
    /// As for the journal.
    pub async fn links(&self, actor: &Actor, kind: &str, number: &str, now: Moment) -> Result<Vec<Tie>, Refusal> {
        let (mut conn, record) = self.seen(actor, kind, number, now).await?;
        let own = own_links(&mut conn, &record, None).await?;
        self.ties(&mut conn, actor, number, own, now).await
    }

    /// The links that a record itself names, now or as they stood at an instant. A customer's people see those that
    /// lead to what they may see.
    ///
    /// # Errors
    /// As for the journal.
    pub async fn own_links(
        &self,
        actor: &Actor,
        kind: &str,
        number: &str,
        as_of: Option<Moment>,
        now: Moment,
    ) -> Result<Vec<Link>, Refusal> {
        let (mut conn, record) = self.seen(actor, kind, number, now).await?;
        let own = own_links(&mut conn, &record, as_of).await?;
        if actor.customer.is_none() {
            return Ok(own);
        }
        let ties = self.ties(&mut conn, actor, number, own, now).await?;
        Ok(ties.into_iter().filter(|tie| !tie.back).map(|tie| tie.link).collect())
    }

    /// The files of a record that the actor may see, in the order of their adding.
    ///
    /// # Errors
    /// As for the journal.
    pub async fn files(&self, actor: &Actor, kind: &str, number: &str, now: Moment) -> Result<Vec<FileRow>, Refusal> {
        let (mut conn, record) = self.seen(actor, kind, number, now).await?;
        let files = file::of_record(&mut conn, record.id).await?;
        Ok(files.into_iter().filter(|file| actor.customer.is_none() || file.public).collect())
    }

    /// One file of a record with its content.
    ///
    /// # Errors
    /// `NotFound` as well for a file of another record.
    pub async fn file(
        &self,
        actor: &Actor,
        kind: &str,
        number: &str,
        id: i64,
        now: Moment,
    ) -> Result<(FileRow, Vec<u8>), Refusal> {
        let files = self.files(actor, kind, number, now).await?;
        let row = files.into_iter().find(|file| file.id == id).ok_or(Refusal::NotFound)?;
        let mut conn = self.db().read().await?;
        let bytes = file::content(&mut conn, &row.hash).await?.ok_or(Refusal::NotFound)?;
        Ok((row, bytes))
    }

    /// A record found through the actor's scope, for reading what is beside it.
    pub(crate) async fn seen(
        &self,
        actor: &Actor,
        kind: &str,
        number: &str,
        now: Moment,
    ) -> Result<(Conn, Record), Refusal> {
        let catalog = self.catalog();
        let kind = catalog.find(kind).ok_or(Refusal::NotFound)?;
        let mut conn = self.db().read().await?;
        let record = self.found(&mut conn, actor, kind, number, now).await?.record;
        Ok((conn, record))
    }
}

async fn own_links(conn: &mut Conn, record: &Record, as_of: Option<Moment>) -> Result<Vec<Link>, Refusal> {
    let mut links = journal::links_from(conn, &[record.id.0], as_of).await?;
    Ok(links.remove(&record.id.0).unwrap_or_default())
}
