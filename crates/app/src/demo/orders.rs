//! What people of customers order in the portal: models with forms, approvals and tasks; a laptop allowed by two of whom one is
//! away, a bundle for a new joiner; and what people say afterwards.

use model::{
    Moment,
    time::{DAY, HOUR, MINUTE},
};
use serde_json::{Value as Json, json};

use super::{
    parties::PORTAL,
    people::{self, AOIFE, CALLERS, DESK, HUGO, SAMUEL, SARA, STAFF, YUSUF, team},
    portfolio::{self, LIVE},
    script::Script,
    tickets::Told,
    times::day,
};

const MARIA: &str = "maria.conti@castlebrook.example";
const JAMES: &str = "james.ames@castlebrook.example";
const TERESA: &str = "teresa.reyes@castlebrook.example";

/// Numbers of the models that are made here.
struct Models {
    laptop: String,
    joiner: String,
    access: String,
    software: String,
    mover: String,
    leaver: String,
}

pub fn write(script: &mut Script, told: &[Told]) {
    people_decide(script);
    let models = models(script);
    for (turn, days) in [330, 262, 199, 141, 96, 52].into_iter().enumerate() {
        laptop(script, &models, turn, days);
        small(script, &models, turn, days - 9);
    }
    for days in [210, 120, 38] {
        joiner(script, &models, days, true);
    }
    still_open(script, &models);
    moves_and_leaves(script, &models);
    opinions(script, told);
}

/// Who allows what, and who is away at the end of the year.
fn people_decide(script: &mut Script) {
    let at = script.times.founding(22);
    for (place, (name, ..)) in STAFF.iter().enumerate() {
        let manager = if people::mail(name) == AOIFE { SARA } else { AOIFE };
        if people::mail(name) == DESK[0] || people::mail(name) == DESK[1] {
            script.edit(at, SARA, &format!("PER-{}", place + 1), json!({"manager": manager}));
        }
    }
    let (from, until) = (script.times.date(4), script.times.date(-9));
    let rows =
        json!([{"person": JAMES, "away_from": from, "away_until": until, "stand_in": TERESA}, {"person": MARIA}]);
    script.edit(at, HUGO, "CUS-1", json!({"approvers": rows}));
    for customer in 2..=5 {
        let number = format!("CUS-{customer}");
        let first = CALLERS.iter().filter(|caller| caller.2 == number).map(|caller| caller.1).next_back();
        script.edit(at, HUGO, &number, json!({"approvers": [{"person": first}]}));
    }
    let yusuf = STAFF.iter().position(|(name, ..)| people::mail(name) == YUSUF).unwrap_or_default() + 1;
    let away = json!({"away_from": from, "away_until": until, "stand_in": SAMUEL});
    script.edit(script.times.workday(12, 9, 0), SARA, &format!("PER-{yusuf}"), away);
}

