//! What a kind says about events of monitoring tools: how its records are opened and ended by them, by which names they are
//! known to tools, and whether they are planned work that explains alerts.

/// How a record is opened, told of and ended by what monitoring says. Names of fields and states; what they mean is decided
/// by the crate `events` and the desk.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Monitored {
    /// The configuration item at fault, and the service.
    pub item: &'static str,
    pub service: &'static str,
    /// What the tool says, in its words.
    pub text: &'static str,
    /// A field that tells how it came in, and its value.
    pub origin: (&'static str, &'static str),
    /// Values by severity: info, warning, error, critical.
    pub levels: [&'static [(&'static str, &'static str)]; 4],
    /// The state of a trouble that is over, and the field for what put it right.
    pub over: &'static str,
    pub resolution: &'static str,
    /// The state of one that is back.
    pub back: &'static str,
    /// Name of the link to the record of the same trouble before.
    pub earlier: &'static str,
}

/// A span of planned work: alerts about what it touches are expected.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Planned {
    pub from: &'static str,
    pub to: &'static str,
    /// States in which it counts.
    pub states: &'static [&'static str],
    /// Fields that name what it touches.
    pub touches: &'static [&'static str],
    /// A flag that must be set, where only some records of the kind are planned.
    pub only: Option<&'static str>,
}
