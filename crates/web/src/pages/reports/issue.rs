//! The page of one report: the sheet as its readers have it, and beside it what was decided and who may see it.

use askama::Template;
use axum::{
    extract::{Path, State as Held},
    response::Html,
};
use desk::{Shown, rights};
use kinds::performance::report;
use model::{Act, FieldError, Refusal, Value};

use super::{
    make::is_frozen,
    sheet::{Sheet, sheet},
};
use crate::{
    App, Refused, Seat,
    pages::{decision::Typed, lines, portal, road::facts::rows, welcome::told as beside},
    view::{
        field::{Control, Field},
        parts::{Link, Mark, Person},
        shell::Shell,
        state, text, time,
    },
};

#[derive(Template)]
#[template(path = "page/issue.html")]
struct IssuePage {
    shell: Shell,
    of: Sheet,
    /// Sanitised markup.
    words: String,
    /// Where it is a PDF; empty until it is made.
    pdf: String,
    decided: Vec<Decided>,
    fields: Vec<Field>,
    errors: Vec<(String, String)>,
    editions: Vec<(Link, String)>,
    may_release: bool,
    is_released: bool,
    /// A newer edition may be made of it.
    may_correct: bool,
    record: String,
    period: String,
}

#[derive(Template)]
#[template(path = "portal/issue.html")]
struct ReadersPage {
    shell: Shell,
    of: Sheet,
    words: String,
    pdf: String,
}

/// What was decided on it.
pub struct Decided {
    pub text: String,
    pub by: Person,
    pub at: String,
    pub action: Link,
    pub mark: Option<Mark>,
}

/// `GET /service-reports/{number}`
pub async fn open(seat: Seat, Held(app): Held<App>, Path(number): Path<String>) -> Result<Html<String>, Refused> {
    Ok(Html(page(&app, &seat, &number, &Typed::default(), &[]).await?))
}

/// The page with what was typed and what is wrong with it.
pub async fn page(
    app: &App,
    seat: &Seat,
    number: &str,
    typed: &Typed,
    errors: &[FieldError],
) -> Result<String, Refused> {
    let (shown, of) = sheet(&app.desk, &seat.actor, number, seat.now).await?;
    let words = if of.text.is_empty() { String::new() } else { text::markdown(&of.text) };
    let pdf = if super::is_made(shown.fields()) { super::pdf_address(number) } else { String::new() };
    if seat.actor.customer.is_some() {
        let shell = portal::shell(app, seat, "/service-reports").await?;
        return Ok(ReadersPage { shell, of, words, pdf }.render()?);
    }
    let catalog = app.desk.catalog();
    let kind = catalog.find("report").ok_or(Refusal::NotFound)?;
    let may_act = catalog.find("action").is_some_and(|kind| rights::may(&seat.actor, kind, Act::Create, None));
    let stands = is_frozen(&shown) && shown.state() == "done";
    let mut fields = if stands && shown.can(Act::Edit) && may_act {
        typed.fields(Control::line(typed.text.clone()), "By e-mail; they are told.")
    } else {
        Vec::new()
    };
    let errors = beside(&mut fields, errors);
    let released = report::RELEASED_TO.get(shown.fields()).is_some_and(|to| to.0 == "customer");
    let page = IssuePage {
        decided: decided(app, seat, &shown).await?,
        editions: editions(app, seat, &shown).await?,
        may_release: stands && shown.can(Act::Edit) && shown.customer().is_some(),
        is_released: released,
        may_correct: stands && rights::may(&seat.actor, kind, Act::Create, None),
        record: crate::record::piece::record_address(kind, number),
        period: report::PERIOD.get(shown.fields()).map(|period| period.0).unwrap_or_default(),
        fields,
        errors,
        words,
        pdf,
        of,
        shell: Shell { views: true, ..crate::shell(app, seat, "/service-reports").await },
    };
    Ok(page.render()?)
}

async fn decided(app: &App, seat: &Seat, shown: &Shown) -> Result<Vec<Decided>, Refusal> {
    let catalog = app.desk.catalog();
    let kind = catalog.find("action").ok_or(Refusal::NotFound)?;
    let part = |row: &Value, name: &str| row.part(name).and_then(Value::as_text).unwrap_or_default().to_string();
    let mails = rows(shown, report::DECIDED.name).map(|row| part(row, "by")).collect();
    let names = app.desk.names_of(&seat.actor, Default::default(), mails, seat.now).await?;
    let mut told = Vec::new();
    for row in rows(shown, report::DECIDED.name) {
        let number = part(row, "action");
        let action = match app.desk.show(&seat.actor, kind.name, &number, None, seat.now).await {
            Ok(action) => Some(action),
            Err(Refusal::NotFound) => None,
            Err(refusal) => return Err(refusal),
        };
        told.push(Decided {
            text: part(row, "text"),
            by: lines::person(&part(row, "by"), &names),
            at: row.part("at").and_then(Value::as_moment).map(time::exact).unwrap_or_default(),
            mark: action.as_ref().map(|action| state::mark(kind, action.state())),
            action: Link::new(
                number.clone(),
                if action.is_some() { format!("/actions/{number}") } else { String::new() },
            ),
        });
    }
    // What was written down without a name, as imports bring it.
    let signed: Vec<String> = told.iter().map(|one| one.text.clone()).collect();
    let others = rows(shown, report::DECISIONS.name).filter_map(Value::as_text);
    told.extend(others.filter(|text| !signed.iter().any(|known| known == text)).map(|text| Decided {
        text: text.into(),
        by: Person::default(),
        at: String::new(),
        action: Link::default(),
        mark: None,
    }));
    Ok(told)
}

/// Every edition of the same period, the newest first.
async fn editions(app: &App, seat: &Seat, shown: &Shown) -> Result<Vec<(Link, String)>, Refusal> {
    let fields = shown.fields();
    let (Some(definition), Some(period)) = (report::DEFINITION.get(fields), report::PERIOD.get(fields)) else {
        return Ok(Vec::new());
    };
    let own = model::Filter::equal("definition", &definition.0).and(model::Filter::equal("period", &period.0));
    let mut found =
        super::gather::read(&app.desk, &seat.actor, (seat.now, None), "report", own, &["edition", "made_on", "digest"])
            .await?;
    found.retain(is_frozen);
    found.sort_by_key(|issue| std::cmp::Reverse(super::make::edition(issue)));
    let line = |issue: &Shown| {
        let made = report::MADE_ON.get(issue.fields()).map(time::day).unwrap_or_default();
        let here = if issue.number() == shown.number() { String::new() } else { super::address(issue.number()) };
        (Link::new(format!("Edition {}", super::make::edition(issue).normalize()), here), made)
    };
    Ok(found.iter().map(line).collect())
}
