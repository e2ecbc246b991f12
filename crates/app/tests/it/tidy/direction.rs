//! Which crate may know which, and what may be named where: drivers, SQL, kinds, reading without a scope.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    none,
    source::{self, Rust, line_of},
};

/// Arrows of house.md 8.2: what each crate may depend on of our own.
const KNOWS: &[(&str, &[&str])] = &[
    ("model", &[]),
    ("engines", &["model"]),
    ("kinds", &["model"]),
    ("mail", &["model"]),
    ("events", &["model"]),
    ("pack", &["model", "engines"]),
    ("sheets", &["model"]),
    ("print", &["model"]),
    ("frameworks", &["model"]),
    ("desk", &["model", "engines", "mail", "events", "frameworks"]),
    ("report", &["model", "engines"]),
    ("web", &["model", "engines", "kinds", "mail", "events", "sheets", "print", "frameworks", "desk", "report"]),
    (
        "plumbline",
        &[
            "model",
            "engines",
            "kinds",
            "mail",
            "events",
            "pack",
            "sheets",
            "print",
            "frameworks",
            "desk",
            "report",
            "web",
        ],
    ),
    ("xtask", &[]),
];

/// Files that may name a driver: the seam, and what its errors mean.
const SEAM: [&str; 3] =
    ["crates/desk/src/store/db.rs", "crates/desk/src/store/fault.rs", "crates/desk/src/store/lite.rs"];

/// Reads without a scope in the product. Each gives its reason where it stands; the number may only shrink.
const EVERYTHING: usize = 1;

/// Words that happen to be a kind's name and mean something else.
const MEANT: [(&str, &str); 4] = [
    // The shape of a mark in the sprite.
    ("crates/web/src/view/parts.rs", "risk"),
    // A parameter that asks for whoever is known by an e-mail, whatever their kind is called.
    ("crates/web/src/record/lookup.rs", "people"),
    // What the API calls the roles of whoever asks, and what differed in an entry of the journal.
    ("crates/web/src/api/", "roles"),
    ("crates/web/src/api/", "changes"),
];

/// Files outside of the store that speak to tables: they look after the database as a whole, not after records in it.
const UPKEEP: [&str; 4] = ["backup", "health", "rebuild", "verify"];

#[test]
fn crates_depend_in_one_direction_only() {
    let allowed: BTreeMap<&str, &[&str]> = KNOWS.iter().copied().collect();
    let mut offences = Vec::new();
    let mut seen = BTreeSet::new();
    for file in source::files(&["toml"]) {
        if !(file.path.starts_with("crates/") && file.path.ends_with("/Cargo.toml")) {
            continue;
        }
        let name = value(&file.text, "name").unwrap_or_else(|| panic!("{} names no package", file.path));
        let Some(may) = allowed.get(name) else {
            offences.push(format!("{}: {name} has no place in the direction of dependency", file.path));
            continue;
        };
        seen.insert(name.to_string());
        for known in dependencies(&file.text) {
            if allowed.contains_key(known) && !may.contains(&known) {
                offences.push(format!("{}: {name} must not know {known}", file.path));
            }
        }
    }
    assert!(seen.len() >= 6, "only {seen:?} were found");
    none("Dependencies point one way (ARCHITECTURE.md).", offences);
}

fn value<'t>(text: &'t str, key: &str) -> Option<&'t str> {
    let line = text.lines().find_map(|line| line.strip_prefix(key)?.trim_start().strip_prefix('='))?;
    Some(line.trim().trim_matches('"'))
}

/// Names in `[dependencies]`; what only tests use may point anywhere.
fn dependencies(text: &str) -> Vec<&str> {
    let section = text.lines().skip_while(|line| line.trim() != "[dependencies]").skip(1);
    let lines = section.take_while(|line| !line.starts_with('['));
    lines.filter_map(|line| line.split(['=', '.']).next().map(str::trim)).filter(|name| !name.is_empty()).collect()
}

