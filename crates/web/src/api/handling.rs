//! What people do with tickets beyond fields and states, for machines: merge and split them and take either back, bring
//! somebody in, write down time, use a macro. The same words and the same rights as on the pages.

use axum::{
    extract::{Path, State},
    http::{HeaderMap, StatusCode, header},
    response::Response,
};
use desk::Done;
use model::{
    Act, Catalog, Command, Input, Kind, Refusal, Target, Value,
    command::{Raised, Raw},
    handling::WorkLog,
};
use serde_json::{Map, Value as Json};

use crate::{
    App, Refused, Seat,
    api::{
        self, condition,
        content::Object,
        input::{self, Parts},
        put,
        record::{Needs, perform, refused, target, written},
        shape,
    },
    pages::macros,
    record::{offer, twins, work},
};

type Answer = Result<Response, Refused>;
type Place = Path<(String, String)>;

/// What can be done at `/{plural}/{number}/{verb}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verb {
    Merge,
    Unmerge,
    Split,
    Unsplit,
    Escalate,
    Work,
    Macro,
}

impl Verb {
    pub const ALL: [Verb; 7] =
        [Verb::Merge, Verb::Unmerge, Verb::Split, Verb::Unsplit, Verb::Escalate, Verb::Work, Verb::Macro];

    pub fn name(self) -> &'static str {
        match self {
            Verb::Merge => "merge",
            Verb::Unmerge => "unmerge",
            Verb::Split => "split",
            Verb::Unsplit => "unsplit",
            Verb::Escalate => "escalate",
            Verb::Work => "work",
            Verb::Macro => macros::KIND,
        }
    }

    /// Whether records of a kind know it; where they do not, its door answers like a missing one.
    pub fn is_for(self, kind: &Kind) -> bool {
        match self {
            Verb::Merge | Verb::Unmerge => twins::are_merged(kind),
            Verb::Split => offer::splitting(kind).is_some(),
            Verb::Unsplit => offer::splitting(kind).is_some() && twins::are_merged(kind),
            Verb::Escalate => kind.escalation.is_some(),
            Verb::Work => kind.work.is_some(),
            Verb::Macro => true,
        }
    }
}

/// The kind at an address, if it knows the verb.
fn kind_for<'c>(catalog: &'c Catalog, plural: &str, verb: Verb) -> Result<&'c Kind, Refused> {
    let kind = api::kind(catalog, plural)?;
    if verb.is_for(kind) {
        return Ok(kind);
    }
    Err(Refused::new(StatusCode::NOT_FOUND, format!("{} know no \"{}\".", kind.labels, verb.name())))
}

/// What a write says by its address, its condition and its body, so that the same one sent again is known: what it comes to
/// follows from what stands on record, and that is another thing after the first time.
struct Said<'a> {
    app: &'a App,
    seat: &'a Seat,
    key: Option<String>,
    said: String,
}

impl<'a> Said<'a> {
    fn new(
        (app, seat): (&'a App, &'a Seat),
        headers: &HeaderMap,
        (verb, kind, number): (Verb, &Kind, &str),
        body: &Map<String, Json>,
    ) -> Result<Said<'a>, Refused> {
        let body = Json::Object(body.clone());
        let said = format!("{} {} {number} {:?} {body}", verb.name(), kind.name, condition::if_match(headers)?);
        Ok(Said { app, seat, key: condition::key(headers)?, said })
    }

    /// What became of it, where it was done under its key before.
    async fn before(&self) -> Result<Option<Done>, Refused> {
        let Some(key) = &self.key else { return Ok(None) };
        Ok(self.app.desk.done_under(&self.seat.actor, key, &self.said, self.seat.now).await?)
    }

    /// Does the commands as one, once for each Idempotency-Key.
    async fn perform(&self, commands: Vec<Command>) -> Result<Done, Refusal> {
        let (desk, actor, now) = (&self.app.desk, &self.seat.actor, self.seat.now);
        if let Some(key) = &self.key {
            return desk.perform_all_once(actor, key, &self.said, commands, now).await;
        }
        let done = desk.perform_all(actor, commands, now, true).await?;
        done.into_iter().next().unwrap_or(Err(Refusal::NotFound))
    }
}

