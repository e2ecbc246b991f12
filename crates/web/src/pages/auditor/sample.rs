//! Samples of a clause for an auditor from outside: of each requirement that looks at records some are drawn by a seed, so
//! that anybody draws the same ones again.

use std::collections::BTreeSet;

use askama::Template;
use axum::{
    extract::{Path, Query as Pairs, State as Held},
    response::Html,
};
use desk::Names;
use engines::{
    conformity::{Assessment, Verdict, catalogue},
    rules::sample::pick,
};
use model::{Catalog, Refusal, canonical, words::counted};
use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::{ADDRESS, ask_about, seated};
use crate::{
    App, Refused, Seat,
    pages::{fieldwork, verdicts},
    record::address::segment,
    view::{
        field::{Control, Field},
        parts::{Link, Mark, Shape, Tone},
        shell::Shell,
        time,
    },
};

/// Records that are drawn of a population when nobody says how many: a first look.
const FIRST_LOOK: usize = 8;
/// Most that are drawn on this page.
const MOST: usize = 100;

#[derive(Template)]
#[template(path = "page/auditor_clause.html")]
struct ClausePage {
    shell: Shell,
    crumbs: Vec<Link>,
    clause: String,
    title: String,
    as_of: String,
    fields: Vec<Field>,
    parts: Vec<Part>,
}

/// A requirement with its sample.
struct Part {
    link: Link,
    text: String,
    mark: Mark,
    why: String,
    drawn: String,
    digest: String,
    rows: Vec<Row>,
    ask: String,
}

struct Row {
    record: Link,
    title: String,
    kind: String,
    live: Mark,
    said: String,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Asked {
    seed: Option<String>,
    size: Option<String>,
}

pub fn address(clause: &str) -> String {
    format!("{ADDRESS}/{}", segment(clause))
}

/// `GET /auditor/{clause}?seed=&size=`
pub async fn open(
    seat: Seat,
    Held(app): Held<App>,
    Path(clause): Path<String>,
    Pairs(asked): Pairs<Asked>,
) -> Result<Html<String>, Refused> {
    seated(&seat)?;
    let known = catalogue().clauses.iter().find(|known| known.id == clause).ok_or(Refusal::NotFound)?;
    let assessment = app.desk.assessment(&seat.actor, seat.now).await?;
    let own: Vec<&Verdict> = assessment
        .verdicts
        .iter()
        .map(AsRef::as_ref)
        .filter(|verdict: &&Verdict| verdict.requirement.clause == clause)
        .collect();
    if own.is_empty() {
        return Err(Refusal::NotFound.into());
    }
    let seed = asked.seed.map(|seed| seed.trim().to_string()).filter(|seed| !seed.is_empty());
    let seed = seed.unwrap_or_else(|| clause.clone());
    let size = size(asked.size.as_deref().unwrap_or_default())?;
    let drawn: Vec<Vec<String>> = own.iter().map(|verdict| draw(&assessment, verdict, size, &seed)).collect();
    let numbers: BTreeSet<String> = drawn.iter().flatten().cloned().collect();
    let names = app.desk.names_of(&seat.actor, numbers, BTreeSet::new(), seat.now).await?;
    let catalog = app.desk.catalog();
    let part = |(verdict, drawn): (&&Verdict, Vec<String>)| part(&assessment, &catalog, &names, verdict, drawn, &seed);
    let page = ClausePage {
        shell: Shell { views: true, ..crate::shell(&app, &seat, ADDRESS).await },
        crumbs: vec![Link::new("Your audit", ADDRESS), Link::new(&clause, "")],
        title: known.title.clone(),
        as_of: time::exact(assessment.as_of),
        fields: fields(&seed, size),
        parts: own.iter().zip(drawn).map(part).collect(),
        clause,
    };
    Ok(Html(page.render()?))
}

fn size(text: &str) -> Result<usize, Refusal> {
    match text.trim() {
        "" => Ok(FIRST_LOOK),
        text => text
            .parse()
            .ok()
            .filter(|size| (1..=MOST).contains(size))
            .ok_or_else(|| Refusal::Query(format!("size: \"{text}\" is not a whole number from 1 to {MOST}"))),
    }
}

fn draw(assessment: &Assessment, verdict: &Verdict, size: usize, seed: &str) -> Vec<String> {
    let mut numbers = fieldwork::population(assessment, verdict);
    numbers.sort_unstable();
    pick(&numbers, size.min(numbers.len()), seed).into_iter().map(str::to_string).collect()
}

fn part(
    assessment: &Assessment,
    catalog: &Catalog,
    names: &Names,
    verdict: &Verdict,
    drawn: Vec<String>,
    seed: &str,
) -> Part {
    let requirement = verdict.requirement;
    let mut numbers = fieldwork::population(assessment, verdict);
    numbers.sort_unstable();
    let words = match numbers.len() {
        0 => String::new(),
        all => format!("{} of {}, drawn by \"{seed}\"", drawn.len(), counted(all, "record", "records")),
    };
    Part {
        link: Link::new(&requirement.id, format!("/conformity/{}/{}", requirement.clause, requirement.id)),
        text: requirement.text.clone(),
        mark: verdicts::mark(verdict.state),
        why: verdict.why.clone(),
        digest: if numbers.is_empty() { String::new() } else { canonical::hex(&Sha256::digest(numbers.join("\n"))) },
        drawn: words,
        rows: drawn.iter().map(|number| row(assessment, catalog, names, verdict, number)).collect(),
        ask: ask_about(&requirement.id),
    }
}

fn row(assessment: &Assessment, catalog: &Catalog, names: &Names, verdict: &Verdict, number: &str) -> Row {
    let known = names.records.get(number);
    let kind = known.and_then(|(_, kind)| catalog.find(kind));
    let place = assessment.records.find(number).map(|(place, _)| place);
    let said = place.and_then(|place| verdict.seen.blamed_for(place)).unwrap_or_default();
    let live = match (place, said.is_empty()) {
        (None, _) => Mark::new(Shape::Nonconforming, Tone::Bad, "Not on record"),
        (_, true) => Mark::new(Shape::Met, Tone::Ok, "Conforms"),
        (_, false) => verdicts::mark(verdict.state),
    };
    Row {
        record: Link::new(
            number,
            kind.map(|kind| format!("/{}/{}#journal", kind.plural, segment(number))).unwrap_or_default(),
        ),
        title: known.map(|(title, _)| title.clone()).unwrap_or_default(),
        kind: kind.map(|kind| kind.label.clone()).unwrap_or_default(),
        live,
        said,
    }
}

fn fields(seed: &str, size: usize) -> Vec<Field> {
    vec![
        Field {
            name: "seed".into(),
            label: "Seed".into(),
            help: "The same seed draws the same records of the same population (rule R24).".into(),
            control: Control::Line { value: seed.into(), kind: "text", autocomplete: "off", max: Some(100) },
            ..Field::default()
        },
        Field {
            name: "size".into(),
            label: "Records of each".into(),
            control: Control::Number { value: size.to_string(), unit: String::new(), step: "1" },
            ..Field::default()
        },
    ]
}
