//! The organisation's mapping: lines that say what an event with certain attributes is to set, or that it is ignored.
//!
//! ```text
//! rule  = ( "any" | test { "and" test } ) "->" ( "ignore" | set { "," set } )
//! test  = name ( "=" | "!=" | "~" ) value        "~" compares with "*" for anything
//! set   = field "=" value                        "{name}" in it stands for that attribute
//! ```
//!
//! Lines that begin with `#` say nothing. Of several rules that set the same field, the first one counts. Beside fields of
//! the record there may be set: `ci` and `service` by number or by a name on record, `severity`, `identity` and `title`.

use std::collections::BTreeMap;

use model::words;

use crate::{Event, Severity};

/// Longest mapping, in characters, and most rules.
const LENGTH_MAX: usize = 20_000;
const RULES_MAX: usize = 200;

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rules {
    rules: Vec<Rule>,
}

#[derive(Clone, Debug, PartialEq)]
struct Rule {
    line: usize,
    tests: Vec<Test>,
    act: Act,
}

#[derive(Clone, Debug, PartialEq)]
struct Test {
    name: String,
    op: Op,
    value: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Op {
    Equal,
    Different,
    Like,
}

#[derive(Clone, Debug, PartialEq)]
enum Act {
    Ignore,
    Set(Vec<(String, String)>),
}

/// What the rules make of an event.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Mapped {
    /// Why it is ignored.
    pub ignored: Option<String>,
    /// Fields of the record, as typed.
    pub fields: BTreeMap<String, String>,
}

impl Rules {
    /// # Errors
    /// One sentence that names the line.
    pub fn read(text: &str) -> Result<Rules, String> {
        if text.chars().count() > LENGTH_MAX {
            return Err(format!("longer than {LENGTH_MAX} characters"));
        }
        let mut rules = Vec::new();
        for (at, line) in text.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            rules.push(rule(at + 1, line).map_err(|why| format!("line {}: {why}", at + 1))?);
        }
        if rules.len() > RULES_MAX {
            return Err(format!("{} rules, {RULES_MAX} at most", rules.len()));
        }
        Ok(Rules { rules })
    }

    /// The fields that any of them sets.
    pub fn fields(&self) -> impl Iterator<Item = (usize, &str)> {
        self.rules.iter().flat_map(|rule| {
            let sets: &[(String, String)] = if let Act::Set(sets) = &rule.act { sets } else { &[] };
            sets.iter().map(|(name, _)| (rule.line, name.as_str()))
        })
    }

    /// Applies them; severity, identity and title of the event may be other ones afterwards.
    pub fn apply(&self, event: &mut Event) -> Mapped {
        let mut mapped = Mapped::default();
        let told: Vec<&Rule> = self.rules.iter().filter(|rule| rule.holds(event)).collect();
        for rule in told {
            let sets = match &rule.act {
                Act::Ignore => {
                    mapped.ignored = Some(format!("line {} of the mapping says so", rule.line));
                    return mapped;
                }
                Act::Set(sets) => sets,
            };
            for (name, value) in sets {
                let value = words::filled(value, |name| Some(value_of(event, name)));
                // What stands for an attribute that is not there sets nothing.
                if !value.trim().is_empty() {
                    mapped.fields.entry(name.clone()).or_insert(value);
                }
            }
        }
        if let Some(severity) = mapped.fields.remove("severity").and_then(|word| Severity::parse(&word)) {
            event.severity = severity;
        }
        if let Some(identity) = mapped.fields.remove("identity") {
            event.identity = crate::short(&identity);
        }
        if let Some(title) = mapped.fields.remove("title") {
            event.title = crate::clean(&title, crate::TITLE_MAX);
        }
        mapped
    }
}

impl Rule {
    fn holds(&self, event: &Event) -> bool {
        self.tests.iter().all(|test| {
            let held = value_of(event, &test.name);
            match test.op {
                Op::Equal => held.eq_ignore_ascii_case(&test.value),
                Op::Different => !held.eq_ignore_ascii_case(&test.value),
                Op::Like => is_like(&held.to_lowercase(), &test.value.to_lowercase()),
            }
        })
    }
}

/// What an event has under a name; empty for nothing.
fn value_of(event: &Event, name: &str) -> String {
    match (event.attributes.get(name), name) {
        (Some(value), _) => value.clone(),
        (None, "severity") => event.severity.name().into(),
        (None, "title") => event.title.clone(),
        (None, "identity") => event.identity.clone(),
        (None, "group") => event.group.clone(),
        (None, _) => String::new(),
    }
}

/// Whether a text is like a pattern in which `*` stands for anything.
fn is_like(text: &str, pattern: &str) -> bool {
    let parts: Vec<&str> = pattern.split('*').collect();
    let [first, middle @ .., last] = parts.as_slice() else { return text == pattern };
    let Some(mut rest) = text.strip_prefix(first) else { return false };
    for part in middle {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.len() >= last.len() && rest.ends_with(last)
}

fn rule(line: usize, text: &str) -> Result<Rule, String> {
    let halves = words::split(text, "->");
    let [when, then] = halves.as_slice() else {
        return Err("needs one \"->\" between what is tested and what is set".into());
    };
    let tests = match when.trim() {
        "" => return Err("says nothing before \"->\": write any for every event".into()),
        "any" => Vec::new(),
        when => words::split(when, " and ").into_iter().map(|part| test(&part)).collect::<Result<_, _>>()?,
    };
    let act = match then.trim() {
        "" => return Err("says nothing after \"->\": write ignore, or field = value".into()),
        "ignore" => Act::Ignore,
        then => Act::Set(words::split(then, ",").into_iter().map(|part| set(&part)).collect::<Result<_, _>>()?),
    };
    Ok(Rule { line, tests, act })
}

fn test(part: &str) -> Result<Test, String> {
    let part = part.trim();
    let signs = [("!=", Op::Different), ("=", Op::Equal), ("~", Op::Like)];
    let found = signs.iter().filter_map(|(sign, op)| part.find(sign).map(|at| (at, *sign, *op))).min_by_key(|f| f.0);
    let (at, sign, op) = found.ok_or_else(|| format!("\"{part}\" is no test such as host = web-1 or job ~ node*"))?;
    let name = part[..at].trim();
    if name.is_empty() || name.contains(' ') {
        return Err(format!("\"{part}\" does not begin with the name of an attribute"));
    }
    Ok(Test { name: name.into(), op, value: words::bare(&part[at + sign.len()..]) })
}

fn set(part: &str) -> Result<(String, String), String> {
    let (name, value) = words::set(part).map_err(|why| match part.contains('=') {
        true => why,
        false => format!("\"{}\" is neither ignore nor field = value", part.trim()),
    })?;
    if name == "severity" && !value.contains('{') && Severity::parse(&value).is_none() {
        return Err(format!("\"{value}\" is not one of info, warning, error, critical"));
    }
    Ok((name, value))
}