fn models(script: &mut Script) -> Models {
    let workplace = portfolio::number(place_of("Managed Workplace"));
    let access = portfolio::number(place_of("Identity and Access"));
    Models {
        laptop: model(
            script,
            json!({"title": "New laptop", "category": "equipment", "section": "Workplace", "service": workplace, "price": {"amount": 1290, "currency": "EUR"}, "delivery_days": 5,
            "instructions": "A laptop with everything that your colleagues have, set up and tested.",
            "questions": [{"name": "device", "label": "Which one", "type": "choice", "choices": ["Light, 13 inches", "Strong, 15 inches"], "required": true},
                {"name": "why_strong", "label": "What do you need the strong one for?", "type": "long_text", "required": true, "shown_when": "device = \"Strong, 15 inches\""},
                {"name": "needed_on", "label": "Needed on", "type": "date", "required": true, "help": "Five working days ahead at least."},
                {"name": "dock", "label": "With a dock for the desk", "type": "flag"}],
            "approval": [{"stage": 1, "approver": "line_manager", "need": 1}, {"stage": 2, "approver": "named", "people": [YUSUF], "above": {"amount": 1000, "currency": "EUR"}}],
            "tasks": [{"name": "order", "title": "Order the laptop", "team": team("Workplace")}, {"name": "install", "title": "Set it up and test it", "team": team("Workplace"), "after": ["order"]},
                {"name": "dock", "title": "Bring the dock", "team": team("Workplace"), "shown_when": "dock = yes"}, {"name": "hand_over", "title": "Hand it over", "team": team("Service desk"), "after": ["install", "dock"]}]}),
        ),
        joiner: model(
            script,
            json!({"title": "New joiner", "category": "account", "section": "Workplace", "service": workplace, "delivery_days": 3,
            "instructions": "Everything that a new colleague needs on the first day.",
            "questions": [{"name": "full_name", "label": "Full name", "type": "text", "required": true, "help": "As in the contract. We make the e-mail address from it."},
                {"name": "start_date", "label": "Start date", "type": "date", "required": true, "default": "{today + 14}"},
                {"name": "asked_by", "label": "Who answers our questions", "type": "text", "default": "{requester.name}"},
                {"name": "role", "label": "Role", "type": "choice", "choices": ["Branch adviser", "Back office", "Manager"], "required": true},
                {"name": "laptop", "label": "Needs a laptop", "type": "flag", "section": "Equipment"},
                {"name": "telephone", "label": "Needs a telephone", "type": "flag", "section": "Equipment"}],
            "approval": [{"stage": 1, "approver": "customer", "need": 1}],
            "tasks": [{"name": "account", "title": "Make the account", "team": team("Security"), "days": 1}, {"name": "mailbox", "title": "Make the mailbox", "team": team("Workplace"), "after": ["account"], "days": 2},
                {"name": "groups", "title": "Give the rights of the role", "team": team("Security"), "after": ["account"], "days": 2}, {"name": "laptop", "title": "Prepare the laptop", "team": team("Workplace"), "after": ["account"], "shown_when": "laptop = yes"},
                {"name": "telephone", "title": "Prepare the telephone", "team": team("Workplace"), "shown_when": "telephone = yes"}, {"name": "welcome", "title": "Call on the first day", "team": team("Service desk"), "after": ["mailbox", "groups", "laptop", "telephone"]}]}),
        ),
        access: model(
            script,
            json!({"title": "Access to an application", "category": "access", "section": "Access", "service": access, "delivery_days": 1,
            "instructions": "We give the rights that your role has there.",
            "questions": [{"name": "application", "label": "Which application", "type": "choice", "choices": ["Treasury reports", "Customer records", "Time sheets"], "required": true}, {"name": "until", "label": "Until when", "type": "date", "help": "Left empty, for good."}],
            "approval": [{"stage": 1, "approver": "line_manager", "need": 1}, {"stage": 1, "approver": "service_owner", "need": 1}],
            "tasks": [{"name": "grant", "title": "Give the rights", "team": team("Security")}]}),
        ),
        software: model(
            script,
            json!({"title": "Install software", "category": "software", "section": "Workplace", "service": workplace, "delivery_days": 1,
            "instructions": "Titles of the list are installed at once and cost nothing.",
            "questions": [{"name": "title_wanted", "label": "Which software", "type": "text", "required": true}], "tasks": [{"name": "install", "title": "Install it", "team": team("Workplace")}]}),
        ),
        mover: mover(script, &workplace),
        leaver: leaver(script, &workplace),
    }
}

/// A model for customers' people, as the others are kept.
fn model(script: &mut Script, fields: Json) -> String {
    let at = script.times.founding(24);
    let mut all = json!({"audience": ["customers"], "owner": AOIFE, "reviewed_on": day(at), "steps": ["Look at the answers", "Do the tasks in their order", "Tell the person and write down what was done"]});
    if let (Json::Object(all), Json::Object(fields)) = (&mut all, fields) {
        all.extend(fields);
    }
    script.create(at, AOIFE, "request_model", all)
}

/// Whoever changes the role gives the old rights back before the new ones come.
fn mover(script: &mut Script, workplace: &str) -> String {
    model(
        script,
        json!({"title": "Colleague changes place or role", "category": "move", "section": "Workplace", "service": workplace, "delivery_days": 3, "team": team("Service desk"), "priority": "P4",
            "instructions": "We take away what belongs to the old role and give what belongs to the new one, on the same day.",
            "questions": [{"name": "who_moves", "label": "Who moves", "type": "text", "required": true},
                {"name": "new_role", "label": "New role", "type": "choice", "choices": ["Branch adviser", "Back office", "Manager"], "required": true},
                {"name": "from_day", "label": "From when on", "type": "date", "required": true, "default": "{today + 7}"},
                {"name": "new_place", "label": "Another place", "type": "text", "default": "{customer.address}"},
                {"name": "keeps_laptop", "label": "Keeps the laptop", "type": "flag", "default": "yes"}],
            "approval": [{"stage": 1, "approver": "customer", "need": 1}],
            "tasks": [{"name": "take_rights", "title": "Take the rights of the old role away", "team": team("Security"), "days": 1}, {"name": "give_rights", "title": "Give the rights of the new role", "team": team("Security"), "after": ["take_rights"], "days": 1},
                {"name": "exchange", "title": "Exchange the laptop", "team": team("Workplace"), "shown_when": "keeps_laptop = no", "days": 3}, {"name": "tell", "title": "Tell them what is different", "team": team("Service desk"), "after": ["give_rights", "exchange"], "days": 3}]}),
    )
}

