//! What an organisation sets for one source of events.

use std::collections::BTreeMap;

use model::FieldError;
use serde::{Deserialize, Serialize};

use crate::{Severity, rules::Rules};

/// The form in which a source sends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    #[default]
    Alertmanager,
    Grafana,
    Zabbix,
    Checkmk,
    Pagerduty,
    Cloudevents,
}

/// Which alerts are one trouble of the world.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OneFor {
    /// Each alert by itself.
    #[default]
    Alert,
    /// All alerts that the tool puts in one group.
    Group,
    /// All alerts about one configuration item.
    Item,
    /// All alerts about one service.
    Service,
}

/// What happens when the trouble is over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Ending {
    /// It is resolved while nobody has begun to work on it; else a note says that it is over.
    #[default]
    Untouched,
    /// It is resolved in any case.
    Resolve,
    /// A note says that it is over.
    Note,
}

macro_rules! words {
    ($of:ident { $($one:ident => $name:literal, $label:literal;)+ }) => {
        impl $of {
            pub const ALL: &'static [$of] = &[$($of::$one),+];

            pub fn name(self) -> &'static str {
                match self { $($of::$one => $name),+ }
            }

            pub fn label(self) -> &'static str {
                match self { $($of::$one => $label),+ }
            }

            pub fn parse(name: &str) -> Option<$of> {
                $of::ALL.iter().copied().find(|known| known.name() == name.trim())
            }
        }
    };
}

words!(Format {
    Alertmanager => "alertmanager", "Prometheus Alertmanager";
    Grafana => "grafana", "Grafana";
    Zabbix => "zabbix", "Zabbix";
    Checkmk => "checkmk", "Checkmk";
    Pagerduty => "pagerduty", "PagerDuty Events v2";
    Cloudevents => "cloudevents", "CloudEvents 1.0";
});
words!(OneFor {
    Alert => "alert", "Each alert";
    Group => "group", "All alerts of one group of the tool";
    Item => "item", "All alerts about one configuration item";
    Service => "service", "All alerts about one service";
});
words!(Ending {
    Untouched => "untouched", "Resolve it while nobody works on it, else write a note";
    Resolve => "resolve", "Resolve it";
    Note => "note", "Write a note";
});

/// The settings of a source, as they stand in one JSON column.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Policy {
    pub format: Format,
    /// Name of the kind of record that an alert opens.
    pub opens: String,
    /// The customer whose systems it watches; empty for the provider's own and for several.
    pub customer: String,
    /// Values that records opened by it begin with.
    pub fields: BTreeMap<String, String>,
    /// The organisation's own mapping, a rule a line.
    pub rules: String,
    /// Anything less bad is ignored.
    pub least: Severity,
    pub one_for: OneFor,
    pub ending: Ending,
    /// Minutes after its end within which a trouble that comes back opens the same record again.
    pub reopen_minutes: i64,
    /// That many turns between firing and over …
    pub flaps: i64,
    /// … within this many minutes are flapping.
    pub flap_minutes: i64,
    /// Whether planned work on record holds alerts back.
    pub maintenance: bool,
    /// Days for which single events are kept.
    pub keep_days: i64,
}

impl Default for Policy {
    fn default() -> Policy {
        Policy {
            format: Format::default(),
            opens: String::new(),
            customer: String::new(),
            fields: BTreeMap::new(),
            rules: String::new(),
            least: Severity::Warning,
            one_for: OneFor::default(),
            ending: Ending::default(),
            reopen_minutes: 60,
            flaps: 6,
            flap_minutes: 60,
            maintenance: true,
            keep_days: 90,
        }
    }
}

impl Policy {
    /// What is wrong with it, beside the name of the setting; names of fields are the desk's to judge.
    pub fn errors(&self) -> Vec<FieldError> {
        let limits = [
            ("reopen_minutes", self.reopen_minutes, 0, 43_200),
            ("flaps", self.flaps, 3, 50),
            ("flap_minutes", self.flap_minutes, 1, 1_440),
            ("keep_days", self.keep_days, 1, 3_650),
        ];
        let mut errors: Vec<FieldError> = limits
            .into_iter()
            .filter(|(_, value, least, most)| value < least || value > most)
            .map(|(name, _, least, most)| {
                FieldError::new(name, format!("is not a whole number from {least} to {most}"))
            })
            .collect();
        if let Err(why) = Rules::read(&self.rules) {
            errors.push(FieldError::new("rules", why));
        }
        errors
    }
}
