//! Risks at a glance: the matrix that the method on record draws, before and after treatment, and what asks for a decision.

mod counts;
mod grid;
mod register;

use askama::Template;
use axum::{
    extract::{RawQuery, State as Held},
    response::Html,
};
use desk::{Shown, rights};
use kinds::governance::{opportunity, risk};
use model::{Act, Decimal, Kind, Refusal, Type, suggest};

use self::{
    counts::{Counted, Room},
    grid::{Grid, Method},
    register::{Line, Register},
};
use crate::{
    App, Refused, Seat,
    pages::{
        lines::{self, encoded},
        road::facts::{STANDS, all},
        staff,
    },
    record::address::{Address, segment},
    view::{
        field::Pick,
        parts::{Empty, Figure, Link, Mark, Notice, Person, Shape, Tab, Tone},
        shell::Shell,
        state, text, time,
    },
};

/// Lines of the register on the page; all of them stand in the list.
const LINES: usize = 100;
/// Requirements that are judged by these records.
const JUDGED: [&str; 7] = ["6.1.1-1", "6.1.2.a", "6.1.2.b", "6.1.2.c", "6.1.2.d", "6.1.3.a", "6.1.3.b"];

#[derive(Template)]
#[template(path = "page/risk_map.html")]
struct RiskPage {
    shell: Shell,
    notices: Vec<Notice>,
    figures: Vec<Figure>,
    tabs: Vec<Tab>,
    area: String,
    services: Vec<Pick>,
    method: MethodView,
    grids: Vec<Grid>,
    lines: Vec<Line>,
    more: usize,
    list: String,
    opportunities: Vec<Opportunity>,
    judged: Vec<staff::Judged>,
    nothing: Empty,
    may_create: bool,
}

/// What the matrix is made of, in words.
struct MethodView {
    link: Link,
    state: String,
    limit: String,
    above: String,
}

struct Opportunity {
    link: Link,
    title: String,
    effect: String,
    decision: String,
    owner: Person,
    state: Mark,
}

/// What is asked by the address.
#[derive(Default)]
struct Asked {
    area: String,
    service: String,
}

impl Asked {
    fn read(here: &Address) -> Result<Asked, Refusal> {
        let mut asked = Asked::default();
        for (name, value) in here.pairs().iter().filter(|(_, value)| !value.is_empty()) {
            match name.as_str() {
                "area" => asked.area = value.trim().to_string(),
                "service" => asked.service = value.trim().to_string(),
                other => {
                    let hint = suggest::hint(other, ["area", "service"]);
                    return Err(Refusal::Query(format!("there is no parameter \"{other}\"{hint}")));
                }
            }
        }
        Ok(asked)
    }

    /// The same as a filter of the list of risks: what is closed is no risk any more.
    fn filter(&self) -> String {
        let quoted = |text: &str| text.replace('\\', "\\\\").replace('"', "\\\"");
        let mut filter = format!("{STANDS} and state != closed");
        if !self.area.is_empty() {
            filter.push_str(&format!(" and area = \"{}\"", quoted(&self.area)));
        }
        if !self.service.is_empty() {
            filter.push_str(&format!(" and service = \"{}\"", quoted(&self.service)));
        }
        filter
    }
}