/// Whoever leaves gives everything back; the last task waits for all others.
fn leaver(script: &mut Script, workplace: &str) -> String {
    model(
        script,
        json!({"title": "Colleague leaves", "category": "account", "section": "Workplace", "service": workplace, "delivery_days": 2, "team": team("Service desk"), "priority": "P3",
            "instructions": "Everything that was given to a colleague comes back on the last day: sign-in, rights, equipment, licences.",
            "questions": [{"name": "who_leaves", "label": "Who leaves", "type": "text", "required": true},
                {"name": "last_day", "label": "Last day", "type": "date", "required": true, "default": "{today + 14}"},
                {"name": "mail_goes_to", "label": "Who gets their mail for a month", "type": "text", "default": "{requester.email}"},
                {"name": "laptop", "label": "Has a laptop of ours", "type": "flag", "default": "yes", "section": "Equipment"},
                {"name": "telephone", "label": "Has a telephone of ours", "type": "flag", "section": "Equipment"}],
            "approval": [{"stage": 1, "approver": "customer", "need": 1}],
            "tasks": [{"name": "agree", "title": "Agree on the last day with the manager", "team": team("Service desk"), "days": 1}, {"name": "lock", "title": "Lock the account", "team": team("Security"), "days": 0}, {"name": "sessions", "title": "End all sessions and tokens", "team": team("Security"), "after": ["lock"], "days": 0},
                {"name": "rights", "title": "Take all rights away", "team": team("Security"), "after": ["lock"], "days": 1}, {"name": "mailbox", "title": "Forward the mailbox and close it", "team": team("Workplace"), "after": ["lock"], "days": 1},
                {"name": "licences", "title": "Take the licences back", "team": team("Workplace"), "after": ["rights"], "days": 2}, {"name": "laptop", "title": "Fetch the laptop and wipe it", "team": team("Workplace"), "shown_when": "laptop = yes", "days": 2},
                {"name": "telephone", "title": "Fetch the telephone", "team": team("Workplace"), "shown_when": "telephone = yes", "days": 2}, {"name": "confirm", "title": "Confirm that nothing is left", "team": team("Service desk"), "after": ["sessions", "rights", "mailbox", "licences", "laptop", "telephone"], "days": 3}]}),
    )
}

fn place_of(name: &str) -> usize {
    LIVE.iter().position(|service| service.name == name).unwrap_or(PORTAL)
}

/// An order in the portal.
fn order(script: &mut Script, at: Moment, who: &str, model: &str, words: &str, answers: Json) -> String {
    let fields = json!({"model": model, "answers": answers, "description": words, "contact_type": "portal"});
    let number = script.create(at, who, "service_request", fields);
    let sorted = json!({"priority": "P4", "team": team("Service desk"), "owner": DESK[1]});
    script.edit(at.plus(7 * MINUTE), DESK[1], &number, sorted);
    number
}

/// Does the tasks one after the other, names in the order of doing, and ends the request.
fn deliver(script: &mut Script, from: Moment, number: &str, tasks: &[(&str, &str, &[&str])], outcome: &str) -> Moment {
    script.step(from, DESK[1], number, "in_progress", Json::Null);
    script.note(from.plus(5 * MINUTE), DESK[1], number, "Tasks are with the teams.");
    for done in 1..=tasks.len() {
        let rows: Vec<Json> = tasks.iter().enumerate().map(|(at, task)| row(task, at < done)).collect();
        script.edit(from.plus(done as i64 * 7 * HOUR), DESK[1], number, json!({"tasks": rows}));
    }
    let end = from.plus((tasks.len() as i64 * 7 + 1) * HOUR);
    script.step_saying(end, DESK[1], number, "fulfilled", json!({"outcome": outcome}), Some((outcome, true)));
    script.step(end.plus(30 * HOUR), AOIFE, number, "closed", Json::Null);
    end.plus(30 * HOUR)
}

