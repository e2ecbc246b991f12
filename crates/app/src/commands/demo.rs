//! `demo`: a demonstration organisation with a year of work, served at once.

use std::net::SocketAddr;

use clap::Args;
use model::Moment;

use super::{conformity::instant, print, serve::serve};
use crate::{
    Failure, clock,
    demo::{self, Login},
    place::{Passing, Place},
};

/// Create a demonstration organisation and serve it
#[derive(Args, Debug)]
#[command(after_help = "\
Without --data or --database it lies in a folder of its own that goes when the program ends.

Examples:
  plumbline demo
  plumbline demo --port 9000 --data ./tidewell
  plumbline demo --seed 7 --at 2026-11-12T08:40:00Z --data ./same --no-serve")]
pub struct Demo {
    /// Port to serve at
    #[arg(long, default_value_t = 8080)]
    port: u16,
    /// Number that chance begins with
    #[arg(long, default_value_t = 20_000)]
    seed: u64,
    /// End of the year that is told; now without it
    #[arg(long, value_name = "INSTANT", value_parser = instant)]
    at: Option<Moment>,
    /// Stop when it is written
    #[arg(long)]
    no_serve: bool,
}

impl Demo {
    pub async fn run(self, place: &Place) -> Result<(), Failure> {
        // The folder goes when it is dropped, at the end of all this.
        let (_passing, desk) = match place.is_said() {
            true => (None, place.open().await?),
            false => Passing::open("demo").await.map(|(passing, desk)| (Some(passing), desk))?,
        };
        let listen = SocketAddr::from(([127, 0, 0, 1], self.port));
        if !desk.is_untouched().await? {
            if self.no_serve || self.at.is_some() {
                return Err(Failure::Failed(
                    "there is something in this database already; say another folder with --data".into(),
                ));
            }
            print("There is something in this database already: it is served as it is.\n")?;
            return serve(desk, listen, None, false).await;
        }
        let now = clock::now();
        let begun = std::time::Instant::now();
        let things = demo::write(&desk, self.seed, self.at.unwrap_or(now)).await?;
        let logins = demo::logins(&desk, now).await?;
        // Its year has a course from the first look on.
        desk.count_scores(now).await?;
        let seconds = begun.elapsed().as_secs_f64();
        print(&format!(
            "Tidewell Managed Services: {things} things happened in its year, written in {seconds:.1} s.\n"
        ))?;
        print(&told(&logins))?;
        if self.no_serve {
            desk.close().await;
            return Ok(());
        }
        serve(desk, listen, None, false).await
    }
}

fn told(logins: &[Login]) -> String {
    let mut text = "Sign in as one of these; the passwords are told this once:\n".to_string();
    for login in logins {
        text += &format!("  {:<17} {:<36} {}\n", login.role.label(), login.email, login.password);
    }
    text
}
