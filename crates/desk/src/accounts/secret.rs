//! Random secrets of sessions, tokens and invitations, and the digests that are stored instead of them.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};

use crate::ids::random;

/// A secret of 256 bits in letters that need no escaping in a cookie, a header or an address.
pub(crate) fn secret() -> String {
    URL_SAFE_NO_PAD.encode(random::<32>())
}

/// What is stored of a secret. With 256 random bits behind it a plain SHA-256 cannot be guessed back.
pub fn digest(secret: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(secret.as_bytes()))
}
