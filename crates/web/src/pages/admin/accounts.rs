//! Who has an account, with which roles; inviting, changing, closing; what opens it.

use askama::Template;
use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::{Html, IntoResponse, Response},
};
use axum_extra::extract::Form;
use desk::accounts::{Account, AccountEdit, AccountRow, Ending, NewAccount};
use model::{Date, FieldError, Moment, Refusal, Role, time::DAY};
use serde::Deserialize;

use super::{is_ticked, line, picks, tabs, told, with};
use crate::{
    Administrator, App, Refused, Seat, flash,
    pages::account::{SessionLine, TokenLine, session_line, token_line},
    view::{
        field::{Control, Field},
        parts::{Mark, Shape, Tab, Tone, When},
        shell::Shell,
        time,
    },
};

#[derive(Template)]
#[template(path = "page/admin_accounts.html")]
struct AccountsPage {
    shell: Shell,
    tabs: Vec<Tab>,
    accounts: Vec<AccountLine>,
}

struct AccountLine {
    href: String,
    name: String,
    email: String,
    roles: String,
    customer: String,
    mark: Mark,
    seen: Option<When>,
}

#[derive(Template)]
#[template(path = "page/admin_account.html")]
struct AccountPage {
    shell: Shell,
    tabs: Vec<Tab>,
    heading: String,
    /// Where the form goes: all accounts for a new one.
    action: String,
    errors: Vec<(String, String)>,
    fields: Vec<Field>,
    /// The link for its owner, said once; empty otherwise.
    link: String,
    /// `None` for a new one.
    known: Option<Known>,
}

struct Known {
    sessions: Vec<SessionLine>,
    tokens: Vec<TokenLine>,
}

/// What the form says, as it was typed.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    email: String,
    name: String,
    roles: Vec<String>,
    customer: String,
    valid_from: String,
    valid_until: String,
    active: Vec<String>,
}

#[derive(Deserialize)]
pub struct Named {
    #[serde(default)]
    session: String,
    #[serde(default)]
    token: i64,
}

/// `GET /administration/accounts`
pub async fn list(Administrator(seat): Administrator, State(app): State<App>) -> Result<Html<String>, Refused> {
    let rows = app.desk.accounts(&seat.actor, seat.now).await?;
    let accounts = rows.iter().map(|row| account_line(row, seat.now)).collect();
    let shell = crate::shell(&app, &seat, "/administration").await;
    Ok(Html(AccountsPage { shell, tabs: tabs("accounts"), accounts }.render()?))
}

fn account_line(row: &AccountRow, now: Moment) -> AccountLine {
    let account = &row.account;
    let mark = match account {
        account if !account.active => Mark::new(Shape::Closed, Tone::Mute, "Closed"),
        _ if !row.has_password => Mark::new(Shape::New, Tone::Info, "Invited"),
        account if !account.is_open_at(now) => Mark::new(Shape::Pause, Tone::Mute, "Outside its dates"),
        _ => Mark::new(Shape::Met, Tone::Ok, "Open"),
    };
    AccountLine {
        href: format!("/administration/accounts/{}", account.id),
        name: account.name.clone(),
        email: account.email.clone(),
        roles: account.roles.iter().map(|role| role.label()).collect::<Vec<_>>().join(", "),
        customer: account.customer.clone().unwrap_or_default(),
        mark,
        seen: row.seen.map(|seen| time::when(seen, now)),
    }
}

/// `GET /administration/accounts/new`
pub async fn blank(seat: Administrator, State(app): State<App>) -> Result<Html<String>, Refused> {
    Ok(Html(page(&app, &seat, None, &Typed::default(), &[], String::new()).await?.render()?))
}

/// `POST /administration/accounts`: makes the account and the link with which its owner chooses a password.
pub async fn create(
    seat: Administrator,
    State(app): State<App>,
    Form(typed): Form<Typed>,
) -> Result<Response, Refused> {
    let Administrator(Seat { actor, now, .. }) = &seat;
    let made = match read(&typed) {
        Ok(read) => {
            let new = NewAccount {
                email: typed.email.clone(),
                name: read.name,
                roles: read.roles,
                customer: read.customer,
                window: read.window,
                password: None,
            };
            app.desk.create_account(actor, new, *now).await
        }
        Err(errors) => Err(Refusal::Invalid(errors)),
    };
    match made {
        Ok(account) => invited(&app, &seat, &account).await,
        Err(refusal) => refused(&app, &seat, None, &typed, refusal).await,
    }
}

