//! A saved report as a file: pictures or a list by their address, made with the rights of whoever it is made for.

use desk::Desk;
use model::{Actor, Kind, Moment, Refusal};
use sheets::{Format, Table};

use super::pictures::Pictures;
use crate::record::{address::Address, export::Rest, list};

/// Most lines of a list that is sent: a longer one is looked at here.
const LINES_MAX: usize = 10_000;

/// A report that was made, and what there is to say of it in a sentence.
pub struct Made {
    pub name: String,
    pub format: Format,
    pub bytes: Vec<u8>,
    pub words: String,
}

/// Makes what an address shows into a file. `base` is where the house is reached, for the addresses in it.
///
/// # Errors
/// A sentence about the address; `NotFound` for what the actor may not see.
pub async fn make(desk: &Desk, actor: &Actor, source: &str, format: Format, now: Moment) -> Result<Made, Refusal> {
    let (path, query) = source.split_once('?').unwrap_or((source, ""));
    let here = Address::read(path, query);
    let (name, table, words) = match path {
        "/pictures" => {
            let drawn = Pictures::draw(desk, actor, &here, now).await?;
            let base = desk.reached_at().unwrap_or_default();
            ("pictures".to_string(), drawn.table(base), drawn.lede().to_string())
        }
        _ => listed(desk, actor, path, &here, now).await?,
    };
    let packed = tokio::task::spawn_blocking(move || format.write(&[table], now)).await;
    let bytes = packed.map_err(|error| desk::Fault::new(error.to_string()))?.map_err(desk::Fault::new)?;
    Ok(Made { name: format!("{name}-{}.{}", now.date(), format.name()), format, bytes, words })
}

/// Where a list as it is shown becomes a report that is sent.
pub fn of_list(kind: &Kind, shown: &Address) -> String {
    let source = Address::read(format!("/{}", kind.plural), &shown.without(&["view"]).query());
    Address::new("/saved_reports/new").with("name", &kind.labels).with("source", source.to_string()).to_string()
}

async fn listed(
    desk: &Desk,
    actor: &Actor,
    path: &str,
    here: &Address,
    now: Moment,
) -> Result<(String, Table, String), Refusal> {
    let catalog = desk.catalog();
    let plural = path.trim_start_matches('/');
    let kind = list::kind_of(&catalog, plural).map_err(|_| {
        let hint = model::suggest::hint(plural, catalog.kinds().iter().map(|kind| kind.plural));
        Refusal::Query(format!("there are no pictures and no list at {path}{hint}"))
    })?;
    let (table, more) = Rest::read(desk, actor, kind, here, now)?.table(LINES_MAX).await?;
    let labels = kind.labels.to_lowercase();
    let words = match (table.rows.len(), more) {
        (0, _) => format!("There are no such {labels}."),
        (count, false) => format!("{count} {labels}."),
        (count, true) => format!("The first {count} {labels}; there are more."),
    };
    Ok((kind.plural.to_string(), table, words))
}