/// `POST …/merge`: `{"to"}`: it ends because another one stands for it.
pub async fn merge(
    seat: Seat,
    State(app): State<App>,
    Path((plural, number)): Place,
    headers: HeaderMap,
    Object(body): Object,
) -> Answer {
    let catalog = app.desk.catalog();
    let kind = kind_for(&catalog, &plural, Verb::Merge)?;
    let said = Said::new((&app, &seat), &headers, (Verb::Merge, kind, &number), &body)?;
    let own = target(&app, &seat, kind, number, &headers, Needs::Version(Act::Step)).await?;
    let mut parts = Parts::new(body);
    let to = parts.needed_text("to");
    parts.end()?;
    merged(&said, kind, own, to.trim()).await
}

async fn merged(said: &Said<'_>, kind: &Kind, own: Target, to: &str) -> Answer {
    let (app, seat) = (said.app, said.seat);
    let done = match said.before().await? {
        Some(done) => done,
        None => {
            let (commands, _) = twins::merging(app, seat, kind, own, to).await?;
            said.perform(commands).await.map_err(refused)?
        }
    };
    written(app, seat, kind, &done, StatusCode::OK).await
}

/// `POST …/unmerge`: it stands for itself again, in the state that it was in.
pub async fn unmerge(
    seat: Seat,
    State(app): State<App>,
    Path((plural, number)): Place,
    headers: HeaderMap,
    Object(body): Object,
) -> Answer {
    let catalog = app.desk.catalog();
    let kind = kind_for(&catalog, &plural, Verb::Unmerge)?;
    let said = Said::new((&app, &seat), &headers, (Verb::Unmerge, kind, &number), &body)?;
    let own = target(&app, &seat, kind, number, &headers, Needs::Version(Act::Step)).await?;
    Parts::new(body).end()?;
    let done = match said.before().await? {
        Some(done) => done,
        None => said.perform(twins::parting(&app, &seat, kind, own).await?).await.map_err(refused)?,
    };
    written(&app, &seat, kind, &done, StatusCode::OK).await
}

/// `POST …/split`: `{"title"?, "fields"?}`: a new one that begins with what is known of this one, and says where it is from.
pub async fn split(
    seat: Seat,
    State(app): State<App>,
    Path((plural, number)): Place,
    headers: HeaderMap,
    Object(body): Object,
) -> Answer {
    // As on the pages: what is offered to follow from a record is for our own people.
    desk::rights::provider(&seat.actor)?;
    let catalog = app.desk.catalog();
    let kind = kind_for(&catalog, &plural, Verb::Split)?;
    let (offer, _) = offer::splitting(kind).ok_or_else(Refused::not_found)?;
    let shown = app.desk.show(&seat.actor, kind.name, &number, None, seat.now).await?;
    let said = Said::new((&app, &seat), &headers, (Verb::Split, kind, &number), &body)?;
    let mut parts = Parts::new(body);
    let (title, own) = (parts.text("title"), input::fields(parts.object("fields")));
    parts.end()?;
    let mut fields = offer::carried(kind, offer, &shown);
    fields.extend(own.fields);
    fields.extend(title.map(|title| ("title".to_string(), Raw::Text(title))));
    let command = Command::Create { kind: kind.name.into(), number: None, input: Input { fields } };
    let done = match said.before().await? {
        Some(done) => done,
        None => said.perform(vec![command]).await.map_err(refused)?,
    };
    let mut response = written(&app, &seat, kind, &done, StatusCode::CREATED).await?;
    put(&mut response, header::LOCATION, &shape::address(kind, &done.number));
    Ok(response)
}

/// `POST …/unsplit`: it is merged into the one that it was split off from; `…/unmerge` takes it out again.
pub async fn unsplit(
    seat: Seat,
    State(app): State<App>,
    Path((plural, number)): Place,
    headers: HeaderMap,
    Object(body): Object,
) -> Answer {
    let catalog = app.desk.catalog();
    let kind = kind_for(&catalog, &plural, Verb::Unsplit)?;
    let (_, origin) = offer::splitting(kind).ok_or_else(Refused::not_found)?;
    let said = Said::new((&app, &seat), &headers, (Verb::Unsplit, kind, &number), &body)?;
    let own = target(&app, &seat, kind, number, &headers, Needs::Version(Act::Step)).await?;
    Parts::new(body).end()?;
    let shown = app.desk.show(&seat.actor, kind.name, &own.number, None, seat.now).await?;
    let Some(to) = shown.fields().get(origin).and_then(Value::as_text) else {
        return Err(Refusal::Step(format!("{} was split off from no other record.", shown.number())).into());
    };
    merged(&said, kind, own, to).await
}

