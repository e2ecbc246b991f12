//! The course of conformity for machines: how it stood, and what runs out when, with the last day to begin.

use axum::{
    extract::{Query as Pairs, State},
    http::StatusCode,
    response::Response,
};
use engines::conformity::{FRAMEWORK, State as Standing};
use serde_json::{Map, Value as Json, json};

use crate::{
    App, Refused, Seat,
    api::{
        self,
        record::{Parameters, once},
    },
    pages::forecast,
};

/// `GET /conformity/course?until=`: the page `/conformity/course` as data.
pub async fn course(seat: Seat, State(app): State<App>, Pairs(pairs): Parameters) -> Result<Response, Refused> {
    let mut asked = None;
    for (name, value) in once(&pairs)? {
        match name {
            "until" => asked = Some(value),
            other => {
                let hint = model::suggest::hint(other, ["until"]);
                return Err(Refused::new(StatusCode::BAD_REQUEST, format!("there is no parameter \"{other}\"{hint}")));
            }
        }
    }
    let (desk, actor, now) = (&app.desk, &seat.actor, seat.now);
    let (scores, missing) = desk.scores(actor, now).await?;
    let until = forecast::until(desk, actor, asked, now).await?;
    let assessment = desk.assessment(actor, now).await?;
    let outlook = desk.outlook(actor, forecast::end_of(until.day), now).await?;
    let lines = forecast::lines(&forecast::Planned::of(desk).await?, &assessment, &outlook, until.day);
    let past = scores.iter().map(|score| {
        let counts: Map<String, Json> =
            Standing::ALL.iter().map(|state| (state.name().to_owned(), score.count(*state).into())).collect();
        json!({"until": score.at.to_string(), "summary": counts})
    });
    let body = json!({
        "framework": FRAMEWORK,
        "as_of": assessment.as_of.to_string(),
        "until": until.day.to_string(),
        "next_audit": until.audit.href.rsplit('/').next().filter(|number| !number.is_empty()),
        "past": past.collect::<Vec<_>>(),
        "past_missing": missing,
        "evidence": lines.iter().map(of_line).collect::<Vec<_>>(),
    });
    Ok(api::answer(StatusCode::OK, body))
}

fn of_line(line: &forecast::Line) -> Json {
    json!({
        "id": line.requirement.id, "clause": line.requirement.clause, "state": line.state.name(), "open_today": line.open,
        "last_day": line.last_day.to_string(), "work": line.lead.key, "lead_days": line.days,
        "begin_by": line.begin_by.to_string(), "working_days_left": line.left, "why": line.why, "examples": line.examples,
    })
}