#[test]
fn only_the_seam_names_a_driver() {
    let mut offences = Vec::new();
    for file in source::rust() {
        if SEAM.contains(&file.path.as_str()) || !file.path.starts_with("crates/") {
            continue;
        }
        for at in ["sqlx", "rusqlite"].into_iter().flat_map(|driver| words(&file.code, driver)) {
            offences.push(format!("{}:{}: ask store/db.rs instead", file.path, line_of(&file.code, at)));
        }
    }
    for file in source::files(&["toml"]).iter().filter(|file| file.path.starts_with("crates/")) {
        let outside = file.path != "crates/desk/Cargo.toml";
        let names = |line: &str| line.starts_with("sqlx") || line.starts_with("rusqlite");
        if outside && file.text.lines().any(names) {
            offences.push(format!("{}: only desk talks to a database", file.path));
        }
    }
    none("A driver is named in one place.", offences);
}

#[test]
fn sql_stands_in_the_store_only() {
    const VERBS: [&str; 8] = [
        "select ",
        "insert into ",
        "update ",
        "delete from ",
        "create table ",
        "create index ",
        "with ",
        "drop table ",
    ];
    let is_sql = |text: &str| {
        let text = text.trim_start().to_lowercase();
        VERBS.iter().any(|verb| text.starts_with(verb))
            && [" from ", " set ", " values ", " into ", "table ", "index "].iter().any(|word| text.contains(word))
    };
    let mut offences = Vec::new();
    for file in source::rust().iter().filter(|file| is_product(file)) {
        let upkeep = UPKEEP.iter().any(|name| file.path == format!("crates/desk/src/{name}.rs"));
        if upkeep || file.path.starts_with("crates/desk/src/store/") {
            continue;
        }
        for (line, text) in file.literals.iter().filter(|(line, text)| *line < file.tests_from() && is_sql(text)) {
            let shown: String = text.chars().take(50).collect();
            offences.push(format!("{}:{line}: \"{shown}\" belongs into desk/src/store", file.path));
        }
    }
    none("SQL is one text in one folder.", offences);
}

#[test]
fn only_pages_made_by_hand_name_a_kind() {
    let catalog = kinds::catalog();
    let mut names: BTreeSet<&str> = catalog.kinds().iter().flat_map(|kind| [kind.name, kind.plural]).collect();
    // Parts that every record has (`customer`) are no kinds there.
    names.retain(|name| !model::kind::COMMON.contains(name));
    let mut offences = Vec::new();
    for file in source::rust().iter().filter(|file| is_product(file)) {
        if !file.path.starts_with("crates/web/src/") || file.path.starts_with("crates/web/src/pages") {
            continue;
        }
        for (line, text) in file.literals.iter().filter(|(line, _)| *line < file.tests_from()) {
            let first = text.trim_start_matches('/').split(['/', '?']).next().unwrap_or_default();
            let named = names.contains(text.as_str()) || (text.starts_with('/') && names.contains(first));
            let meant = MEANT.iter().any(|(place, word)| file.path.starts_with(place) && text == word);
            if named && !meant {
                offences.push(format!("{}:{line}: \"{text}\" is a kind: read the declaration instead", file.path));
            }
        }
        for at in words(&file.code, "kinds::") {
            offences.push(format!("{}:{}: kinds are known to pages alone", file.path, line_of(&file.code, at)));
        }
    }
    none("Generic rooms know no kind by name.", offences);
}

#[test]
fn reading_without_a_scope_is_counted() {
    let mut found = Vec::new();
    for file in source::rust().iter().filter(|file| is_product(file)) {
        let lines = words(&file.code, "Scope::everything(").map(|at| line_of(&file.code, at));
        found.extend(lines.filter(|line| *line < file.tests_from()).map(|line| format!("{}:{line}", file.path)));
    }
    assert!(
        found.len() <= EVERYTHING,
        "Everything is read in {} places, {EVERYTHING} at most: take the scope of whoever asks.\n  {}",
        found.len(),
        found.join("\n  ")
    );
}

fn is_product(file: &Rust) -> bool {
    file.path.starts_with("crates/") && !file.is_test() && !file.path.starts_with("crates/xtask/")
}

/// Where a word stands that is no part of a longer one.
fn words<'c>(code: &'c str, word: &'c str) -> impl Iterator<Item = usize> + 'c {
    let joins = |letter: char| letter.is_alphanumeric() || letter == '_';
    code.match_indices(word).map(|(at, _)| at).filter(move |at| !code[..*at].chars().next_back().is_some_and(joins))
}
