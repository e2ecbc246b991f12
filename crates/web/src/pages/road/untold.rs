//! What has changed since the certification body was told last: scope, sites, key people. It is told without delay
//! (`standard/certification.md`, section 5); law form and owners stand in no record, so that is asked for in words.

use std::collections::BTreeMap;

use desk::{Desk, Shown};
use jiff::civil::Date;
use kinds::{
    estate::location,
    governance::{role, scope_statement},
    road::certificate,
};
use model::{
    Actor, Moment, Query, Refusal, filter_text,
    query::{EVERY, PAGE_MAX},
    time::DAY,
};

use super::facts::{self, rows};
use crate::view::parts::Link;

/// One change that the body does not know.
pub struct Change {
    /// As the field "Told to the body" names it.
    pub about: &'static str,
    pub text: String,
    pub record: Link,
}

/// Most records of a kind that are compared.
const MOST: usize = 2_000;

/// What changed since the body was told of such a thing, or since its decision; nothing before the decision.
///
/// # Errors
/// Only what the desk itself cannot do.
pub async fn untold(desk: &Desk, actor: &Actor, shown: &Shown, now: Moment) -> Result<Vec<Change>, Refusal> {
    if !facts::is_awarded(shown) {
        return Ok(Vec::new());
    }
    let Some(decided) = facts::decision(shown) else { return Ok(Vec::new()) };
    let since = |about: &str| end_of(last_told(shown, about).filter(|told| *told > decided).unwrap_or(decided));
    let looks: [Look; 4] = [
        Look { about: "scope", kind: "scope_statement", filter: "state = approved", says: scope },
        Look { about: "scope", kind: "service", filter: "stage = live and in_scope = yes", says: name },
        Look { about: "addresses and sites", kind: "location", filter: facts::STANDS, says: site },
        Look { about: "key people", kind: "role", filter: "name = \"top-management\"", says: holder },
    ];
    let mut changes = Vec::new();
    for look in looks {
        let from = since(look.about);
        if from >= now {
            continue;
        }
        let then = read(desk, actor, &look, Some(from), now).await?;
        let today = read(desk, actor, &look, None, now).await?;
        changes.extend(look.compared(&then, &today));
    }
    Ok(changes)
}

/// The end of a day: what changed on the day itself was known.
fn end_of(day: Date) -> Moment {
    Moment::of_date(day).plus(DAY - 1)
}

/// The newest day on which the body was told about a thing.
fn last_told(shown: &Shown, about: &str) -> Option<Date> {
    let told = rows(shown, certificate::TOLD.name);
    let told = told.filter(|row| row.part("about").and_then(model::Value::as_text) == Some(about));
    told.filter_map(|row| row.part("on")?.as_moment().map(Moment::date)).max()
}

/// Which records are compared, and what of each.
struct Look {
    about: &'static str,
    kind: &'static str,
    filter: &'static str,
    says: fn(&Shown) -> String,
}

/// Title and what it says, by number.
type Told = BTreeMap<String, (String, String)>;

async fn read(desk: &Desk, actor: &Actor, look: &Look, at: Option<Moment>, now: Moment) -> Result<Told, Refusal> {
    let catalog = desk.catalog();
    let kind = catalog.find(look.kind).ok_or(Refusal::NotFound)?;
    let query = Query {
        filter: filter_text::parse(look.filter, kind).map_err(Refusal::Query)?,
        columns: vec![EVERY.into()],
        size: PAGE_MAX,
        as_of: at,
        ..Query::of(kind.name)
    };
    let found = match desk.list_on(actor, query, MOST, now).await {
        // Who may not see them is told of nothing.
        Err(Refusal::NotFound) => return Ok(Told::new()),
        found => found?.0,
    };
    Ok(found.iter().map(|shown| (shown.number().into(), (shown.title().into(), (look.says)(shown)))).collect())
}

impl Look {
    fn compared(&self, then: &Told, now: &Told) -> Vec<Change> {
        let plural = match self.kind {
            "service" => "services",
            "location" => "locations",
            "role" => "roles",
            _ => "scope_statements",
        };
        let change = |number: &str, text: String| Change {
            about: self.about,
            text,
            record: Link::new(number, format!("/{plural}/{number}")),
        };
        let mut changes = Vec::new();
        for (number, (title, says)) in now {
            match then.get(number) {
                None => changes.push(change(number, format!("{title} is new"))),
                Some((_, before)) if before != says => {
                    changes.push(change(
                        number,
                        format!("{title}: \u{201c}{says}\u{201d}, before \u{201c}{before}\u{201d}"),
                    ));
                }
                Some(_) => {}
            }
        }
        let gone = then.iter().filter(|(number, _)| !now.contains_key(*number));
        changes.extend(gone.map(|(number, (title, _))| change(number, format!("{title} is gone"))));
        changes
    }
}

fn scope(shown: &Shown) -> String {
    let text = scope_statement::TEXT.get(shown.fields()).map(|text| text.0).unwrap_or_default();
    crate::view::text::shortened(&text, 120)
}

fn name(shown: &Shown) -> String {
    shown.title().into()
}

fn site(shown: &Shown) -> String {
    location::ADDRESS.get(shown.fields()).map_or_else(|| shown.title().to_owned(), |address| address.0)
}

fn holder(shown: &Shown) -> String {
    role::HOLDER.get(shown.fields()).map_or_else(|| "nobody".to_owned(), |holder| holder.0)
}
