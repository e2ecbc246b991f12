//! Whoever is named in a note, and whoever watches a record, hears of it, and of no more than they may read.

use axum::http::{Method, StatusCode};
use desk::{
    accounts::{AccountEdit, NewAccount, Preferences},
    post::{Definition, MailboxEdit, SEND, Server},
};
use model::{Actor, Command, Input, Moment, Refusal, Role, Target, Via, time::MINUTE};
use serde_json::json;

use crate::{
    building::{BYSTANDER, Building, CUSTOMER, Who, mail},
    world::{Database, World, now},
};

both_databases!(
    whoever_is_named_finds_it_and_gets_mail,
    no_person_of_a_customer_is_told_of_an_internal_note,
    nobody_hears_who_is_not_clearly_meant_or_may_not_read_it,
    several_people_hear_of_one_ticket,
    whoever_wants_no_mail_or_is_gone_gets_none,
    a_team_is_told_as_a_whole,
    nobody_outside_calls_a_team_and_nobody_is_called_twice_at_once,
    what_is_quoted_imported_or_taken_back_tells_nobody,
    pages_and_machines_put_mentions_aside_and_watch,
    whom_a_note_may_name_is_offered_to_our_own_people,
);

const INES: &str = "ines.okafor@tidewell.example";
const TOMAS: &str = "tomas.lind@tidewell.example";
const KIM: &str = "kim@harbour.example";
const KAY: &str = "kay@harbour.example";
const BEA: &str = "bea@quay.example";

struct House {
    world: World,
    number: String,
}

fn machine() -> Actor {
    Actor::system("test", Via::Command)
}

fn person(email: &str, roles: &[Role], customer: Option<&str>) -> Actor {
    Actor {
        email: email.into(),
        name: email.into(),
        roles: roles.to_vec(),
        customer: customer.map(str::to_string),
        via: Via::Web,
        ..machine()
    }
}

fn ines() -> Actor {
    person(INES, &[Role::Agent], None)
}

fn tomas() -> Actor {
    person(TOMAS, &[Role::Agent], None)
}

fn kim() -> Actor {
    person(KIM, &[Role::CustomerUser], Some("CUS-1"))
}

fn kay() -> Actor {
    person(KAY, &[Role::CustomerUser], Some("CUS-1"))
}

fn bea() -> Actor {
    person(BEA, &[Role::CustomerUser], Some("CUS-2"))
}

fn at(minutes: i64) -> Moment {
    now().plus(minutes * MINUTE)
}

impl House {
    /// Two agents, two people of one customer, one of another, a mailbox that answers, and an incident of Kim's.
    async fn new(database: Database) -> House {
        let world = World::new(database).await;
        let customers = "{\"kind\":\"customer\",\"number\":\"CUS-1\",\"title\":\"Harbour\",\"fields\":{\"name\":\"Harbour\"}}\n\
                         {\"kind\":\"customer\",\"number\":\"CUS-2\",\"title\":\"Quay\",\"fields\":{\"name\":\"Quay\"}}\n";
        world.import(customers).await;
        for who in [ines(), tomas(), kim(), kay(), bea()] {
            let new = NewAccount {
                email: who.email.clone(),
                name: who.name.clone(),
                roles: who.roles.clone(),
                customer: who.customer.clone(),
                ..NewAccount::default()
            };
            world.desk.create_account(&machine(), new, now()).await.expect("an account");
        }
        // The last administrator who can sign in stays one, so that accounts can be edited.
        let nils = NewAccount {
            email: "nils@tidewell.example".into(),
            name: "Nils".into(),
            roles: vec![Role::Administrator],
            password: Some("a-lamp-by-the-north-door".into()),
            ..NewAccount::default()
        };
        world.desk.create_account(&machine(), nils, now()).await.expect("an account");
        let mailbox = MailboxEdit {
            name: "Support".into(),
            address: "support@tidewell.example".into(),
            active: true,
            answers: true,
            definition: Definition {
                opens: "incident".into(),
                outgoing: Server { host: "127.0.0.1".into(), port: 9, ..Server::default() },
                ..Definition::default()
            },
            secret: None,
        };
        world.desk.save_mailbox(&machine(), None, mailbox, now()).await.expect("a mailbox");
        let fields = json!({"title": "Tills are slow", "customer": "CUS-1", "requester": KIM});
        let command = Command::Create {
            kind: "incident".into(),
            number: None,
            input: Input::json(fields.as_object().expect("fields").clone()),
        };
        let number = world.desk.perform(&ines(), command, now()).await.expect("an incident").number;
        House { world, number }
    }

