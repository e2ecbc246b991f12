//! What an order would cost, when it would come and who would be asked, before it is sent: as on the pages.

use axum::{
    extract::{Path, Query as Pairs, State},
    http::StatusCode,
    response::Response,
};
use engines::approvals::Row;
use model::{Fields, Value, questions::Questions, suggest};
use serde_json::{Value as Json, json};

use crate::{
    App, Refused, Seat, api,
    api::record::{Parameters, once},
    pages::portal::terms::{MODEL, ORDER, asked, begun, may_say, offered},
};

/// `GET /api/v1/request_models/{number}/terms?requester=&customer=&service=`: what an order would cost, when it would come, who
/// would be asked, and with what its answers begin. People of customers ask for themselves.
pub async fn serve(
    seat: Seat,
    State(app): State<App>,
    Path((plural, number)): Path<(String, String)>,
    Pairs(pairs): Parameters,
) -> Result<Response, Refused> {
    let catalog = app.desk.catalog();
    let order = catalog.find(ORDER).ok_or_else(Refused::not_found)?;
    if api::kind(&catalog, &plural)?.name != MODEL {
        return Err(Refused::not_found());
    }
    let model = offered(&app, &seat, &number).await?;
    let (mut fields, mut typed) = (Fields::from([("model".to_string(), Value::text(model.number()))]), Vec::new());
    for (name, value) in once(&pairs)? {
        let bad = |why: String| Refused::new(StatusCode::BAD_REQUEST, why);
        let Some(name) = may_say(&seat).iter().copied().find(|known| *known == name) else {
            let hint = suggest::hint(name, may_say(&seat).iter().copied());
            return Err(bad(format!("there is no parameter \"{name}\"{hint}")));
        };
        let parsed = order.type_of(name).map(|ty| ty.parse(value.trim())).transpose();
        fields.extend(parsed.map_err(|why| bad(format!("{name}: {why}")))?.flatten().map(|value| (name.into(), value)));
        typed.push((name, value.trim().to_string()));
    }
    let (rows, nobody) = asked(&app, &seat, fields).await?;
    let mut answers = serde_json::Map::new();
    if let Ok(questions) = Questions::read(model.fields().get("questions")) {
        let begun = begun(&app, &seat, &model, &questions, &typed).await?;
        answers.extend(begun.into_iter().map(|(field, value)| (field.name.clone(), value.to_json())));
    }
    let row = |row: &Row| json!({"stage": row.stage, "as": row.word, "approver": row.approver, "need": row.need});
    let value = |name: &str| model.fields().get(name).map_or(Json::Null, Value::to_json);
    let body = json!({
        "model": model.number(), "title": model.title(), "price": value("price"), "delivery_days": value("delivery_days"),
        "approvals": rows.iter().map(row).collect::<Vec<_>>(), "nobody_to_ask": Some(nobody).filter(|why| !why.is_empty()),
        "answers": answers,
    });
    Ok(api::answer(StatusCode::OK, body))
}