/// `GET /risk-map?area=&service=`
pub async fn open(seat: Seat, Held(app): Held<App>, RawQuery(query): RawQuery) -> Result<Html<String>, Refused> {
    let (desk, actor, now) = (&app.desk, &seat.actor, seat.now);
    let catalog = desk.catalog();
    let kind = catalog.find("risk").ok_or(Refusal::NotFound)?;
    if actor.customer.is_some() || !rights::may(actor, kind, Act::Read, None) {
        return Err(Refused::not_found());
    }
    let here = Address::read("/risk-map", &query.unwrap_or_default());
    let asked = Asked::read(&here)?;
    let room = Room { desk, actor, kind, now };
    let by_area = room.spread(&Asked::default().filter(), &[risk::AREA.name]).await?;
    let areas = areas(kind, &by_area);
    if !asked.area.is_empty() && !areas.contains(&asked.area) {
        let hint = suggest::hint(&asked.area, areas.iter().map(String::as_str));
        return Err(Refusal::Query(format!("area: no risk is of the area \"{}\"{hint}", asked.area)).into());
    }
    let services = services(&app, &seat, &asked.service).await?;
    let method = Method::current(&all(desk, actor, "risk_method", STANDS, "number", now).await?);
    let filter = asked.filter();
    let whole = room.count(&filter).await?;
    let shown = room.highest(&filter, LINES).await?;
    let register = Register::gather(&app, &seat, &shown, &method, room.months()).await?;
    let lines = register.lines();
    let may_create = rights::may(actor, kind, Act::Create, None);
    let page = RiskPage {
        notices: notices(&method, &catalog, &seat),
        figures: room.figures(&filter, &method, whole).await?,
        tabs: tabs(&here, kind, &areas, &by_area, &asked),
        area: asked.area.clone(),
        services,
        grids: grids(&room, &method, whole, &filter).await?,
        method: method_view(&method),
        more: usize::try_from(whole).unwrap_or_default().saturating_sub(lines.len()),
        lines,
        list: format!("/risks?filter={}", encoded(&filter)),
        opportunities: opportunities(&app, &seat).await?,
        judged: staff::judged(&app, &seat, &JUDGED),
        nothing: nothing(&method, &asked, may_create),
        may_create,
        shell: Shell { views: true, ..crate::shell(&app, &seat, "/risk-map").await },
    };
    Ok(Html(page.render()?))
}

/// Up to which score a risk is simply accepted, as the method on record says; what a reader may not see counts as unsaid.
pub(super) async fn limit(app: &App, seat: &Seat) -> Result<Decimal, Refusal> {
    let methods = all(&app.desk, &seat.actor, "risk_method", STANDS, "number", seat.now).await?;
    Ok(Method::current(&methods).limit)
}

/// The areas that the kind offers, and those of one's own that are in use.
fn areas(kind: &Kind, by_area: &[Counted]) -> Vec<String> {
    let offered = match kind.type_of(risk::AREA.name) {
        Some(Type::Choice(choices)) => choices.options.iter().map(|option| option.0.to_string()).collect(),
        _ => Vec::new(),
    };
    let mut areas: Vec<String> = offered;
    for (own, _) in by_area {
        areas.extend(own.first().filter(|own| !own.is_empty() && !areas.contains(own)).cloned());
    }
    areas
}

fn tabs(here: &Address, kind: &Kind, areas: &[String], by_area: &[Counted], asked: &Asked) -> Vec<Tab> {
    let of = |area: &str| {
        by_area.iter().filter(|(own, _)| own.first().is_some_and(|own| own == area)).map(|(_, count)| count).sum()
    };
    let tab = |label: String, area: &str, count: i64| Tab {
        label,
        href: here.with("area", area).to_string(),
        count: count.to_string(),
        current: asked.area == area,
    };
    let ty = kind.type_of(risk::AREA.name);
    let label = |area: &str| match &ty {
        Some(ty) => ty.print(&model::Value::text(area)),
        None => area.to_string(),
    };
    let first = tab("All areas".into(), "", by_area.iter().map(|(_, count)| count).sum());
    std::iter::once(first).chain(areas.iter().map(|area| tab(label(area), area, of(area)))).collect()
}

async fn services(app: &App, seat: &Seat, chosen: &str) -> Result<Vec<Pick>, Refusal> {
    let found = all(&app.desk, &seat.actor, "service", STANDS, "title", seat.now).await?;
    if !chosen.is_empty() && !found.iter().any(|shown| shown.number() == chosen) {
        let hint = suggest::hint(chosen, found.iter().map(Shown::number));
        return Err(Refusal::Query(format!("service: there is no service \"{chosen}\"{hint}")));
    }
    let pick = |shown: &Shown| Pick {
        value: shown.number().into(),
        label: shown.title().into(),
        chosen: shown.number() == chosen,
    };
    Ok(found.iter().map(pick).collect())
}

