//! Every door of the building on one page. `member` takes only a handler whose first argument is a [`Seat`] or an
//! [`Administrator`], so a door without a declared right does not compile; `open` is the short list of those without one.

use std::time::Duration;

use axum::{
    Json, Router,
    extract::State,
    handler::Handler,
    http::{Method, StatusCode, Uri},
    response::{IntoResponse, Response},
    routing::{MethodFilter, on},
};
use serde_json::json;

use crate::{Administrator, App, Refused, Seat, api, assets, live, metrics, pages, pages::admin, record, seat};

const GET: MethodFilter = MethodFilter::GET;
const POST: MethodFilter = MethodFilter::POST;

/// Longest wait for the database when asked whether it is there.
const READY_WITHIN: Duration = Duration::from_secs(3);

/// All doors. A new page or part of the API is one line here.
pub fn doors() -> Doors {
    let doors = api::doors(Doors::default())
        .open(GET, "/healthz", healthz)
        .open(GET, "/readyz", readyz)
        .open(GET, "/metrics", metrics::tell)
        .open(GET, "/static/{file}", assets::serve)
        .open(GET, "/sign-in", pages::sign_in::open)
        .open(POST, "/sign-in", pages::sign_in::enter)
        .open(GET, "/welcome/{token}", pages::welcome::open)
        .open(POST, "/welcome/{token}", pages::welcome::enter)
        .member(POST, "/sign-out", pages::sign_in::leave)
        .member(GET, "/account", pages::account::open)
        .member(POST, "/account/display", pages::account::display)
        .member(POST, "/account/password", pages::account::password)
        .member(POST, "/account/sessions/end", pages::account::end)
        .member(POST, "/account/sessions/end-others", pages::account::end_others)
        .member(POST, "/account/tokens", pages::account::make_token)
        .member(POST, "/account/tokens/revoke", pages::account::revoke)
        .member(GET, "/administration", admin::open)
        .member(GET, "/administration/accounts", admin::accounts::list)
        .member(POST, "/administration/accounts", admin::accounts::create)
        .member(GET, "/administration/accounts/new", admin::accounts::blank)
        .member(GET, "/administration/accounts/{id}", admin::accounts::show)
        .member(POST, "/administration/accounts/{id}", admin::accounts::edit)
        .member(POST, "/administration/accounts/{id}/invite", admin::accounts::invite)
        .member(POST, "/administration/accounts/{id}/sessions/end", admin::accounts::end)
        .member(POST, "/administration/accounts/{id}/tokens/revoke", admin::accounts::revoke)
        .member(GET, "/administration/fields", admin::fields::list)
        .member(POST, "/administration/fields", admin::fields::add)
        .member(POST, "/administration/fields/hide", admin::fields::hide)
        .member(GET, "/administration/settings", admin::settings::open)
        .member(POST, "/administration/settings", admin::settings::save)
        .member(GET, "/administration/jobs", admin::jobs::list)
        .member(POST, "/administration/jobs/retry", admin::jobs::retry)
        .member(POST, "/administration/jobs/discard", admin::jobs::discard)
        .member(GET, "/administration/mail", admin::mail::list)
        .member(POST, "/administration/mail/boxes", admin::mail::boxes::create)
        .member(GET, "/administration/mail/boxes/new", admin::mail::boxes::blank)
        .member(GET, "/administration/mail/boxes/{id}", admin::mail::boxes::show)
        .member(POST, "/administration/mail/boxes/{id}", admin::mail::boxes::edit)
        .member(GET, "/administration/mail/messages/{id}", admin::mail::message::show)
        .member(GET, "/administration/mail/messages/{id}/raw", admin::mail::message::raw)
        .member(POST, "/administration/mail/messages/{id}/release", admin::mail::message::release)
        .member(GET, "/administration/mail/texts", admin::mail::texts::open)
        .member(POST, "/administration/mail/texts", admin::mail::texts::save)
        .member(GET, "/administration/activity", admin::activity::list)
        .member(GET, "/", pages::home::open)
        .member(GET, pages::begin::ADDRESS, pages::begin::open)
        .member(POST, "/begin/people", pages::begin::record_people)
        .member(GET, "/live", live::open)
        .member(POST, "/{plural}/{number}/writing", live::writing)
        .member(GET, "/wall", pages::wall::open)
        .member(GET, "/search", pages::search::open)
        .member(GET, "/palette", pages::search::suggest)
        .member(GET, "/records", pages::everything::open)
        .member(GET, "/conformity", pages::conformity::open)
        .member(GET, "/conformity/beside", pages::own_checks::open)
        .member(GET, "/conformity/course", pages::course::open)
        .member(GET, "/conformity/{clause}", pages::conformity::open_clause)
        .member(GET, "/conformity/{clause}/{requirement}", pages::conformity::open_requirement)
        .member(POST, "/conformity/{clause}/{requirement}", pages::judgement::save)
        .member(POST, "/conformity/{clause}/{requirement}/tie", pages::offered::make)
        .member(GET, "/packs", pages::packs::open)
        .member(POST, "/packs", pages::packs::ask)
        .member(GET, "/packs/{id}", pages::packs::take);
    let doors = crossing(reports(pages::staff::doors(papers(audits(road(portal(by_itself(work(doors)))))))));
    record::doors::doors(doors)
}

