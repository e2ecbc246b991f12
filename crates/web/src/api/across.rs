//! What goes across kinds: the declarations, who is asking, their work, the search, conformity.

use axum::{
    extract::{Path, Query as Pairs, State},
    http::StatusCode,
    response::Response,
};
use model::{Act, Filter, Moment, Query, Refusal, describe, filter_text};
use serde_json::{Value as Json, json};

use crate::{
    App, Refused, Seat,
    api::{
        self,
        beside::no_parameters,
        record::{Parameters, once},
        shape,
    },
};

type Answer = Result<Response, Refused>;

/// `GET /kinds`: the same as `plumbline kinds --json`.
pub async fn kinds(_seat: Seat, State(app): State<App>, Pairs(pairs): Parameters) -> Answer {
    no_parameters(&pairs)?;
    Ok(api::answer(StatusCode::OK, describe::catalog(&app.desk.catalog())))
}

/// `GET /kinds/{name}`, by name or plural.
pub async fn kind(_seat: Seat, State(app): State<App>, Path(name): Path<String>) -> Answer {
    let catalog = app.desk.catalog();
    let kind = catalog.find(&name).ok_or_else(|| {
        let shown: String = name.chars().take(60).collect();
        let why = catalog.unknown(&shown);
        Refused::new(StatusCode::NOT_FOUND, format!("{}{}", why[..1].to_uppercase(), &why[1..]))
    })?;
    Ok(api::answer(StatusCode::OK, describe::kind(kind)))
}

/// `GET /me`: who the token speaks for, and what they may do with which kind.
pub async fn me(seat: Seat, State(app): State<App>) -> Answer {
    let actor = &seat.actor;
    let may = |kind: &model::Kind| {
        let acts = Act::ALL.iter().filter(|act| desk::rights::may(actor, kind, **act, None)).map(|act| act.name());
        (kind.name.to_string(), Json::from(acts.collect::<Vec<_>>()))
    };
    let catalog = app.desk.catalog();
    let may = catalog.kinds().iter().map(may).filter(|(_, acts)| acts.as_array().is_some_and(|acts| !acts.is_empty()));
    let body = json!({
        "email": actor.email,
        "name": actor.name,
        "roles": actor.roles.iter().map(|role| role.name()).collect::<Vec<_>>(),
        "customer": actor.customer,
        "read_only": actor.only_reads(),
        "may": may.collect::<serde_json::Map<_, _>>(),
    });
    Ok(api::answer(StatusCode::OK, body))
}

/// `GET /my-work`: open records of all kinds whose owner is asking, the nearest due first.
pub async fn my_work(seat: Seat, State(app): State<App>, Pairs(pairs): Parameters) -> Answer {
    let mine = "phase != done and owner = me";
    let mut query = read_across(&app, &pairs)?;
    let catalog = app.desk.catalog();
    let mine: Filter = filter_text::parse(mine, catalog.any()).map_err(Refusal::Query)?;
    query.filter = mine.and(query.filter);
    if query.order.is_empty() {
        query.order = model::query::orders("due", catalog.any()).map_err(Refusal::Query)?;
    }
    answer_across(&app, &seat, &query).await
}

/// `GET /search?q=`: records of all kinds that hold the words.
pub async fn search(seat: Seat, State(app): State<App>, Pairs(pairs): Parameters) -> Answer {
    let query = read_across(&app, &pairs)?;
    if query.words.is_none() {
        return Err(Refused::new(StatusCode::BAD_REQUEST, "q: say which words to look for"));
    }
    answer_across(&app, &seat, &query).await
}

fn read_across(app: &App, pairs: &[(String, String)]) -> Result<Query, Refused> {
    Ok(Query::read(app.desk.catalog().any(), true, once(pairs)?)?)
}

async fn answer_across(app: &App, seat: &Seat, query: &Query) -> Answer {
    let catalog = app.desk.catalog();
    let page = match app.desk.list(&seat.actor, query, seat.now).await {
        // Somebody who may read no kind at all finds nothing.
        Err(Refusal::NotFound) => return Ok(api::answer(StatusCode::OK, Json::Object(shape::page(Vec::new(), None)))),
        page => page?,
    };
    let item = |shown: &desk::Shown| {
        let kind = catalog.find(shown.kind()).unwrap_or_else(|| catalog.any());
        shape::record(kind, shown, &[], None)
    };
    let body = shape::page(page.records.iter().map(item).collect(), page.next.map(|cursor| cursor.write()));
    Ok(api::answer(StatusCode::OK, Json::Object(body)))
}

/// `GET /conformity?as_of=&framework=`: the same as `plumbline conformity --json`.
pub async fn conformity(seat: Seat, State(app): State<App>, Pairs(pairs): Parameters) -> Answer {
    let refuse = |why: String| Err(Refused::new(StatusCode::BAD_REQUEST, why));
    let mut as_of = None;
    for (name, value) in once(&pairs)? {
        match (name, Moment::parse(value)) {
            ("as_of", Some(at)) => as_of = Some(at),
            ("as_of", None) => {
                return refuse(format!("as_of: \"{value}\" is not an instant such as 2026-11-12T07:14:00Z"));
            }
            ("framework", _) if value == engines::conformity::FRAMEWORK => {}
            ("framework", _) => return refuse(format!("framework: \"{value}\" is not known here")),
            (other, _) => {
                let hint = model::suggest::hint(other, ["as_of", "framework"]);
                return refuse(format!("there is no parameter \"{other}\"{hint}"));
            }
        }
    }
    let judged = match as_of {
        None => app.desk.assessment(&seat.actor, seat.now).await?,
        Some(at) => app.desk.assessment_as_of(&seat.actor, at, seat.now).await?,
    };
    Ok(api::answer(StatusCode::OK, judged.to_json()))
}