    fn target(&self) -> Target {
        Target { kind: "incident".into(), number: self.number.clone(), version: None }
    }

    async fn note(&self, actor: &Actor, text: &str, public: bool, at: Moment) -> i64 {
        let command = Command::Note { target: self.target(), text: text.into(), public };
        self.world.desk.perform(actor, command, at).await.expect("a note").version
    }

    async fn step(&self, to: &str, at: Moment) -> i64 {
        let (to, input) = (to.to_string(), Input::default());
        let command = Command::Step { target: self.target(), to, input, note: None, public: false };
        self.world.desk.perform(&ines(), command, at).await.expect("a step").version
    }

    async fn watch(&self, actor: &Actor, on: bool) -> Result<(), Refusal> {
        self.world.desk.watch(actor, "incident", &self.number, on, at(1)).await
    }

    /// Texts of the notes that wait for somebody.
    async fn waiting(&self, actor: &Actor) -> Vec<String> {
        let found = self.world.desk.mentions(actor, at(60)).await.expect("mentions");
        found.into_iter().map(|mention| mention.text).collect()
    }

    /// The mail that would go to somebody about a version.
    async fn letter(&self, occasion: &str, to: &str, version: i64) -> Option<mail::Letter> {
        let payload = json!({"kind": "incident", "number": self.number, "version": version, "occasion": occasion, "to": to,
            "note": ""});
        let written = self.world.desk.write_answer(&payload, at(60)).await.expect("a mail or none");
        written.map(|outgoing| {
            assert_eq!(outgoing.to, to);
            mail::read(&outgoing.raw).letter.expect("what we write can be read")
        })
    }

    async fn promised(&self) -> usize {
        let jobs = self.world.desk.jobs(&machine(), at(60)).await.expect("jobs");
        jobs.iter().filter(|job| job.name == SEND).count()
    }
}

async fn whoever_is_named_finds_it_and_gets_mail(database: Database) {
    let house = House::new(database).await;
    let before = house.promised().await;
    let version = house.note(&ines(), "Can you look, @Tomas.Lind? And @ines, of course.", false, at(2)).await;
    assert_eq!(house.promised().await - before, 1, "nobody is told what they said themselves");
    assert_eq!(house.waiting(&tomas()).await, ["Can you look, @Tomas.Lind? And @ines, of course."]);
    assert!(house.waiting(&ines()).await.is_empty());
    let letter = house.letter("mention", TOMAS, version).await.expect("a mail");
    assert!(letter.subject.contains(&house.number) && letter.text.contains("Can you look"), "{letter:?}");
    let waiting = house.world.desk.mentions(&tomas(), at(3)).await.expect("mentions");
    let [mention] = waiting.as_slice() else { panic!("one") };
    let stranger = house.world.desk.put_aside(&ines(), mention.id, at(3)).await;
    assert!(matches!(stranger, Err(Refusal::NotFound)), "another's mention is none");
    house.world.desk.put_aside(&tomas(), mention.id, at(3)).await.expect("it is put aside");
    assert!(house.waiting(&tomas()).await.is_empty());
    assert!(matches!(house.world.desk.put_aside(&tomas(), mention.id, at(4)).await, Err(Refusal::NotFound)));
    assert_eq!(house.world.desk.verify(&mut |_| {}).await.expect("a verdict").first, Vec::<String>::new());
}

