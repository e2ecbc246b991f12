//! What shifts hand over to each other, and reports that are kept and sent.

use model::time::{DAY, HOUR};
use serde_json::json;

use super::{
    people::{AOIFE, DESK, INES, TOMAS, team},
    script::Script,
};

/// Days before the end, who writes, and what the next shift must know.
const NOTES: &[(i64, usize, &str)] = &[
    (
        3,
        0,
        "Payments were slow for a quarter of an hour at noon; the network team looks at it. Nobody is waiting for us.",
    ),
    (
        1,
        1,
        "Harbour Clinics moves its second site tonight until 23:00: calls about the telephone are expected and no incident.\n\n\
            - Two laptops for Castlebrook are packed and wait for the courier.\n- Watch the mail gateway, it was restarted at 16:10.",
    ),
];

pub fn write(script: &mut Script) {
    let at = script.times.at;
    for (days, who, text) in NOTES {
        let fields = json!({"team": team("Service desk"), "text": text, "on_call": AOIFE});
        script.create(at.minus(days * DAY), DESK[*who], "handover_note", fields);
    }
    let backlog = json!({"name": "Backlog of the service desk", "source": "/pictures?kind=incident&weeks=13&by=service",
        "send_to": [INES, AOIFE], "every": "weekly", "at": "07:00", "form": "xlsx",
        "message": "How old what is open is, what came and went, and what was done in time."});
    script.create(at.minus(40 * DAY), INES, "saved_report", backlog);
    rota(script);
    let open = json!({"name": "Open changes", "source": "/changes?filter=phase != done&fields=number,title,state,category,service,planned_start",
        "send_to": [TOMAS], "every": "daily", "at": "06:00", "form": "csv"});
    script.create(at.minus(12 * DAY), TOMAS, "saved_report", open);
}

/// Who of the service desk is at work when, for the week around the end: one early, one late, one by night.
fn rota(script: &mut Script) {
    let at = script.times.at;
    let midnight = model::Moment::of_date(at.date());
    let mut rows = Vec::new();
    for day in -1..6_i64 {
        for (shift, from) in [6, 14, 22].into_iter().enumerate() {
            let who = DESK[(shift + usize::from(day >= 3)) % DESK.len()];
            let from = midnight.plus(day * DAY + from * HOUR);
            rows.push(json!({"person": who, "from": from.to_string(), "to": from.plus(8 * HOUR).to_string()}));
        }
    }
    script.edit(at.minus(2 * DAY), INES, &team("Service desk"), json!({"rota": rows}));
}
