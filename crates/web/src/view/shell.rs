//! The frame of every page: who is here, where one can go, what was just done.

use super::parts::Tone;

/// Every page has `shell: Shell` and extends `layout.html` (or `layout_alone.html` where nobody is signed in).
#[derive(Clone, Debug, Default)]
pub struct Shell {
    /// The reader's language, BCP 47; `en` when nothing is known.
    pub lang: String,
    pub theme: Theme,
    /// Whether single-letter keys work (WCAG 2.1.4: everybody can switch them off).
    pub keys: bool,
    /// Goes into every form that writes, as `csrf`.
    pub csrf: String,
    /// The path and query of this page: where display settings lead back to.
    pub path: String,
    pub user: Option<User>,
    /// Name of the provider, and one line about the scope of the SMS, at the foot of the navigation.
    pub organisation: String,
    pub scope_line: String,
    pub nav: Vec<NavGroup>,
    pub readiness: Option<Readiness>,
    /// What this person may create, best first: the menu behind "New".
    pub creatable: Vec<NavItem>,
    pub flashes: Vec<Flash>,
    /// Whether the page also needs `views.css` (map, calendar, plan, graph, document, public page).
    pub views: bool,
}

/// Light and dark follow the system unless the reader chose.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    #[default]
    System,
    Light,
    Dark,
}

impl Theme {
    pub const ALL: [Theme; 3] = [Theme::System, Theme::Light, Theme::Dark];

    /// As it stands in `data-theme`, in the form and in the cookie.
    pub fn name(self) -> &'static str {
        match self {
            Theme::System => "system",
            Theme::Light => "light",
            Theme::Dark => "dark",
        }
    }

    pub fn label(self) -> &'static str {
        match self {
            Theme::System => "As the system",
            Theme::Light => "Light",
            Theme::Dark => "Dark",
        }
    }

    /// An unknown name is the system's theme: a cookie is not worth an error.
    pub fn named(name: &str) -> Theme {
        Theme::ALL.into_iter().find(|theme| theme.name() == name).unwrap_or_default()
    }
}

#[derive(Clone, Debug, Default)]
pub struct User {
    pub name: String,
    pub email: String,
    pub roles: String,
    /// Their own record, if the account is tied to one.
    pub href: String,
}

impl User {
    pub fn initials(&self) -> String {
        super::parts::initials(&self.name)
    }
}

/// One verb of the navigation: Run, Services, Assure, Prove. The first group has no title.
#[derive(Clone, Debug, Default)]
pub struct NavGroup {
    pub title: String,
    pub items: Vec<NavItem>,
}

#[derive(Clone, Debug, Default)]
pub struct NavItem {
    pub label: String,
    pub href: String,
    /// Open work, already worded: `34`, `1000+`; empty for none.
    pub count: String,
    pub tone: Tone,
    /// The letter that leads here after G; empty for none.
    pub key: &'static str,
    /// Whether this is where the reader is.
    pub current: bool,
}

/// How much of the standard is proved, in the top bar.
#[derive(Clone, Debug, Default)]
pub struct Readiness {
    /// `89 %`
    pub figure: String,
    /// `ready, 68 days to stage 1`
    pub words: String,
}

/// What was just done, said once on the next page.
#[derive(Clone, Debug, Default)]
pub struct Flash {
    pub text: String,
    /// Where the undoing form posts to; empty where nothing can be undone.
    pub undo: String,
    /// The record in question, for a link; empty for none.
    pub href: String,
    pub link: String,
}