/// `GET /administration/accounts/{id}`
pub async fn show(seat: Administrator, State(app): State<App>, Path(id): Path<i64>) -> Result<Html<String>, Refused> {
    let account = found(&app, &seat, id).await?;
    Ok(Html(page(&app, &seat, Some(&account), &Typed::of(&account), &[], String::new()).await?.render()?))
}

/// `POST /administration/accounts/{id}`
pub async fn edit(
    seat: Administrator,
    State(app): State<App>,
    Path(id): Path<i64>,
    Form(typed): Form<Typed>,
) -> Result<Response, Refused> {
    let account = found(&app, &seat, id).await?;
    let known = Typed::of(&account);
    let edited = match read(&typed) {
        // Days that nobody touched keep the hour at which a seat ends.
        Ok(read) if (&typed.valid_from, &typed.valid_until) == (&known.valid_from, &known.valid_until) => {
            let same = AccountEdit { window: account.window, ..read };
            app.desk.edit_account(&seat.0.actor, &account.email, same, seat.0.now).await
        }
        Ok(read) => app.desk.edit_account(&seat.0.actor, &account.email, read, seat.0.now).await,
        Err(errors) => Err(Refusal::Invalid(errors)),
    };
    match edited {
        Ok(_) => Ok(flash::said(&format!("/administration/accounts/{id}"), format!("{} is saved.", typed.name))),
        Err(refusal) => refused(&app, &seat, Some(&account), &typed, refusal).await,
    }
}

/// `POST /administration/accounts/{id}/invite`: a new link, for a new colleague or a forgotten password.
pub async fn invite(seat: Administrator, State(app): State<App>, Path(id): Path<i64>) -> Result<Response, Refused> {
    let account = found(&app, &seat, id).await?;
    invited(&app, &seat, &account).await
}

/// `POST /administration/accounts/{id}/sessions/end`
pub async fn end(
    seat: Administrator,
    State(app): State<App>,
    Path(id): Path<i64>,
    Form(given): Form<Named>,
) -> Result<Response, Refused> {
    let (account, Administrator(seat)) = (found(&app, &seat, id).await?, seat);
    app.desk.end_sessions(&seat.actor, &account.email, Ending::One(&given.session), seat.now).await?;
    Ok(flash::said(&format!("/administration/accounts/{id}"), "That session has ended."))
}

/// `POST /administration/accounts/{id}/tokens/revoke`
pub async fn revoke(
    seat: Administrator,
    State(app): State<App>,
    Path(id): Path<i64>,
    Form(given): Form<Named>,
) -> Result<Response, Refused> {
    let (account, Administrator(seat)) = (found(&app, &seat, id).await?, seat);
    app.desk.revoke_token(&seat.actor, &account.email, given.token, seat.now).await?;
    Ok(flash::said(&format!("/administration/accounts/{id}"), "The token is revoked."))
}

async fn found(app: &App, seat: &Administrator, id: i64) -> Result<Account, Refused> {
    Ok(app.desk.account_by_id(&seat.0.actor, id, seat.0.now).await?)
}

/// The answer shows the link, so there is nothing to send the browser on to.
async fn invited(app: &App, seat: &Administrator, account: &Account) -> Result<Response, Refused> {
    let secret = app.desk.invite(&seat.0.actor, &account.email, seat.0.now).await?;
    let link = format!("{}/welcome/{secret}", app.settings.base);
    Ok(Html(page(app, seat, Some(account), &Typed::of(account), &[], link).await?.render()?).into_response())
}

async fn refused(
    app: &App,
    seat: &Administrator,
    account: Option<&Account>,
    typed: &Typed,
    refusal: Refusal,
) -> Result<Response, Refused> {
    let Refusal::Invalid(errors) = refusal else { return Err(refusal.into()) };
    let page = page(app, seat, account, typed, &errors, String::new()).await?.render()?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page)).into_response())
}

