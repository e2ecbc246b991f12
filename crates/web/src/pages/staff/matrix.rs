//! The matrix of skills: what each role needs, and whether its holders can do it, until which day, by which record.

use askama::Template;
use axum::{
    extract::{RawQuery, State as Held},
    response::{Html, Response},
};
use desk::rights;
use engines::competence::{Found, Standing};
use model::{Act, Refusal, suggest};
use sheets::{Cell, Format, Table};

use super::{
    holders::MOST,
    judged,
    skills::{Narrow, Row, Skills},
    tabs,
};
use crate::{
    App, Refused, Seat,
    pages::road::facts::{STANDS, all},
    record::{
        address::{Address, segment},
        export::file,
    },
    view::{
        field::Pick,
        parts::{Empty, Figure, Link, Mark, Shape, Tab, Tone},
        shell::Shell,
    },
};

/// People that a page shows side by side; files hold all of them.
const COLUMNS: usize = 40;
/// Lines of what is missing or runs out.
const WANTING: usize = 30;

#[derive(Template)]
#[template(path = "page/staff_matrix.html")]
struct MatrixPage {
    shell: Shell,
    tabs: Vec<Tab>,
    figures: Vec<Figure>,
    files: Vec<Link>,
    teams: Vec<Pick>,
    is_wanting: bool,
    wanting: Vec<Wanting>,
    /// How many more there are than lines.
    more_wanting: usize,
    people: Vec<Link>,
    more_people: usize,
    groups: Vec<Group>,
    legend: Vec<Mark>,
    judged: Vec<super::Judged>,
    is_own: bool,
    /// What was not read, in words; empty where everything was.
    cut: String,
    nothing: Empty,
}

/// A role with its needs.
struct Group {
    role: Link,
    lines: Vec<Line>,
}

struct Line {
    need: String,
    level: String,
    cells: Vec<CellView>,
}

/// How a person stands to a need; empty for whoever does not hold the role.
struct CellView {
    person: String,
    mark: Option<Mark>,
    day: String,
    /// The record that says so, or the form in which it is written down.
    href: String,
    /// The whole of it in words, for whoever hears it.
    told: String,
}

struct Wanting {
    person: Link,
    need: String,
    role: Link,
    mark: Mark,
    day: String,
    act: Link,
}

/// `GET /staff/matrix?team=&show=`
pub async fn open(seat: Seat, Held(app): Held<App>, RawQuery(query): RawQuery) -> Result<Html<String>, Refused> {
    desk::rights::provider(&seat.actor)?;
    let here = Address::read("/staff/matrix", &query.unwrap_or_default());
    let narrow = asked(&here)?;
    let teams = teams(&app, &seat, &narrow.team).await?;
    let skills = Skills::gather(&app.desk, &seat.actor, &narrow, seat.now).await?;
    let catalog = app.desk.catalog();
    let may = |kind: &str, act: Act| catalog.find(kind).is_some_and(|kind| rights::may(&seat.actor, kind, act, None));
    let drawn = Drawn { skills: &skills, may_record: may("competence", Act::Create) };
    let mut wanting = drawn.wanting();
    let more_wanting = wanting.len().saturating_sub(WANTING);
    wanting.truncate(WANTING);
    let files = Format::ALL.map(|format| {
        let address = Address::read(format!("/staff/matrix.{}", format.name()), &here.query());
        Link::new(format.name().to_uppercase(), address.to_string())
    });
    let page = MatrixPage {
        tabs: tabs("/staff/matrix"),
        figures: figures(&skills, &here),
        files: files.into(),
        teams,
        is_wanting: narrow.is_wanting,
        wanting,
        more_wanting,
        people: drawn.people().take(COLUMNS).collect(),
        more_people: skills.people.len().saturating_sub(COLUMNS),
        groups: drawn.groups(),
        legend: Standing::ALL.map(mark).into(),
        judged: judged(&app, &seat, &["7.2.a", "7.2.b", "7.2.c", "7.2.d"]),
        is_own: skills.is_own,
        cut: match skills.is_whole {
            true => String::new(),
            false => format!("Read from the first {MOST} people, roles and competences alone: there are more."),
        },
        nothing: nothing(&skills, &narrow, may("role", Act::Edit)),
        shell: Shell { views: true, ..crate::shell(&app, &seat, "/staff").await },
    };
    Ok(Html(page.render()?))
}

/// `GET /staff/matrix.csv`: the same matrix, with everybody.
pub async fn save_as_csv(seat: Seat, Held(app): Held<App>, RawQuery(query): RawQuery) -> Result<Response, Refused> {
    saved(&seat, &app, query, Format::Csv).await
}

/// `GET /staff/matrix.xlsx`
pub async fn save_as_xlsx(seat: Seat, Held(app): Held<App>, RawQuery(query): RawQuery) -> Result<Response, Refused> {
    saved(&seat, &app, query, Format::Xlsx).await
}

