//! A report as it is handed out: the control block, the sentences in short, and its sections as tables. What prints it, on paper
//! or as a file, begins here; everything is read from what was frozen.

use desk::{Desk, Names, Shown};
use kinds::performance::{report, report_definition::SECTIONS};
use model::{Actor, Decimal, Fields, Moment, Refusal, Value};

use super::{
    drawn::{Bars, Strip},
    figure::{self, Figure},
    sections::{LARGER, heading},
    trends::Trend,
};
use crate::{
    pages::{lines, papers::edition::Told},
    view::{
        parts::{Link, Mark, Shape, Tone},
        time,
    },
};

/// An issue of a report with everything that stands on it.
#[derive(Clone, Debug, Default)]
pub struct Sheet {
    pub organisation: String,
    pub number: String,
    pub title: String,
    /// `For Castlebrook Bank · October 2026`
    pub about: String,
    /// Label and words, in the order in which they are shown.
    pub control: Vec<(String, String)>,
    /// What is said across a copy that no longer stands; empty otherwise.
    pub warning: String,
    /// Sentences that follow from the figures.
    pub short: Vec<String>,
    /// What its writer says beside them, in Markdown.
    pub text: String,
    /// Label, value, and what it is of.
    pub heads: Vec<(String, String, String)>,
    pub sections: Vec<Section>,
    pub trends: Vec<Drawn>,
    pub digest: String,
    /// Whether the figures are those that the digest was made of.
    pub is_whole: bool,
}

#[derive(Clone, Debug, Default)]
pub struct Section {
    pub name: String,
    pub title: String,
    pub rows: Vec<Row>,
    pub has_strips: bool,
    pub has_targets: bool,
    pub has_records: bool,
    /// What was missed, with the reason.
    pub missed: Vec<(String, String)>,
}

#[derive(Clone, Debug, Default)]
pub struct Row {
    pub name: String,
    pub about: Link,
    /// `99.940 %`, `100`
    pub measured: String,
    /// `2 of 3`
    pub of: String,
    pub target: String,
    pub mark: Option<Mark>,
    pub strip: Option<Strip>,
    pub reason: String,
    pub records: Vec<Link>,
}

/// A measure over periods.
#[derive(Clone, Debug, Default)]
pub struct Drawn {
    pub measure: String,
    pub bars: Bars,
    /// `better than before`; empty where nothing can be said.
    pub word: String,
}

/// The sheet of a report that is made.
///
/// # Errors
/// `NotFound` for one that is not there, not for the reader, or not made yet.
pub async fn sheet(desk: &Desk, actor: &Actor, number: &str, now: Moment) -> Result<(Shown, Sheet), Refusal> {
    let shown = desk.show(actor, "report", number, None, now).await?;
    let catalog = desk.catalog();
    let kind = catalog.find("report").ok_or(Refusal::NotFound)?;
    let figures = Figure::all(shown.fields());
    let (mut numbers, mut mails) = Default::default();
    desk::read::references(kind, &shown, &mut numbers, &mut mails);
    numbers.extend(figures.iter().map(|figure| figure.about.clone()).filter(|number| !number.is_empty()));
    if actor.customer.is_none() {
        numbers.extend(figures.iter().flat_map(|figure| figure.records.iter().cloned()));
    }
    let names = desk.names_of(actor, numbers, mails, now).await?;
    let link = |number: &str| match names.records.get(number).and_then(|(_, kind)| catalog.find(kind)) {
        Some(kind) if actor.customer.is_none() => Link::new(number, crate::record::piece::record_address(kind, number)),
        _ => Link::new(number, ""),
    };
    let sheet = drawn_up(&desk.settings().organisation, (&shown).into(), shown.customer(), &figures, (&names, &link));
    Ok((shown, sheet))
}

