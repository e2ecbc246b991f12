//! The page of one campaign: what people are to know, the click with which they confirm it, how far it has come and the proof.

use std::collections::BTreeSet;

use askama::Template;
use axum::{
    extract::{Path, State as Held},
    response::{Html, Response},
};
use desk::{Shown, rights};
use kinds::people::campaign;
use model::{Act, Command, Date, Input, Refusal, Target};

use super::{address_of_campaign, holders::Staff};
use crate::{
    App, Refused, Seat, flash,
    pages::{
        lines::{self, encoded},
        papers::readers::{self, Reading},
    },
    record::address::segment,
    view::{
        parts::{Link, Mark, Person},
        shell::Shell,
        state, text, time,
    },
};

#[derive(Template)]
#[template(path = "page/staff_campaign.html")]
struct CampaignPage {
    shell: Shell,
    number: String,
    title: String,
    address: String,
    record: String,
    state: Mark,
    /// Sanitised markup.
    html: String,
    materials: Vec<Link>,
    topics: Vec<String>,
    owner: Person,
    begins: String,
    ends: String,
    /// Who is meant, in words and links.
    audience: Vec<Link>,
    reading: Reading,
    newcomers: BTreeSet<String>,
    /// The word that the reader of the page is asked for.
    asked: Option<(String, String)>,
    proof: String,
    moves: Vec<Link>,
}

/// `GET /staff/campaigns/{number}`
pub async fn open(seat: Seat, Held(app): Held<App>, Path(number): Path<String>) -> Result<Html<String>, Refused> {
    desk::rights::provider(&seat.actor)?;
    let (desk, actor, now) = (&app.desk, &seat.actor, seat.now);
    let of = desk.show(actor, "campaign", &number, None, now).await?;
    let fields = of.fields();
    let catalog = desk.catalog();
    let kind = catalog.find("campaign").ok_or(Refusal::NotFound)?;
    let staff = Staff::gather(desk, actor, now).await?;
    let owner = campaign::OWNER.get(fields).map(|owner| owner.0).unwrap_or_default();
    let (mut numbers, mut mails) = (BTreeSet::new(), BTreeSet::from([owner.clone()]));
    desk::read::references(kind, &of, &mut numbers, &mut mails);
    let names = desk.names_of(actor, numbers, mails, now).await?;
    let linked = |number: &str| {
        let known = names.records.get(number);
        let kind = known.and_then(|(_, kind)| catalog.find(kind));
        let href = kind.map(|kind| crate::record::piece::record_address(kind, number)).unwrap_or_default();
        Link::new(known.map_or(number, |(title, _)| title.as_str()), href)
    };
    let materials = campaign::MATERIALS.get(fields).map(|all| all.0).unwrap_or_default();
    let topics = campaign::TOPICS.get(fields).map(|all| all.0).unwrap_or_default();
    let begins = campaign::BEGINS_ON.get(fields);
    let page = CampaignPage {
        address: address_of_campaign(&number),
        record: format!("/campaigns/{}", segment(&number)),
        state: state::mark(kind, of.state()),
        html: text::document(&campaign::TEXT.get(fields).map(|text| text.0).unwrap_or_default(), |markup| markup).html,
        materials: materials.iter().map(|material| linked(&material.0)).collect(),
        topics: topics.into_iter().map(|topic| model::lifecycle::sentence_case(&topic.0)).collect(),
        owner: lines::person(&owner, &names),
        begins: begins.map(time::day).unwrap_or_default(),
        ends: campaign::ENDS_ON.get(fields).map(time::day).unwrap_or_default(),
        audience: audience(&of, &linked, &names),
        reading: readers::reading(desk, actor, &of, now).await?,
        newcomers: newcomers(&staff, begins),
        asked: readers::asked_of(desk, actor, &of, now).await?,
        proof: format!("/awareness_records?filter={}", encoded(&format!("campaign = \"{number}\""))),
        moves: moves(&of, kind, rights::may(actor, kind, Act::Step, None)),
        title: of.title().into(),
        shell: Shell { views: true, ..crate::shell(&app, &seat, "/staff").await },
        number,
    };
    Ok(Html(page.render()?))
}

/// Teams, roles and people by name; the word for everybody in words.
fn audience(of: &Shown, linked: &impl Fn(&str) -> Link, names: &desk::Names) -> Vec<Link> {
    use kinds::information::document::{NAMED_READERS, READERS, STAFF};
    let groups = READERS.get(of.fields()).map(|groups| groups.0).unwrap_or_default();
    let named = NAMED_READERS.get(of.fields()).map(|named| named.0).unwrap_or_default();
    let group = |group: &model::field::Ref| match group.0.eq_ignore_ascii_case(STAFF) {
        true => Link::new("Everybody who works here", ""),
        false => linked(&group.0),
    };
    let person = |mail: &model::field::Person| {
        let Person { name, href } = lines::person(&mail.0, names);
        Link::new(name, href)
    };
    groups.iter().map(group).chain(named.iter().map(person)).collect()
}

/// Who joined after it had begun and is asked all the same.
fn newcomers(staff: &Staff, begins: Option<Date>) -> BTreeSet<String> {
    let later = |joined: Option<Date>| joined.zip(begins).is_some_and(|(joined, begins)| joined > begins);
    staff.members.iter().filter(|member| later(member.joined_on)).map(|member| member.mail.clone()).collect()
}

/// The steps that may be taken; each asks on a page of its own.
fn moves(of: &Shown, kind: &model::Kind, may: bool) -> Vec<Link> {
    const ONWARD: [&str; 2] = ["running", "ended"];
    let steps = kind.lifecycle.steps_from(of.state()).filter(|step| may && ONWARD.contains(&step.to));
    let link = |step: &model::lifecycle::Step| {
        Link::new(format!("{}…", step.label), format!("/campaigns/{}/step?to={}", segment(of.number()), step.to))
    };
    steps.map(link).collect()
}

/// `POST /staff/campaigns/{number}/confirm`: the reader has read it and knows it.
pub async fn confirm(seat: Seat, Held(app): Held<App>, Path(number): Path<String>) -> Result<Response, Refused> {
    desk::rights::provider(&seat.actor)?;
    let (desk, actor, now) = (&app.desk, &seat.actor, seat.now);
    let of = desk.show(actor, "campaign", &number, None, now).await?;
    let back = address_of_campaign(&number);
    let Some((record, _)) = readers::asked_of(desk, actor, &of, now).await? else {
        return Ok(flash::said(&back, "Nothing of it waits for your word."));
    };
    let target = Target { kind: "acknowledgement".into(), number: record, version: None };
    let step = Command::Step { target, to: "confirmed".into(), input: Input::default(), note: None, public: false };
    desk.perform(actor, step, now).await?;
    Ok(flash::said(&back, "Thank you. It stands under your name."))
}
