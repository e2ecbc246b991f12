//! What people do with tickets beyond fields and states, for machines: merge and split them and take either back, bring
//! somebody in, write down time, use a macro. The same words and the same rights as on the pages.

use std::sync::Arc;

use axum::{
    extract::{FromRequest, FromRequestParts, Path, Request},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
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
    record::{edit, offer, twins, work},
};

type Answer = Result<Response, Refused>;

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

/// What is asked to be done with one record, by address, headers and body.
pub struct Wanted {
    app: App,
    catalog: Arc<Catalog>,
    plural: String,
    number: String,
    headers: HeaderMap,
    body: Map<String, Json>,
}

impl FromRequest<App> for Wanted {
    type Rejection = Response;

    async fn from_request(request: Request, app: &App) -> Result<Wanted, Response> {
        let (mut parts, body) = request.into_parts();
        let place = Path::from_request_parts(&mut parts, app).await;
        let Path((plural, number)) = place.map_err(IntoResponse::into_response)?;
        let headers = parts.headers.clone();
        let Object(body) = Object::from_request(Request::from_parts(parts, body), app).await?;
        Ok(Wanted { app: app.clone(), catalog: app.desk.catalog(), plural, number, headers, body })
    }
}

impl Wanted {
    fn by(self, seat: Seat) -> Call {
        Call { seat, wanted: self }
    }
}

/// The same with who asks.
struct Call {
    seat: Seat,
    wanted: Wanted,
}

impl Call {
    /// The kind at the address, if it knows the verb.
    fn kind(&self, verb: Verb) -> Result<&Kind, Refused> {
        let kind = api::kind(&self.wanted.catalog, &self.wanted.plural)?;
        if verb.is_for(kind) {
            return Ok(kind);
        }
        Err(Refused::new(StatusCode::NOT_FOUND, format!("{} know no \"{}\".", kind.labels, verb.name())))
    }

    /// The same with what is said by address, condition and body.
    fn said(&self, verb: Verb) -> Result<(&Kind, Said<'_>), Refused> {
        let kind = self.kind(verb)?;
        let (number, body) = (&self.wanted.number, Json::Object(self.wanted.body.clone()));
        let said =
            format!("{} {} {number} {:?} {body}", verb.name(), kind.name, condition::if_match(&self.wanted.headers)?);
        Ok((kind, Said { call: self, key: condition::key(&self.wanted.headers)?, said }))
    }

    async fn target(&self, kind: &Kind, needs: Needs) -> Result<Target, Refused> {
        target(&self.wanted.app, &self.seat, kind, self.wanted.number.clone(), &self.wanted.headers, needs).await
    }

    /// The parts of the body, to be taken one by one.
    fn parts(&self) -> Parts {
        Parts::new(self.wanted.body.clone())
    }

    /// The record as it stands after a write.
    async fn answer(&self, kind: &Kind, done: &Done, status: StatusCode) -> Answer {
        written(&self.wanted.app, &self.seat, kind, done, status).await
    }
}

/// What a write says, so that the same one sent again is known: what it comes to follows from what stands on record, and that is
/// another thing after the first time.
struct Said<'a> {
    call: &'a Call,
    key: Option<String>,
    said: String,
}

impl Said<'_> {
    /// What became of it, where it was done under its key before.
    async fn before(&self) -> Result<Option<Done>, Refused> {
        let (Some(key), Call { seat, wanted: Wanted { app, .. } }) = (&self.key, self.call) else { return Ok(None) };
        Ok(app.desk.done_under(&seat.actor, key, &self.said, seat.now).await?)
    }

    /// Does the commands as one, once for each Idempotency-Key.
    async fn perform(&self, commands: Vec<Command>) -> Result<Done, Refusal> {
        let Call { seat, wanted: Wanted { app, .. } } = self.call;
        if let Some(key) = &self.key {
            return app.desk.perform_all_once(&seat.actor, key, &self.said, commands, seat.now).await;
        }
        let done = app.desk.perform_all(&seat.actor, commands, seat.now, true).await?;
        done.into_iter().next().unwrap_or(Err(Refusal::NotFound))
    }

    /// The same with commands that are only asked for where it was not done before.
    async fn once(&self, commands: impl Future<Output = Result<Vec<Command>, Refused>>) -> Result<Done, Refused> {
        match self.before().await? {
            Some(done) => Ok(done),
            None => self.perform(commands.await?).await.map_err(refused),
        }
    }
}

/// `POST …/merge`: `{"to"}`: it ends because another one stands for it.
pub async fn merge(seat: Seat, wanted: Wanted) -> Answer {
    let call = wanted.by(seat);
    let (kind, said) = call.said(Verb::Merge)?;
    let own = call.target(kind, Needs::Version(Act::Step)).await?;
    let mut parts = call.parts();
    let to = parts.needed_text("to");
    parts.end()?;
    merged(&said, kind, own, to.trim()).await
}

async fn merged(said: &Said<'_>, kind: &Kind, own: Target, to: &str) -> Answer {
    let Call { seat, wanted: Wanted { app, .. } } = said.call;
    let commands = async { Ok(twins::merging(app, seat, kind, own, to).await?.0) };
    said.call.answer(kind, &said.once(commands).await?, StatusCode::OK).await
}

