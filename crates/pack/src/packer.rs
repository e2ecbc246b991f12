//! Writes a pack file by file, each streamed; the manifest and the seal come last.

use std::{
    collections::BTreeMap,
    fs::{File, OpenOptions},
    io::{self, BufReader, BufWriter, Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
};

use zip::{CompressionMethod, DateTime, System, ZipWriter, write::SimpleFileOptions};

use crate::{
    MANIFEST,
    hash::{HEX, Hash},
};

pub struct Packer {
    path: PathBuf,
    zip: ZipWriter<BufWriter<File>>,
    /// Hash of each file, by name.
    hashes: BTreeMap<String, String>,
    open: Option<(String, Hash)>,
}

/// A pack that is whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sealed {
    pub files: usize,
    /// Bytes.
    pub size: u64,
    /// SHA-256 of the whole file in hexadecimal: what to note down and compare later.
    pub hash: String,
}

impl Packer {
    /// Begins a new file, which nobody may have made before.
    pub fn create(path: &Path) -> io::Result<Packer> {
        let file = OpenOptions::new().read(true).write(true).create_new(true).open(path)?;
        let zip = ZipWriter::new(BufWriter::with_capacity(1 << 16, file));
        Ok(Packer { path: path.into(), zip, hashes: BTreeMap::new(), open: None })
    }

    /// Begins the next file; what is written from now on is its content.
    pub fn begin(&mut self, name: &str) -> io::Result<()> {
        self.end();
        if self.hashes.contains_key(name) {
            return Err(io::Error::other(format!("{name} is in the pack already")));
        }
        self.zip.start_file(name, options(name))?;
        self.open = Some((name.into(), Hash::default()));
        Ok(())
    }

    /// A whole file at once.
    pub fn add(&mut self, name: &str, content: &[u8]) -> io::Result<()> {
        self.begin(name)?;
        self.write_all(content)
    }

    fn end(&mut self) {
        if let Some((name, hash)) = self.open.take() {
            self.hashes.insert(name, hash.hex());
        }
    }

    /// Writes the manifest and the seal.
    pub fn finish(mut self) -> io::Result<Sealed> {
        self.end();
        self.zip.start_file(MANIFEST, options(MANIFEST))?;
        for (name, hash) in &self.hashes {
            writeln!(self.zip, "{hash}  {name}")?;
        }
        // Room for the seal, which can only be known when everything before it is written.
        self.zip.set_raw_comment(vec![b'0'; HEX].into_boxed_slice())?;
        let mut out = self.zip.finish()?;
        out.flush()?;
        drop(out);
        let (size, hash) = seal(&self.path)?;
        Ok(Sealed { files: self.hashes.len() + 1, size, hash })
    }
}

impl Write for Packer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let Some((_, hash)) = &mut self.open else { return Err(io::Error::other("no file was begun")) };
        let written = self.zip.write(bytes)?;
        hash.update(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.zip.flush()
    }
}

/// Nothing of the machine or the moment goes into a pack.
fn options(name: &str) -> SimpleFileOptions {
    SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .compression_level(Some(6))
        .last_modified_time(DateTime::default())
        .unix_permissions(0o644)
        .system(System::Unix)
        .large_file(name.ends_with(".jsonl"))
}

/// Writes the hash of everything before the comment as the comment; answers size and hash of the whole.
fn seal(path: &Path) -> io::Result<(u64, String)> {
    let mut file = OpenOptions::new().read(true).write(true).open(path)?;
    let size = file.metadata()?.len();
    let mut body = Hash::default();
    let mut whole = Hash::default();
    let mut reader = BufReader::with_capacity(1 << 16, &file).take(size - HEX as u64);
    let mut buffer = [0u8; 1 << 14];
    loop {
        let read = reader.read(&mut buffer)?;
        if read == 0 {
            break;
        }
        body.update(&buffer[..read]);
        whole.update(&buffer[..read]);
    }
    let seal = body.hex();
    whole.update(seal.as_bytes());
    file.seek(SeekFrom::Start(size - HEX as u64))?;
    file.write_all(seal.as_bytes())?;
    file.sync_all()?;
    Ok((size, whole.hex()))
}