/// Service reports, and what is told to everybody.
fn reports(doors: Doors) -> Doors {
    doors
        .open(GET, "/status", pages::status::open)
        .open(GET, "/status.json", pages::status::open_json)
        .member(GET, "/conformity/statement", pages::statement::open)
        .member(GET, "/tender-answers/{number}", pages::tenders::open)
        .member(GET, "/tender-answers/{number}/answers.xlsx", pages::tenders::save_as_xlsx)
        .member(GET, "/tender-answers/{number}/answers.md", pages::tenders::save_as_markdown)
        .member(POST, "/tender-answers/{number}/answer", pages::tenders::answer)
        .member(POST, "/tender-answers/{number}/questions", pages::tenders::bring)
        .member(GET, "/holiday-files", pages::holidays::open)
        .member(POST, "/holiday-files", pages::holidays::bring)
        .member(GET, "/service-reports", pages::reports::open_list)
        .member(POST, "/service-reports/make", pages::reports::make_by_hand)
        .member(GET, "/service-reports/{number}", pages::reports::open)
        .member(GET, "/service-reports/{number}/pdf", pages::reports::open_as_pdf)
        .member(POST, "/service-reports/{number}/decide", pages::reports::decide)
        .member(POST, "/service-reports/{number}/release", pages::reports::release)
        .member(POST, "/service-reports/{number}/edition", pages::reports::make_edition)
}

/// Other frameworks beside the standard, and the standard's own words for whoever may read them.
fn crossing(doors: Doors) -> Doors {
    doors
        .member(GET, "/frameworks", pages::frameworks::list)
        .member(POST, "/frameworks", pages::frameworks::add)
        .member(GET, "/frameworks/wording", pages::frameworks::open_wording)
        .member(POST, "/frameworks/wording", pages::frameworks::save_wording)
        .member(POST, "/frameworks/wording/remove", pages::frameworks::remove_wording)
        .member(GET, "/frameworks/{id}", pages::frameworks::open)
        .member(GET, "/frameworks/{id}/changes", pages::frameworks::open_changes)
        .member(GET, "/frameworks/{id}/library.yaml", pages::frameworks::take_library)
        .member(GET, "/frameworks/{id}/catalog.json", pages::frameworks::take_catalog)
        .member(POST, "/frameworks/{id}/remove", pages::frameworks::remove)
        .member(GET, "/frameworks/{id}/{number}", pages::frameworks::open_node)
        .member(POST, "/frameworks/{id}/{number}", pages::frameworks::save_node)
}