async fn no_person_of_a_customer_is_told_of_an_internal_note(database: Database) {
    let house = House::new(database).await;
    house.watch(&kay(), true).await.expect("she may read it");
    let before = house.promised().await;
    let inner = house.note(&ines(), "Between us, @kim and @kay: they never pay. @tomas", false, at(2)).await;
    assert!(house.waiting(&kim()).await.is_empty() && house.waiting(&kay()).await.is_empty());
    assert_eq!(house.waiting(&tomas()).await.len(), 1);
    for (occasion, to) in [("mention", KIM), ("mention", KAY), ("watch", KAY)] {
        assert!(house.letter(occasion, to, inner).await.is_none(), "{occasion} to {to}");
    }
    assert!(house.promised().await > before);
    let outer = house.note(&ines(), "@kay, is it better now?", true, at(3)).await;
    assert_eq!(house.waiting(&kay()).await, ["@kay, is it better now?"]);
    assert!(house.letter("mention", KAY, outer).await.expect("a mail").text.contains("is it better now"));
    // A step with an internal note tells a customer's person the step and not the note.
    let (to, note) = ("in_progress".to_string(), Some("They still never pay.".to_string()));
    let command = Command::Step { target: house.target(), to, input: Input::default(), note, public: false };
    let version = house.world.desk.perform(&ines(), command, at(4)).await.expect("a step").version;
    let letter = house.letter("watch", KAY, version).await.expect("the state is theirs to know");
    assert!(!letter.text.contains("never pay") && letter.text.contains("In progress"), "{}", letter.text);
}

async fn nobody_hears_who_is_not_clearly_meant_or_may_not_read_it(database: Database) {
    let house = House::new(database).await;
    let second = person("tomas.berg@tidewell.example", &[Role::Agent], None);
    let new = NewAccount {
        email: second.email.clone(),
        name: "Tomas Berg".into(),
        roles: second.roles.clone(),
        ..NewAccount::default()
    };
    house.world.desk.create_account(&machine(), new, now()).await.expect("an account");
    house.note(&ines(), "@tomas or @bea or @nobody or bea@quay.example", true, at(2)).await;
    assert!(house.waiting(&tomas()).await.is_empty() && house.waiting(&second).await.is_empty(), "two go by Tomas");
    assert!(house.waiting(&bea()).await.is_empty(), "she may not read it");
    house.note(&kim(), &format!("@{BEA}, do you have it too? @tomas.berg"), true, at(3)).await;
    assert!(house.waiting(&bea()).await.is_empty());
    assert_eq!(house.waiting(&second).await.len(), 1);
    assert!(matches!(house.watch(&bea(), true).await, Err(Refusal::NotFound)), "what she may not read is not there");
    assert!(house.world.desk.watched(&bea()).await.expect("a list").is_empty());
}

/// Complaint 40: one person asks, several follow.
async fn several_people_hear_of_one_ticket(database: Database) {
    let house = House::new(database).await;
    for who in [kay(), kay(), kim(), tomas(), ines()] {
        house.watch(&who, true).await.expect("they may read it");
    }
    let shown = house.world.desk.show(&tomas(), "incident", &house.number, None, at(2)).await.expect("it");
    assert_eq!(house.world.desk.watchers(&tomas(), &shown).await.expect("a list"), [INES, KAY, KIM, TOMAS]);
    assert_eq!(house.world.desk.watchers(&kay(), &shown).await.expect("a list"), [KAY], "who else is not hers to know");
    let before = house.promised().await;
    let version = house.note(&ines(), "It is the switch.", true, at(2)).await;
    assert_eq!(house.promised().await - before, 3, "the requester has an answer of their own");
    for to in [KAY, TOMAS] {
        assert!(house.letter("watch", to, version).await.expect("a mail").text.contains("It is the switch."));
    }
    let before = house.promised().await;
    let version = house.step("in_progress", at(3)).await;
    assert_eq!(house.promised().await - before, 3, "who did it knows");
    assert!(house.letter("watch", KIM, version).await.expect("a mail").text.contains("In progress"));
    house.watch(&tomas(), false).await.expect("it ends");
    house.watch(&tomas(), false).await.expect("twice is once");
    let before = house.promised().await;
    house.note(&ines(), "It works again.", false, at(4)).await;
    assert_eq!(house.promised().await - before, 2, "promised to both; that it is internal is found when it is sent");
    let auditor = Actor { read_only: true, ..person("eve@audit.example", &[Role::ExternalAuditor], None) };
    assert!(matches!(house.watch(&auditor, true).await, Err(Refusal::Forbidden(_))));
}

