//! Pages and API. Knows no SQL.
//!
//! Start at `routes.rs`: every door of the building on one page. `seat.rs` says who came through it, `error.rs` what they are
//! told when something cannot be done.

pub mod api;
pub mod assets;
pub mod error;
pub mod flash;
mod groups;
mod guard;
pub mod live;
mod metrics;
mod nav;
pub mod pages;
pub mod record;
pub mod routes;
pub mod seat;
pub mod view;

use std::sync::Arc;

use axum::Router;
use desk::Desk;
use model::Moment;

pub use error::Refused;
pub use nav::shell;
pub use seat::{Administrator, Seat};

/// What every door has at hand. Cheap to clone.
#[derive(Clone)]
pub struct App {
    pub desk: Desk,
    pub clock: Clock,
    pub settings: Arc<Settings>,
    counts: Arc<nav::Counts>,
    groups: Arc<groups::Groups>,
    behind_proxy: bool,
    metrics: Arc<metrics::Metrics>,
    status: Arc<pages::status::Kept>,
}

/// The only clock of the program; tests bring their own.
pub type Clock = Arc<dyn Fn() -> Moment + Send + Sync>;

/// How the program is reached.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Scheme, host and port as people type them, without a slash at the end: `https://sms.example.org`.
    pub base: String,
}

impl Settings {
    /// Whether everything travels encrypted, so that cookies may demand it.
    pub fn is_secure(&self) -> bool {
        self.base.starts_with("https://")
    }
}

impl App {
    pub fn new(desk: Desk, clock: Clock, settings: Settings) -> App {
        desk.is_reached_at(&settings.base);
        App {
            desk,
            clock,
            settings: Arc::new(settings),
            counts: Arc::default(),
            groups: Arc::default(),
            behind_proxy: false,
            metrics: Arc::default(),
            status: Arc::default(),
        }
    }

    /// Takes the network address of whoever asks from the last entry of `X-Forwarded-For`: only for a server that nobody
    /// reaches but through a proxy of one's own, which writes that entry.
    pub fn behind_proxy(self) -> App {
        App { behind_proxy: true, ..self }
    }

    /// The network address that asks; empty where the server was not told.
    pub(crate) fn address_of(&self, parts: &axum::http::request::Parts) -> String {
        let forwarded = parts.headers.get_all("x-forwarded-for").into_iter().filter_map(|value| value.to_str().ok());
        let last = forwarded.flat_map(|line| line.split(',')).map(str::trim).next_back();
        let peer = parts.extensions.get::<axum::extract::ConnectInfo<std::net::SocketAddr>>();
        match last.filter(|_| self.behind_proxy) {
            Some(address) => address.chars().take(45).collect(),
            None => peer.map(|peer| peer.0.ip().to_string()).unwrap_or_default(),
        }
    }

    pub fn now(&self) -> Moment {
        (self.clock)()
    }
}

/// The whole building: every door, and around them what all answers have in common.
pub fn router(app: App) -> Router {
    built(routes::doors(), app)
}

/// The same around other doors, for tests.
pub fn built(doors: routes::Doors, app: App) -> Router {
    let (router, _) = doors.open_up();
    guard::around(router, app.clone()).with_state(app)
}
