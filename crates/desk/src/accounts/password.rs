//! Passwords: argon2id with the parameters of the OWASP cheat sheet (19 MiB, two passes), and what is not taken as one.

use std::sync::OnceLock;

use argon2::{
    Algorithm, Argon2, Params, Version,
    password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString},
};
use tokio::sync::Semaphore;

use crate::{ids::random, store::fault::Fault};

/// NIST SP 800-63B-4: a single factor needs length, not kinds of characters.
const SHORTEST: usize = 12;
/// In characters; argon2 takes any length, a server's patience does not.
const LONGEST: usize = 1_024;
/// Hashes at a time: each takes 19 MiB and a processor.
static TURNS: Semaphore = Semaphore::const_new(4);

/// What everybody tries first, beyond twelve characters or short of them: compared without case and digits at the end.
const COMMON: &[&str] = &[
    "password",
    "passwort",
    "passwordpassword",
    "administrator",
    "welcome",
    "letmein",
    "letmeinplease",
    "qwertyuiop",
    "qwertzuiop",
    "qwertyqwerty",
    "qwertyuiopasdf",
    "abcdefghijkl",
    "abcdefghijklmnop",
    "iloveyou",
    "iloveyouforever",
    "changeme",
    "changemeplease",
    "changethispassword",
    "mypassword",
    "thisismypassword",
    "correcthorsebatterystaple",
    "superman",
    "princess",
    "football",
    "baseball",
    "sunshine",
    "trustno",
    "plumbline",
    "plumblineadmin",
    "adminadmin",
    "adminadminadmin",
    "rootroot",
    "rootrootroot",
    "testtesttest",
    "secretsecret",
    "defaultpassword",
    "temporarypassword",
    "companypassword",
    "passwordadmin",
    "adminpassword",
];

fn argon2() -> Argon2<'static> {
    let params = Params::new(19 * 1_024, 2, 1, None).unwrap_or_default();
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

/// # Errors
/// A sentence to stand beside the field.
pub(crate) fn acceptable(password: &str, email: &str, name: &str) -> Result<(), String> {
    let length = password.chars().count();
    if length < SHORTEST {
        return Err(format!("has {length} characters; {SHORTEST} are needed, a few words are easy to remember"));
    }
    if length > LONGEST {
        return Err(format!("has {length} characters, {LONGEST} at most"));
    }
    let plain = password.to_lowercase();
    let mailbox = email.split('@').next().unwrap_or_default();
    let same = |known: &str| !known.is_empty() && plain.trim_end_matches(|c: char| !c.is_alphabetic()) == known;
    if plain == email || same(mailbox) || same(&name.to_lowercase()) {
        return Err("is your own name or address; everybody would try that first".into());
    }
    let letters: String = plain.chars().filter(|c| c.is_alphabetic()).collect();
    let first = plain.chars().next();
    let digits = |text: &str| text.chars().all(|c| c.is_ascii_digit());
    if plain.chars().all(|c| Some(c) == first) || COMMON.contains(&letters.as_str()) || digits(&plain) {
        return Err("is among those that everybody tries first".into());
    }
    Ok(())
}

/// The PHC string of a password with a fresh salt.
pub(crate) async fn hash(password: String) -> Result<String, Fault> {
    blocking(move || hash_now(&password)).await?
}

fn hash_now(password: &str) -> Result<String, Fault> {
    let salt = SaltString::encode_b64(&random::<16>()).map_err(|error| Fault::new(error.to_string()))?;
    let hash = argon2().hash_password(password.as_bytes(), &salt).map_err(|error| Fault::new(error.to_string()))?;
    Ok(hash.to_string())
}

/// Whether the password is the one. Without a hash to compare with it takes as long and says no.
pub(crate) async fn is_right(hash: Option<String>, password: String) -> Result<bool, Fault> {
    blocking(move || {
        let hash = hash.filter(|hash| !hash.is_empty());
        let known = hash.is_some();
        let compared = match hash {
            Some(hash) => hash,
            None => nobodys()?,
        };
        let parsed = PasswordHash::new(&compared).map_err(|error| Fault::new(error.to_string()))?;
        let long = password.chars().count() > LONGEST;
        let tried = if long { "" } else { password.as_str() };
        Ok(argon2().verify_password(tried.as_bytes(), &parsed).is_ok() && known && !long)
    })
    .await?
}

/// A hash that no password is known for.
fn nobodys() -> Result<String, Fault> {
    static NOBODYS: OnceLock<String> = OnceLock::new();
    if let Some(hash) = NOBODYS.get() {
        return Ok(hash.clone());
    }
    let hash = hash_now(&super::secret::secret())?;
    Ok(NOBODYS.get_or_init(|| hash).clone())
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Fault> {
    let _turn = TURNS.acquire().await.map_err(|error| Fault::new(error.to_string()))?;
    tokio::task::spawn_blocking(work).await.map_err(|error| Fault::new(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_everybody_tries_first_is_refused_and_four_words_are_not() {
        let refused = |password: &str| acceptable(password, "ines.okafor@tidewell.example", "Ines Okafor").is_err();
        for bad in [
            "short",
            "elevenchars",
            "ines.okafor@tidewell.example",
            "Ines.Okafor2026!",
            "Ines Okafor 1",
            "Password12345",
            "P a s s w o r d 1",
            "aaaaaaaaaaaaaaaa",
            "123456789012",
            "correct horse battery staple",
        ] {
            assert!(refused(bad), "{bad}");
        }
        assert!(refused(&"long ".repeat(300)));
        for good in ["tide table under lamp", "zwölf Möwen am Kai", "kT9#fPq2!xLw0"] {
            assert!(!refused(good), "{good}");
        }
    }

    #[tokio::test]
    async fn a_hash_fits_its_password_alone() {
        let hash = hash("tide table under lamp".into()).await.expect("a hash");
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        let right = |hash: Option<&str>, password: &str| is_right(hash.map(str::to_string), password.to_string());
        assert!(right(Some(&hash), "tide table under lamp").await.expect("compared"));
        assert!(!right(Some(&hash), "tide table under lamb").await.expect("compared"));
        assert!(!right(Some(""), "").await.expect("compared"));
        assert!(!right(None, "tide table under lamp").await.expect("compared"));
    }
}