impl Typed {
    fn of(account: &Account) -> Typed {
        let date = |at: Moment| at.date().to_string();
        Typed {
            email: account.email.clone(),
            name: account.name.clone(),
            roles: account.roles.iter().map(|role| role.name().to_owned()).collect(),
            customer: account.customer.clone().unwrap_or_default(),
            valid_from: account.window.map(|(from, _)| date(from)).unwrap_or_default(),
            // The last day that it may be used.
            valid_until: account.window.map(|(_, until)| date(until.minus(1))).unwrap_or_default(),
            active: if account.active { vec!["yes".into()] } else { Vec::new() },
        }
    }
}

fn read(typed: &Typed) -> Result<AccountEdit, Vec<FieldError>> {
    let mut errors = Vec::new();
    let sent = typed.roles.iter().filter(|role| !role.is_empty());
    let roles: Vec<Role> = sent.clone().filter_map(|role| Role::parse(role)).collect();
    if roles.len() != sent.count() {
        errors.push(FieldError::new("roles", "holds one that there is not"));
    }
    let mut date = |name: &str, text: &str| {
        let date: Option<Date> = text.trim().parse().ok();
        if date.is_none() && !text.trim().is_empty() {
            errors.push(FieldError::new(name, "is not a date such as 2026-12-31"));
        }
        date.map(Moment::of_date)
    };
    let (from, until) = (date("valid_from", &typed.valid_from), date("valid_until", &typed.valid_until));
    let window = match (from, until) {
        (None, None) => None,
        (from, Some(until)) => Some((from.unwrap_or_default(), until.plus(DAY))),
        (Some(_), None) => {
            if errors.is_empty() {
                errors.push(FieldError::new("valid_until", "is needed where a beginning is given"));
            }
            None
        }
    };
    if !errors.is_empty() {
        return Err(errors);
    }
    let customer = Some(typed.customer.trim().to_owned()).filter(|number| !number.is_empty());
    Ok(AccountEdit { name: typed.name.clone(), roles, customer, active: is_ticked(&typed.active), window })
}

async fn page(
    app: &App,
    Administrator(seat): &Administrator,
    account: Option<&Account>,
    typed: &Typed,
    errors: &[FieldError],
    link: String,
) -> Result<AccountPage, Refused> {
    let mut fields = form(account.is_some(), typed);
    let errors = told(&mut fields, errors);
    let known = match account {
        None => None,
        Some(account) => {
            let sessions = app.desk.sessions(&seat.actor, &account.email, seat.now).await?;
            let tokens = app.desk.tokens(&seat.actor, &account.email, seat.now).await?;
            let current = seat.session.as_ref().map(|session| session.digest.as_str());
            Some(Known {
                sessions: sessions.iter().map(|session| session_line(session, current, seat.now)).collect(),
                tokens: tokens.iter().map(|token| token_line(token, seat.now)).collect(),
            })
        }
    };
    Ok(AccountPage {
        shell: crate::shell(app, seat, "/administration").await,
        tabs: tabs("accounts"),
        heading: account.map_or_else(|| "New account".into(), |account| account.name.clone()),
        action: match account {
            Some(account) => format!("/administration/accounts/{}", account.id),
            None => "/administration/accounts".into(),
        },
        errors,
        fields,
        link,
        known,
    })
}

fn form(is_known: bool, typed: &Typed) -> Vec<Field> {
    let options = Role::ALL.iter().map(|role| (role.name(), role.label()));
    let roles = picks(options, |role| typed.roles.iter().any(|chosen| chosen == role));
    let date = |name: &str, label: &str, value: &str, help: &str| {
        with(line(name, label, "", help), Control::Date { value: value.into() })
    };
    let email = match is_known {
        true => with(line("email", "E-mail", "", ""), Control::Shown { text: typed.email.clone() }),
        false => Field { required: true, ..line("email", "E-mail", &typed.email, "They sign in with it.") },
    };
    let mut fields = vec![
        email,
        Field { required: true, ..line("name", "Name", &typed.name, "") },
        Field { wide: true, ..with(line("roles", "Roles", "", ""), Control::Choices { options: roles }) },
        line(
            "customer",
            "Customer",
            &typed.customer,
            "The number of the customer whose person this is, such as CUS-4.",
        ),
        date("valid_from", "From", &typed.valid_from, "External auditors are invited from one date to another."),
        date("valid_until", "To and including", &typed.valid_until, ""),
    ];
    if is_known {
        let help = "A closed account cannot be used; what it did stays on record.";
        let open = Control::Flag { on: is_ticked(&typed.active) };
        fields.push(with(line("active", "Open", "", help), open));
    }
    fields
}
