//! Answers that the service desk gives again and again.

use serde_json::json;

use super::{
    people::{AOIFE, TOMAS, team},
    script::Script,
};

/// Name, case, text, whether the requester reads it, and the state that goes with it.
const MACROS: &[(&str, &str, &str, bool, &str)] = &[
    (
        "Ask what it says",
        "The requester wrote only that something does not work.",
        "Hello {{requester}},\n\nso that we look in the right place for {{number}}: what exactly does it say on the screen, and since when? \
         A picture helps.\n\n{{me}}",
        true,
        "waiting_customer",
    ),
    (
        "Works again, please try",
        "The cause is put right and the requester should see for themselves.",
        "Hello {{requester}},\n\n{{service}} should work again. Please try, and write to us under {{number}} if it does not.\n\n{{me}}",
        true,
        "",
    ),
    (
        "Waits for the supplier",
        "A supplier has it now, with a number of theirs.",
        "With the supplier. Their number: ",
        false,
        "waiting_supplier",
    ),
];

pub fn write(script: &mut Script) {
    let at = script.times.founding(40);
    for (name, case, text, public, to) in MACROS {
        let mut fields = json!({"name": name, "used_when": case, "says": text, "public": public, "kinds": ["incident"],
            "team": team("Service desk"), "owner": AOIFE});
        if !to.is_empty() {
            fields["to_state"] = json!(to);
        }
        script.settled(at, TOMAS, "macro", fields, "approved");
    }
}
