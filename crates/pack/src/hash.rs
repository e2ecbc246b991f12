//! SHA-256 of what passes through.

use std::io::{self, Read, Write};

use model::canonical;
use sha2::{Digest, Sha256};

/// Length of a hash in hexadecimal.
pub const HEX: usize = 64;

#[derive(Default)]
pub struct Hash(Sha256);

impl Hash {
    pub fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// Lower-case hexadecimal.
    pub fn hex(self) -> String {
        canonical::hex(&self.0.finalize())
    }
}

impl Write for Hash {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Hashes and counts what is read through it; counts no further than `most`.
pub struct Hashing<R> {
    inner: R,
    hash: Hash,
    pub read: u64,
    most: u64,
}

impl<R: Read> Hashing<R> {
    /// Reading more than `most` bytes is an error: somebody says that there is less than there is.
    pub fn new(inner: R, most: u64) -> Hashing<R> {
        Hashing { inner, hash: Hash::default(), read: 0, most }
    }

    /// The hash of everything: what was not read yet is read now.
    pub fn finish(mut self) -> io::Result<String> {
        io::copy(&mut self, &mut io::sink())?;
        Ok(self.hash.hex())
    }
}

impl<R: Read> Read for Hashing<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.read += read as u64;
        if self.read > self.most {
            return Err(io::Error::other("it holds more than it says"));
        }
        self.hash.update(&buffer[..read]);
        Ok(read)
    }
}

/// A number that tells records apart: the first 64 bits of SHA-256 of the parts.
pub fn short(parts: [&str; 2]) -> u64 {
    let digest = Sha256::new().chain_update(parts[0]).chain_update([0]).chain_update(parts[1]).finalize();
    let mut first = [0u8; 8];
    first.copy_from_slice(&digest[..8]);
    u64::from_be_bytes(first)
}
