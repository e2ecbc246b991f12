//! What is written for people, and lists that must not rot: changelog, links, templates, dependencies.

use std::collections::BTreeSet;

use super::{
    none,
    source::{self, File},
};

/// Packages in Cargo.lock: each is somebody else's code that we answer for. A third sets papers (docs/decisions/0024).
const PACKAGES: usize = 600;

/// Files that documents name for readers to make.
const EXAMPLES: [&str; 1] = ["crates/kinds/src/follow_up/lesson.rs"];

#[test]
fn every_template_is_drawn_by_something() {
    let templates = source::files(&["html"]);
    let folder = "crates/web/templates/";
    let texts: Vec<String> = source::files(&["rs", "html"]).into_iter().map(|file| file.text).collect();
    let dead = templates.iter().filter_map(|file| file.path.strip_prefix(folder));
    let dead = dead.filter(|name| !texts.iter().any(|text| text.contains(&format!("\"{name}\""))));
    none("A template that nothing draws is deleted.", dead.map(|name| format!("{folder}{name}")).collect());
}

#[test]
fn links_in_documents_lead_somewhere() {
    let mut offences = Vec::new();
    for file in source::files(&["md"]) {
        for (line, target) in links(&file) {
            if target.contains("://") || target.starts_with("mailto:") {
                continue;
            }
            let (path, anchor) = target.split_once('#').unwrap_or((&target, ""));
            let there = source::root().join(&file.path).parent().expect("a folder").join(path);
            let there = if path.is_empty() { source::root().join(&file.path) } else { there };
            if !there.exists() {
                offences.push(format!("{}:{line}: {target} is not there", file.path));
            } else if !anchor.is_empty()
                && !headings(&std::fs::read_to_string(&there).unwrap_or_default()).contains(anchor)
            {
                offences.push(format!("{}:{line}: {target} has no such heading", file.path));
            }
        }
    }
    none("Links lead somewhere.", offences);
}

/// Targets of `[words](target)` outside of code, with their lines.
fn links(file: &File) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let mut fenced = false;
    for (line, text) in file.text.lines().enumerate() {
        fenced ^= text.trim_start().starts_with("```");
        if fenced {
            continue;
        }
        let mut prose = String::new();
        text.split('`').step_by(2).for_each(|part| prose.push_str(part));
        for part in prose.split("](").skip(1) {
            let target = part.split([')', ' ']).next().unwrap_or_default();
            found.push((line + 1, target.to_string()));
        }
    }
    found
}

/// Anchors of the headings, as they are made of them everywhere.
fn headings(text: &str) -> BTreeSet<String> {
    let titles = text.lines().filter(|line| line.starts_with('#')).map(|line| line.trim_start_matches('#').trim());
    let anchor = |title: &str| {
        let kept = title.to_lowercase().replace(' ', "-");
        kept.chars().filter(|letter| letter.is_alphanumeric() || "-_".contains(*letter)).collect()
    };
    titles.map(anchor).collect()
}

#[test]
fn files_that_documents_name_are_there() {
    let mut offences = Vec::new();
    for file in source::files(&["md"]) {
        for (line, text) in file.text.lines().enumerate() {
            for named in text.split('`').skip(1).step_by(2) {
                let plain = !named.contains(['*', '{', '<', ' ', '…']);
                let ours = ["crates/", "docs/", "e2e/", "benches/"].iter().any(|start| named.starts_with(start));
                let example = EXAMPLES.contains(&named);
                if plain
                    && ours
                    && !example
                    && !source::root().join(named.split([':', '#']).next().unwrap_or_default()).exists()
                {
                    offences.push(format!("{}:{}: {named} is not there", file.path, line + 1));
                }
            }
        }
    }
    none("Documents name what exists.", offences);
}

#[test]
fn the_changelog_is_for_operators() {
    let text = std::fs::read_to_string(source::root().join("CHANGELOG.md")).expect("a changelog");
    let mut sections = text.split("\n## ");
    let head = sections.next().unwrap_or_default();
    assert!(head.starts_with("# Changelog\n"), "the changelog begins with its title");
    let mut versions = Vec::new();
    for section in sections {
        let (title, body) = section.split_once('\n').unwrap_or((section, ""));
        let (version, day) = title.split_once(" (").unwrap_or_else(|| panic!("\"{title}\" is not VERSION (DAY)"));
        let day = day.trim_end_matches(')');
        assert!(day == "not released" || day.parse::<model::Date>().is_ok(), "{title}: when was it released?");
        let parts: Vec<u32> = version.split('.').filter_map(|part| part.parse().ok()).collect();
        assert_eq!(parts.len(), 3, "{title}: a version has three numbers");
        let first = body.trim_start().split("\n\n").next().unwrap_or_default();
        assert!(first.to_lowercase().contains("migrate"), "{title}: what to do when upgrading comes first");
        assert!(body.lines().any(|line| line.starts_with("- ")), "{title}: nothing is told");
        versions.push(parts);
    }
    assert!(versions.windows(2).all(|pair| pair[0] > pair[1]), "the newest version stands first: {versions:?}");
    let ours: Vec<u32> = env!("CARGO_PKG_VERSION").split('.').filter_map(|part| part.parse().ok()).collect();
    assert_eq!(versions.first(), Some(&ours), "the changelog begins with the version of the program");
}

#[test]
fn we_answer_for_few_packages() {
    let lock = std::fs::read_to_string(source::root().join("Cargo.lock")).expect("a lock file");
    let packages = lock.lines().filter(|line| *line == "[[package]]").count();
    assert!((50..=PACKAGES).contains(&packages), "{packages} packages, {PACKAGES} at most: do we need the newest one?");
}
