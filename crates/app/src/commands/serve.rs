//! `serve`: the server, until it is told to stop.

use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use clap::Args;
use desk::Desk;
use tokio::net::TcpListener;

use super::print;
use crate::{Failure, clock, duties, packing, place::Place, post};

/// Serve pages and API
#[derive(Args, Debug)]
#[command(after_help = "\
Several may run over one PostgreSQL. SIGTERM and Ctrl-C finish what is being answered and stop.

Examples:
  plumbline serve
  plumbline serve --listen 0.0.0.0:8080 --base https://sms.example.org --database postgres://plumbline@db/plumbline")]
pub struct Serve {
    /// Address to listen on
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// Address that people type, where it is another one [default: that of --listen]
    #[arg(long, value_name = "URL", env = "PLUMBLINE_BASE", value_parser = base)]
    base: Option<String>,
    /// Take people's addresses from X-Forwarded-For: only where nobody reaches this server but through a proxy of your own
    #[arg(long, env = "PLUMBLINE_BEHIND_PROXY")]
    behind_proxy: bool,
}

fn base(text: &str) -> Result<String, String> {
    let plain = text.trim().trim_end_matches('/');
    let host = plain.strip_prefix("https://").or_else(|| plain.strip_prefix("http://"));
    match host {
        Some(host) if !host.is_empty() && !host.contains(['/', ' ']) => Ok(plain.to_string()),
        _ => Err("needs scheme and host, such as https://sms.example.org".into()),
    }
}

/// How long answers that are under way may take after the word to stop.
const PATIENCE: Duration = Duration::from_secs(20);

impl Serve {
    pub async fn run(self, place: &Place) -> Result<(), Failure> {
        let desk = place.open().await?;
        serve(desk, self.listen, self.base, self.behind_proxy).await
    }
}

/// Listens, says where, and serves until SIGTERM or Ctrl-C.
pub async fn serve(desk: Desk, listen: SocketAddr, base: Option<String>, behind_proxy: bool) -> Result<(), Failure> {
    let listener = TcpListener::bind(listen).await;
    let listener = listener.map_err(|error| Failure::Failed(format!("cannot listen on {listen}: {error}")))?;
    let address = listener.local_addr().unwrap_or(listen);
    let base = base.unwrap_or_else(|| reached_at(address));
    let stop = stop()?;
    let mut lines = format!("Plumbline serves {base}\n");
    if let Some(secret) = desk.first_start(clock::now()).await? {
        lines += "There is no administrator yet. Whoever opens this link within a day becomes the first one:\n";
        lines += &format!("{base}/welcome/{secret}\n");
    }
    // A server works on when nobody listens to what it says.
    let _ = print(&lines);
    let app = web::App::new(desk.clone(), Arc::new(clock::now), web::Settings { base });
    desk.renew_assessment(clock::now());
    duties::begin(&desk, clock::now()).await?;
    let app = if behind_proxy { app.behind_proxy() } else { app };
    // Sessions and the waiting after failed sign-ins know from which address somebody comes.
    let service = web::router(app).into_make_service_with_connect_info::<SocketAddr>();
    let (begin, mut begun) = tokio::sync::watch::channel(false);
    let worker = {
        let (desk, begun) = (desk.clone(), begun.clone());
        tokio::spawn(async move {
            let doings = [post::doings(), packing::doings(), duties::doings()].concat();
            desk.work(doings, Arc::new(clock::now), begun).await
        })
    };
    let assessor = {
        let (desk, begun) = (desk.clone(), begun.clone());
        tokio::spawn(async move { desk.keep_assessing(clock::now, begun).await })
    };
    // Whoever listens on a live page would keep the server up.
    let desk_stops = desk.clone();
    let served = axum::serve(listener, service).with_graceful_shutdown(async move {
        stop.await;
        desk_stops.hang_up();
        let _ = begin.send(true);
    });
    let late = async {
        let _ = begun.wait_for(|begun| *begun).await;
        tokio::time::sleep(PATIENCE).await;
    };
    let outcome = tokio::select! {
        outcome = async {
            let outcome = served.await;
            // The job at hand is finished first; one that was given up in the middle is done again by the next server.
            let _ = worker.await;
            let _ = assessor.await;
            outcome
        } => outcome,
        () = late => Ok(()),
    };
    desk.close().await;
    outcome.map_err(|error| Failure::Failed(format!("the server stopped: {error}")))
}

fn reached_at(address: SocketAddr) -> String {
    match address {
        SocketAddr::V4(v4) if v4.ip() == &Ipv4Addr::UNSPECIFIED => format!("http://localhost:{}", v4.port()),
        SocketAddr::V6(v6) if v6.ip().is_unspecified() => format!("http://localhost:{}", v6.port()),
        address => format!("http://{address}"),
    }
}

/// Comes when the program is asked to end.
fn stop() -> Result<impl Future<Output = ()>, Failure> {
    use tokio::signal::unix::{SignalKind, signal};
    let failed = |error: std::io::Error| Failure::Failed(format!("cannot wait for signals: {error}"));
    let mut terminate = signal(SignalKind::terminate()).map_err(failed)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(failed)?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}