fn row((name, title, after): &(&str, &str, &[&str]), done: bool) -> Json {
    let team = match *name {
        "account" | "groups" | "grant" => team("Security"),
        "welcome" | "hand_over" => team("Service desk"),
        _ => team("Workplace"),
    };
    json!({"name": name, "title": title, "team": team, "after": after, "state": if done { "done" } else { "open" }})
}

const LAPTOP: &[(&str, &str, &[&str])] = &[
    ("order", "Order the laptop", &[]),
    ("install", "Set it up and test it", &["order"]),
    ("hand_over", "Hand it over", &["install"]),
];

fn laptop(script: &mut Script, models: &Models, turn: usize, days: i64) {
    let at = script.times.workday(days, 9, 20);
    let (who, allows) = if turn.is_multiple_of(2) { (TERESA, JAMES) } else { (JAMES, MARIA) };
    let answers = json!({"device": "Light, 13 inches", "needed_on": day(at.plus(12 * DAY)), "dock": false});
    let number = order(script, at, who, &models.laptop, "Mine is six years old and slow.", answers);
    script.decide(at.plus(3 * HOUR), allows, &number, true, "");
    if turn == 3 {
        script.decide(at.plus(5 * HOUR), YUSUF, &number, false, "Yours is on the list for exchange in spring anyway.");
        script.step(
            at.plus(30 * HOUR),
            AOIFE,
            &number,
            "closed",
            json!({"fulfilled_on": null, "outcome": "Not allowed; exchanged in spring."}),
        );
        return;
    }
    script.decide(at.plus(5 * HOUR), YUSUF, &number, true, "In the budget.");
    let closed =
        deliver(script, at.plus(24 * HOUR), &number, LAPTOP, "The laptop is on your desk, with your files on it.");
    rate(script, closed.plus(2 * HOUR), who, &number, if turn == 4 { 3 } else { 5 });
}

fn small(script: &mut Script, models: &Models, turn: usize, days: i64) {
    let at = script.times.workday(days, 13, 40);
    if turn.is_multiple_of(2) {
        let number = order(
            script,
            at,
            MARIA,
            &models.software,
            "For the quarterly report.",
            json!({"title_wanted": "PDF editor"}),
        );
        let tasks: &[(&str, &str, &[&str])] = &[("install", "Install it", &[])];
        let closed = deliver(script, at.plus(HOUR), &number, tasks, "Installed; it opens from the start menu.");
        rate(script, closed.plus(HOUR), MARIA, &number, 4);
        return;
    }
    let answers = json!({"application": "Treasury reports"});
    let number = order(script, at, JAMES, &models.access, "I take over from a colleague.", answers);
    script.decide(at.plus(2 * HOUR), MARIA, &number, true, "");
    let tasks: &[(&str, &str, &[&str])] = &[("grant", "Give the rights", &[])];
    let closed = deliver(script, at.plus(4 * HOUR), &number, tasks, "You can sign in now.");
    rate(script, closed.plus(HOUR), JAMES, &number, 5);
}

const JOINER: &[(&str, &str, &[&str])] = &[
    ("account", "Make the account", &[]),
    ("mailbox", "Make the mailbox", &["account"]),
    ("groups", "Give the rights of the role", &["account"]),
    ("laptop", "Prepare the laptop", &["account"]),
    ("welcome", "Call on the first day", &["mailbox", "groups", "laptop"]),
];

fn joiner(script: &mut Script, models: &Models, days: i64, to_its_end: bool) -> (String, Moment) {
    let at = script.times.workday(days, 10, 10);
    let answers = json!({"full_name": "Jordan Ames", "start_date": day(at.plus(14 * DAY)), "role": "Branch adviser", "laptop": true, "telephone": false});
    let number = order(script, at, TERESA, &models.joiner, "A new adviser for the branch at the harbour.", answers);
    script.decide(at.plus(2 * HOUR), MARIA, &number, true, "");
    if to_its_end {
        let closed = deliver(script, at.plus(5 * HOUR), &number, JOINER, "Everything is ready for the first day.");
        rate(script, closed.plus(HOUR), TERESA, &number, 5);
    }
    (number, at)
}

