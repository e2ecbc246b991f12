//! Fetching from one mailbox by IMAP (RFC 9051). Nothing is changed on the server: what was taken is remembered here by
//! its UID, so that a message that nobody can move or mark is never taken twice.

use async_imap::{Client, Session};
use desk::{
    Desk,
    post::{Mailbox, Security},
};
use futures::TryStreamExt;
use model::{Moment, time::DAY};

use super::wire::{self, Stream, patiently};

/// Most messages taken at one look; the rest comes with the next one.
const AT_ONCE: usize = 50;
/// Largest message that is fetched whole, in bytes; of a larger one only its beginning, which ends in quarantine.
const WHOLE_MAX: u32 = 55_000_000;
const BEGINNING: u32 = 1_000_000;

/// How far a mailbox was read, and what ended it early.
pub struct Fetched {
    pub validity: i64,
    pub seen: i64,
    pub trouble: Option<String>,
}

/// Takes what is new. Each message that was taken counts, whatever happens with the next one.
pub async fn fetch(desk: &Desk, mailbox: &Mailbox, secret: &str, now: Moment) -> Fetched {
    let mut fetched = Fetched { validity: mailbox.validity, seen: mailbox.seen, trouble: None };
    fetched.trouble = look(desk, mailbox, secret, now, &mut fetched).await.err();
    fetched
}

async fn look(desk: &Desk, mailbox: &Mailbox, secret: &str, now: Moment, fetched: &mut Fetched) -> Result<(), String> {
    let mut session = sign_in(mailbox, secret).await?;
    let folder = &mailbox.definition.folder;
    let said = |error: async_imap::error::Error| format!("{folder}: {error}");
    let state = patiently("opening the folder", session.examine(folder)).await?.map_err(said)?;
    let validity = i64::from(state.uid_validity.unwrap_or_default());
    if validity != fetched.validity {
        // Another folder under the same name: its numbers begin anew.
        (fetched.validity, fetched.seen) = (validity, 0);
    }
    let found = patiently("searching", session.uid_search(search(mailbox, fetched.seen))).await?.map_err(said)?;
    // `n:*` always answers the last message, new or not.
    let mut uids: Vec<u32> = found.into_iter().filter(|uid| i64::from(*uid) > fetched.seen).collect();
    uids.sort_unstable();
    for uid in uids.into_iter().take(AT_ONCE) {
        if let Some(raw) = message(&mut session, uid).await? {
            let taken = desk.take_message(mailbox, raw, now).await;
            taken.map_err(|refusal| format!("message {uid} could not be taken: {}", refusal.sentence()))?;
        }
        fetched.seen = i64::from(uid);
    }
    // The server may close first; what was taken is taken.
    let _ = patiently("signing out", session.logout()).await;
    Ok(())
}

/// What is new; at the first look, what came since the mailbox was added and the day before.
fn search(mailbox: &Mailbox, seen: i64) -> String {
    if seen > 0 {
        return format!("UID {}:*", seen + 1);
    }
    let (year, month, day) = ymd(mailbox.added.minus(DAY));
    let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    format!("SINCE {day}-{}-{year}", months[month - 1])
}

fn ymd(at: Moment) -> (i16, usize, i8) {
    let date = at.date();
    (date.year(), usize::try_from(date.month()).unwrap_or(1).clamp(1, 12), date.day())
}

async fn sign_in(mailbox: &Mailbox, secret: &str) -> Result<Session<Stream>, String> {
    let server = &mailbox.definition.incoming;
    let plain = wire::connect(server).await?;
    let (stream, greeted) = match server.security {
        Security::Tls => (wire::encrypt(server, plain).await?, false),
        Security::None => (Stream::Plain(plain), false),
        Security::Starttls => {
            let mut client = Client::new(plain);
            greeting(&mut client).await?;
            let started = patiently("STARTTLS", client.run_command_and_check_ok("STARTTLS", None)).await?;
            started.map_err(|error| format!("{} does not encrypt: {error}", server.host))?;
            (wire::encrypt(server, client.into_inner()).await?, true)
        }
    };
    let mut client = Client::new(stream);
    if !greeted {
        greeting(&mut client).await?;
    }
    let session = patiently("signing in", client.login(&server.user, secret)).await?;
    session.map_err(|(error, _)| format!("{} does not let {} in: {error}", server.host, server.user))
}

async fn greeting<S>(client: &mut Client<S>) -> Result<(), String>
where
    S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin + std::fmt::Debug + Send,
{
    let greeting = patiently("greeting", client.read_response()).await?;
    match greeting {
        Ok(Some(_)) => Ok(()),
        Ok(None) => Err("the server closed the connection at once".into()),
        Err(error) => Err(format!("the server greets with nothing that is IMAP: {error}")),
    }
}

/// One message; `None` when it has gone meanwhile.
async fn message(session: &mut Session<Stream>, uid: u32) -> Result<Option<Vec<u8>>, String> {
    let said = |error: async_imap::error::Error| format!("message {uid}: {error}");
    let sizes = patiently("fetching", session.uid_fetch(uid.to_string(), "(UID RFC822.SIZE)")).await?.map_err(said)?;
    let sizes: Vec<_> = patiently("fetching", sizes.try_collect()).await?.map_err(said)?;
    let Some(size) = sizes.iter().find(|fetch| fetch.uid == Some(uid)).map(|fetch| fetch.size.unwrap_or_default())
    else {
        return Ok(None);
    };
    let what = match size {
        0..=WHOLE_MAX => "(UID BODY.PEEK[])".to_string(),
        _ => format!("(UID BODY.PEEK[]<0.{BEGINNING}>)"),
    };
    let fetches = patiently("fetching", session.uid_fetch(uid.to_string(), what)).await?.map_err(said)?;
    let fetches: Vec<_> = patiently("fetching", fetches.try_collect()).await?.map_err(said)?;
    Ok(fetches.iter().find(|fetch| fetch.uid == Some(uid)).and_then(|fetch| fetch.body().map(<[u8]>::to_vec)))
}
