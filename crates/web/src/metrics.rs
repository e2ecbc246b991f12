//! Figures for whoever watches the program, in the text format of Prometheus: answers, how long they took, statements,
//! jobs. Nothing of them is about a person or a record.

use std::{
    fmt::Write as _,
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use axum::{
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};

use crate::{App, Refused};

/// Upper ends of the histogram's buckets, in microseconds.
const BUCKETS: [u64; 10] = [2_000, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 1_000_000, 5_000_000, 20_000_000];

/// Counted since the start.
#[derive(Default)]
pub(crate) struct Metrics {
    /// Answers by the first digit of their status, 1 to 5.
    answers: [AtomicU64; 5],
    /// Answers that took no longer than the bucket's end and longer than the one before.
    buckets: [AtomicU64; BUCKETS.len()],
    /// In all, in microseconds.
    spent_us: AtomicU64,
}

impl Metrics {
    pub fn count(&self, status: StatusCode, took: Duration) {
        let class = usize::from(status.as_u16() / 100).clamp(1, 5) - 1;
        self.answers[class].fetch_add(1, Ordering::Relaxed);
        let took = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        self.spent_us.fetch_add(took, Ordering::Relaxed);
        if let Some(bucket) = BUCKETS.iter().position(|end| took <= *end) {
            self.buckets[bucket].fetch_add(1, Ordering::Relaxed);
        }
    }

    fn write(&self, out: &mut String) {
        head(out, "plumbline_http_answers_total", "counter", "Answers by class of status.");
        let mut all = 0;
        for (class, answers) in self.answers.iter().enumerate() {
            let answers = answers.load(Ordering::Relaxed);
            all += answers;
            line(out, &format!("plumbline_http_answers_total{{status=\"{}xx\"}}", class + 1), answers);
        }
        let name = "plumbline_http_answer_seconds";
        head(out, name, "histogram", "Time from a question to the beginning of its answer.");
        let mut until = 0;
        for (end, bucket) in BUCKETS.iter().zip(&self.buckets) {
            until += bucket.load(Ordering::Relaxed);
            line(out, &format!("{name}_bucket{{le=\"{}\"}}", seconds(*end)), until);
        }
        line(out, &format!("{name}_bucket{{le=\"+Inf\"}}"), all);
        line(out, &format!("{name}_sum"), seconds(self.spent_us.load(Ordering::Relaxed)));
        line(out, &format!("{name}_count"), all);
    }
}

/// `GET /metrics`
pub async fn tell(State(app): State<App>) -> Result<Response, Refused> {
    let (waiting, failed) = app.desk.job_counts().await?;
    let mut out = String::new();
    app.metrics.write(&mut out);
    head(&mut out, "plumbline_statements_total", "counter", "Statements run on the database.");
    line(&mut out, "plumbline_statements_total", app.desk.statements());
    head(
        &mut out,
        "plumbline_jobs",
        "gauge",
        "Jobs that wait, and jobs that failed and wait for another try or a person.",
    );
    line(&mut out, "plumbline_jobs{state=\"waiting\"}", waiting);
    line(&mut out, "plumbline_jobs{state=\"failed\"}", failed);
    head(&mut out, "plumbline_job_lag_seconds", "gauge", "How long the oldest due job of a lane has waited.");
    for (lane, millis) in app.desk.job_lags((app.clock)()).await? {
        let micros = u64::try_from(millis).unwrap_or_default() * 1_000;
        line(&mut out, &format!("plumbline_job_lag_seconds{{lane=\"{lane}\"}}"), seconds(micros));
    }
    Ok(([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], out).into_response())
}

fn head(out: &mut String, name: &str, kind: &str, help: &str) {
    // Writing into a text cannot fail.
    let _ = write!(out, "# HELP {name} {help}\n# TYPE {name} {kind}\n");
}

fn line(out: &mut String, name: &str, value: impl std::fmt::Display) {
    let _ = writeln!(out, "{name} {value}");
}

/// Microseconds as seconds, to the last digit.
fn seconds(micros: u64) -> String {
    let text = format!("{}.{:06}", micros / 1_000_000, micros % 1_000_000);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_counted_by_status_and_by_time() {
        let metrics = Metrics::default();
        metrics.count(StatusCode::OK, Duration::from_millis(2));
        metrics.count(StatusCode::NOT_FOUND, Duration::from_micros(2_500));
        metrics.count(StatusCode::OK, Duration::from_secs(30));
        let mut out = String::new();
        metrics.write(&mut out);
        for wanted in [
            "plumbline_http_answers_total{status=\"2xx\"} 2\n",
            "plumbline_http_answers_total{status=\"4xx\"} 1\n",
            "plumbline_http_answer_seconds_bucket{le=\"0.002\"} 1\n",
            "plumbline_http_answer_seconds_bucket{le=\"0.005\"} 2\n",
            "plumbline_http_answer_seconds_bucket{le=\"20\"} 2\n",
            "plumbline_http_answer_seconds_bucket{le=\"+Inf\"} 3\n",
            "plumbline_http_answer_seconds_sum 30.0045\n",
            "plumbline_http_answer_seconds_count 3\n",
        ] {
            assert!(out.contains(wanted), "{wanted} is not in {out}");
        }
    }
}