/// What waits on the last day: for a stand-in of ours, for one of the customer's people, and for tasks.
fn still_open(script: &mut Script, models: &Models) {
    let at = script.times.workday(2, 8, 30);
    let answers = json!({"device": "Strong, 15 inches", "why_strong": "Large spreadsheets of the treasury.", "needed_on": script.times.date(-9), "dock": true});
    let number = order(script, at, TERESA, &models.laptop, "For the new place in the treasury.", answers);
    script.decide(at.plus(4 * HOUR), MARIA, &number, true, "Agreed with the treasurer.");
    let answers = json!({"device": "Light, 13 inches", "needed_on": script.times.date(-12)});
    order(script, script.times.workday(1, 9, 15), TERESA, &models.laptop, "For our apprentice.", answers);
    let (number, ordered) = joiner(script, models, 4, false);
    let at = ordered.plus(5 * HOUR);
    script.step(at, DESK[1], &number, "in_progress", Json::Null);
    script.note(at.plus(4 * MINUTE), DESK[1], &number, "Account is made; mailbox and rights follow.");
    let rows: Vec<Json> = JOINER.iter().enumerate().map(|(place, task)| row(task, place == 0)).collect();
    script.edit(at.plus(5 * MINUTE), DESK[1], &number, json!({"tasks": rows}));
    let answers = json!({"application": "Customer records"});
    order(script, script.times.workday(1, 14, 20), MARIA, &models.access, "For the audit in December.", answers);
}

/// One who changes the role and one who leaves: allowed, and their tasks stand with the teams.
fn moves_and_leaves(script: &mut Script, models: &Models) {
    let at = script.times.workday(3, 9, 40);
    let moves = json!({"who_moves": "Jordan Ames", "new_role": "Back office", "from_day": script.times.date(-4), "keeps_laptop": true});
    let leaves = json!({"who_leaves": "Robin Hale", "last_day": script.times.date(-1), "mail_goes_to": TERESA, "laptop": true, "telephone": false});
    let wanted =
        [(&models.mover, "To the back office at the harbour.", moves), (&models.leaver, "The contract ends.", leaves)];
    for (place, (model, words, answers)) in wanted.into_iter().enumerate() {
        let at = at.plus(place as i64 * HOUR);
        let number = order(script, at, TERESA, model, words, answers);
        script.decide(at.plus(2 * HOUR), MARIA, &number, true, "");
        script.step(at.plus(3 * HOUR), DESK[1], &number, "in_progress", Json::Null);
    }
}

fn rate(script: &mut Script, at: Moment, who: &str, ticket: &str, rating: u8) {
    let comment = match rating {
        5 => "Quick and friendly, thank you.",
        4 => "Good, a day earlier would have been better.",
        3 => "In the end it worked.",
        _ => "I had to ask three times.",
    };
    let fields = json!({"nature": "rating", "rating": rating, "ticket": ticket, "comment": comment});
    script.create(at, who, "feedback", fields);
}

/// Every fourth incident is answered; who is unhappy is called. The last unhappy one still waits for the call.
fn opinions(script: &mut Script, told: &[Told]) {
    const ANSWERS: [u8; 9] = [5, 4, 5, 3, 5, 4, 2, 5, 4];
    let asked = told.iter().filter(|told| told.customer.is_some()).step_by(4);
    for (turn, incident) in asked.enumerate() {
        let customer = format!("CUS-{}", incident.customer.unwrap_or_default() + 1);
        let Some(who) = CALLERS.iter().find(|caller| caller.2 == customer).map(|caller| caller.1) else { continue };
        let at = incident.resolved.plus(6 * DAY);
        let rating = ANSWERS[turn % ANSWERS.len()];
        let comment = if rating <= 2 { "I had to ask three times." } else { "Thank you." };
        let fields = json!({"nature": "rating", "rating": rating, "ticket": incident.number, "comment": comment});
        let number = script.create(at, who, "feedback", fields);
        let called = at.plus(2 * DAY);
        if rating <= 2 && called < script.times.at.minus(10 * DAY) {
            let said = json!({"follow_up": "Called; the desk now tells the caller before it hands on."});
            script.step(called, HUGO, &number, "followed_up", said);
        }
    }
    let at = script.times.workday(20, 11, 0);
    let fields = json!({"nature": "compliment", "rating": 5, "comment": "Rosa stayed on the line until the till worked again.", "service": portfolio::number(place_of("Payments Hosting"))});
    script.create(at, JAMES, "feedback", fields);
}
