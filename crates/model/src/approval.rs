//! How records of a kind are approved: whom a policy may name, in which fields it all stands, to which states it leads.

/// Names of fields and states; what they mean is decided by `engines::approvals`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Approval {
    /// Rows in which everybody who is asked stands, with what they said.
    pub rows: &'static str,
    /// The people who are asked at this moment, for lists and filters.
    pub waits_for: &'static str,
    /// The field that refers to the record with the policy, and the policy's rows there.
    pub policy: (&'static str, &'static str),
    /// The amount that limits of the policy are compared with.
    pub amount: &'static str,
    /// Nobody approves what they asked for themselves.
    pub requester: &'static str,
    /// Who is asked where the policy leads to nobody else: a field of the record with the policy.
    pub instead: &'static str,
    pub sources: &'static [Source],
    /// When it is asked for.
    pub asked: Asked,
    /// Fields with values for which nobody need be asked.
    pub spared: &'static [(&'static str, &'static str)],
    /// States in which it waits, is allowed, and is refused.
    pub waiting: &'static str,
    pub approved: &'static str,
    pub refused: &'static str,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// As soon as there is something to be approved.
    AtOnce,
    /// When somebody brings it to where it waits, with all that must be known once it is approved; and nobody gets round that.
    WhenItWaits,
}

/// What a word of the policy stands for: people in a field of the record that a field refers to. Of several sources of one
/// word the first that names anybody counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Source {
    pub word: &'static str,
    /// The field that refers to the other record, a person by e-mail; empty for the record itself.
    pub by: &'static str,
    /// The field there: a person, people, or rows with a part `person`.
    pub field: &'static str,
}

/// The word of a policy for people that its row names itself.
pub const NAMED: &str = "named";
