//! How risks are weighed at Tidewell, the register with what is done about each, and opportunities.

use model::time::DAY;
use serde_json::{Value as Json, json};

use super::{
    governance::again,
    people::{CHEN, GRETA, HELENA, HUGO, INES, MEI, SARA},
    portfolio::{self, LIVE},
    script::Script,
    times::day,
};

pub fn write(script: &mut Script) {
    method(script);
    general(script);
    of_services(script);
    above_the_limit(script);
    opportunities(script);
}

fn method(script: &mut Script) {
    let at = script.times.founding(10);
    let scale = json!({"likelihood": [1, 2, 3, 4, 5], "impact": [1, 2, 3, 4, 5], "score": "likelihood times impact",
        "likelihood_words": ["hardly ever", "every few years", "yearly", "monthly", "weekly"],
        "impact_words": ["hardly felt", "one team", "one customer", "several customers", "ruinous"]});
    let fields = json!({"title": "How we weigh risks", "scale": scale,
        "acceptance": {"limit": 9, "above_limit": "Only top management accepts"}, "approach": "Avoid, reduce, share or accept, in this order.", "version": 1, "owner": INES});
    let method = script.create(at, INES, "risk_method", fields);
    script.step(at.plus(3_600_000), HELENA, &method, "approved", Json::Null);
}

/// Before and after treatment: likelihood and impact each.
type Levels = (i64, i64, i64, i64);

/// A risk of the whole house: area, words, levels, treatment, owner, effect, why so little is left, and what was done for that.
type General =
    (&'static str, &'static str, Levels, &'static str, &'static str, &'static str, &'static str, &'static str);

fn general(script: &mut Script) {
    let list: [General; 4] = [
        (
            "organization",
            "Key people leave and nobody else knows their systems",
            (3, 4, 2, 4),
            "reduce",
            SARA,
            "Repairs take longer",
            "Each skill of the matrix is held by two.",
            "Train a second person for each skill that one alone holds",
        ),
        (
            "service-requirements",
            "Needs of a customer are understood too late",
            (2, 3, 2, 2),
            "reduce",
            HUGO,
            "Promises that do not fit",
            "Requirements are read together before they are agreed.",
            "Read the requirements of each service with its customer",
        ),
        (
            "other-parties",
            "A supplier fails in a retail peak",
            (2, 4, 2, 3),
            "share",
            MEI,
            "Sites without a line",
            "A second line at the largest sites, penalties in the contract.",
            "Agree on penalties for lines that fail in a peak",
        ),
        (
            "information-security",
            "Administration accounts are misused",
            (3, 5, 2, 4),
            "reduce",
            CHEN,
            "Data read or altered by strangers",
            "Second factor everywhere, rights reviewed each quarter.",
            "Ask every administrator for a second factor",
        ),
    ];
    for (area, words, levels, treatment, owner, effect, reason, what) in list {
        let fields = json!({"area": area, "description": words, "treatment": treatment, "owner": owner, "customer_effect": effect,
            "residual_reason": reason});
        let number = risk(script, fields, levels);
        treat(script, &number, owner, what);
        settle(script, &number, "monitored");
    }
}

/// What was done about a risk, and whether it worked.
fn treat(script: &mut Script, risk: &str, owner: &str, text: &str) {
    let at = script.times.founding(13);
    let fields =
        json!({"text": text, "source": risk, "owner": owner, "due": day(at.plus(60 * DAY)), "priority": "high"});
    let action = script.create(at, INES, "action", fields);
    script.edit(at.plus(60_000), INES, risk, json!({"actions": [action]}));
    script.step(at.plus(40 * DAY), owner, &action, "done", json!({"result": "Done, and told to those concerned."}));
    let checked = at.plus(100 * DAY);
    script.edit(checked, INES, &action, json!({"effect_checked_on": day(checked), "effective": true}));
}

fn of_services(script: &mut Script) {
    for (place, service) in LIVE.iter().enumerate() {
        let number = portfolio::number(place);
        let name = service.name;
        let impact = [4, 3, 5, 4][place % 4];
        let list: [(&str, String, Levels, &str, &str); 3] = [
            (
                "availability",
                format!("{name}: a single part fails and takes the service with it"),
                ([2, 3, 2][place % 3], impact, 1, impact),
                service.owner,
                "The service stands still",
            ),
            (
                "continuity",
                format!("{name}: data centre North is lost"),
                (1, 5, 1, [5, 4, 3][place % 3]),
                service.owner,
                "Hours without the service",
            ),
            (
                "information-security",
                format!("{name}: somebody gets in with a stolen password"),
                (2, 4, [1, 2][place % 2], 4),
                CHEN,
                "Data read by strangers",
            ),
        ];
        for (area, words, levels, owner, effect) in list {
            let fields = json!({"area": area, "service": number, "description": words, "treatment": "reduce", "owner": owner, "customer_effect": effect});
            let number = risk(script, fields, levels);
            settle(script, &number, "monitored");
        }
    }
}

/// What is left of this one lies above the limit: top management has accepted it for a time, and works on it.
fn above_the_limit(script: &mut Script) {
    let fields = json!({"area": "continuity", "description": "Both core switches are of one make and age", "treatment": "reduce", "owner": GRETA,
        "customer_effect": "All sites offline at once", "accepted_by": HELENA});
    let number = risk(script, fields, (3, 4, 3, 4));
    let at = script.times.workday(60, 10, 0);
    let action = json!({"text": "Replace one of the core switches by another make", "source": number, "owner": GRETA, "due": script.times.date(-120), "priority": "high"});
    let action = script.create(at, INES, "action", action);
    script.edit(at.plus(60_000), INES, &number, json!({"actions": [action]}));
    let until = day(script.times.at.plus(120 * DAY));
    script.step(at.plus(3_600_000), HELENA, &number, "accepted", json!({"accepted_until": until}));
    script.edit(at.plus(7_200_000), GRETA, &number, json!({"review_due": day(script.times.at.plus(16 * DAY))}));
}

fn opportunities(script: &mut Script) {
    let at = script.times.founding(10);
    for (text, effect) in [
        ("Watching for attacks day and night as a service of its own", "Attacks are seen within minutes"),
        ("Let users reset second factors themselves", "No waiting at the telephone"),
    ] {
        let fields = json!({"description": text, "customer_effect": effect, "owner": INES, "decision": "Taken up, see improvements", "reviewed_on": day(at)});
        let number = script.create(at, INES, "opportunity", fields);
        again(script, &number);
    }
}

fn risk(script: &mut Script, mut fields: Json, levels: Levels) -> String {
    let at = script.times.founding(10).plus(7_200_000);
    let (likelihood, impact, left_likelihood, left_impact) = levels;
    fields["likelihood"] = likelihood.into();
    fields["impact"] = impact.into();
    fields["residual_likelihood"] = left_likelihood.into();
    fields["residual_impact"] = left_impact.into();
    fields["reviewed_on"] = day(at).into();
    let number = script.create(at, INES, "risk", fields);
    again(script, &number);
    number
}

fn settle(script: &mut Script, number: &str, to: &str) {
    let at = script.times.founding(10).plus(7_200_000 + DAY);
    script.step(at, INES, number, to, Json::Null);
}