async fn whoever_wants_no_mail_or_is_gone_gets_none(database: Database) {
    let house = House::new(database).await;
    house.watch(&tomas(), true).await.expect("he may read it");
    let quiet = Preferences { mail: false, ..Preferences::default() };
    house.world.desk.set_preferences(&tomas(), quiet, at(1)).await.expect("set");
    let version = house.note(&ines(), "@tomas, look", false, at(2)).await;
    assert!(
        house.letter("mention", TOMAS, version).await.is_none()
            && house.letter("watch", TOMAS, version).await.is_none()
    );
    assert_eq!(house.waiting(&tomas()).await.len(), 1, "the page shows it in any case");
    house.world.desk.set_preferences(&tomas(), Preferences::default(), at(3)).await.expect("set");
    assert!(house.letter("mention", TOMAS, version).await.is_some());
    let gone =
        AccountEdit { name: "Tomas".into(), roles: vec![Role::Agent], customer: None, active: false, window: None };
    house.world.desk.edit_account(&machine(), TOMAS, gone, at(4)).await.expect("an edit");
    let version = house.note(&ines(), "@tomas, once more", false, at(5)).await;
    assert!(
        house.letter("mention", TOMAS, version).await.is_none()
            && house.letter("watch", TOMAS, version).await.is_none()
    );
    assert!(
        house.letter("mention", "nobody@tidewell.example", version).await.is_none(),
        "only accounts hear by choice"
    );
}

impl House {
    /// A team of Ines, Tomas, somebody without an account and somebody of a customer.
    async fn with_team(database: Database) -> House {
        let house = House::new(database).await;
        let members = json!([INES, TOMAS, "gone@tidewell.example", KIM]);
        let line = json!({"kind": "team", "number": "TM-7", "title": "Service desk", "fields": {"name": "Service desk", "members": members}});
        house.world.import(format!("{line}\n")).await;
        house
    }

    async fn away(&self, email: &str, from: &str, until: &str) {
        let line = json!({"kind": "person", "number": "PER-9", "title": email,
            "fields": {"name": email, "email": email, "away_from": from, "away_until": until}});
        self.world.import(format!("{line}\n")).await;
    }
}

async fn a_team_is_told_as_a_whole(database: Database) {
    let house = House::with_team(database).await;
    let before = house.promised().await;
    let version = house.note(&ines(), "@service-desk, who takes it? @service-desks", false, at(2)).await;
    assert_eq!(house.waiting(&tomas()).await, ["@service-desk, who takes it? @service-desks"]);
    assert!(house.waiting(&ines()).await.is_empty(), "nobody is told what they said themselves");
    assert!(house.waiting(&kim()).await.is_empty(), "an internal note, whatever the team says of its members");
    assert_eq!(house.promised().await - before, 1, "mail by the same preference as for a person");
    assert!(house.letter("mention", TOMAS, version).await.is_some());
    let named = house.world.desk.named_by(&ines(), "incident", &house.number, version, at(3)).await.expect("a list");
    assert_eq!(named, [TOMAS], "whoever wrote it sees whom it reached");
    // By number as well; and whoever is away is left in peace.
    house.note(&ines(), "@TM-7 again", false, at(40)).await;
    assert_eq!(house.waiting(&tomas()).await.len(), 2);
    let today = now().date().to_string();
    house.away(TOMAS, &today, &today).await;
    house.note(&ines(), "@TM-7 and again", false, at(80)).await;
    assert_eq!(house.waiting(&tomas()).await.len(), 2, "he is away");
    house.note(&ines(), "@tomas, when you are back", false, at(81)).await;
    assert_eq!(house.waiting(&tomas()).await.len(), 3, "who is named himself hears of it all the same");
    assert_eq!(house.world.desk.verify(&mut |_| {}).await.expect("a verdict").first, Vec::<String>::new());
}