/// Before treatment and after it, counted by the database: no risk is left out however many there are.
async fn grids(room: &Room<'_>, method: &Method, whole: i64, filter: &str) -> Result<Vec<Grid>, Refusal> {
    let before = (risk::LIKELIHOOD.name, risk::IMPACT.name);
    let after = (risk::RESIDUAL_LIKELIHOOD.name, risk::RESIDUAL_IMPACT.name);
    let (inherent, residual) = (room.levels(filter, before).await?, room.levels(filter, after).await?);
    let left_out = |placed: &[((Decimal, Decimal), i64)]| whole - placed.iter().map(|(_, count)| count).sum::<i64>();
    Ok(vec![
        Grid::new(
            "As it is without treatment",
            method,
            before,
            &inherent,
            filter,
            match left_out(&inherent) {
                0 => String::new(),
                1 => "1 risk names no likelihood or impact.".into(),
                count => format!("{count} risks name no likelihood or impact."),
            },
        ),
        Grid::new(
            "What is left",
            method,
            after,
            &residual,
            filter,
            match left_out(&residual) {
                0 => String::new(),
                1 => "1 risk names no levels of what is left.".into(),
                count => format!("{count} risks name no levels of what is left."),
            },
        ),
    ])
}

fn notices(method: &Method, catalog: &model::Catalog, seat: &Seat) -> Vec<Notice> {
    if !method.number.is_empty() {
        return Vec::new();
    }
    let may = catalog.find("risk_method").is_some_and(|kind| rights::may(&seat.actor, kind, Act::Create, None));
    vec![Notice {
        mark: Mark::new(Shape::Gap, Tone::Bad, "No method is on record."),
        text: "The matrix shows levels 1 to 5 and accepts up to 9 (rule R21) until yours says otherwise.".into(),
        links: if may { vec![Link::new("Write it down", "/risk_methods/new")] } else { Vec::new() },
    }]
}

fn method_view(method: &Method) -> MethodView {
    let link = match method.number.is_empty() {
        true => Link::default(),
        false => Link::new(&method.title, format!("/risk_methods/{}", segment(&method.number))),
    };
    MethodView {
        link,
        state: method.approved_on.map(|on| format!("approved {}", time::day(on))).unwrap_or_default(),
        limit: method.limit.normalize().to_string(),
        above: method.above.clone(),
    }
}

fn nothing(method: &Method, asked: &Asked, may_create: bool) -> Empty {
    let narrowed = !asked.area.is_empty() || !asked.service.is_empty();
    let (word, text) = match (narrowed, method.number.is_empty()) {
        (true, _) => ("No risk of this sort is on record.", ""),
        (false, true) => (
            "No risk is on record.",
            "Write down the method first: its levels, and up to which score a risk is simply accepted. Then the first risks: to the organisation, to what services must do, from other parties.",
        ),
        (false, false) => (
            "No risk is on record.",
            "Begin with one of each area that 6.1.2 names: the organisation, what services must do, other parties.",
        ),
    };
    Empty {
        mark: Mark::new(Shape::Nothing, Tone::Mute, word),
        text: text.into(),
        step: may_create.then(|| {
            let form = Address::new("/risks/new").with("area", &asked.area).with("service", &asked.service);
            Link::new("Write down a risk", form.to_string())
        }),
    }
}

async fn opportunities(app: &App, seat: &Seat) -> Result<Vec<Opportunity>, Refusal> {
    let (desk, actor, now) = (&app.desk, &seat.actor, seat.now);
    let filter = format!("{STANDS} and state != closed");
    let found = all(desk, actor, "opportunity", &filter, "number", now).await?;
    let catalog = desk.catalog();
    let Some(kind) = catalog.find("opportunity") else { return Ok(Vec::new()) };
    let owner = |shown: &Shown| opportunity::OWNER.get(shown.fields()).map(|owner| owner.0).unwrap_or_default();
    let names = desk.names_of(actor, Default::default(), found.iter().map(owner).collect(), now).await?;
    let line = |shown: &Shown| {
        let long = |key: model::Key<model::field::Long>| {
            key.get(shown.fields()).map(|words| text::shortened(&words.0, 160)).unwrap_or_default()
        };
        Opportunity {
            link: Link::new(shown.number(), format!("/opportunities/{}", segment(shown.number()))),
            title: shown.title().into(),
            effect: long(opportunity::CUSTOMER_EFFECT),
            decision: long(opportunity::DECISION),
            owner: lines::person(&owner(shown), &names),
            state: state::mark(kind, shown.state()),
        }
    };
    Ok(found.iter().take(LINES).map(line).collect())
}
