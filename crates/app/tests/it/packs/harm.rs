//! Zip files that mean harm to whoever unpacks them: refused before anything is unpacked.

use std::{fs::File, io::Write, path::Path};

use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

/// A zip file of these files.
fn made(file: &Path, files: &[(&str, &[u8])]) {
    let mut zip = ZipWriter::new(File::create(file).unwrap());
    for (name, content) in files {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(content).unwrap();
    }
    zip.finish().unwrap();
}

#[track_caller]
fn refused(file: &Path, words: &str) {
    let why = pack::verify(file, &mut |_| {}).expect_err("it is refused");
    assert!(why.contains(words), "{why}");
}

#[test]
fn no_zip_file_and_no_pack() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("pack.zip");
    refused(&file, "cannot be opened");
    refused(folder.path(), "cannot be");
    for bytes in
        [b"".as_slice(), b"PK", b"not a zip file, only words that go on for a while, longer than the end of one"]
    {
        std::fs::write(&file, bytes).unwrap();
        refused(&file, "no whole zip file");
    }
    made(&file, &[("readme.txt", b"hello")]);
    refused(&file, "this is no evidence pack");
}

#[test]
fn names_that_lead_away() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("pack.zip");
    for name in ["../up.txt", "/etc/passwd", "a/../../b", "C:\\windows", "a\\..\\b", "with space", "a//b", ".hidden"] {
        made(&file, &[("manifest-sha256.txt", b""), (name, b"x")]);
        refused(&file, "refused");
    }
    made(&file, &[("manifest-sha256.txt", b""), ("Index.html", b"x"), ("index.html", b"y")]);
    refused(&file, "twice");
    let mut zip = ZipWriter::new(File::create(&file).unwrap());
    zip.add_symlink("link", "/etc/passwd", SimpleFileOptions::default()).unwrap();
    zip.finish().unwrap();
    refused(&file, "is a link");
}

#[test]
fn files_of_the_same_name() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("pack.zip");
    made(&file, &[("manifest-sha256.txt", b""), ("index.htmA", b"one"), ("index.htmB", b"two")]);
    // No writer makes this: one name is written over the other in the bytes.
    let mut bytes = std::fs::read(&file).unwrap();
    while let Some(at) = bytes.windows(10).position(|window| window == b"index.htmB") {
        bytes[at + 9] = b'A';
    }
    std::fs::write(&file, bytes).unwrap();
    refused(&file, "");
}

#[test]
fn a_bomb_is_not_unpacked() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("pack.zip");
    let mut zip = ZipWriter::new(File::create(&file).unwrap());
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    zip.start_file("records/incident.jsonl", options).unwrap();
    let zeros = vec![b'0'; 1 << 20];
    for _ in 0..64 {
        zip.write_all(&zeros).unwrap();
    }
    zip.finish().unwrap();
    refused(&file, "zip bomb");
    // One that says it is small: what it holds more than it says is not read.
    let mut bytes = std::fs::read(&file).unwrap();
    let size = (64u32 << 20).to_le_bytes();
    while let Some(at) = bytes.windows(4).position(|window| window == size) {
        bytes[at..at + 4].copy_from_slice(&1000u32.to_le_bytes());
    }
    std::fs::write(&file, bytes).unwrap();
    match pack::verify(&file, &mut |_| {}) {
        Err(why) => assert!(why.contains("evidence pack") || why.contains("zip"), "{why}"),
        Ok(report) => assert!(report.broken > 0),
    }
}
