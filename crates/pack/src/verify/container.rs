//! The zip file as such: opened with care, read file by file, and sealed.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::File,
    io::{self, BufRead, BufReader, Read, Seek, SeekFrom},
    path::Path,
};

use zip::{CompressionMethod, ZipArchive};

use super::Report;
use crate::hash::{HEX, Hash, Hashing};

/// Most files; a pack has some hundreds.
const MOST_FILES: usize = 5_000;
/// A file above the first size may unpack to this many times its packed size. JSON of records that are nearly alike stays
/// below a tenth of it.
const SMALL: u64 = 1 << 20;
const GROWTH: u64 = 400;
/// Longest name, and longest line, in bytes.
const NAME_MAX: usize = 200;
const LINE_MAX: u64 = 16 << 20;
/// Length of the record that ends a zip file, without its comment, and where in it the number of files stands.
const END: usize = 22;
const COUNT_AT: usize = 10;

pub struct Container {
    archive: ZipArchive<BufReader<File>>,
    names: BTreeMap<String, usize>,
    seal: Seal,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Seal {
    Whole,
    Broken,
    None,
}

/// A file of the pack while it is read.
pub struct Content<'c> {
    reader: &'c mut dyn BufRead,
}

impl Container {
    /// # Errors
    /// A sentence when it is no zip file that may be read.
    pub fn open(path: &Path, report: &mut Report) -> Result<Container, String> {
        let mut file = File::open(path).map_err(|error| format!("it cannot be opened: {error}"))?;
        let (body, last) = hashes(&mut file, report).map_err(|error| format!("it cannot be read: {error}"))?;
        file.rewind().map_err(|error| format!("it cannot be read: {error}"))?;
        let opened = ZipArchive::new(BufReader::with_capacity(1 << 16, file));
        let mut archive = opened.map_err(|error| format!("it is no whole zip file: {error}"))?;
        let seal = match archive.comment() {
            [] => Seal::None,
            comment if comment == last && *body.as_bytes() == *comment => Seal::Whole,
            _ => Seal::Broken,
        };
        if archive.len() > MOST_FILES {
            return Err(format!("it holds {} files, {MOST_FILES} at most: refused", archive.len()));
        }
        let names = names(&mut archive)?;
        if archive.has_overlapping_entries().map_err(|error| format!("it is no whole zip file: {error}"))? {
            return Err("its files share bytes, as those of a zip bomb do: refused".into());
        }
        let told = told_count(path, archive.comment().len()).map_err(|error| format!("it cannot be read: {error}"))?;
        if told != Some(archive.len()) {
            return Err("it holds several files of the same name, or says another number of files than it has".into());
        }
        Ok(Container { archive, names, seal })
    }

    pub fn names(&self) -> impl ExactSizeIterator<Item = &str> {
        self.names.keys().map(String::as_str)
    }

    /// Reads a file and answers what `read` made of it, and the hash of all of it.
    ///
    /// # Errors
    /// What is wrong with the file, to stand after its name.
    pub fn read<T>(&mut self, name: &str, read: impl FnOnce(&mut Content<'_>) -> T) -> Result<(T, String), String> {
        let index = *self.names.get(name).ok_or("is missing")?;
        let file = self.archive.by_index(index).map_err(|error| format!("cannot be read: {error}"))?;
        let size = file.size();
        let mut reader = BufReader::with_capacity(1 << 16, Hashing::new(file, size));
        let answer = read(&mut Content { reader: &mut reader });
        // What was not read is hashed all the same, so that a fault in the middle does not hide one behind it.
        io::copy(&mut reader, &mut io::sink()).map_err(|error| format!("is damaged: {error}"))?;
        let hash = reader.into_inner().finish().map_err(|error| format!("is damaged: {error}"))?;
        Ok((answer, hash))
    }

    pub fn tell_seal(&self, report: &mut Report) {
        match self.seal {
            Seal::Whole => {}
            Seal::None => report.is_repacked = true,
            Seal::Broken => report.fault(
                "the zip file was changed: the seal at its end is not the SHA-256 of the bytes before it (contents of files \
                 that changed are named above; otherwise it is what stands between them)",
            ),
        }
    }
}

impl Content<'_> {
    /// All of it as text.
    pub fn text(&mut self, most: u64) -> Result<String, String> {
        let mut bytes = Vec::new();
        let read =
            self.reader.take(most + 1).read_to_end(&mut bytes).map_err(|error| format!("is damaged: {error}"))?;
        if read as u64 > most {
            return Err(format!("is larger than {most} bytes"));
        }
        String::from_utf8(bytes).map_err(|_| "is not UTF-8".to_string())
    }

