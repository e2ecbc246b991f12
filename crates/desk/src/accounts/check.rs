//! What an account must look like before it is written; every error is told at once.

use model::{FieldError, Moment, Refusal, Role};

use crate::accounts::{Account, password};

/// Longest name and e-mail, in characters.
const TEXT_MAX: usize = 200;

/// An e-mail as people sign in with it: trimmed, in small letters.
pub(crate) fn email(text: &str) -> String {
    text.trim().to_lowercase()
}

/// # Errors
/// `Invalid` with a sentence for each field that cannot stand.
pub(crate) fn account(account: &Account) -> Result<(), Refusal> {
    let mut errors = Vec::new();
    let mut wrong = |field: &str, message: &str| errors.push(FieldError::new(field, message));
    if !is_email(&account.email) {
        wrong("email", "is not an e-mail address such as ines@tidewell.example");
    }
    match account.name.chars().count() {
        0 => wrong("name", "is needed"),
        1..=TEXT_MAX => {}
        _ => wrong("name", "has more than 200 characters"),
    }
    if account.roles.is_empty() {
        wrong("roles", "at least one is needed");
    }
    let outer = account.roles.contains(&Role::CustomerUser);
    match (&account.customer, outer) {
        (None, true) => wrong("customer", "a customer user belongs to a customer: give its number"),
        (Some(_), false) => wrong("customer", "only a customer user belongs to a customer"),
        (Some(_), true) if account.roles.len() > 1 => {
            wrong("roles", "a customer user has no other role: it would reach beyond the customer");
        }
        _ => {}
    }
    if account.roles.contains(&Role::ExternalAuditor) && account.roles.len() > 1 {
        wrong("roles", "an external auditor has no other role: it would not count");
    }
    match account.window {
        None if account.roles.contains(&Role::ExternalAuditor) => {
            wrong("valid_until", "an external auditor is invited from one date to another");
        }
        Some((from, until)) if from >= until => wrong("valid_until", "is not after the beginning"),
        _ => {}
    }
    if errors.is_empty() { Ok(()) } else { Err(Refusal::Invalid(errors)) }
}

/// # Errors
/// `Invalid` on the field `password`.
pub(crate) fn new_password(password: &str, email: &str, name: &str) -> Result<(), Refusal> {
    password::acceptable(password, email, name).map_err(|why| Refusal::field("password", why))
}

/// One `@` with something before it and a host behind it; whether mail arrives there is not for a pattern to say.
fn is_email(text: &str) -> bool {
    let Some((local, host)) = text.split_once('@') else { return false };
    let plain = |part: &str| !part.is_empty() && !part.chars().any(|c| c.is_whitespace() || c.is_control() || c == '@');
    plain(local) && plain(host) && !host.starts_with('.') && !host.ends_with('.') && text.chars().count() <= TEXT_MAX
}

/// What refers to a time that has gone cannot be waited for.
pub(crate) fn expiry(expires: Moment, now: Moment, most: i64) -> Result<(), Refusal> {
    if expires <= now {
        return Err(Refusal::field("expires", "is not in the future"));
    }
    if expires > now.plus(most) {
        return Err(Refusal::field("expires", "is more than a year away"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_told_from_other_words() {
        for good in ["ines@tidewell.example", "o'neil+sms@mail.tidewell.example", "root@localhost"] {
            assert!(is_email(good), "{good}");
        }
        for bad in ["", "ines", "@tidewell.example", "ines@", "i nes@tidewell.example", "a@b@c", "a@.b", "a@b\n"] {
            assert!(!is_email(bad), "{bad}");
        }
    }
}
