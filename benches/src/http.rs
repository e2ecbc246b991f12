//! A browser as far as measuring needs one: it signs in, gets pages, sends forms; and what a process has used meanwhile.

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

pub type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Somebody who is signed in at a server.
#[derive(Clone)]
pub struct Visitor {
    pub server: String,
    pub cookie: String,
}

impl Visitor {
    pub async fn sign_in(server: &str, email: &str, password: &str) -> Result<Visitor, Failure> {
        let coded = |text: &str| text.bytes().map(|byte| format!("%{byte:02X}")).collect::<String>();
        let body = format!("email={}&password={}", coded(email), coded(password));
        let stranger = Visitor { server: server.into(), cookie: String::new() };
        let answer = stranger.post("/sign-in", &body).await?;
        let cookie = answer.lines().find_map(|line| {
            let (name, value) = line.split_once(':')?;
            let value = value.trim().split(';').next()?;
            (name.eq_ignore_ascii_case("set-cookie") && value.starts_with("plumbline=")).then(|| value.to_string())
        });
        let cookie = cookie.ok_or("the server did not let us in")?;
        Ok(Visitor { cookie, ..stranger })
    }

    /// The whole answer, head and body; `part` asks for the part of a page that a script puts in its place.
    pub async fn get(&self, path: &str, part: bool) -> Result<String, Failure> {
        let part = if part { "X-Fragment: 1\r\n" } else { "" };
        let head = format!(
            "GET {path} HTTP/1.1\r\nHost: {}\r\n{part}Accept: text/html\r\nCookie: {}\r\nConnection: close\r\n\r\n",
            self.server, self.cookie
        );
        self.answer(&head).await
    }

    pub async fn post(&self, path: &str, body: &str) -> Result<String, Failure> {
        let head = format!(
            "POST {path} HTTP/1.1\r\nHost: {0}\r\nOrigin: http://{0}\r\nAccept: text/html\r\nCookie: {1}\r\n\
             Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {2}\r\nConnection: close\r\n\r\n{body}",
            self.server,
            self.cookie,
            body.len()
        );
        self.answer(&head).await
    }

    async fn answer(&self, head: &str) -> Result<String, Failure> {
        let mut stream = TcpStream::connect(&self.server).await?;
        stream.write_all(head.as_bytes()).await?;
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).await?;
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let status = text.lines().next().unwrap_or_default();
        if !status.contains(" 200 ") && !status.contains(" 303 ") {
            return Err(format!("{} answers {status}", head.lines().next().unwrap_or_default()).into());
        }
        Ok(text)
    }
}

/// The numbers of a list's rows.
pub fn numbers(page: &str) -> Vec<String> {
    page.split("data-number=\"").skip(1).filter_map(|rest| Some(rest.split_once('"')?.0.to_string())).collect()
}

/// What a process has used, of all its threads (proc(5): fields 14 and 15 of `stat`, in hundredths of a second on Linux).
pub fn processor_seconds(pid: u32) -> Result<f64, Failure> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat"))?;
    let fields: Vec<&str> =
        stat.rsplit_once(')').map(|(_, rest)| rest.split_whitespace().collect()).unwrap_or_default();
    let ticks = |at: usize| fields.get(at).and_then(|field| field.parse::<f64>().ok()).unwrap_or_default();
    Ok((ticks(11) + ticks(12)) / 100.0)
}