async fn nobody_outside_calls_a_team_and_nobody_is_called_twice_at_once(database: Database) {
    let house = House::with_team(database).await;
    house.note(&kim(), "@service-desk @TM-7 help", true, at(2)).await;
    assert!(house.waiting(&tomas()).await.is_empty(), "a customer's person calls no team");
    house.note(&person("rule@tidewell.example", &[Role::Agent], None), "@service-desk", false, at(3)).await;
    assert!(house.waiting(&tomas()).await.is_empty(), "neither does what has no account");
    house.note(&ines(), "@nobody-at-all @service", false, at(4)).await;
    assert!(house.waiting(&tomas()).await.is_empty(), "an unknown name stays plain text");
    for minute in 5..15 {
        house.note(&ines(), "@service-desk!", false, at(minute)).await;
    }
    assert_eq!(house.waiting(&tomas()).await.len(), 1, "a flood of calls is one");
    house.note(&ines(), "@tomas himself", false, at(16)).await;
    assert_eq!(house.waiting(&tomas()).await.len(), 2);
}

async fn what_is_quoted_imported_or_taken_back_tells_nobody(database: Database) {
    let house = House::new(database).await;
    house.watch(&tomas(), true).await.expect("he may read it");
    let before = house.promised().await;
    house.note(&tomas(), "> @ines.okafor wrote\nYes.", false, at(2)).await;
    house
        .world
        .import(
            "{\"kind\":\"incident\",\"number\":\"INC-900\",\"title\":\"Old\",\"history\":[{\"at\":\"2026-01-02T08:00:00Z\",\
             \"by\":\"ines.okafor@tidewell.example\",\"state\":\"new\"},{\"at\":\"2026-01-02T09:00:00Z\",\
             \"by\":\"ines.okafor@tidewell.example\",\"note\":\"@tomas.lind look\",\"public\":false}]}\n",
        )
        .await;
    assert!(house.waiting(&tomas()).await.is_empty() && house.waiting(&ines()).await.is_empty());
    assert_eq!(house.promised().await, before);
    let version = house.step("in_progress", at(3)).await;
    let target = Target { version: Some(version), ..house.target() };
    let before = house.promised().await;
    house.world.desk.perform(&ines(), Command::Undo { target }, at(4)).await.expect("it is taken back");
    assert_eq!(house.promised().await, before);
}