/// Internal audits at work, seats of auditors from outside, the thread that auditors follow, risks and objectives as they stand.
fn audits(doors: Doors) -> Doors {
    doors
        .member(GET, "/coverage", pages::coverage::open)
        .member(POST, "/coverage/plan", pages::coverage::plan)
        .member(GET, "/thread/{number}", pages::thread::open)
        .member(GET, "/auditor", pages::auditor::open)
        .member(POST, "/auditor", pages::auditor::ask)
        .member(GET, "/auditor/{clause}", pages::auditor::open_clause)
        .member(GET, "/auditors", pages::auditors::open)
        .member(POST, "/auditors", pages::auditors::give)
        .member(GET, "/auditors/{id}", pages::auditors::show)
        .member(POST, "/auditors/{id}/link", pages::auditors::link)
        .member(POST, "/auditors/{id}/until", pages::auditors::end)
        .member(GET, "/risk-map", pages::risk_map::open)
        .member(GET, "/aims", pages::aims::open)
        .member(GET, "/fieldwork/{audit}", pages::fieldwork::open)
        .member(GET, "/fieldwork/{audit}/report", pages::fieldwork::report)
        .member(GET, "/fieldwork/{audit}/report/pdf", pages::fieldwork::report_as_pdf)
        .member(POST, "/fieldwork/{audit}/checklist", pages::fieldwork::make_checklist)
        .member(POST, "/fieldwork/{audit}/{question}/draw", pages::fieldwork::draw)
        .member(POST, "/fieldwork/{audit}/{question}/answer", pages::fieldwork::answer)
}

/// What comes from monitoring, and rules that act by themselves.
fn by_itself(doors: Doors) -> Doors {
    doors
        .member(GET, "/administration/events", admin::events::list)
        .member(GET, "/administration/events/{id}", admin::events::event::show)
        .member(GET, "/administration/sources/new", admin::events::sources::blank)
        .member(POST, "/administration/sources", admin::events::sources::create)
        .member(GET, "/administration/sources/{id}", admin::events::sources::show)
        .member(POST, "/administration/sources/{id}", admin::events::sources::edit)
        .member(GET, "/administration/automation", admin::automation::list)
        .member(POST, "/administration/automation", admin::automation::create)
        .member(GET, "/administration/automation/new", admin::automation::blank)
        .member(GET, "/administration/automation/{id}", admin::automation::show)
        .member(POST, "/administration/automation/{id}", admin::automation::edit)
}

/// What those use who work on tickets, beside the lists of every kind.
fn work(doors: Doors) -> Doors {
    doors
        .member(GET, "/pictures", pages::pictures::open)
        .member(GET, "/pictures.csv", pages::pictures::save_as_csv)
        .member(GET, "/pictures.xlsx", pages::pictures::save_as_xlsx)
        .member(GET, "/pictures.pdf", pages::pictures::save_as_pdf)
        .member(GET, "/{plural}/{number}/macro", pages::macros::open)
        .member(POST, "/{plural}/{number}/macro", pages::macros::apply)
        .member(GET, "/my-work", pages::my_work::open)
        .member(POST, "/my-work/mentions/{id}", pages::my_work::put_aside)
        .member(GET, "/trends", pages::trends::open)
}

/// Documents as they are read and begun.
fn papers(doors: Doors) -> Doors {
    doors
        .member(GET, pages::due::ADDRESS, pages::due::open)
        .member(GET, "/papers", pages::papers::open_required)
        .member(POST, "/papers/drafts/{name}", pages::papers::start)
        .member(GET, pages::sms_plan::ADDRESS, pages::sms_plan::open)
        .member(GET, "/service-management-plan/pdf", pages::sms_plan::open_as_pdf)
        .member(POST, "/service-management-plan/take-over", pages::sms_plan::take_over)
        .member(POST, "/service-management-plan/freeze", pages::sms_plan::freeze)
        .member(GET, "/papers/{number}", pages::papers::open)
        .member(GET, "/papers/{number}/pdf", pages::papers::open_as_pdf)
        .member(POST, "/papers/{number}/draft", pages::papers::begin)
        .member(POST, "/papers/{number}/confirm", pages::papers::confirm)
        .member(GET, "/articles/{number}", pages::articles::open)
}