/// `POST …/unmerge`: it stands for itself again, in the state that it was in.
pub async fn unmerge(seat: Seat, wanted: Wanted) -> Answer {
    let call = wanted.by(seat);
    let (kind, said) = call.said(Verb::Unmerge)?;
    let own = call.target(kind, Needs::Version(Act::Step)).await?;
    call.parts().end()?;
    let done = said.once(twins::parting(&call.wanted.app, &call.seat, kind, own)).await?;
    call.answer(kind, &done, StatusCode::OK).await
}

/// `POST …/split`: `{"title"?, "fields"?}`: a new one that begins with what is known of this one, and says where it is from.
pub async fn split(seat: Seat, wanted: Wanted) -> Answer {
    let call = wanted.by(seat);
    // As on the pages: what is offered to follow from a record is for our own people.
    desk::rights::provider(&call.seat.actor)?;
    let (kind, said) = call.said(Verb::Split)?;
    let (offer, _) = offer::splitting(kind).ok_or_else(Refused::not_found)?;
    let shown =
        call.wanted.app.desk.show(&call.seat.actor, kind.name, &call.wanted.number, None, call.seat.now).await?;
    let mut parts = call.parts();
    let (title, own) = (parts.text("title"), input::fields(parts.object("fields")));
    parts.end()?;
    let mut fields = offer::carried(kind, offer, &shown);
    fields.extend(own.fields);
    fields.extend(title.map(|title| ("title".to_string(), Raw::Text(title))));
    let command = Command::Create { kind: kind.name.into(), number: None, input: Input { fields } };
    let done = said.once(async { Ok(vec![command]) }).await?;
    let mut response = call.answer(kind, &done, StatusCode::CREATED).await?;
    put(&mut response, header::LOCATION, &shape::address(kind, &done.number));
    Ok(response)
}

/// `POST …/unsplit`: it is merged into the one that it was split off from; `…/unmerge` takes it out again.
pub async fn unsplit(seat: Seat, wanted: Wanted) -> Answer {
    let call = wanted.by(seat);
    let (kind, said) = call.said(Verb::Unsplit)?;
    let (_, origin) = offer::splitting(kind).ok_or_else(Refused::not_found)?;
    let own = call.target(kind, Needs::Version(Act::Step)).await?;
    call.parts().end()?;
    let shown = call.wanted.app.desk.show(&call.seat.actor, kind.name, &own.number, None, call.seat.now).await?;
    let Some(to) = shown.fields().get(origin).and_then(Value::as_text) else {
        return Err(Refusal::Step(format!("{} was split off from no other record.", shown.number())).into());
    };
    merged(&said, kind, own, to).await
}

/// `POST …/escalate`: `{"to", "reason"}`: somebody is brought in beside the owner.
pub async fn escalate(seat: Seat, wanted: Wanted) -> Answer {
    let call = wanted.by(seat);
    let kind = call.kind(Verb::Escalate)?;
    let target = call.target(kind, Needs::Nothing).await?;
    let mut parts = call.parts();
    let (to, reason) = (parts.needed_text("to"), parts.needed_text("reason"));
    parts.end()?;
    let raised = vec![Raised { to: to.trim().into(), reason, step: String::new() }];
    let done =
        perform(&call.wanted.app, &call.seat, &call.wanted.headers, Command::Escalate { target, raised }).await?;
    call.answer(kind, &done, StatusCode::OK).await
}

/// `POST …/work`: `{"minutes", "on"?, "text"?}`: one more line of time, of whoever asks.
pub async fn log_work(seat: Seat, wanted: Wanted) -> Answer {
    let call = wanted.by(seat);
    let (kind, said) = call.said(Verb::Work)?;
    let Call { seat, wanted: Wanted { app, .. } } = &call;
    let log = kind.work.filter(|_| seat.actor.customer.is_none()).ok_or_else(Refused::not_found)?;
    let own = call.target(kind, Needs::Nothing).await?;
    let mut parts = call.parts();
    let minutes = parts.needed_whole("minutes", 1..=WorkLog::LONGEST);
    let line = ["on", "text"].map(|name| (name, parts.text(name).unwrap_or_default()));
    parts.end()?;
    if let Some(done) = said.before().await? {
        return call.answer(kind, &done, StatusCode::OK).await;
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
            Err(Refusal::Stale { .. }) if own.version.is_none() && tries < edit::TRIES => {}
            other => break other.map_err(refused)?,
        }
    };
    call.answer(kind, &done, StatusCode::OK).await
}

/// `POST …/macro`: `{"use", "text"?, "public"?}`: a macro is used, with its own words unless others are given.
pub async fn use_macro(seat: Seat, wanted: Wanted) -> Answer {
    let call = wanted.by(seat);
    let (kind, said) = call.said(Verb::Macro)?;
    let own = call.target(kind, Needs::Version(Act::Note)).await?;
    let mut parts = call.parts();
    let named = parts.needed_text("use");
    let (text, public) = (parts.text("text"), parts.maybe_flag("public"));
    parts.end()?;
    let commands = macros::using(&call.wanted.app, &call.seat, kind.plural, &own, named.trim(), (text, public));
    let done = said.once(commands).await?;
    call.answer(kind, &done, StatusCode::OK).await
}
