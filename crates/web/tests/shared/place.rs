//! Where the database of a test's world lies, on either database.

use desk::store::db::Db;

/// Where a world's database lies, taken away with the world.
pub enum Place {
    Folder { _there: tempfile::TempDir },
    Database { server: String, name: String },
}

impl Drop for Place {
    fn drop(&mut self) {
        let Place::Database { server, name } = self else { return };
        let (server, sql) = (server.clone(), format!("drop database if exists {name} with (force)"));
        let away = async move {
            let db = Db::open(&server).await?;
            db.read().await?.script(&sql).await
        };
        // A test's own runtime cannot be waited for from within it.
        let waited = std::thread::spawn(|| tokio::runtime::Runtime::new().map(|runtime| runtime.block_on(away)));
        let _ = waited.join();
    }
}

impl Place {
    /// A new embedded database in a folder of its own, and its address.
    pub fn folder() -> (String, Place) {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let url = format!("sqlite:{}", folder.path().join("plumbline.db").display());
        (url, Place::Folder { _there: folder })
    }

    /// A new embedded database, and a new one of the PostgreSQL server that the project's test command names.
    pub async fn each() -> Vec<(String, Place)> {
        let mut each = vec![Place::folder()];
        match std::env::var("PLUMBLINE_TEST_POSTGRES") {
            Ok(server) => each.push(Place::database(server).await),
            Err(_) => eprintln!("PostgreSQL was not tried: PLUMBLINE_TEST_POSTGRES names no server"),
        }
        each
    }

    async fn database(server: String) -> (String, Place) {
        let name = format!("web_{}", model::canonical::hex(&desk::ids::random::<8>()));
        let db = Db::open(&server).await.expect("the server answers");
        let made = format!("create database {name}");
        db.read().await.expect("a connection").script(&made).await.expect("a new database");
        db.close().await;
        let (base, _) = server.rsplit_once('/').expect("a database in the address");
        (format!("{base}/{name}"), Place::Database { server, name })
    }
}