/// The sheet of a report that is at hand, as it is or as it was; `customer` is the number of whom it is for.
pub fn made(organisation: &str, of: Told<'_>, customer: Option<&str>, names: &Names) -> Sheet {
    let figures = Figure::all(of.fields);
    drawn_up(organisation, of, customer, &figures, (names, &|number| Link::new(number, "")))
}

/// Names, and what leads to a record.
type Around<'a> = (&'a Names, &'a dyn Fn(&str) -> Link);

fn drawn_up(
    organisation: &str,
    of: Told<'_>,
    customer: Option<&str>,
    figures: &[Figure],
    (names, link): Around<'_>,
) -> Sheet {
    let fields = of.fields;
    let digest = report::DIGEST.get(fields).map(|digest| digest.0).unwrap_or_default();
    let trends = trends(fields);
    Sheet {
        organisation: organisation.into(),
        number: of.number.into(),
        title: of.title.into(),
        about: about(fields, customer, names),
        control: control(of, names),
        warning: if of.state == "superseded" { "A newer edition has taken its place.".into() } else { String::new() },
        short: short(figures),
        text: report::TEXT.get(fields).map(|text| text.0).unwrap_or_default(),
        heads: heads(figures),
        sections: sections(figures, link),
        trends: trends.iter().map(drawn).collect(),
        is_whole: !digest.is_empty() && figure::digest(fields) == digest,
        digest,
    }
}

fn trends(fields: &Fields) -> Vec<Trend> {
    let rows = fields.get(report::TRENDS.name).map(Value::entries).unwrap_or_default();
    let entries = |row: &Value, part: &str| row.part(part).map(Value::entries).unwrap_or_default().to_vec();
    rows.iter()
        .map(|row| Trend {
            measure: row.part("measure").and_then(Value::as_text).unwrap_or_default().into(),
            periods: entries(row, "periods").iter().filter_map(Value::as_text).map(str::to_string).collect(),
            values: entries(row, "values").iter().filter_map(Value::as_number).collect(),
        })
        .collect()
}

fn drawn(trend: &Trend) -> Drawn {
    let word = match trend.word() {
        "stable" => "as before",
        "better" if trend.measure.starts_with("Availability") => "better than before",
        "worse" if trend.measure.starts_with("Availability") => "worse than before",
        "better" => "fewer than before",
        "worse" => "more than before",
        _ => "",
    };
    Drawn {
        measure: trend.measure.clone(),
        bars: Bars::of(&trend.measure, &trend.periods, &trend.values),
        word: word.into(),
    }
}

fn about(fields: &Fields, customer: Option<&str>, names: &Names) -> String {
    let customer = customer.map(|number| names.records.get(number).map_or(number, |(title, _)| title));
    let period = report::PERIOD.get(fields).map(|period| period.0).unwrap_or_default();
    let days = report::BEGINS.get(fields).zip(report::ENDS.get(fields));
    let mut words: Vec<String> = customer.map(|customer| format!("For {customer}")).into_iter().collect();
    words.push(period);
    words.extend(days.map(|(from, until)| format!("{} to {}", time::exact(from), time::exact(until))));
    words.join(" · ")
}

fn control(of: Told<'_>, names: &Names) -> Vec<(String, String)> {
    let fields = of.fields;
    let person = |mail: String| lines::person(&mail, names).name;
    let mut told = Vec::new();
    let mut add = |label: &str, words: Option<String>| {
        told.extend(words.filter(|words| !words.is_empty()).map(|words| (label.to_string(), words)));
    };
    add("Number", Some(of.number.into()));
    add("Edition", report::EDITION.get(fields).map(|edition| edition.normalize().to_string()));
    add("In place of", report::REPLACES.get(fields).map(|one| one.0));
    add("What changed", report::CHANGE_NOTE.get(fields).map(|note| note.0));
    add("Figures as on record at", report::AS_OF.get(fields).map(time::exact));
    add("Made", report::MADE_ON.get(fields).map(time::day));
    add("Made by", report::OWNER.get(fields).map(|owner| person(owner.0)));
    add("Released to the customer", report::RELEASED_ON.get(fields).map(time::exact));
    add("Released by", report::RELEASED_BY.get(fields).map(|by| person(by.0)));
    add("Told", report::TOLD.get(fields).map(time::day));
    told
}

