//! The few words in which the two databases differ. Everything else is one text.

use crate::store::db::Dialect;

impl Dialect {
    /// Replaces `{id}`, `{int}`, `{json}`, `{bytes}`, `{text}`, `{serial}`, `{lock}` and `{bytewise}`.
    pub fn words(self, sql: &str) -> String {
        let pairs: [(&str, &str); 8] = match self {
            Dialect::Sqlite => [
                ("{id}", "integer"),
                ("{int}", "integer"),
                ("{json}", "text"),
                ("{bytes}", "blob"),
                ("{text}", "text"),
                ("{serial}", "integer primary key autoincrement"),
                ("{lock}", ""),
                ("{bytewise}", ""),
            ],
            // Byte order on both, so that text order never depends on how the server was set up.
            Dialect::Postgres => [
                ("{id}", "bigint"),
                ("{int}", "bigint"),
                ("{json}", "jsonb"),
                ("{bytes}", "bytea"),
                ("{text}", "text collate \"C\""),
                ("{serial}", "bigint generated always as identity primary key"),
                ("{lock}", " for update"),
                ("{bytewise}", " collate \"C\""),
            ],
        };
        pairs.iter().fold(sql.to_string(), |sql, (word, own)| sql.replace(word, own))
    }

    /// Whether a text holds another one.
    pub fn holds(self, text: &str, part: &str) -> String {
        match self {
            Dialect::Sqlite => format!("instr({text}, {part}) > 0"),
            Dialect::Postgres => format!("strpos({text}, {part}) > 0"),
        }
    }

    /// A table `e(value)` of the entries of a JSON list, as texts; a single value counts as a list of one.
    pub fn entries(self, list: &str) -> String {
        match self {
            Dialect::Sqlite => format!("(select cast(value as text) as value from json_each({list})) as e"),
            Dialect::Postgres => format!(
                "jsonb_array_elements_text(case jsonb_typeof({list}) when 'array' then {list} else jsonb_build_array({list}) end) as e(value)"
            ),
        }
    }
}

/// `name` as a text literal in SQL. Only for names that the catalog knows: everything else is bound.
pub fn literal(name: &str) -> String {
    format!("'{}'", name.replace('\'', "''"))
}

/// `($1, $2), ($3, $4)` for `rows` rows of `columns` values.
pub fn placeholders(rows: usize, columns: usize) -> String {
    let row = |row: usize| {
        let places: Vec<String> = (1..=columns).map(|column| format!("${}", row * columns + column)).collect();
        format!("({})", places.join(","))
    };
    (0..rows).map(row).collect::<Vec<_>>().join(",")
}

/// `$3, $4, $5` for `count` values after `before` others.
pub fn places(before: usize, count: usize) -> String {
    (1..=count).map(|at| format!("${}", before + at)).collect::<Vec<_>>().join(",")
}
