//! A letter and what is known become exactly one outcome, with its reason.

use crate::{Letter, address, quote};

/// What became of a message. Each ends as exactly one of these.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It opened a record.
    New,
    /// It was added to a record.
    FollowUp,
    /// It is a report that one of ours did not arrive.
    Bounce,
    /// A machine wrote it: kept, added to its thread, never answered.
    Automatic,
    /// Somebody has to look at it.
    Quarantined,
    /// It is none of our business: our own mail come back.
    Refused,
}

impl Outcome {
    pub const ALL: [Outcome; 6] =
        [Outcome::New, Outcome::FollowUp, Outcome::Bounce, Outcome::Automatic, Outcome::Quarantined, Outcome::Refused];

    pub fn name(self) -> &'static str {
        match self {
            Outcome::New => "new",
            Outcome::FollowUp => "follow_up",
            Outcome::Bounce => "bounce",
            Outcome::Automatic => "automatic",
            Outcome::Quarantined => "quarantined",
            Outcome::Refused => "refused",
        }
    }
}

/// A record that a message may belong to.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Thread {
    pub number: String,
    /// Whose record it is; `None` for the provider's own.
    pub customer: Option<String>,
    /// Whether the sender took part in it: asked for it, works on it, has written to it, or is of the provider.
    pub took_part: bool,
    /// Whole days since it was done; `None` while it is not.
    pub done_days: Option<i64>,
    /// Whether it has been done for longer than it may be opened again.
    pub is_late: bool,
}

/// What is known beside the letter.
#[derive(Clone, Debug, Default)]
pub struct Known<'a> {
    /// Our own addresses in small letters, and the name of this installation.
    pub own_addresses: &'a [String],
    pub installation: &'a str,
    /// Whether a message of ours had this Message-ID.
    pub sent_by_us: bool,
    /// Messages of this sender within the last hour, this one not counted, and how many are too many.
    pub recent: i64,
    pub rate: i64,
    /// The customer whose person the sender is; and whether the sender is one of the provider's people.
    pub customer: Option<&'a str>,
    pub is_colleague: bool,
    /// The record named by a signed address, by Message-IDs of its thread, by the subject.
    pub by_address: Option<Thread>,
    pub by_reference: Option<Thread>,
    pub by_subject: Option<Thread>,
}

/// What becomes of a letter.
#[derive(Clone, Debug, PartialEq)]
pub struct Decision {
    pub outcome: Outcome,
    /// The record that it is added to.
    pub number: Option<String>,
    /// A sentence for whoever asks why.
    pub reason: String,
    /// Something that the agent who reads it must know.
    pub hint: Option<String>,
    /// A record that it may have to do with, of which its sender must learn nothing.
    pub related: Option<String>,
    /// Whether the record is opened again.
    pub reopens: bool,
}

impl Decision {
    fn new(outcome: Outcome, reason: impl Into<String>) -> Decision {
        Decision { outcome, number: None, reason: reason.into(), hint: None, related: None, reopens: false }
    }

    /// What could not be taken.
    pub fn quarantined(reason: impl Into<String>) -> Decision {
        Decision::new(Outcome::Quarantined, reason)
    }
}

/// Decides. The walls against loops come first, then the thread, and a new record is what is left.
pub fn decide(letter: &Letter, known: &Known<'_>) -> Decision {
    if let Some(why) = own_mail(letter, known) {
        return Decision::new(Outcome::Refused, why);
    }
    let thread = known.by_address.as_ref().or(known.by_reference.as_ref());
    if let Some(bounce) = &letter.bounce {
        let number = thread.map(|thread| thread.number.clone());
        return Decision { number, ..Decision::new(Outcome::Bounce, bounce.sentence()) };
    }
    if let Some(why) = &letter.automatic {
        let number = thread.map(|thread| thread.number.clone());
        return Decision { number, ..Decision::new(Outcome::Automatic, why.clone()) };
    }
    if known.recent >= known.rate {
        let rate = known.rate;
        return Decision::quarantined(format!("{} sent more than {rate} messages within an hour", letter.sender));
    }
    let found = [
        (known.by_address.as_ref(), "its address is signed for"),
        (known.by_reference.as_ref(), "it answers a message of"),
        (known.by_subject.as_ref(), "its subject names"),
    ];
    let found = found.into_iter().find_map(|(thread, why)| Some((thread?, why)));
    let Some((thread, why)) = found else {
        return Decision::new(Outcome::New, "it belongs to no thread that is known");
    };
    let named = known.by_address.is_none() && known.by_reference.is_none();
    if let Some(hint) = foreign(letter, known, thread, named) {
        let why = "it names a record that its sender has no part in";
        return Decision { hint: Some(hint), related: Some(thread.number.clone()), ..Decision::new(Outcome::New, why) };
    }
    follow_up(letter, thread, why)
}

fn own_mail(letter: &Letter, known: &Known<'_>) -> Option<String> {
    if known.sent_by_us {
        return Some("our own message came back".into());
    }
    if letter.loop_mark.as_deref().is_some_and(|mark| address::same(mark, known.installation)) {
        return Some("it carries the mark of this installation".into());
    }
    address::is_own(&letter.sender, known.own_addresses).then(|| format!("{} is an address of our own", letter.sender))
}

/// Why a message does not get into the thread that it names: a subject is not a secret, and no customer's people write
/// into another customer's record.
fn foreign(letter: &Letter, known: &Known<'_>, thread: &Thread, named_by_subject: bool) -> Option<String> {
    let number = &thread.number;
    if known.is_colleague {
        return None;
    }
    if known.customer.is_some() && known.customer != thread.customer.as_deref() && !thread.took_part {
        return Some(format!("Names {number}, which belongs to another customer than {}.", letter.sender));
    }
    (named_by_subject && !thread.took_part).then(|| {
        format!("Names {number} in its subject; {} has had no part in that record, so it stands alone.", letter.sender)
    })
}

fn follow_up(letter: &Letter, thread: &Thread, why: &str) -> Decision {
    let number = &thread.number;
    let hint = (!thread.took_part).then(|| format!("{} writes here for the first time.", letter.sender));
    let decided =
        Decision { number: Some(number.clone()), hint, ..Decision::new(Outcome::FollowUp, format!("{why} {number}")) };
    match thread.done_days {
        None => decided,
        Some(_) if quote::is_courtesy(&quote::cut(&letter.text)) => {
            Decision { reason: format!("{why} {number}; a thank-you reopens nothing"), ..decided }
        }
        Some(days) if thread.is_late => Decision {
            hint: Some(format!("Answers {number}, which was done {days} days ago.")),
            related: Some(number.clone()),
            ..Decision::new(Outcome::New, format!("{number} was done {days} days ago, longer than it may be reopened"))
        },
        Some(_) => Decision { reopens: true, reason: format!("{why} {number}, which is opened again"), ..decided },
    }
}

/// The number in `[INC-7]` or `[#INC-7]` of a subject: letters, a hyphen, and what numbers have.
pub fn tag(subject: &str) -> Option<&str> {
    subject.split('[').skip(1).find_map(|rest| {
        let (inside, _) = rest.split_once(']')?;
        let inside = inside.trim().trim_start_matches('#');
        let proper = inside.len() <= 60
            && inside.contains('-')
            && inside.starts_with(|letter: char| letter.is_ascii_alphabetic())
            && inside.chars().any(|letter| letter.is_ascii_digit())
            && inside.chars().all(|letter| letter.is_ascii_alphanumeric() || "-_.".contains(letter));
        proper.then_some(inside)
    })
}
