//! Accounts, sessions, tokens and invitations: who comes in, for how long, and that the journal tells of it.

use desk::accounts::{
    AccountEdit, Ending, IDLE, Invited, LIFETIME, NewAccount, NewToken, Preferences, SignIn, TokenScope, Whence,
};
use model::{
    Actor, Moment, Refusal, Role, Via,
    time::{DAY, HOUR, MINUTE, SECOND},
};

use crate::world::{World, agent, at, target, worlds};

const PASSWORD: &str = "tide table under lamp";

fn machine() -> Actor {
    Actor::system("command line", Via::Command)
}

fn whence() -> Whence {
    Whence { address: "192.0.2.7".into(), agent: "Firefox".into() }
}

fn start() -> Moment {
    at("2026-11-25T08:00:00Z")
}

async fn account(world: &World, email: &str, role: Role) -> Actor {
    let new = NewAccount {
        email: email.into(),
        name: format!("Somebody {email}"),
        roles: vec![role],
        password: Some(PASSWORD.into()),
        ..NewAccount::default()
    };
    let account = world.desk.create_account(&machine(), new, start()).await.expect("an account");
    account.actor(Via::Web, false)
}

async fn signed_in(world: &World, email: &str, now: Moment) -> String {
    match world.desk.sign_in(email, PASSWORD, whence(), now).await.expect("an answer") {
        SignIn::In { token, .. } => token,
        other => panic!("{}: {other:?}", world.name),
    }
}

