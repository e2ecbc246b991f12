//! Roles with what their holders answer for and may decide, and those that nobody holds.

use askama::Template;
use axum::{extract::State as Held, response::Html};
use desk::rights;
use model::Act;

use super::{holders::Staff, judged, tabs};
use crate::{
    App, Refused, Seat,
    record::address::segment,
    view::{
        parts::{Empty, Figure, Link, Mark, Person, Shape, Tab, Tone},
        shell::Shell,
        time,
    },
};

#[derive(Template)]
#[template(path = "page/staff_roles.html")]
struct RolesPage {
    shell: Shell,
    tabs: Vec<Tab>,
    figures: Vec<Figure>,
    roles: Vec<Line>,
    judged: Vec<super::Judged>,
    nothing: Empty,
    may_create: bool,
}

struct Line {
    link: Link,
    number: String,
    duties: Vec<String>,
    authority: Vec<String>,
    holders: Vec<Person>,
    /// What is wrong with the holder, and where to put it right.
    wanting: Option<(Mark, String)>,
    appointed: String,
    reports_to: Link,
    needs: String,
}

/// `GET /staff`
pub async fn open(seat: Seat, Held(app): Held<App>) -> Result<Html<String>, Refused> {
    desk::rights::provider(&seat.actor)?;
    let staff = Staff::gather(&app.desk, &seat.actor, seat.now).await?;
    let catalog = app.desk.catalog();
    let may = |act: Act| catalog.find("role").is_some_and(|kind| rights::may(&seat.actor, kind, act, None));
    let roles: Vec<Line> = staff.roles.iter().map(|role| line(&staff, role, may(Act::Edit))).collect();
    let without = roles.iter().filter(|line| line.holders.is_empty()).count();
    let figure = |label: &str, count: usize, href: &str| Figure {
        label: label.into(),
        value: Link::new(count.to_string(), if count == 0 { "" } else { href }),
        whole: String::new(),
    };
    let page = RolesPage {
        tabs: tabs("/staff"),
        figures: vec![
            figure("Roles", roles.len(), "/roles"),
            figure("Without a holder", without, "#without"),
            figure("People", staff.members.len(), "/people?filter=active+%3D+true"),
        ],
        judged: judged(&app, &seat, &["5.3-1", "5.3.a", "5.3.b"]),
        nothing: Empty {
            mark: Mark::new(Shape::Nothing, Tone::Mute, "No role is on record."),
            text: "Begin with whoever sees to it that the system keeps to the standard, and whoever reports to top management: the first one is begun for you.".into(),
            step: may(Act::Create).then(|| Link::new("Write down a role", "/roles/new?duties=conformity-of-sms")),
        },
        may_create: may(Act::Create),
        shell: Shell { views: true, ..crate::shell(&app, &seat, "/staff").await },
        roles,
    };
    Ok(Html(page.render()?))
}

fn line(staff: &Staff, role: &super::holders::Role, may_edit: bool) -> Line {
    let href = format!("/roles/{}", segment(&role.number));
    let person = |mail: &String| match staff.member(mail) {
        Some(member) => Person { name: member.name.clone(), href: format!("/people/{}", segment(&member.number)) },
        None => Person { name: mail.clone(), href: String::new() },
    };
    let wanting = match (&role.named, role.holders.is_empty()) {
        (Some(named), _) if !role.holders.contains(named) => {
            Some(Mark::new(Shape::Risk, Tone::Warn, format!("{named} does not work here")))
        }
        (None, true) => Some(Mark::new(Shape::Gap, Tone::Bad, "Nobody holds it")),
        // The standard's check asks for one person who is named by the role itself.
        (None, false) => Some(Mark::new(Shape::Risk, Tone::Warn, "Nobody is named as its holder")),
        _ => None,
    };
    let edit = if may_edit { format!("{href}/edit") } else { String::new() };
    Line {
        link: Link::new(&role.title, &href),
        number: role.number.clone(),
        duties: role.duties.iter().map(|word| worded(word)).collect(),
        authority: role.authority.iter().map(|word| worded(word)).collect(),
        holders: role.holders.iter().map(person).collect(),
        wanting: wanting.map(|mark| (mark, edit)),
        appointed: role.appointed_on.map(time::day).unwrap_or_default(),
        reports_to: role.reports_to.as_ref().map_or(Link::default(), |to| {
            let title =
                staff.roles.iter().find(|role| role.number == *to).map_or(to.clone(), |role| role.title.clone());
            Link::new(title, format!("/roles/{}", segment(to)))
        }),
        needs: match role.needs.len() {
            0 => String::new(),
            1 => "1 needed ability".into(),
            count => format!("{count} needed abilities"),
        },
    }
}

/// A duty or power as people say it: the checks know it as `report-to-top-management`.
fn worded(word: &str) -> String {
    word.split('-').map(|part| if part == "sms" { "SMS" } else { part }).collect::<Vec<_>>().join(" ")
}
