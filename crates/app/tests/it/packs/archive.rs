//! A pack as tests take it apart and put it together again, by other means than the program does.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{Read, Write},
    path::Path,
};

use serde_json::Value as Json;
use sha2::{Digest, Sha256};
use zip::{ZipArchive, ZipWriter, write::SimpleFileOptions};

const MANIFEST: &str = "manifest-sha256.txt";

#[derive(Clone)]
pub struct Archive(BTreeMap<String, Vec<u8>>);

impl Archive {
    pub fn read(file: &Path) -> Archive {
        let mut zip = ZipArchive::new(File::open(file).unwrap()).unwrap();
        let mut files = BTreeMap::new();
        for index in 0..zip.len() {
            let mut file = zip.by_index(index).unwrap();
            let mut bytes = Vec::new();
            file.read_to_end(&mut bytes).unwrap();
            files.insert(String::from_utf8(file.name_raw().to_vec()).unwrap(), bytes);
        }
        Archive(files)
    }

    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    #[track_caller]
    pub fn bytes(&self, name: &str) -> &[u8] {
        self.0.get(name).unwrap_or_else(|| panic!("{name} is not in the pack"))
    }

    #[track_caller]
    pub fn text(&self, name: &str) -> &str {
        std::str::from_utf8(self.bytes(name)).unwrap_or_else(|_| panic!("{name} is no text"))
    }

    pub fn put(&mut self, name: &str, content: impl Into<Vec<u8>>) {
        self.0.insert(name.into(), content.into());
    }

    pub fn take(&mut self, name: &str) {
        self.0.remove(name).unwrap();
    }

    /// As a forger would who knows how packs are made.
    pub fn make_manifest(&mut self) {
        let line = |(name, content): (&String, &Vec<u8>)| {
            format!("{}  {name}\n", model::canonical::hex(&Sha256::digest(content)))
        };
        let text: String = self.0.iter().filter(|(name, _)| *name != MANIFEST).map(line).collect();
        self.put(MANIFEST, text);
    }

    pub fn write(&self, file: &Path) {
        let mut zip = ZipWriter::new(File::create(file).unwrap());
        for (name, content) in &self.0 {
            zip.start_file(name, SimpleFileOptions::default()).unwrap();
            zip.write_all(content).unwrap();
        }
        zip.finish().unwrap();
    }
}

/// What the assessment-results model demands (the parts that are used), by hand: there is no validator of weight in Rust.
pub fn is_oscal(json: &Json) {
    let results = &json["assessment-results"];
    keys(results, &["uuid", "metadata", "import-ap", "results"], &["back-matter"]);
    keys(&results["metadata"], &["title", "last-modified", "version", "oscal-version"], &["parties"]);
    assert_eq!(results["metadata"]["oscal-version"], "1.2.2");
    let plan = results["import-ap"]["href"].as_str().unwrap().strip_prefix('#').unwrap();
    assert!(results["back-matter"]["resources"].as_array().unwrap().iter().any(|resource| resource["uuid"] == plan));
    let result = &results["results"][0];
    let demanded = ["uuid", "title", "description", "start", "reviewed-controls"];
    keys(result, &demanded, &["end", "observations", "findings"]);
    let mut uuids = vec![uuid(&results["uuid"]), uuid(&result["uuid"])];
    for observation in result["observations"].as_array().unwrap() {
        let optional = ["title", "props", "expires", "relevant-evidence"];
        keys(observation, &["uuid", "description", "methods", "collected"], &optional);
        assert!(["TEST", "EXAMINE"].contains(&observation["methods"][0].as_str().unwrap()));
        assert!(model::Moment::parse(observation["collected"].as_str().unwrap()).is_some());
        uuids.push(uuid(&observation["uuid"]));
    }
    let observed = uuids.len();
    for finding in result["findings"].as_array().unwrap() {
        keys(finding, &["uuid", "title", "description", "target"], &["props", "related-observations"]);
        let target = &finding["target"];
        keys(target, &["type", "target-id", "status"], &[]);
        assert_eq!(target["type"], "objective-id");
        assert!(target["target-id"].as_str().unwrap().starts_with(|letter: char| letter.is_ascii_alphabetic()));
        assert!(["satisfied", "not-satisfied"].contains(&target["status"]["state"].as_str().unwrap()));
        let related = &finding["related-observations"][0]["observation-uuid"];
        assert!(uuids[..observed].contains(&uuid(related)));
        uuids.push(uuid(&finding["uuid"]));
    }
    let count = uuids.len();
    uuids.sort_unstable();
    uuids.dedup();
    assert_eq!((uuids.len(), count), (count, 2 + 260 + 260));
}

fn keys(json: &Json, demanded: &[&str], optional: &[&str]) {
    let found: Vec<&str> = json.as_object().unwrap().keys().map(String::as_str).collect();
    for key in demanded {
        assert!(found.contains(key), "{key} is missing: {json:.200}");
    }
    for key in found {
        assert!(demanded.contains(&key) || optional.contains(&key), "{key} is unknown: {json:.200}");
    }
}

/// RFC 9562 as OSCAL has it: version 4 or 5.
fn uuid(json: &Json) -> String {
    let text = json.as_str().unwrap();
    let parts: Vec<&str> = text.split('-').collect();
    assert_eq!(parts.iter().map(|part| part.len()).collect::<Vec<_>>(), [8, 4, 4, 4, 12], "{text}");
    assert!(text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f' | b'-')), "{text}");
    assert!(parts[2].starts_with(['4', '5']) && parts[3].starts_with(['8', '9', 'a', 'b']), "{text}");
    text.into()
}