async fn saved(seat: &Seat, app: &App, query: Option<String>, format: Format) -> Result<Response, Refused> {
    desk::rights::provider(&seat.actor)?;
    let here = Address::read("/staff/matrix", &query.unwrap_or_default());
    let narrow = asked(&here)?;
    teams(app, seat, &narrow.team).await?;
    let skills = Skills::gather(&app.desk, &seat.actor, &narrow, seat.now).await?;
    let bytes = format.write(&[table(&skills)], seat.now).map_err(desk::Fault::new)?;
    Ok(file(bytes.into(), format, "competence-matrix"))
}

fn asked(here: &Address) -> Result<Narrow, Refusal> {
    let mut narrow = Narrow::default();
    for (name, value) in here.pairs().iter().filter(|(_, value)| !value.is_empty()) {
        match (name.as_str(), value.as_str()) {
            ("team", team) => narrow.team = team.trim().to_string(),
            ("show", "wanting") => narrow.is_wanting = true,
            ("show", other) => {
                return Err(Refusal::Query(format!(
                    "show: \"{other}\" is not wanting{}",
                    suggest::hint(other, ["wanting"])
                )));
            }
            (other, _) => {
                let hint = suggest::hint(other, ["team", "show"]);
                return Err(Refusal::Query(format!("there is no parameter \"{other}\"{hint}")));
            }
        }
    }
    Ok(narrow)
}

/// The teams to choose from.
async fn teams(app: &App, seat: &Seat, chosen: &str) -> Result<Vec<Pick>, Refusal> {
    let found = all(&app.desk, &seat.actor, "team", STANDS, "title", seat.now).await?;
    if !chosen.is_empty() && !found.iter().any(|team| team.number() == chosen) {
        let hint = suggest::hint(chosen, found.iter().map(desk::Shown::number));
        return Err(Refusal::Query(format!("team: there is no team \"{chosen}\"{hint}")));
    }
    let pick = |team: &desk::Shown| Pick {
        value: team.number().into(),
        label: team.title().into(),
        chosen: team.number() == chosen,
    };
    Ok(found.iter().map(pick).collect())
}

fn mark(standing: Standing) -> Mark {
    match standing {
        Standing::Held => Mark::new(Shape::Met, Tone::Ok, "Held"),
        Standing::Expiring => Mark::new(Shape::Stale, Tone::Warn, "Runs out"),
        Standing::Expired => Mark::new(Shape::Nonconforming, Tone::Bad, "Ran out"),
        Standing::Unproved => Mark::new(Shape::ForAPerson, Tone::Warn, "Not proved"),
        Standing::Gap => Mark::new(Shape::Half, Tone::Warn, "Not enough"),
        Standing::Missing => Mark::new(Shape::Gap, Tone::Bad, "Missing"),
    }
}

/// `12 Nov 2026`
fn day(found: &Found) -> String {
    found.day.map(|day| day.strftime("%-d %b %Y").to_string()).unwrap_or_default()
}

/// What the day of a standing is: until when it counts, since when it does not, or when it was seen.
fn day_in_words(found: &Found, is_for_good: bool) -> String {
    let day = day(found);
    match found.standing {
        _ if day.is_empty() => String::new(),
        Standing::Held if is_for_good => format!("since {day}"),
        Standing::Held | Standing::Expiring => format!("until {day}"),
        Standing::Expired => format!("on {day}"),
        _ => format!("seen {day}"),
    }
}

fn figures(skills: &Skills, here: &Address) -> Vec<Figure> {
    let able = skills.count(Standing::Held) + skills.count(Standing::Expiring);
    let figure = |label: &str, count: usize, whole: String| Figure {
        label: label.into(),
        value: Link::new(
            count.to_string(),
            if count == 0 { String::new() } else { here.with("show", "wanting").to_string() },
        ),
        whole,
    };
    let held = Figure {
        label: "Able".into(),
        value: Link::new(able.to_string(), ""),
        whole: format!("of {} needed", skills.all()),
    };
    let rest = [Standing::Expiring, Standing::Expired, Standing::Gap, Standing::Unproved, Standing::Missing];
    let rest = rest.map(|standing| figure(&mark(standing).word, skills.count(standing), String::new()));
    std::iter::once(held).chain(rest).collect()
}

fn nothing(skills: &Skills, narrow: &Narrow, may_edit: bool) -> Empty {
    let (word, text) = match (skills.is_own, narrow.is_wanting || !narrow.team.is_empty()) {
        (true, _) => {
            ("Nothing is asked of you here.", "No role that you hold says what its holders must be able to do.")
        }
        (_, true) if narrow.is_wanting => ("Nothing is missing and nothing runs out.", ""),
        (_, true) => ("Nobody in this team holds a role that needs something.", ""),
        _ => (
            "No role says yet what its holders must be able to do.",
            "Write the needed abilities on each role, with a level and how often the proof is looked at again. The matrix is made of them.",
        ),
    };
    Empty {
        mark: Mark::new(Shape::Nothing, Tone::Mute, word),
        text: text.into(),
        step: (may_edit && !text.is_empty()).then(|| Link::new("Open the roles", "/roles")),
    }
}