fn words(number: Option<Decimal>, unit: &str) -> String {
    let Some(number) = number else { return "no data".into() };
    let number = number.normalize();
    match unit {
        "" => number.to_string(),
        "percent" => format!("{number} %"),
        "minutes" => lasting(number),
        "score" => format!("{number} of 5"),
        other => format!("{number} {other}"),
    }
}

/// `18 min`, `2 h 5 min`
fn lasting(minutes: Decimal) -> String {
    let minutes = i64::try_from(minutes.round()).unwrap_or_default();
    match (minutes / 60, minutes % 60) {
        (0, minutes) => format!("{minutes} min"),
        (hours, 0) => format!("{hours} h"),
        (hours, minutes) => format!("{hours} h {minutes} min"),
    }
}

fn mark(figure: &Figure) -> Option<Mark> {
    Some(match figure.met? {
        true => Mark::new(Shape::Met, Tone::Ok, "Met"),
        false => Mark::new(Shape::Nonconforming, Tone::Bad, "Missed"),
    })
}

fn row(figure: &Figure, link: &dyn Fn(&str) -> Link) -> Row {
    let down = figure.section == "availability";
    let of = match (figure.good, figure.whole) {
        (Some(good), Some(whole)) if down => lasting(whole - good),
        (Some(good), Some(whole)) => format!("{} of {}", good.normalize(), whole.normalize()),
        (None, Some(whole)) => format!("out of {}", whole.normalize()),
        _ => String::new(),
    };
    let bound = if figure.at_most { "at most " } else { "" };
    Row {
        name: figure.name.clone(),
        about: if figure.about.is_empty() { Link::default() } else { link(&figure.about) },
        measured: match figure.actual.is_none() && figure.target.is_none() && !figure.reason.is_empty() {
            true => String::new(),
            false => words(figure.actual, &figure.unit),
        },
        of,
        target: figure.target.map(|target| format!("{bound}{}", words(Some(target), &figure.unit))).unwrap_or_default(),
        mark: mark(figure),
        strip: (down && !figure.series.is_empty()).then(|| Strip::of(&figure.name, &figure.series)),
        reason: figure.reason.clone(),
        records: figure.records.iter().map(|number| link(number)).collect(),
    }
}

fn sections(figures: &[Figure], link: &dyn Fn(&str) -> Link) -> Vec<Section> {
    let mut order: Vec<&str> = SECTIONS.iter().map(|(name, _)| *name).collect();
    let place = order.iter().position(|name| *name == "incidents").map_or(order.len(), |place| place + 1);
    order.insert(place, LARGER);
    let section = |name: &&str| {
        let own: Vec<&Figure> = figures.iter().filter(|figure| figure.section == *name).collect();
        (!own.is_empty()).then(|| Section {
            name: (*name).to_string(),
            title: heading(name).to_string(),
            has_strips: own.iter().any(|figure| figure.section == "availability" && !figure.series.is_empty()),
            has_targets: own.iter().any(|figure| figure.target.is_some()),
            has_records: own.iter().any(|figure| !figure.records.is_empty()),
            missed: own.iter().filter(|figure| figure.met == Some(false)).map(|figure| missed(figure)).collect(),
            rows: own.iter().map(|figure| row(figure, link)).collect(),
        })
    };
    order.iter().filter_map(section).collect()
}

fn missed(figure: &Figure) -> (String, String) {
    let why = match figure.reason.trim() {
        "" => "No reason is on record.".to_string(),
        reason => reason.to_string(),
    };
    (figure.name.clone(), why)
}