    /// Each line, without its end. `work` stops the reading with a sentence.
    pub fn lines(&mut self, mut work: impl FnMut(usize, &str) -> Result<(), String>) -> Result<(), String> {
        let mut bytes = Vec::new();
        for number in 1.. {
            bytes.clear();
            let mut limited = (&mut self.reader).take(LINE_MAX);
            let read = limited.read_until(b'\n', &mut bytes).map_err(|error| format!("it is damaged: {error}"))?;
            if read == 0 {
                return Ok(());
            }
            if bytes.pop() != Some(b'\n') {
                return Err(format!("line {number} has no end"));
            }
            let line = std::str::from_utf8(&bytes).map_err(|_| format!("line {number} is not UTF-8"))?;
            work(number, line)?;
        }
        Ok(())
    }
}

/// Hash of everything but the last bytes, which hold the seal; these; and the hash of the whole into the report.
fn hashes(file: &mut File, report: &mut Report) -> io::Result<(String, Vec<u8>)> {
    let size = file.metadata()?.len();
    let mut reader = BufReader::with_capacity(1 << 16, file);
    let (mut body, mut whole) = (Hash::default(), Hash::default());
    let mut left = size.saturating_sub(HEX as u64);
    let mut buffer = vec![0u8; 1 << 16];
    while left > 0 {
        let most = buffer.len().min(usize::try_from(left).unwrap_or(usize::MAX));
        let read = reader.read(&mut buffer[..most])?;
        if read == 0 {
            break;
        }
        body.update(&buffer[..read]);
        whole.update(&buffer[..read]);
        left -= read as u64;
    }
    let mut last = Vec::with_capacity(HEX);
    reader.take(HEX as u64).read_to_end(&mut last)?;
    whole.update(&last);
    (report.size, report.hash) = (size, whole.hex());
    Ok((body.hex(), last))
}

/// Where each file is, by name.
fn names(archive: &mut ZipArchive<BufReader<File>>) -> Result<BTreeMap<String, usize>, String> {
    let (mut names, mut folded) = (BTreeMap::new(), BTreeSet::new());
    for index in 0..archive.len() {
        let file = archive.by_index_raw(index).map_err(|error| format!("it is no whole zip file: {error}"))?;
        let name =
            std::str::from_utf8(file.name_raw()).map_err(|_| "a name in it is not UTF-8: refused".to_string())?;
        let shown: String = name.escape_debug().take(NAME_MAX).collect();
        if name.ends_with('/') && file.size() == 0 && strange(name.trim_end_matches('/')).is_none() {
            // Programs that pack folders write their names too.
            continue;
        }
        if let Some(why) = strange(name) {
            return Err(format!("the name \"{shown}\" in it {why}: refused"));
        }
        if file.is_symlink() || file.encrypted() {
            return Err(format!("{shown} is a link or encrypted: refused"));
        }
        if !matches!(file.compression(), CompressionMethod::Stored | CompressionMethod::Deflated) {
            return Err(format!("{shown} is packed in a way that packs do not use: refused"));
        }
        if file.size() > SMALL && file.size() / file.compressed_size().max(1) > GROWTH {
            return Err(format!("{shown} unpacks to {} bytes, as a zip bomb does: refused", file.size()));
        }
        if !folded.insert(name.to_ascii_lowercase()) {
            return Err(format!("{shown} is in it twice: refused"));
        }
        names.insert(name.to_string(), index);
    }
    Ok(names)
}

/// What is strange about a name, to stand after it. Names of a pack are plain and lead downwards.
pub fn strange(name: &str) -> Option<&'static str> {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || "._-/".contains(letter);
    if name.is_empty() || name.len() > NAME_MAX {
        Some("is empty or too long")
    } else if !name.chars().all(plain) {
        Some("holds letters that names in a pack do not have")
    } else if name.split('/').any(|part| part.is_empty() || part.starts_with('.')) {
        Some("leads out of the pack")
    } else {
        None
    }
}

/// The number of files that the end of the zip file tells.
fn told_count(path: &Path, comment: usize) -> io::Result<Option<usize>> {
    let mut file = File::open(path)?;
    let size = file.metadata()?.len();
    let Some(at) = size.checked_sub((END + comment) as u64) else { return Ok(None) };
    file.seek(SeekFrom::Start(at))?;
    let mut end = [0u8; END];
    file.read_exact(&mut end)?;
    let count = u16::from_le_bytes([end[COUNT_AT], end[COUNT_AT + 1]]);
    Ok(end.starts_with(b"PK\x05\x06").then_some(usize::from(count)))
}

#[cfg(test)]
mod tests {
    use super::strange;

    #[test]
    fn names_lead_downwards() {
        for name in ["index.html", "records/incident.jsonl", "populations/8.6.1-3.jsonl"] {
            assert_eq!(strange(name), None, "{name}");
        }
        for name in ["", "/etc/passwd", "../up", "a/../../up", "a//b", "a\\b", "C:/x", "a\0b", ".hidden", "a/", "ä"] {
            assert!(strange(name).is_some(), "{name}");
        }
    }
}
