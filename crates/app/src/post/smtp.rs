//! Sending one message by SMTP (RFC 5321).

use desk::post::{Delivery, Outgoing, Security};
use lettre::{
    Address, AsyncSmtpTransport, AsyncTransport, Tokio1Executor,
    address::Envelope,
    transport::smtp::{
        Error,
        authentication::Credentials,
        client::{Tls, TlsParameters},
    },
};

use super::wire::PATIENCE;

/// Gives a message to the mailbox's server and tells what it said.
pub async fn send(outgoing: &Outgoing) -> Delivery {
    let prepared = transport(outgoing).and_then(|transport| Ok((transport, envelope(outgoing)?)));
    let (transport, envelope) = match prepared {
        Ok(prepared) => prepared,
        Err(why) => return Delivery::Failed(why),
    };
    match transport.send_raw(&envelope, &outgoing.raw).await {
        Ok(response) => Delivery::Sent(response.message().collect::<Vec<_>>().join(" ")),
        Err(error) if is_final(&error) => Delivery::Failed(told(&error)),
        Err(error) => Delivery::Later(told(&error)),
    }
}

/// Answers beginning with 5 are for good, except what says that the name or password is wrong: an administrator can
/// put that right, and the message is as good as before.
fn is_final(error: &Error) -> bool {
    let code = error.status().map(|code| code.to_string()).unwrap_or_default();
    error.is_permanent() && !["530", "534", "535", "538"].contains(&code.as_str())
}

fn told(error: &Error) -> String {
    let mut words = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(inner) = cause {
        words = format!("{words}: {inner}");
        cause = inner.source();
    }
    words
}

fn transport(outgoing: &Outgoing) -> Result<AsyncSmtpTransport<Tokio1Executor>, String> {
    let server = &outgoing.server;
    let host = server.host.trim_matches(['[', ']']);
    let parameters = || TlsParameters::new(host.to_string()).map_err(|error| format!("cannot encrypt: {error}"));
    let tls = match server.security {
        Security::Tls => Tls::Wrapper(parameters()?),
        Security::Starttls => Tls::Required(parameters()?),
        Security::None => Tls::None,
    };
    let builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(host);
    let mut builder = builder.port(server.port).tls(tls).timeout(Some(PATIENCE));
    if !server.user.is_empty() {
        builder = builder.credentials(Credentials::new(server.user.clone(), outgoing.secret.clone()));
    }
    Ok(builder.build())
}

fn envelope(outgoing: &Outgoing) -> Result<Envelope, String> {
    let address = |text: &str| text.parse::<Address>().map_err(|error| format!("\"{text}\" is no address: {error}"));
    let from = if outgoing.envelope_from.is_empty() { None } else { Some(address(&outgoing.envelope_from)?) };
    Envelope::new(from, vec![address(&outgoing.to)?]).map_err(|error| error.to_string())
}