/// The road to the certificate. The calendar's address is itself the key, as calendar programs have no other.
fn road(doors: Doors) -> Doors {
    doors
        .open(GET, "/calendar/{token}", pages::road::serve_feed)
        .member(GET, "/road", pages::road::open)
        .member(POST, "/road/audits", pages::road::plan_audits)
        .member(POST, "/road/calendar", pages::road::make_feed)
        .member(POST, "/road/concerns", pages::road::plan_concerns)
        .member(GET, "/road/costs", pages::road::open_costs)
        .member(GET, "/road/people", pages::road::open_people)
        .member(GET, "/road/reviews/{number}", pages::road::open_review)
        .member(GET, "/road/reviews/{number}/pdf", pages::road::review_as_pdf)
        .member(POST, "/road/reviews/{number}/prepare", pages::road::prepare_review)
        .member(POST, "/road/reviews/{number}/decide", pages::road::decide_in_review)
        .member(GET, "/road/gaps", pages::road::open_gaps)
        .member(GET, "/road/gaps/export", pages::road::export_gaps)
        .member(GET, "/road/gaps/export.xlsx", pages::road::export_gaps_as_xlsx)
        .member(POST, "/road/gaps/import", pages::road::import_gaps)
        .member(POST, "/road/gaps/plan", pages::road::plan_gaps)
        .member(GET, "/road/gaps/{clause}", pages::road::open_gaps_of)
        .member(POST, "/road/gaps/{clause}", pages::road::save_gaps_of)
        .member(POST, "/road/gaps/{clause}/plan", pages::road::plan_gaps_of)
}

/// What people of customers see, and approvals, which wait for people of either side and for some without an account.
fn portal(doors: Doors) -> Doors {
    doors
        .open(GET, "/decide/{token}", pages::approvals::by_link)
        .open(POST, "/decide/{token}", pages::approvals::decide_by_link)
        .open(GET, "/rate/{token}", pages::portal::rate::open)
        .open(POST, "/rate/{token}", pages::portal::rate::send)
        .member(GET, "/approvals", pages::approvals::open)
        .member(GET, "/approvals/{number}", pages::approvals::show)
        .member(POST, "/approvals/{number}", pages::approvals::decide)
        .member(POST, "/approvals/{number}/link", pages::approvals::hand_out)
        .member(GET, "/portal/search", pages::portal::find::open)
        .member(GET, "/portal/read/{number}", pages::portal::read::open)
        .member(POST, "/portal/read/{number}/helped", pages::portal::read::said)
        .member(GET, "/portal/order/{number}", pages::portal::order::open)
        .member(POST, "/portal/order/{number}", pages::portal::order::send)
        .member(GET, "/portal/report", pages::portal::report::open)
        .member(POST, "/portal/report", pages::portal::report::send)
        .member(GET, "/portal/say", pages::portal::say::open)
        .member(POST, "/portal/say", pages::portal::say::send)
        .member(GET, "/portal/requests", pages::portal::tickets::open)
        .member(GET, "/portal/requests/{number}", pages::portal::ticket::open)
        .member(POST, "/portal/requests/{number}/reply", pages::portal::ticket::reply)
        .member(POST, "/portal/requests/{number}/word", pages::portal::ticket::say)
        .member(POST, "/portal/requests/{number}/rate", pages::portal::ticket::rate)
}

/// The program is alive, whatever its database does.
async fn healthz() -> &'static str {
    "ok\n"
}

/// Whether this server may be given work: its database answers in time.
async fn readyz(State(app): State<App>) -> Response {
    let told = tokio::time::timeout(READY_WITHIN, app.desk.ready()).await;
    match told.unwrap_or(Err("database (no answer in time)")) {
        Ok(()) => Json(json!({"ready": true})).into_response(),
        Err(part) => (StatusCode::SERVICE_UNAVAILABLE, Json(json!({"ready": false, "failing": part}))).into_response(),
    }
}

