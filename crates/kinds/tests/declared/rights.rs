//! Who may do what, as a text that a reviewer can read: a change of rights is a change of `tests/rights.txt`.

use std::fmt::Write;

use model::{Act, Kind, Reach, Role};

const WRITTEN: &str = include_str!("../rights.txt");

#[test]
fn rights_are_those_written_down() {
    let now = matrix();
    if now != WRITTEN {
        let path = concat!(env!("CARGO_TARGET_TMPDIR"), "/rights.txt");
        std::fs::write(path, &now).expect("the target folder is writable");
        let differs = now.lines().zip(WRITTEN.lines()).find(|(now, then)| now != then);
        panic!(
            "Rights differ from crates/kinds/tests/rights.txt, first at {differs:?}.\n\
             If that is meant: cp {path} crates/kinds/tests/rights.txt, and let a person review the difference."
        );
    }
}

/// Only those two may write history as it was.
#[test]
fn only_administrator_and_sms_manager_import() {
    for kind in kinds::catalog().kinds() {
        for grant in kind.grants.iter().filter(|grant| grant.acts.contains(&Act::Import)) {
            let keeper = matches!(grant.role, Role::Administrator | Role::SmsManager);
            assert!(keeper && grant.reach == Reach::All, "{}: {:?}", kind.name, grant.role);
        }
    }
}

#[test]
fn external_auditors_read_and_ask_and_nothing_else() {
    for kind in kinds::catalog().kinds() {
        for grant in kind.grants.iter().filter(|grant| grant.role == Role::ExternalAuditor) {
            if kind.name == "inquiry" {
                assert_eq!((&grant.acts[..], &grant.reach), (&[Act::Read, Act::Create, Act::Note][..], &Reach::Own));
                continue;
            }
            assert_eq!(grant.acts, [Act::Read], "{}", kind.name);
        }
    }
}

/// A customer's people never reach beyond their own records and what is marked for them.
#[test]
fn customers_never_reach_everything() {
    for kind in kinds::catalog().kinds() {
        for grant in kind.grants.iter().filter(|grant| grant.role == Role::CustomerUser) {
            match &grant.reach {
                Reach::Customer => assert!(kind.customer_field.is_some(), "{} belongs to nobody", kind.name),
                Reach::Published(field, _, states) => {
                    assert!(kind.has_field(field), "{} has no field {field}", kind.name);
                    let unknown = states.iter().find(|state| kind.lifecycle.find(state).is_none());
                    assert_eq!(unknown, None, "{}", kind.name);
                }
                Reach::Itself => assert_eq!(kind.name, "customer"),
                Reach::Addressed(field, states) => {
                    assert!(kind.has_field(field), "{} has no field {field}", kind.name);
                    assert!(states.iter().all(|state| kind.lifecycle.find(state).is_some()), "{}", kind.name);
                }
                Reach::Marked(field, _) => assert!(kind.has_field(field), "{} has no field {field}", kind.name),
                reach => panic!("{}: customers reach {reach:?}", kind.name),
            }
        }
    }
}

/// Agents do not see what is known of their colleagues' abilities, nor money.
#[test]
fn agents_see_neither_competence_of_others_nor_costs() {
    let catalog = kinds::catalog();
    for name in ["competence", "training", "awareness", "budget", "cost", "cost_review", "contract"] {
        let kind = catalog.find(name).expect(name);
        let everything = |grant: &&model::Grant| grant.role == Role::Agent && grant.reach != Reach::Own;
        assert_eq!(kind.grants.iter().filter(everything).count(), 0, "{name}");
    }
}

fn matrix() -> String {
    let catalog = kinds::catalog();
    let mut text = String::from("Who may do what: kind, role, acts, reach. Written by a test, read by people.\n");
    for kind in catalog.kinds() {
        write_kind(&mut text, kind).expect("a text takes any line");
    }
    text
}

fn write_kind(text: &mut String, kind: &Kind) -> std::fmt::Result {
    writeln!(text, "\n{}", kind.name)?;
    for role in Role::ALL {
        for grant in kind.grants.iter().filter(|grant| grant.role == *role) {
            let acts = if grant.acts == Act::ALL {
                "everything".to_string()
            } else {
                grant.acts.iter().map(|act| act.name()).collect::<Vec<_>>().join(" ")
            };
            let reach = match &grant.reach {
                Reach::All => String::new(),
                Reach::Own => " (own)".into(),
                Reach::Customer => " (of the own customer)".into(),
                Reach::Itself => " (itself)".into(),
                Reach::Addressed(field, states) => {
                    format!(" (where {field} names the own customer, {})", states.join(", "))
                }
                Reach::Marked(field, value) => format!(" (where {field} holds {value})"),
                Reach::Published(field, value, states) => {
                    format!(" (where {field} holds {value}, when {})", states.join(" or "))
                }
            };
            writeln!(text, "  {}: {acts}{reach}", role.name())?;
        }
    }
    Ok(())
}