struct Drawn<'a> {
    skills: &'a Skills,
    may_record: bool,
}

impl Drawn<'_> {
    fn people(&self) -> impl Iterator<Item = Link> {
        self.skills.people.iter().map(|place| self.person(*place))
    }

    fn person(&self, place: usize) -> Link {
        let member = &self.skills.staff.members[place];
        Link::new(&member.name, format!("/people/{}", segment(&member.number)))
    }

    fn role(&self, row: &Row) -> Link {
        let role = &self.skills.staff.roles[row.role];
        Link::new(&role.title, format!("/roles/{}", segment(&role.number)))
    }

    fn groups(&self) -> Vec<Group> {
        let mut groups: Vec<(usize, Group)> = Vec::new();
        for row in &self.skills.rows {
            if groups.last().is_none_or(|group| group.0 != row.role) {
                groups.push((row.role, Group { role: self.role(row), lines: Vec::new() }));
            }
            if let Some((_, group)) = groups.last_mut() {
                group.lines.push(Line {
                    need: row.need.clone(),
                    level: row.asked.level.map(|level| level.normalize().to_string()).unwrap_or_default(),
                    cells: self.cells(row),
                });
            }
        }
        groups.into_iter().map(|group| group.1).collect()
    }

    fn cells(&self, row: &Row) -> Vec<CellView> {
        let cells = row.cells.iter().zip(&self.skills.people).take(COLUMNS);
        cells
            .map(|(found, place)| {
                let person = self.skills.staff.members[*place].name.clone();
                let Some(found) = found else {
                    return CellView {
                        person,
                        mark: None,
                        day: String::new(),
                        href: String::new(),
                        told: String::new(),
                    };
                };
                let mark = mark(found.standing);
                let words = day_in_words(found, is_for_good(row, found));
                CellView {
                    told: format!("{person}, {}: {} {words}", row.need, mark.word.to_lowercase())
                        .trim_end()
                        .to_string(),
                    day: day(found),
                    href: self.act(row, *place, found).href,
                    mark: Some(mark),
                    person,
                }
            })
            .collect()
    }

    /// Where it is put right: the record, or a new one half filled in.
    fn act(&self, row: &Row, place: usize, found: &Found) -> Link {
        let member = &self.skills.staff.members[place];
        match found.place.and_then(|place| self.skills.numbers.get(place)) {
            Some(number) => Link::new(number, format!("/competences/{}", segment(number))),
            None if self.may_record => {
                let form = Address::new("/competences/new")
                    .with("person", &member.mail)
                    .with("need", &row.need)
                    .with("level", row.asked.level.map(|level| level.normalize().to_string()).unwrap_or_default())
                    .with("title", format!("{}: {}", member.name, row.need));
                Link::new("Record it…", form.to_string())
            }
            None => Link::default(),
        }
    }

    /// The worst first, and of those the longest over.
    fn wanting(&self) -> Vec<Wanting> {
        let mut found: Vec<(&Row, usize, &Found)> = Vec::new();
        for row in &self.skills.rows {
            let cells = row.cells.iter().zip(&self.skills.people);
            found.extend(cells.filter_map(|(cell, place)| Some((row, *place, cell.as_ref()?))));
        }
        found.retain(|(_, _, found)| found.standing != Standing::Held);
        found.sort_by_key(|(_, _, found)| (std::cmp::Reverse(found.standing), found.day));
        let line = |(row, place, found): (&Row, usize, &Found)| Wanting {
            person: self.person(place),
            need: row.need.clone(),
            role: self.role(row),
            mark: mark(found.standing),
            day: day_in_words(found, is_for_good(row, found)),
            act: self.act(row, place, found),
        };
        found.into_iter().map(line).collect()
    }
}

/// Whether the day is the one on which it was seen, because nothing says when it ends.
fn is_for_good(row: &Row, found: &Found) -> bool {
    found.standing == Standing::Held && row.asked.months.is_none()
}

/// The matrix as a table: a line for each need of each role, a column for each person.
fn table(skills: &Skills) -> Table {
    let people = skills.people.iter().map(|place| skills.staff.members[*place].name.clone());
    let heads = ["role", "need", "level"].map(String::from).into_iter().chain(people).collect();
    let rows = skills.rows.iter().map(|row| {
        let level = row.asked.level.map_or(Cell::Empty, Cell::Number);
        let cell = |found: &Option<Found>| match found {
            None => Cell::Empty,
            Some(found) => match found.day {
                None => Cell::text(found.standing.word()),
                Some(day) => Cell::text(format!("{} {day}", found.standing.word())),
            },
        };
        let first = [Cell::text(&skills.staff.roles[row.role].title), Cell::text(&row.need), level];
        first.into_iter().chain(row.cells.iter().map(cell)).collect()
    });
    Table { name: "Competence matrix".into(), heads, rows: rows.collect() }
}
