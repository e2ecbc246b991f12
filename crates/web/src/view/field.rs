//! Fields of a form: label, help, error and control, in that order, for every type of value.

use askama::Template;

/// A field with its label, help, error and control. Compiled once and called from every form: a macro would be compiled again at
/// each call, and the check of borrows alone took two thirds of this crate's compile.
#[derive(Template)]
#[template(path = "part/whole_field.html")]
pub struct WholeField<'a> {
    field: &'a Field,
}

/// The control of a field alone.
#[derive(Template)]
#[template(path = "part/control.html")]
pub struct ControlAlone<'a> {
    field: &'a Field,
}

/// One field as `part/field.html` draws it.
#[derive(Clone, Debug, Default)]
pub struct Field {
    /// The name in the form; also its `id`, prefixed with `f-`.
    pub name: String,
    pub label: String,
    /// One sentence; empty for none.
    pub help: String,
    /// What is wrong and what to do; empty when nothing is.
    pub error: String,
    pub required: bool,
    /// Takes the whole width where fields stand in pairs.
    pub wide: bool,
    pub control: Control,
}

impl Field {
    pub fn id(&self) -> String {
        format!("f-{}", self.name)
    }

    /// The attributes that tie help and error to the control, with a leading space. Field names are ASCII words with
    /// dots and digits, but a custom field's name is the organisation's: everything else is dropped.
    pub fn attributes(&self) -> String {
        let id: String = self.id().chars().filter(|c| c.is_alphanumeric() || "-_.".contains(*c)).collect();
        let mut described = Vec::new();
        if !self.help.is_empty() {
            described.push(format!("{id}-help"));
        }
        if !self.error.is_empty() {
            described.push(format!("{id}-error"));
        }
        let mut attributes = String::new();
        if self.required {
            attributes.push_str(" required");
        }
        if !self.error.is_empty() {
            attributes.push_str(" aria-invalid=\"true\"");
        }
        if !described.is_empty() {
            attributes.push_str(&format!(" aria-describedby=\"{}\"", described.join(" ")));
        }
        attributes
    }

    /// Whether several controls share the label, so that it cannot point at one of them.
    pub fn is_group(&self) -> bool {
        matches!(self.control, Control::Choices { .. } | Control::References { .. } | Control::Shown { .. })
    }

    pub fn is_hidden(&self) -> bool {
        matches!(self.control, Control::Hidden { .. })
    }

    /// The field as `part/whole_field.html` draws it.
    pub fn whole(&self) -> WholeField<'_> {
        WholeField { field: self }
    }

    /// The control as `part/control.html` draws it, without label, help and error.
    pub fn control_alone(&self) -> ControlAlone<'_> {
        ControlAlone { field: self }
    }
}

/// How a value is entered. All values are text as it was typed, so that nothing is lost on an error.
#[derive(Clone, Debug)]
pub enum Control {
    /// One line. `kind` is an HTML input type: `text`, `email`, `url`, `tel`, `password`, `search`.
    Line {
        value: String,
        kind: &'static str,
        autocomplete: &'static str,
        max: Option<usize>,
    },
    /// Many lines, Markdown where the field says so.
    Lines {
        value: String,
        max: Option<usize>,
    },
    /// A number, with its unit beside it; `step` as in HTML, `any` for decimals.
    Number {
        value: String,
        unit: String,
        step: &'static str,
    },
    /// An amount and its currency (ISO 4217), sent as `NAME` and `NAME.currency`.
    Money {
        amount: String,
        currency: String,
        currencies: Vec<String>,
    },
    /// `2026-11-12`
    Date {
        value: String,
    },
    /// `2026-11-12T08:40`, with seconds only where there are any, in the zone that is named beside it.
    Instant {
        value: String,
        zone: String,
    },
    /// In words: `4 h 30 min`, `3 d`.
    Duration {
        value: String,
    },
    /// One of a closed list; `blank` is the word for none, where none is allowed.
    Choice {
        options: Vec<Pick>,
        blank: Option<String>,
    },
    /// A word of one's own, or one of those in use.
    Own {
        value: String,
        options: Vec<String>,
    },
    /// Named parts, each a field of its own.
    Parts {
        fields: Vec<Field>,
    },
    /// Carried along unseen.
    Hidden {
        value: String,
    },
    /// Several of a closed list, as check boxes.
    Choices {
        options: Vec<Pick>,
    },
    /// Yes or no; the label stands beside the box.
    Flag {
        on: bool,
    },
    /// A record, by number (a person also by e-mail). `suggest` answers the script's type-ahead.
    Reference {
        value: String,
        title: String,
        suggest: String,
    },
    /// Several records, one box each and one empty one.
    References {
        values: Vec<(String, String)>,
        suggest: String,
    },
    /// A small table: one `Field` per cell, named `NAME.ROW.COLUMN`. `add` and `remove.NAME.ROW` are the names of the buttons that add and remove a row
    /// without a script; `blank` is the row that the script copies, with `__row__` for its number.
    Rows {
        columns: Vec<String>,
        rows: Vec<Vec<Field>>,
        /// The number of each row, as it stands in the names of its cells.
        numbers: Vec<usize>,
        blank: Vec<Field>,
        add: String,
    },
    Files {
        multiple: bool,
    },
    /// May be read here but not written.
    Shown {
        text: String,
    },
}

impl Default for Control {
    fn default() -> Control {
        Control::line("")
    }
}

impl Control {
    pub fn line(value: impl Into<String>) -> Control {
        Control::Line { value: value.into(), kind: "text", autocomplete: "off", max: None }
    }
}

/// One entry of a closed list.
#[derive(Clone, Debug, Default)]
pub struct Pick {
    pub value: String,
    pub label: String,
    pub chosen: bool,
}