fn fields(refusal: &Refusal) -> Vec<&str> {
    match refusal {
        Refusal::Invalid(errors) => errors.iter().map(|error| error.field.as_str()).collect(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_session_lives_while_it_is_used_and_never_longer_than_thirty_days() {
    for world in worlds().await {
        account(&world, "Ines@Tidewell.example ", Role::Agent).await;
        let now = start();
        let token = signed_in(&world, " INES@tidewell.example", now).await;
        let is_open = async |now: Moment| world.desk.session(&token, now).await.expect("an answer").is_some();
        assert!(is_open(now.plus(IDLE - 1)).await);
        // Being used moves the end.
        let mut now = now.plus(IDLE - 1);
        while now < start().plus(LIFETIME) {
            assert!(is_open(now).await, "{} at {now}", world.name);
            now = now.plus(11 * HOUR);
        }
        assert!(!is_open(start().plus(LIFETIME)).await, "{}", world.name);
        let token = signed_in(&world, "ines@tidewell.example", now).await;
        assert!(world.desk.session(&token, now.plus(IDLE)).await.expect("an answer").is_none());
        assert!(world.desk.session("nonsense", now).await.expect("an answer").is_none());
    }
}

#[tokio::test]
async fn wrong_passwords_unknown_people_and_closed_accounts_look_the_same_and_make_one_wait() {
    for world in worlds().await {
        let admin = account(&world, "adm@tidewell.example", Role::Administrator).await;
        account(&world, "ines@tidewell.example", Role::Agent).await;
        let try_in = async |email: &str, password: &str, now: Moment| {
            world.desk.sign_in(email, password, whence(), now).await.expect("an answer")
        };
        assert!(matches!(try_in("ines@tidewell.example", "guess guess guess", start()).await, SignIn::Wrong));
        assert!(matches!(try_in("nobody@tidewell.example", PASSWORD, start()).await, SignIn::Wrong));
        let close =
            AccountEdit { name: "Ines".into(), roles: vec![Role::Agent], customer: None, active: false, window: None };
        let token = signed_in(&world, "ines@tidewell.example", start()).await;
        let open = AccountEdit { active: true, ..close.clone() };
        world.desk.edit_account(&admin, "ines@tidewell.example", close, start()).await.expect("closed");
        assert!(world.desk.session(&token, start()).await.expect("an answer").is_none(), "closing ends sessions");
        assert!(matches!(try_in("ines@tidewell.example", PASSWORD, start()).await, SignIn::Wrong));
        world.desk.edit_account(&admin, "ines@tidewell.example", open, start()).await.expect("opened");
        assert!(world.desk.session(&token, start()).await.expect("an answer").is_none(), "and they stay ended");
        for _ in 0..4 {
            assert!(matches!(try_in("ines@tidewell.example", "guess guess guess", start()).await, SignIn::Wrong));
        }
        let SignIn::Wait(until) = try_in("ines@tidewell.example", PASSWORD, start()).await else {
            panic!("{}: five failures are enough", world.name)
        };
        assert_eq!(until, start().plus(5 * SECOND));
        assert!(matches!(try_in("ines@tidewell.example", PASSWORD, until).await, SignIn::In { .. }));
    }
}

#[tokio::test]
async fn another_password_ends_all_other_sessions() {
    for world in worlds().await {
        let ines = account(&world, "ines@tidewell.example", Role::Agent).await;
        let (here, elsewhere) = (
            signed_in(&world, "ines@tidewell.example", start()).await,
            signed_in(&world, "ines@tidewell.example", start()).await,
        );
        let kept = desk::accounts::digest(&here);
        let change =
            async |old: &str, new: &str| world.desk.change_password(&ines, old, new, &kept, start()).await.unwrap_err();
        assert_eq!(fields(&change("wrong wrong wrong", "four words for winter").await), ["current"]);
        assert_eq!(fields(&change(PASSWORD, "short").await), ["password"]);
        assert_eq!(fields(&change(PASSWORD, "ines@tidewell.example").await), ["password"]);
        world.desk.change_password(&ines, PASSWORD, "four words for winter", &kept, start()).await.expect("changed");
        let is_open = async |token: &str| world.desk.session(token, start()).await.expect("an answer").is_some();
        assert!(is_open(&here).await && !is_open(&elsewhere).await, "{}", world.name);
        let old = world.desk.sign_in("ines@tidewell.example", PASSWORD, whence(), start()).await.expect("an answer");
        assert!(matches!(old, SignIn::Wrong));
    }
}

#[tokio::test]
async fn sessions_are_seen_and_ended_by_their_owner_and_by_administrators_alone() {
    for world in worlds().await {
        let ines = account(&world, "ines@tidewell.example", Role::Agent).await;
        let tomas = account(&world, "tomas@tidewell.example", Role::SmsManager).await;
        let admin = account(&world, "adm@tidewell.example", Role::Administrator).await;
        let token = signed_in(&world, &ines.email, start()).await;
        let sessions = world.desk.sessions(&ines, &ines.email, start()).await.expect("one's own");
        assert_eq!(sessions.len(), 1);
        assert_eq!((sessions[0].address.as_str(), sessions[0].agent.as_str()), ("192.0.2.7", "Firefox"));
        let one = Ending::One(&sessions[0].digest);
        assert!(world.desk.sessions(&tomas, &ines.email, start()).await.is_err());
        assert!(world.desk.end_sessions(&tomas, &ines.email, one, start()).await.is_err());
        assert_eq!(
            world.desk.end_sessions(&tomas, &tomas.email, one, start()).await,
            Err(Refusal::NotFound),
            "another's session is not among one's own"
        );
        assert!(world.desk.session(&token, start()).await.expect("an answer").is_some());
        world.desk.end_sessions(&admin, &ines.email, one, start()).await.expect("ended");
        assert!(world.desk.session(&token, start()).await.expect("an answer").is_none(), "{}", world.name);
        let token = signed_in(&world, &ines.email, start()).await;
        world.desk.sign_out(&token, start()).await.expect("signed out");
        assert!(world.desk.session(&token, start()).await.expect("an answer").is_none());
    }
}

#[tokio::test]
async fn tokens_are_shown_once_expire_and_are_revoked() {
    for world in worlds().await {
        let ines = account(&world, "ines@tidewell.example", Role::Agent).await;
        let tomas = account(&world, "tomas@tidewell.example", Role::Agent).await;
        let new = |scope| NewToken { name: "monitoring".into(), scope, expires: start().plus(30 * DAY) };
        let (secret, token) =
            world.desk.create_token(&ines, &ines.email, new(TokenScope::Read), start()).await.expect("a token");
        assert!(secret.starts_with("plb_") && secret.len() > 40);
        let (account, scope) = world.desk.bearer(&secret, start()).await.expect("an answer").expect("known");
        assert_eq!((account.email.as_str(), scope), ("ines@tidewell.example", TokenScope::Read));
        let listed = world.desk.tokens(&ines, &ines.email, start()).await.expect("one's own");
        assert_eq!(listed[0].used, Some(start()));
        // A token cannot make another one, and nobody makes one for somebody else.
        let by_token = account.actor(Via::Api, false);
        for actor in [&by_token, &tomas] {
            let refused = world.desk.create_token(actor, &ines.email, new(TokenScope::Write), start()).await;
            assert!(refused.is_err(), "{}", world.name);
        }
        assert!(world.desk.tokens(&tomas, &ines.email, start()).await.is_err());
        let late = NewToken { expires: start(), ..new(TokenScope::Read) };
        let refused = world.desk.create_token(&ines, &ines.email, late, start()).await.unwrap_err();
        assert_eq!(fields(&refused), ["expires"]);
        assert!(world.desk.bearer(&secret, start().plus(30 * DAY)).await.expect("an answer").is_none());
        world.desk.revoke_token(&ines, &ines.email, token.id, start()).await.expect("revoked");
        assert!(world.desk.bearer(&secret, start()).await.expect("an answer").is_none());
        let (secret, _) =
            world.desk.create_token(&machine(), &ines.email, new(TokenScope::Write), start()).await.expect("a token");
        assert!(world.desk.bearer(&secret, start()).await.expect("an answer").is_some());
    }
}

#[tokio::test]
async fn the_first_administrator_comes_by_a_link_that_works_once() {
    for world in worlds().await {
        let lost = world.desk.first_start(start()).await.expect("an answer").expect("a link");
        let link = world.desk.first_start(start()).await.expect("an answer").expect("a link");
        assert!(world.desk.invitation(&lost, start()).await.is_err(), "a new link ends the one before");
        assert!(matches!(world.desk.invitation(&link, start()).await, Ok(Invited::First)));
        assert!(world.desk.invitation(&link, start().plus(DAY)).await.is_err());
        let welcome = async |name: &str, email: &str, password: &str| {
            world.desk.welcome(&link, (name, email, password), whence(), start()).await
        };
        let refused = welcome("", "nonsense", "short").await.unwrap_err();
        assert_eq!(fields(&refused), ["email", "name", "password"]);
        let token = welcome("Ines", "ines@tidewell.example", PASSWORD).await.expect("welcome");
        let (account, _) = world.desk.session(&token, start()).await.expect("an answer").expect("signed in");
        assert_eq!(account.roles, [Role::Administrator]);
        assert_eq!(welcome("Eve", "eve@tidewell.example", PASSWORD).await, Err(Refusal::NotFound), "{}", world.name);
        assert_eq!(world.desk.first_start(start()).await.expect("an answer"), None);
    }
}

#[tokio::test]
async fn of_two_who_come_with_the_same_link_one_is_let_in() {
    for world in worlds().await {
        let link = world.desk.first_start(start()).await.expect("an answer").expect("a link");
        let come = |email: &'static str| {
            let (desk, link) = (world.desk.clone(), link.clone());
            async move { desk.welcome(&link, ("Somebody", email, PASSWORD), whence(), start()).await.is_ok() }
        };
        let (one, two) = tokio::join!(come("one@tidewell.example"), come("two@tidewell.example"));
        assert!(one != two, "{}", world.name);
    }
}

#[tokio::test]
async fn a_colleague_chooses_a_password_by_invitation() {
    for world in worlds().await {
        let admin = account(&world, "adm@tidewell.example", Role::Administrator).await;
        let new = NewAccount {
            email: "ines@tidewell.example".into(),
            name: "Ines".into(),
            roles: vec![Role::Agent],
            ..NewAccount::default()
        };
        world.desk.create_account(&admin, new.clone(), start()).await.expect("an account");
        let twice = world.desk.create_account(&admin, new, start()).await.unwrap_err();
        assert_eq!(fields(&twice), ["email"]);
        let none = world.desk.sign_in("ines@tidewell.example", "", whence(), start()).await.expect("an answer");
        assert!(matches!(none, SignIn::Wrong), "no password is not the empty one");
        let link = world.desk.invite(&admin, "ines@tidewell.example", start()).await.expect("a link");
        let refused = world.desk.accept(&link, "short", whence(), start()).await.unwrap_err();
        assert_eq!(fields(&refused), ["password"]);
        world.desk.accept(&link, PASSWORD, whence(), start()).await.expect("taken up");
        assert!(world.desk.accept(&link, PASSWORD, whence(), start()).await.is_err(), "{}", world.name);
        signed_in(&world, "ines@tidewell.example", start()).await;
    }
}

#[tokio::test]
async fn accounts_say_what_cannot_stand() {
    for world in worlds().await {
        let admin = account(&world, "adm@tidewell.example", Role::Administrator).await;
        let create = async |new: NewAccount| world.desk.create_account(&admin, new, start()).await;
        let base = NewAccount { email: "x@tidewell.example".into(), name: "X".into(), ..NewAccount::default() };
        let with = |roles: &[Role]| NewAccount { roles: roles.to_vec(), ..base.clone() };
        let refused = create(with(&[])).await.unwrap_err();
        assert_eq!(fields(&refused), ["roles"]);
        assert_eq!(fields(&create(with(&[Role::CustomerUser])).await.unwrap_err()), ["customer"]);
        let both = NewAccount { customer: Some("CUS-1".into()), ..with(&[Role::CustomerUser, Role::Agent]) };
        assert_eq!(fields(&create(both).await.unwrap_err()), ["roles"]);
        let unknown = NewAccount { customer: Some("CUS-404".into()), ..with(&[Role::CustomerUser]) };
        assert_eq!(fields(&create(unknown).await.unwrap_err()), ["customer"]);
        assert_eq!(fields(&create(with(&[Role::ExternalAuditor])).await.unwrap_err()), ["valid_until"]);
        let last =
            AccountEdit { name: "Adm".into(), roles: vec![Role::Agent], customer: None, active: true, window: None };
        let refused = world.desk.edit_account(&admin, &admin.email, last, start()).await.unwrap_err();
        assert_eq!(fields(&refused), ["roles"], "the last administrator stays one");
        assert!(world.desk.create_account(&agent(), with(&[Role::Agent]), start()).await.is_err());
    }
}

#[tokio::test]
async fn external_auditors_read_within_their_dates_and_write_nothing() {
    for world in worlds().await {
        let incident = world.incident("Card payments declined", start()).await;
        let new = NewAccount {
            email: "auditor@body.example".into(),
            name: "Auditor".into(),
            roles: vec![Role::ExternalAuditor],
            window: Some((start(), start().plus(3 * DAY))),
            password: Some(PASSWORD.into()),
            ..NewAccount::default()
        };
        let account = world.desk.create_account(&machine(), new, start()).await.expect("an account");
        let token = signed_in(&world, &account.email, start().plus(MINUTE)).await;
        let (account, _) = world.desk.session(&token, start()).await.expect("an answer").expect("signed in");
        let auditor = account.actor(Via::Web, false);
        assert!(world.desk.show(&auditor, "incident", &incident, None, start()).await.is_ok());
        let note = model::Command::Note { target: target("incident", &incident), text: "Seen".into(), public: false };
        let refused = world.desk.perform(&auditor, note, start()).await;
        assert!(matches!(refused, Err(Refusal::Forbidden(_))), "{}: {refused:?}", world.name);
        assert!(world.desk.session(&token, start().plus(3 * DAY)).await.expect("an answer").is_none());
        assert!(world.desk.show(&auditor, "incident", &incident, None, start().plus(3 * DAY)).await.is_err());
        let preferences = Preferences { theme: "dark".into(), keys: false, mail: false };
        world.desk.set_preferences(&auditor, preferences.clone(), start()).await.expect("a page's looks are one's own");
        let (account, _) = world.desk.session(&token, start()).await.expect("an answer").expect("signed in");
        assert_eq!(account.preferences, preferences);
    }
}

#[tokio::test]
async fn the_journal_tells_what_was_done_to_accounts_and_no_secret() {
    for world in worlds().await {
        let admin = account(&world, "adm@tidewell.example", Role::Administrator).await;
        account(&world, "ines@tidewell.example", Role::Agent).await;
        let token = signed_in(&world, "ines@tidewell.example", start()).await;
        let edit = AccountEdit {
            name: "Ines Okafor".into(),
            roles: vec![Role::Agent, Role::Approver],
            customer: None,
            active: true,
            window: None,
        };
        world.desk.edit_account(&admin, "ines@tidewell.example", edit.clone(), start()).await.expect("edited");
        world.desk.edit_account(&admin, "ines@tidewell.example", edit, start()).await.expect("unchanged");
        let entries = world.desk.activity(&admin, 100, start()).await.expect("for administrators");
        let told: Vec<String> = entries.iter().map(|entry| format!("{} {}", entry.kind, entry.act)).collect();
        assert_eq!(told, ["account edit", "session sign_in", "account create", "account create"], "{}", world.name);
        let edited = &entries[0];
        assert_eq!(edited.by.as_deref(), Some("adm@tidewell.example"));
        assert_eq!(edited.changes.keys().collect::<Vec<_>>(), ["name", "roles"]);
        assert_eq!(edited.version, 3);
        let all = format!("{entries:?}");
        for secret in [PASSWORD, token.as_str(), &desk::accounts::digest(&token), "argon2"] {
            assert!(!all.contains(secret), "{}: {secret}", world.name);
        }
        assert!(world.desk.activity(&agent(), 100, start()).await.is_err());
    }
}