async fn pages_and_machines_put_mentions_aside_and_watch(database: Database) {
    let house = House::new(database).await;
    let building = Building::over(&house.world.desk).await;
    let agent = mail(Role::Agent);
    let agent = Who::Mail(&agent);
    let page = format!("/incidents/{}", house.number);
    let form = |name: &str, value: &str| vec![(name.to_string(), value.to_string())];
    let sent = building.form(agent, &format!("{page}/watch"), &form("watch", "yes")).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text);
    assert!(building.get(agent, &page).await.text.contains("Watch it no more"));
    assert!(building.get(agent, "/my-work?view=watched").await.text.contains("Tills are slow"));
    let wrong = building.form(agent, &format!("{page}/watch"), &form("watch", "maybe")).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    house.note(&ines(), "@agent, the tills again", false, at(2)).await;
    let listed = building.get(agent, "/my-work?view=mentions").await;
    assert!(listed.text.contains("the tills again"), "{}", listed.text);
    let items = building.get(agent, "/api/v1/mentions").await.json()["items"].clone();
    assert_eq!((&items[0]["number"], &items[0]["by"]), (&json!(house.number), &json!(INES)), "{items}");
    let id = items[0]["id"].as_str().expect("an id").to_string();
    let api = format!("/api/v1/mentions/{id}");
    let other = building.ask(CUSTOMER, Method::DELETE, &api, &[], Vec::new()).await;
    assert_eq!(other.status, StatusCode::NOT_FOUND);
    let done = building.form(agent, &format!("/my-work/mentions/{id}"), &[]).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
    assert_eq!(building.ask(agent, Method::DELETE, &api, &[], Vec::new()).await.status, StatusCode::NOT_FOUND);
    let watchers = format!("/api/v1/incidents/{}/watchers", house.number);
    assert_eq!(building.get(agent, &watchers).await.json()["watches"], json!(true));
    assert_eq!(building.get(CUSTOMER, &watchers).await.json(), json!({"watches": false, "items": []}));
    assert_eq!(building.get(BYSTANDER, &watchers).await.status, StatusCode::NOT_FOUND);
    let me = format!("{watchers}/me");
    for (who, status) in [(CUSTOMER, StatusCode::NO_CONTENT), (BYSTANDER, StatusCode::NOT_FOUND)] {
        assert_eq!(building.ask(who, Method::PUT, &me, &[], Vec::new()).await.status, status);
    }
    let portal = format!("/portal/requests/{}", house.number);
    let back = [form("watch", "no"), form("back", &portal)].concat();
    let sent = building.form(CUSTOMER, &format!("{page}/watch"), &back).await;
    assert_eq!((sent.status, sent.header("location")), (StatusCode::SEE_OTHER, portal.as_str()));
    let read = building.get(CUSTOMER, &portal).await;
    assert!(read.text.contains("Follow it</button>"), "{}", read.text);
    assert_eq!(building.ask(CUSTOMER, Method::PUT, &me, &[], Vec::new()).await.status, StatusCode::NO_CONTENT);
    assert_eq!(building.ask(agent, Method::DELETE, &me, &[], Vec::new()).await.status, StatusCode::NO_CONTENT);
    assert_eq!(building.get(agent, &watchers).await.json()["items"].as_array().map(Vec::len), Some(1));
}

async fn whom_a_note_may_name_is_offered_to_our_own_people(database: Database) {
    let world = World::new(database).await;
    let agent = mail(Role::Agent);
    let lines = [
        json!({"kind": "customer", "number": "CUS-1", "fields": {"name": "Harbour"}}),
        json!({"kind": "customer", "number": "CUS-2", "fields": {"name": "Quay"}}),
        json!({"kind": "person", "number": "PER-1", "fields": {"name": "Tomas Lind", "email": mail(Role::ProcessOwner)}}),
        json!({"kind": "person", "number": "PER-2", "fields": {"name": "Tomas Without Account", "email": "tomas@nowhere.example"}}),
        json!({"kind": "team", "number": "TM-1", "fields": {"name": "Tomas and his tills", "members": [agent]}}),
        json!({"kind": "team", "number": "TM-2", "state": "withdrawn", "fields": {"name": "Tomas of old", "members": [agent]}}),
    ];
    assert!(world.import(lines.map(|line| format!("{line}\n")).concat()).await.is_whole());
    let building = Building::over(&world.desk).await;
    let offered = building.get(Who::Mail(&agent), "/lookup?named=yes&q=tom").await.json();
    let wanted = json!([{"value": mail(Role::ProcessOwner), "label": "Tomas Lind"},
        {"value": "tomas-and-his-tills", "label": "Tomas and his tills"}]);
    assert_eq!(offered, wanted, "those who would be told, and no team that is over");
    let outside = building.get(CUSTOMER, "/lookup?named=yes&q=tom").await.json();
    assert_eq!(outside, json!([]), "a customer's people name nobody of ours");
}
