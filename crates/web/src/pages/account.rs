//! One's own account: how pages look, the password, where one is signed in, tokens for machines.

use askama::Template;

use crate::view::{
    field::Field,
    parts::{Notice, When},
    shell::Shell,
};

#[derive(Template)]
#[template(path = "page/account.html")]
pub struct AccountPage {
    pub shell: Shell,
    pub sessions: Vec<SessionLine>,
    pub tokens: Vec<TokenLine>,
    /// The secret of a token that was just made: said once, never again. Empty otherwise.
    pub secret: String,
    /// `current`, `new`.
    pub password: Vec<Field>,
    /// `name`, `scope`, `expires`.
    pub token: Vec<Field>,
    pub notices: Vec<Notice>,
}

pub struct SessionLine {
    /// Names it in the form that ends it.
    pub id: String,
    /// `Firefox on Windows`
    pub device: String,
    pub address: String,
    pub seen: When,
    pub since: When,
    /// The one that asks.
    pub current: bool,
}

pub struct TokenLine {
    pub id: String,
    pub name: String,
    /// `read` or `write`.
    pub scope: String,
    pub made: When,
    /// `Thu 12 Nov 2026`, or `never`.
    pub expires: String,
    /// `4 min ago`, or `never`.
    pub used: String,
}

/// A browser and its system as people call them; what is not known is said as it is.
pub fn device(agent: &str) -> String {
    let find =
        |names: &[(&str, &'static str)]| names.iter().find(|(part, _)| agent.contains(part)).map(|(_, name)| *name);
    // In this order: each of the later names is also found in the earlier ones' lines.
    let browser = find(&[
        ("Edg/", "Edge"),
        ("OPR/", "Opera"),
        ("Firefox/", "Firefox"),
        ("HeadlessChrome/", "Chromium"),
        ("Chromium/", "Chromium"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
        ("curl/", "curl"),
    ]);
    let system = find(&[
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Windows", "Windows"),
        ("Mac OS X", "macOS"),
        ("CrOS", "ChromeOS"),
        ("Linux", "Linux"),
    ]);
    match (browser, system) {
        (Some(browser), Some(system)) => format!("{browser} on {system}"),
        (Some(name), None) | (None, Some(name)) => name.to_owned(),
        (None, None) if agent.is_empty() => "Unknown program".to_owned(),
        (None, None) => agent.chars().take(60).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn devices_are_called_as_people_call_them() {
        let edge = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/131.0 Safari/537.36 Edg/131.0";
        assert_eq!(device(edge), "Edge on Windows");
        assert_eq!(
            device("Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0"),
            "Firefox on Linux"
        );
        assert_eq!(device("curl/8.5.0"), "curl");
        assert_eq!(device(""), "Unknown program");
    }
}
