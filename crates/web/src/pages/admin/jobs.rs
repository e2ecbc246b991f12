//! Work that was promised: what failed and why, and what comes next.

use askama::Template;
use axum::{
    Form,
    extract::State,
    response::{Html, Response},
};
use serde::Deserialize;

use super::tabs;
use crate::{
    Administrator, App, Refused, flash,
    view::{
        parts::{Empty, Mark, Shape, Tab, Tone, When},
        shell::Shell,
        time,
    },
};

#[derive(Template)]
#[template(path = "page/admin_jobs.html")]
struct JobsPage {
    shell: Shell,
    tabs: Vec<Tab>,
    jobs: Vec<JobLine>,
    nothing: Empty,
}

struct JobLine {
    id: i64,
    name: String,
    mark: Mark,
    at: When,
    attempts: i64,
    error: String,
}

#[derive(Deserialize)]
pub struct Chosen {
    job: i64,
}

/// `GET /administration/jobs`
pub async fn list(Administrator(seat): Administrator, State(app): State<App>) -> Result<Html<String>, Refused> {
    let rows = app.desk.jobs(&seat.actor, seat.now).await?;
    let line = |job: desk::jobs::JobRow| JobLine {
        mark: match (job.given_up, job.last_error.is_empty()) {
            (true, _) => Mark::new(Shape::Nonconforming, Tone::Bad, "Given up"),
            (false, false) => Mark::new(Shape::Risk, Tone::Warn, "Failed, tried again"),
            (false, true) => Mark::new(Shape::Ring, Tone::Plain, "Waits"),
        },
        id: job.id,
        name: job.name,
        at: time::when(job.run_at, seat.now),
        attempts: job.attempts,
        error: job.last_error,
    };
    let page = JobsPage {
        shell: crate::shell(&app, &seat, "/administration").await,
        tabs: tabs("jobs"),
        jobs: rows.into_iter().map(line).collect(),
        nothing: Empty { mark: Mark::new(Shape::Met, Tone::Ok, "Nothing waits"), ..Empty::default() },
    };
    Ok(Html(page.render()?))
}

/// `POST /administration/jobs/retry`
pub async fn retry(
    Administrator(seat): Administrator,
    State(app): State<App>,
    Form(chosen): Form<Chosen>,
) -> Result<Response, Refused> {
    app.desk.retry_job(&seat.actor, chosen.job, seat.now).await?;
    Ok(flash::said("/administration/jobs", "The job is tried again now."))
}

/// `POST /administration/jobs/discard`
pub async fn discard(
    Administrator(seat): Administrator,
    State(app): State<App>,
    Form(chosen): Form<Chosen>,
) -> Result<Response, Refused> {
    app.desk.discard_job(&seat.actor, chosen.job, seat.now).await?;
    Ok(flash::said("/administration/jobs", "The job is thrown away."))
}
