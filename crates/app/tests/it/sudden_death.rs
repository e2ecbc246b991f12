//! The server is killed while many write, and at last asked to stop: whatever it has acknowledged is there afterwards, and
//! the journal is whole.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex},
    thread,
    time::{Duration, Instant},
};

use crate::world::{Database, World, empty, program, said};

both_databases!(nothing_that_was_acknowledged_is_lost);

const ROUNDS: u64 = 6;
const WRITERS: u64 = 6;

async fn nothing_that_was_acknowledged_is_lost(database: Database) {
    let folder = tempfile::tempdir().expect("a folder");
    let url = empty(database, folder.path()).await;
    assert_eq!(said(program(&url).args(["user", "add", "ines@tidewell.example", "--role", "sms-manager"])).0, Some(0));
    let (code, token, error) =
        said(program(&url).args(["token", "add", "--user", "ines@tidewell.example", "--scope", "write"]));
    assert_eq!(code, Some(0), "{error}");
    let acknowledged = Arc::new(Mutex::new(Vec::new()));
    for round in 0..ROUNDS {
        let (mut server, address) = serve(&url);
        let writers: Vec<_> = (0..WRITERS)
            .map(|writer| {
                let (address, token, acknowledged) = (address.clone(), token.trim().to_string(), acknowledged.clone());
                thread::spawn(move || write(&address, &token, &format!("{round}-{writer}"), &acknowledged))
            })
            .collect();
        // Not before some writes are under way, and each time at another moment.
        let before = acknowledged.lock().expect("no writer panics").len();
        let begun = Instant::now();
        while acknowledged.lock().expect("no writer panics").len() < before + 5 {
            assert!(begun.elapsed() < Duration::from_secs(30), "nothing was written");
            thread::sleep(Duration::from_millis(5));
        }
        thread::sleep(Duration::from_millis(40 + 83 * round));
        let clean = round + 1 == ROUNDS;
        if clean {
            let told = Command::new("kill").arg("-TERM").arg(server.id().to_string()).status();
            assert!(told.expect("kill is there").success());
        } else {
            server.kill().expect("a server to kill");
        }
        let status = server.wait().expect("an end");
        assert_eq!(status.success(), clean, "{status}");
        writers.into_iter().for_each(|writer| writer.join().expect("a writer ends by itself"));
    }
    let acknowledged = acknowledged.lock().expect("no writer panics").clone();
    let world = World { desk: plumbline::place::open(&url).await.expect("it opens again"), url, folder };
    let export = world.export().await;
    eprintln!("{} writes were acknowledged in {ROUNDS} lives", acknowledged.len());
    let lost: Vec<&String> =
        acknowledged.iter().filter(|number| !export.contains(&format!("\"number\":\"{number}\""))).collect();
    assert!(lost.is_empty(), "{} of {} acknowledged writes are lost: {lost:?}", lost.len(), acknowledged.len());
    let verdict = world.desk.verify(&mut |_| {}).await.expect("a verdict");
    assert_eq!(verdict.first, Vec::<String>::new());
    assert!(verdict.records >= acknowledged.len() as u64);
}

/// Starts the server on a free port and waits until it says where it is.
fn serve(url: &str) -> (Child, String) {
    let mut server = program(url)
        .args(["serve", "--listen", "127.0.0.1:0"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("a server");
    let mut first = String::new();
    let out = server.stdout.take().expect("a pipe");
    let mut lines = BufReader::new(out);
    lines.read_line(&mut first).expect("a first line");
    // Somebody must read on, or the server would one day wait for that.
    thread::spawn(move || std::io::copy(&mut lines, &mut std::io::sink()));
    let address = first.trim().rsplit_once("http://").map(|(_, address)| address.to_string());
    (server, address.unwrap_or_else(|| panic!("no address in {first:?}")))
}

/// Creates incidents until the server is gone; remembers those that it has acknowledged.
fn write(address: &str, token: &str, name: &str, acknowledged: &Mutex<Vec<String>>) {
    for turn in 0.. {
        let body = format!("{{\"title\":\"Writer {name}, {turn}\",\"impact\":\"low\",\"urgency\":\"low\"}}");
        let Some((head, body)) = post(address, token, &body) else { return };
        assert!(head.starts_with("HTTP/1.1 201"), "{head}\n{body}");
        // Half a body is no acknowledgement.
        let Ok(record) = serde_json::from_str::<serde_json::Value>(&body) else { return };
        let number = record["number"].as_str().expect("a number").to_string();
        acknowledged.lock().expect("no writer panics").push(number);
    }
}

/// Head and body of the answer; `None` once nobody is there, or when the head breaks off.
fn post(address: &str, token: &str, body: &str) -> Option<(String, String)> {
    let mut stream = TcpStream::connect(address).ok()?;
    stream.set_read_timeout(Some(Duration::from_secs(20))).ok()?;
    let head = format!(
        "POST /api/v1/incidents HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body.as_bytes())).ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    answer.split_once("\r\n\r\n").map(|(head, body)| (head.to_string(), body.to_string()))
}
