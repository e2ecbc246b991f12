//! Addresses: comparing them, and the signed plus-address (RFC 5233) that carries a record's number. Its signature lets
//! whoever was written to add to that record, and nothing else.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// 80 bits in base32: nobody guesses one, and it stays short enough for a local part (64 bytes, RFC 5321).
const SIGNED: usize = 10;
const LOCAL_MAX: usize = 64;
const BASE32: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";

/// An address as it is compared: in small letters, without blanks around it.
pub fn plain(address: &str) -> String {
    address.trim().trim_matches(['<', '>']).to_lowercase()
}

/// The part behind the last `@`, in small letters.
pub fn domain(address: &str) -> &str {
    address.rsplit_once('@').map_or("", |(_, domain)| domain)
}

/// Signs words for one purpose; purposes keep a signature from being used for something else.
pub fn sign(key: &[u8], purpose: &str, words: &str) -> String {
    base32(&mac(key, purpose, words).finalize().into_bytes()[..SIGNED])
}

/// Whether these words were signed so. Takes as long for a wrong signature as for the right one.
pub fn is_signed(key: &[u8], purpose: &str, words: &str, signature: &str) -> bool {
    let bytes = from_base32(signature).filter(|bytes| bytes.len() == SIGNED);
    bytes.is_some_and(|bytes| mac(key, purpose, words).verify_truncated_left(&bytes).is_ok())
}

fn mac(key: &[u8], purpose: &str, words: &str) -> Hmac<Sha256> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length");
    mac.update(purpose.as_bytes());
    mac.update(b"\0");
    mac.update(words.as_bytes());
    mac
}

/// RFC 4648 section 6, in small letters: mail servers may change capitals in a local part.
fn base32(bytes: &[u8]) -> String {
    let (mut text, mut bits, mut held) = (String::with_capacity(bytes.len() * 8 / 5 + 1), 0u32, 0u32);
    for byte in bytes {
        held = (held << 8) | u32::from(*byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            text.push(char::from(BASE32[(held >> bits) as usize & 31]));
        }
    }
    if bits > 0 {
        text.push(char::from(BASE32[(held << (5 - bits)) as usize & 31]));
    }
    text
}

/// Whole bytes that were written so; `None` for a letter that is none of these, and for a rest that is no byte.
fn from_base32(text: &str) -> Option<Vec<u8>> {
    let (mut bytes, mut bits, mut held) = (Vec::with_capacity(text.len() * 5 / 8), 0u32, 0u32);
    for letter in text.bytes() {
        let five = BASE32.iter().position(|known| *known == letter)?;
        held = ((held << 5) | five as u32) & 0xfff;
        bits += 5;
        if bits >= 8 {
            bits -= 8;
            bytes.push((held >> bits) as u8);
        }
    }
    (held & ((1 << bits) - 1) == 0).then_some(bytes)
}

/// `support@x.example` and `INC-7` give `support+inc-7-SIGNATURE@x.example`; `None` where a number has letters that no
/// local part has, or is too long for one.
pub fn signed(key: &[u8], base: &str, number: &str) -> Option<String> {
    let (local, domain) = base.split_once('@')?;
    let number = number.to_lowercase();
    let plain = number.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c)) && !number.contains("..");
    let local = format!("{local}+{number}-{}", sign(key, "reply", &number));
    (plain && local.len() <= LOCAL_MAX).then(|| format!("{local}@{domain}"))
}

/// The number, in small letters, that one of the recipients carries with a true signature.
pub fn number_of(key: &[u8], base: &str, recipients: &[String]) -> Option<String> {
    let (local, domain) = base.split_once('@')?;
    recipients.iter().find_map(|recipient| {
        let (theirs, at) = recipient.rsplit_once('@')?;
        let carried = theirs.strip_prefix(local)?.strip_prefix('+')?;
        let (number, signature) = carried.rsplit_once('-')?;
        (at == domain && is_signed(key, "reply", number, signature)).then(|| number.to_string())
    })
}

/// Compares without telling by its duration where the first difference is.
pub fn same(left: &str, right: &str) -> bool {
    left.len() == right.len() && left.bytes().zip(right.bytes()).fold(0, |held, (l, r)| held | (l ^ r)) == 0
}

/// Whether a text is one of our own addresses, with or without a plus part.
pub fn is_own(address: &str, own: &[String]) -> bool {
    let Some((local, domain)) = address.split_once('@') else { return false };
    let base = format!("{}@{domain}", local.split('+').next().unwrap_or(local));
    own.iter().any(|known| *known == base || *known == address)
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &[u8] = b"a key of tests";

    #[test]
    fn a_signed_address_is_read_back_and_no_other_is() {
        let address = signed(KEY, "support@x.example", "INC-7").expect("an address");
        assert!(address.starts_with("support+inc-7-") && address.ends_with("@x.example"), "{address}");
        let read = |address: &str| number_of(KEY, "support@x.example", &[address.to_string()]);
        assert_eq!(read(&address).as_deref(), Some("inc-7"));
        assert_eq!(read(&address.replace("inc-7", "inc-8")), None);
        assert_eq!(read(&address.replace("x.example", "y.example")), None);
        assert_eq!(number_of(b"another key", "support@x.example", &[address]), None);
        assert_eq!(read("support@x.example"), None);
        assert_eq!(read("support+@x.example"), None);
    }

    #[test]
    fn numbers_that_no_local_part_holds_get_no_address() {
        assert_eq!(signed(KEY, "support@x.example", "a:b"), None);
        assert_eq!(signed(KEY, "support@x.example", &"7".repeat(60)), None);
        assert_eq!(signed(KEY, "no address", "INC-7"), None);
    }

    #[test]
    fn base32_is_that_of_the_rfc() {
        // RFC 4648 section 10, without padding and in small letters.
        let known = [("f", "my"), ("fo", "mzxq"), ("foo", "mzxw6"), ("foobar", "mzxw6ytboi")];
        for (text, written) in known {
            assert_eq!(base32(text.as_bytes()), written);
            assert_eq!(from_base32(written).as_deref(), Some(text.as_bytes()));
        }
        assert_eq!((from_base32("mZ"), from_base32("mz"), from_base32("m1")), (None, None, None));
    }

    #[test]
    fn a_signature_is_good_for_its_words_purpose_and_key_alone() {
        let signature = sign(KEY, "rating", "INC-7:kim@x.example");
        let good = |key: &[u8], purpose: &str, words: &str, signature: &str| is_signed(key, purpose, words, signature);
        assert!(good(KEY, "rating", "INC-7:kim@x.example", &signature));
        assert!(!good(b"another key", "rating", "INC-7:kim@x.example", &signature));
        assert!(!good(KEY, "reply", "INC-7:kim@x.example", &signature));
        assert!(!good(KEY, "rating", "INC-8:kim@x.example", &signature));
        for wrong in ["", "a", &signature[..14], &format!("{signature}aa"), &signature.to_uppercase()] {
            assert!(!good(KEY, "rating", "INC-7:kim@x.example", wrong), "{wrong}");
        }
    }

    #[test]
    fn own_addresses_are_known_with_and_without_plus() {
        let own = vec!["support@x.example".to_string()];
        assert!(is_own("support@x.example", &own) && is_own("support+inc-7-abc@x.example", &own));
        assert!(!is_own("ines@x.example", &own) && !is_own("support", &own));
    }
}
