//! Connections to mail servers: plain on this machine, encrypted and checked everywhere else.

use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use desk::post::Server;
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
    time::timeout,
};
use tokio_rustls::{
    TlsConnector,
    client::TlsStream,
    rustls::{ClientConfig, RootCertStore, crypto::ring, pki_types::ServerName},
};

/// Longest wait for one answer of a server.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// A connection, with or without encryption.
#[derive(Debug)]
pub enum Stream {
    Plain(TcpStream),
    Encrypted(Box<TlsStream<TcpStream>>),
}

/// Waits for something no longer than for [`PATIENCE`].
pub async fn patiently<T>(what: &str, wait: impl Future<Output = T>) -> Result<T, String> {
    timeout(PATIENCE, wait).await.map_err(|_| format!("{what}: no answer within {} seconds", PATIENCE.as_secs()))
}

pub async fn connect(server: &Server) -> Result<TcpStream, String> {
    let (host, port) = (server.host.trim_matches(['[', ']']), server.port);
    let connected = patiently("connecting", TcpStream::connect((host, port))).await?;
    connected.map_err(|error| format!("cannot connect to {}:{port}: {error}", server.host))
}

/// Encrypts a connection; the server must prove its name by a certificate that this machine trusts.
pub async fn encrypt(server: &Server, plain: TcpStream) -> Result<Stream, String> {
    let host = server.host.trim_matches(['[', ']']).to_string();
    let name = ServerName::try_from(host).map_err(|_| format!("\"{}\" is no name of a server", server.host))?;
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| format!("cannot encrypt: {error}"))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    let encrypted = patiently("encrypting", TlsConnector::from(Arc::new(config)).connect(name, plain)).await?;
    let encrypted = encrypted.map_err(|error| format!("cannot encrypt the connection to {}: {error}", server.host))?;
    Ok(Stream::Encrypted(Box::new(encrypted)))
}

impl AsyncRead for Stream {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<std::io::Result<()>> {
        match self.get_mut() {
            Stream::Plain(stream) => Pin::new(stream).poll_read(context, buffer),
            Stream::Encrypted(stream) => Pin::new(stream).poll_read(context, buffer),
        }
    }
}

impl AsyncWrite for Stream {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<std::io::Result<usize>> {
        match self.get_mut() {
            Stream::Plain(stream) => Pin::new(stream).poll_write(context, bytes),
            Stream::Encrypted(stream) => Pin::new(stream).poll_write(context, bytes),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        match self.get_mut() {
            Stream::Plain(stream) => Pin::new(stream).poll_flush(context),
            Stream::Encrypted(stream) => Pin::new(stream).poll_flush(context),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        match self.get_mut() {
            Stream::Plain(stream) => Pin::new(stream).poll_shutdown(context),
            Stream::Encrypted(stream) => Pin::new(stream).poll_shutdown(context),
        }
    }
}
