//! Saved views: the small forms that keep, rename and delete them.

use axum::{
    extract::{Path, RawForm, State},
    response::Response,
};
use desk::views::Audience;
use model::Query;

use super::{
    address::{Address, pairs},
    list::kind_of,
    sent::Sent,
};
use crate::{App, Refused, Seat, flash};

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
    let audience = match sent.get("for").unwrap_or_default() {
        "" | "me" => Audience::Nobody,
        "colleagues" => Audience::Colleagues,
        team => Audience::Team(team.into()),
    };
    let (name, query) = (sent.text("name"), shown.query());
    let view = app.desk.save_view(&seat.actor, kind, &name, &query, audience, seat.now).await?;
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
    let views = app.desk.views(&seat.actor, &[], kind, seat.now).await?;
    let view = views.into_iter().find(|view| view.id == id).ok_or_else(Refused::not_found)?;
    let to = Address::read(list, &view.query).with("view", id.to_string()).to_string();
    Ok(flash::said(&to, "The view has its new name."))
}
