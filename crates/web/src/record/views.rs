//! Saved views: the tabs of a list, how many records stand behind each, and their small forms.

use axum::{
    extract::{Path, RawForm, State},
    response::Response,
};
use desk::views::View;
use model::{Filter, Kind, Query, Refusal};

use super::{
    address::{Address, pairs},
    chip,
    list::{Room, kind_of},
    sent::Sent,
};
use crate::{App, Refused, Seat, flash};

/// The views of a kind, each with its count where an index answers it.
pub async fn counted(room: &Room<'_>, kind: &Kind) -> Result<Vec<View>, Refusal> {
    let mut views = room.desk.views(room.actor, kind, room.now).await?;
    let mut queries = Vec::new();
    let mut places = Vec::new();
    for (at, view) in views.iter().enumerate() {
        if let Some(query) = query(kind, view).filter(|query| is_quick(kind, query)) {
            queries.push(query);
            places.push(at);
        }
    }
    if !queries.is_empty() {
        let counts = room.desk.counts(room.actor, &queries, room.now).await?;
        for (at, count) in places.into_iter().zip(counts) {
            views[at].count = Some(count);
        }
    }
    Ok(views)
}

fn query(kind: &Kind, view: &View) -> Option<Query> {
    let address = Address::read("", &view.query).without(&["page_token", "order_by", "fields", "view"]);
    Query::read(kind, false, address.pairs().iter().map(|(name, value)| (name.as_str(), value.as_str()))).ok()
}

/// Counted only where every condition stands in a column or an index: a tab must never cost a walk over a large kind.
fn is_quick(kind: &Kind, query: &Query) -> bool {
    let served = |part: &Filter| {
        chip::path_of(part).is_some_and(|path| match kind.find(path) {
            Some(field) => field.indexed || field.column.is_some() || field.alias.is_some(),
            None => path != "title",
        })
    };
    query.as_of.is_none() && query.words.is_none() && chip::conjuncts(&query.filter).iter().all(served)
}

/// `POST /{plural}/views`: what is shown, under a name.
pub(super) async fn save(
    seat: Seat,
    State(app): State<App>,
    Path(plural): Path<String>,
    RawForm(body): RawForm,
) -> Result<Response, Refused> {
    let catalog = app.desk.catalog();
    let kind = kind_of(&catalog, &plural)?;
    let sent = Sent::new(pairs(&body));
    let shown = Address::read(format!("/{}", kind.plural), &sent.text("query")).without(&["page_token", "view"]);
    // A view that the list itself would refuse is not kept.
    Query::read(kind, false, shown.pairs().iter().map(|(name, value)| (name.as_str(), value.as_str())))?;
    let shared = sent.get("shared") == Some("yes");
    let view = app.desk.save_view(&seat.actor, kind, &sent.text("name"), &shown.query(), shared, seat.now).await?;
    let to = shown.with("view", view.id.to_string()).to_string();
    Ok(flash::said(&to, format!("The view “{}” is saved.", view.name)))
}

/// `POST /{plural}/views/{id}`: another name, or away with it.
pub(super) async fn mend(
    seat: Seat,
    State(app): State<App>,
    Path((plural, id)): Path<(String, i64)>,
    RawForm(body): RawForm,
) -> Result<Response, Refused> {
    let catalog = app.desk.catalog();
    let kind = kind_of(&catalog, &plural)?;
    let sent = Sent::new(pairs(&body));
    let list = format!("/{}", kind.plural);
    if sent.get("go") == Some("delete") {
        app.desk.forget_view(&seat.actor, id, seat.now).await?;
        return Ok(flash::said(&list, "The view is deleted."));
    }
    app.desk.rename_view(&seat.actor, id, &sent.text("name"), seat.now).await?;
    let views = app.desk.views(&seat.actor, kind, seat.now).await?;
    let view = views.into_iter().find(|view| view.id == id).ok_or_else(Refused::not_found)?;
    let to = Address::read(list, &view.query).with("view", id.to_string()).to_string();
    Ok(flash::said(&to, "The view has its new name."))
}