fn judged(figures: &[Figure], section: &str) -> (usize, usize) {
    let own = figures.iter().filter(|figure| figure.section == section && figure.met.is_some());
    let met = own.clone().filter(|figure| figure.met == Some(true)).count();
    (met, own.count())
}

fn value(figures: &[Figure], section: &str, name: &str) -> Option<Decimal> {
    figures.iter().find(|figure| figure.section == section && figure.name == name)?.actual
}

/// The answer to: was anything wrong?
fn short(figures: &[Figure]) -> Vec<String> {
    let mut told = Vec::new();
    for (section, one, all) in [
        ("availability", "service met its availability", "services met their availability"),
        ("service-levels", "target was met", "targets were met"),
        ("workload", "load stayed within its limit", "loads stayed within their limits"),
    ] {
        told.extend(match judged(figures, section) {
            (_, 0) => None,
            (1, 1) => Some(format!("The one {one}.")),
            (met, whole) if met == whole => Some(format!("All {whole} {all}.")),
            (met, whole) => Some(format!("{met} of {whole} {all}.")),
        });
    }
    let missed: Vec<&str> =
        figures.iter().filter(|figure| figure.met == Some(false)).map(|figure| figure.name.as_str()).collect();
    if !missed.is_empty() {
        let rest = missed.len().saturating_sub(5);
        let more = if rest > 0 { format!(" and {rest} more") } else { String::new() };
        told.push(format!("Missed: {}{more}.", missed[..missed.len().min(5)].join(", ")));
    }
    for (section, labels, done) in [("incidents", "incidents", "Resolved"), ("requests", "requests", "Fulfilled")] {
        if let (Some(raised), Some(over), Some(open)) = (
            value(figures, section, "Raised"),
            value(figures, section, done),
            value(figures, section, "Open at the end"),
        ) {
            let done = done.to_lowercase();
            told.push(format!("{raised} {labels} came, {over} were {done}, {open} were open at the end."));
        }
    }
    told
}

fn heads(figures: &[Figure]) -> Vec<(String, String, String)> {
    let (met, whole) = ["availability", "service-levels"]
        .iter()
        .map(|section| judged(figures, section))
        .fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
    let mut told = Vec::new();
    if whole > 0 {
        told.push(("Targets met".into(), met.to_string(), format!("of {whole}")));
    }
    for (label, section, name) in [
        ("Incidents", "incidents", "Raised"),
        ("Requests", "requests", "Raised"),
        ("Problems open", "problems", "Open at the end"),
        ("Changes", "changes", "Implemented"),
        ("Satisfaction", "satisfaction", "Mean of the ratings"),
    ] {
        if let Some(number) = value(figures, section, name) {
            let whole = if section == "satisfaction" { "of 5" } else { "" };
            told.push((label.into(), number.normalize().to_string(), whole.into()));
        }
    }
    told
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sentences_follow_from_the_figures() {
        let judged = |name: &str, met| Figure { met: Some(met), ..Figure::new("availability", name) };
        let figures = [
            judged("Mail", true),
            judged("Web", false),
            Figure::counted("incidents", "Raised", 3),
            Figure::counted("incidents", "Resolved", 2),
            Figure::counted("incidents", "Open at the end", 1),
        ];
        assert_eq!(
            short(&figures),
            [
                "1 of 2 services met their availability.",
                "Missed: Web.",
                "3 incidents came, 2 were resolved, 1 were open at the end."
            ]
        );
        assert_eq!(short(&figures[..1]), ["The one service met its availability."]);
        assert_eq!(heads(&figures)[0], ("Targets met".into(), "1".into(), "of 2".into()));
        let told = sections(&figures, &|number| Link::new(number, ""));
        assert_eq!(told[0].missed, [("Web".into(), "No reason is on record.".into())]);
        assert_eq!(lasting(Decimal::from(125)), "2 h 5 min");
    }
}
