//! Full text in the same transaction: what a record says, and what of it a customer may find.

use model::{Fields, Kind, Record, Value};
use unicode_normalization::UnicodeNormalization;

use crate::store::{
    db::{Conn, Dialect, Sql},
    fault::Fault,
};

/// Words of a record or a note: all of them, and those that its customer may find it by.
#[derive(Clone, Debug, Default)]
pub struct Words {
    pub inner: String,
    pub outer: String,
}

/// Most letters of one record that are indexed; far beyond any ticket.
const LETTERS: usize = 60_000;

/// Lower case, accents taken off, letters and digits only: the same words on both databases.
pub fn tokens(text: &str) -> Vec<String> {
    let plain: String = text.nfkd().filter(|c| !unicode_normalization::char::is_combining_mark(*c)).collect();
    plain
        .to_lowercase()
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_string)
        .collect()
}

pub fn of_record(kind: &Kind, record: &Record) -> Words {
    let mut inner = vec![record.number.as_str(), record.title.as_str()];
    let mut outer = inner.clone();
    collect(kind, &record.fields, &mut inner, &mut outer);
    Words { inner: joined(&inner), outer: joined(&outer) }
}

pub fn of_note(text: &str, public: bool) -> Words {
    let inner = joined(&[text]);
    Words { outer: if public { inner.clone() } else { String::new() }, inner }
}

fn joined(texts: &[&str]) -> String {
    let mut words = String::new();
    for text in texts {
        for word in tokens(text) {
            if words.len() + word.len() > LETTERS {
                return words;
            }
            words.push_str(&word);
            words.push(' ');
        }
    }
    words
}

fn collect<'a>(kind: &Kind, fields: &'a Fields, inner: &mut Vec<&'a str>, outer: &mut Vec<&'a str>) {
    for (name, value) in fields {
        let internal = kind.find(name).is_none_or(|field| field.internal);
        let from = inner.len();
        texts(value, inner);
        if !internal {
            outer.extend_from_slice(&inner[from..]);
        }
    }
}

fn texts<'a>(value: &'a Value, out: &mut Vec<&'a str>) {
    match value {
        Value::Text(text) => out.push(text),
        Value::List(items) => items.iter().for_each(|item| texts(item, out)),
        Value::Parts(parts) => parts.values().for_each(|part| texts(part, out)),
        _ => {}
    }
}

/// What a person typed as a condition over `search`, all words needed, the last one as a beginning.
/// `None` when there is no word in it.
pub fn expression(dialect: Dialect, text: &str, outer: bool) -> Option<String> {
    let words = tokens(text);
    let (last, first) = words.split_last()?;
    Some(match dialect {
        Dialect::Sqlite => {
            let column = if outer { "outer_words" } else { "inner_words" };
            let mut parts: Vec<String> = first.iter().map(|word| format!("\"{word}\"")).collect();
            parts.push(format!("\"{last}\"*"));
            format!("{column} : ({})", parts.join(" AND "))
        }
        Dialect::Postgres => {
            let mut parts: Vec<String> = first.iter().map(|word| format!("'{word}'")).collect();
            parts.push(format!("'{last}':*"));
            parts.join(" & ")
        }
    })
}

/// The condition `id in (…)` for a bound expression.
pub fn condition(dialect: Dialect, bound: &str, outer: bool) -> String {
    match dialect {
        Dialect::Sqlite => format!(
            "id in (select coalesce(n.record, s.rowid) from search s left join search_note n on n.doc = s.rowid where search match {bound})"
        ),
        Dialect::Postgres => {
            let column = if outer { "outer_words" } else { "inner_words" };
            format!(
                "id in (select coalesce(n.record, s.doc) from search s left join search_note n on n.doc = s.doc where s.{column} @@ to_tsquery('simple', {bound}))"
            )
        }
    }
}

/// Remembers whose notes are found by these words: `doc` of each and its record.
pub async fn own_notes(conn: &mut Conn, owners: &[(i64, i64)]) -> Result<(), Fault> {
    for chunk in owners.chunks(40) {
        let sql = format!(
            "insert into search_note (doc, record) values {}",
            crate::store::words::placeholders(chunk.len(), 2)
        );
        let args: Vec<Sql> = chunk.iter().flat_map(|(doc, record)| [Sql::Int(*doc), Sql::Int(*record)]).collect();
        conn.execute(&sql, &args).await?;
    }
    Ok(())
}

/// Writes the words of records and notes; a note's `doc` is its own and names its record.
pub async fn write(conn: &mut Conn, docs: &[(i64, Words)], known: &[i64]) -> Result<(), Fault> {
    let sqlite = conn.dialect() == Dialect::Sqlite;
    if sqlite {
        for chunk in known.chunks(100) {
            let sql = format!("delete from search where rowid in ({})", crate::store::words::places(0, chunk.len()));
            conn.execute(&sql, &chunk.iter().map(|doc| Sql::Int(*doc)).collect::<Vec<_>>()).await?;
        }
    }
    let mut rest = docs;
    while !rest.is_empty() {
        let size = [40usize, 1].into_iter().find(|size| *size <= rest.len()).unwrap_or(1);
        let (chunk, later) = rest.split_at(size);
        rest = later;
        let rows: Vec<String> = (0..size)
            .map(|row| {
                let (doc, inner, outer) = (row * 3 + 1, row * 3 + 2, row * 3 + 3);
                if sqlite {
                    format!("(${doc}, ${inner}, ${outer})")
                } else {
                    format!("(${doc}, to_tsvector('simple', ${inner}), to_tsvector('simple', ${outer}))")
                }
            })
            .collect();
        let sql = if sqlite {
            format!("insert into search (rowid, inner_words, outer_words) values {}", rows.join(","))
        } else {
            format!(
                "insert into search (doc, inner_words, outer_words) values {} on conflict (doc) do update set \
                 inner_words = excluded.inner_words, outer_words = excluded.outer_words",
                rows.join(",")
            )
        };
        let args: Vec<Sql> = chunk
            .iter()
            .flat_map(|(doc, words)| [Sql::Int(*doc), words.inner.as_str().into(), words.outer.as_str().into()])
            .collect();
        conn.execute(&sql, &args).await?;
    }
    Ok(())
}
