//! A saved report as a file: pictures or a list by their address, made with the rights of whoever it is made for.

use desk::Desk;
use model::{Actor, Kind, Moment, Refusal};
use print::{Block, Paper, Side};
use sheets::{Cell, Format, Table};

use super::{pdf, pictures::Pictures};
use crate::{
    record::{address::Address, export::Rest, list},
    view::time,
};

/// Most lines of a list that is sent: a longer one is looked at here.
const LINES_MAX: usize = 10_000;
/// The same on paper, of which nobody reads more.
const PAPER_LINES_MAX: usize = 500;

/// What a report is sent as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    Table(Format),
    Paper,
}

impl Form {
    /// As the field of a saved report names it, and as names of such files end.
    pub fn name(self) -> &'static str {
        match self {
            Form::Table(format) => format.name(),
            Form::Paper => "pdf",
        }
    }

    pub fn parse(name: &str) -> Option<Form> {
        let all = Format::ALL.into_iter().map(Form::Table).chain([Form::Paper]);
        all.into_iter().find(|form| form.name() == name)
    }

    pub fn media(self) -> &'static str {
        match self {
            Form::Table(format) => format.media(),
            Form::Paper => pdf::MEDIA,
        }
    }
}

/// A report that was made, and what there is to say of it in a sentence.
pub struct Made {
    pub name: String,
    pub form: Form,
    pub bytes: Vec<u8>,
    pub words: String,
}

/// Makes what an address shows into a file. The addresses in it are those at which the house is reached.
///
/// # Errors
/// A sentence about the address; `NotFound` for what the actor may not see.
pub async fn make(desk: &Desk, actor: &Actor, source: &str, form: Form, now: Moment) -> Result<Made, Refusal> {
    let (path, query) = source.split_once('?').unwrap_or((source, ""));
    let here = Address::read(path, query);
    let (name, words, bytes) = match path {
        "/pictures" => {
            let drawn = Pictures::draw(desk, actor, &here, now).await?;
            let bytes = match form {
                Form::Table(format) => packed(format, drawn.table(desk.reached_at().unwrap_or_default()), now).await?,
                Form::Paper => pdf::set(drawn.paper(desk, now)).await?,
            };
            ("pictures".to_string(), drawn.lede().to_string(), bytes)
        }
        _ => {
            let most = if form == Form::Paper { PAPER_LINES_MAX } else { LINES_MAX };
            let (name, table, words) = listed(desk, actor, path, &here, most, now).await?;
            let bytes = match form {
                Form::Table(format) => packed(format, table, now).await?,
                Form::Paper => pdf::set(paper(desk, &here, &table, &words, now)).await?,
            };
            (name, words, bytes)
        }
    };
    Ok(Made { name: format!("{name}-{}.{}", now.date(), form.name()), form, bytes, words })
}

async fn packed(format: Format, table: Table, now: Moment) -> Result<Vec<u8>, Refusal> {
    let packed = tokio::task::spawn_blocking(move || format.write(&[table], now)).await;
    Ok(packed.map_err(|error| desk::Fault::new(error.to_string()))?.map_err(desk::Fault::new)?)
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
    most: usize,
    now: Moment,
) -> Result<(String, Table, String), Refusal> {
    let catalog = desk.catalog();
    let plural = path.trim_start_matches('/');
    let kind = list::kind_of(&catalog, plural).map_err(|_| {
        let hint = model::suggest::hint(plural, catalog.kinds().iter().map(|kind| kind.plural));
        Refusal::Query(format!("there are no pictures and no list at {path}{hint}"))
    })?;
    let (table, more) = Rest::read(desk, actor, kind, here, now)?.table(most).await?;
    let labels = kind.labels.to_lowercase();
    let words = match (table.rows.len(), more) {
        (0, _) => format!("There are no such {labels}."),
        (count, false) => format!("{count} {labels}."),
        (count, true) => format!("The first {count} {labels}; there are more."),
    };
    Ok((kind.plural.to_string(), table, words))
}

/// A list on paper.
fn paper(desk: &Desk, here: &Address, table: &Table, words: &str, now: Moment) -> Paper {
    let asked = [("Filter", "filter"), ("Search", "q"), ("In the order of", "order_by"), ("As of", "as_of")];
    let asked = asked.into_iter().filter_map(|(label, name)| Some((label, here.get(name)?)));
    let asked = asked.filter(|(_, value)| !value.is_empty());
    let is_figure = |at: usize| {
        let mut cells = table.rows.iter().map(|row| row.get(at).unwrap_or(&Cell::Empty)).peekable();
        cells.peek().is_some() && cells.all(|cell| matches!(cell, Cell::Number(_) | Cell::Empty))
    };
    let side = |at: usize| if is_figure(at) { Side::End } else { Side::Start };
    let head: Vec<(&str, Side)> =
        table.heads.iter().enumerate().map(|(at, label)| (label.as_str(), side(at))).collect();
    let rows = table.rows.iter().map(|row| row.iter().map(cell).collect()).collect();
    let mut body = vec![Block::paragraph(words)];
    if !table.rows.is_empty() {
        body.push(Block::table(&head, rows));
    }
    Paper {
        genre: "List".into(),
        title: table.name.clone(),
        identifier: table.name.clone(),
        control: asked.map(|(label, value)| (label.to_string(), value.to_string())).collect(),
        body,
        ..pdf::blank(desk, now)
    }
}

/// As people read it.
fn cell(cell: &Cell) -> String {
    match cell {
        Cell::Date(date) => time::day(*date),
        Cell::Instant(at) => time::exact(*at),
        Cell::Flag(flag) => (if *flag { "Yes" } else { "No" }).into(),
        other => other.print(),
    }
}