/// `POST …/escalate`: `{"to", "reason"}`: somebody is brought in beside the owner.
pub async fn escalate(
    seat: Seat,
    State(app): State<App>,
    Path((plural, number)): Place,
    headers: HeaderMap,
    Object(body): Object,
) -> Answer {
    let catalog = app.desk.catalog();
    let kind = kind_for(&catalog, &plural, Verb::Escalate)?;
    let target = target(&app, &seat, kind, number, &headers, Needs::Nothing).await?;
    let mut parts = Parts::new(body);
    let (to, reason) = (parts.needed_text("to"), parts.needed_text("reason"));
    parts.end()?;
    let raised = vec![Raised { to: to.trim().into(), reason, step: String::new() }];
    let done = perform(&app, &seat, &headers, Command::Escalate { target, raised }).await?;
    written(&app, &seat, kind, &done, StatusCode::OK).await
}

/// `POST …/work`: `{"minutes", "on"?, "text"?}`: one more line of time, of whoever asks.
pub async fn log_work(
    seat: Seat,
    State(app): State<App>,
    Path((plural, number)): Place,
    headers: HeaderMap,
    Object(body): Object,
) -> Answer {
    let catalog = app.desk.catalog();
    let kind = kind_for(&catalog, &plural, Verb::Work)?;
    let log = kind.work.filter(|_| seat.actor.customer.is_none()).ok_or_else(Refused::not_found)?;
    let said = Said::new((&app, &seat), &headers, (Verb::Work, kind, &number), &body)?;
    let own = target(&app, &seat, kind, number, &headers, Needs::Nothing).await?;
    let mut parts = Parts::new(body);
    let minutes = parts.needed_whole("minutes", 1..=WorkLog::LONGEST);
    let line = ["on", "text"].map(|name| (name, parts.text(name).unwrap_or_default()));
    parts.end()?;
    if let Some(done) = said.before().await? {
        return written(&app, &seat, kind, &done, StatusCode::OK).await;
    }
    let mut tries = 0;
    let done = loop {
        tries += 1;
        let shown = app.desk.show(&seat.actor, kind.name, &own.number, None, seat.now).await?;
        let input = work::with_line(&log, &shown, &line, minutes, &seat.actor.email);
        // A version that the caller names is theirs to insist on; else the lines of others stay, and this one goes below.
        let version = own.version.or(Some(shown.version()));
        let command = Command::Edit { target: Target { version, ..own.clone() }, input };
        match said.perform(vec![command]).await {
            Err(Refusal::Stale { .. }) if own.version.is_none() && tries < work::TRIES => {}
            other => break other.map_err(refused)?,
        }
    };
    written(&app, &seat, kind, &done, StatusCode::OK).await
}

/// `POST …/macro`: `{"use", "text"?, "public"?}`: a macro is used, with its own words unless others are given.
pub async fn use_macro(
    seat: Seat,
    State(app): State<App>,
    Path((plural, number)): Place,
    headers: HeaderMap,
    Object(body): Object,
) -> Answer {
    let catalog = app.desk.catalog();
    let kind = kind_for(&catalog, &plural, Verb::Macro)?;
    let said = Said::new((&app, &seat), &headers, (Verb::Macro, kind, &number), &body)?;
    let own = target(&app, &seat, kind, number, &headers, Needs::Version(Act::Note)).await?;
    let mut parts = Parts::new(body);
    let named = parts.needed_text("use");
    let (text, public) = (parts.text("text"), parts.maybe_flag("public"));
    parts.end()?;
    let done = match said.before().await? {
        Some(done) => done,
        None => {
            let commands = macros::using(&app, &seat, kind.plural, &own, named.trim(), (text, public)).await?;
            said.perform(commands).await.map_err(refused)?
        }
    };
    written(&app, &seat, kind, &done, StatusCode::OK).await
}