async fn nowhere() -> Refused {
    Refused::not_found()
}

/// `OPTIONS` is answered with what can be done; the router adds `Allow` to this and to the refusal.
async fn not_so(method: Method, uri: Uri) -> Response {
    if method == Method::OPTIONS {
        return StatusCode::NO_CONTENT.into_response();
    }
    let why = if method == Method::DELETE && seat::is_api(uri.path()) {
        "Nothing is deleted: a record is withdrawn by a transition, a link ends at …/links."
    } else {
        ""
    };
    Refused::new(StatusCode::METHOD_NOT_ALLOWED, why).into_response()
}

/// Who may come through a door.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Demand {
    /// Anybody, signed in or not.
    Nothing,
    /// Anybody signed in; what they see and may do there is the desk's to decide.
    Account,
    /// Whoever has the role of an administrator.
    Administrator,
}

/// One line of the table that tests walk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    pub method: Method,
    pub path: &'static str,
    pub demand: Demand,
}

/// The doors as they are collected: the router and its table can only grow together.
pub struct Doors {
    router: Router<App>,
    table: Vec<Route>,
}

impl Default for Doors {
    fn default() -> Doors {
        Doors { router: Router::new(), table: Vec::new() }
    }
}

impl Doors {
    /// A door for people with an account: the handler's first argument says which right it demands.
    pub fn member<H, T>(self, method: MethodFilter, path: &'static str, handler: H) -> Doors
    where
        H: Handler<T, App>,
        T: Seated,
    {
        self.add(method, path, handler, T::DEMAND)
    }

    /// A door for everybody. The list of these may only shrink.
    pub fn open<H, T>(self, method: MethodFilter, path: &'static str, handler: H) -> Doors
    where
        H: Handler<T, App>,
        T: 'static,
    {
        self.add(method, path, handler, Demand::Nothing)
    }

    fn add<H, T>(mut self, method: MethodFilter, path: &'static str, handler: H, demand: Demand) -> Doors
    where
        H: Handler<T, App>,
        T: 'static,
    {
        self.router = self.router.route(path, on(method, handler));
        self.table.push(Route { method: named(method), path, demand });
        self
    }

    /// The fallbacks come last: the one for methods reaches only the doors that are there already.
    pub fn open_up(self) -> (Router<App>, Vec<Route>) {
        (self.router.fallback(nowhere).method_not_allowed_fallback(not_so), self.table)
    }
}

/// Every door with its method, path and demand.
pub fn table() -> Vec<Route> {
    doors().open_up().1
}

fn named(filter: MethodFilter) -> Method {
    let methods = [
        (MethodFilter::GET, Method::GET),
        (MethodFilter::POST, Method::POST),
        (MethodFilter::PUT, Method::PUT),
        (MethodFilter::PATCH, Method::PATCH),
        (MethodFilter::DELETE, Method::DELETE),
    ];
    methods.into_iter().find(|(known, _)| *known == filter).map_or(Method::OPTIONS, |(_, method)| method)
}

/// The arguments of a handler that begin with proof of who is asking.
pub trait Seated: 'static {
    const DEMAND: Demand;
}

macro_rules! seated {
    ($($rest:ident),*) => {
        impl<M: 'static, $($rest: 'static,)*> Seated for (M, Seat, $($rest,)*) {
            const DEMAND: Demand = Demand::Account;
        }
        impl<M: 'static, $($rest: 'static,)*> Seated for (M, Administrator, $($rest,)*) {
            const DEMAND: Demand = Demand::Administrator;
        }
    };
}

/// Whose right to be here stands in what they bring.
impl<M: 'static> Seated for (M, State<App>, api::events::Bringer) {
    const DEMAND: Demand = Demand::Account;
}

seated!();
seated!(A);
seated!(A, B);
seated!(A, B, C);
seated!(A, B, C, D);
seated!(A, B, C, D, E);
