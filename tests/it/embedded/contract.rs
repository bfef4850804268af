//! The contract suite on the embedded store, in memory and in a file.

use std::sync::{Arc, RwLock};

use async_trait::async_trait;
use redb::{Database, TableDefinition};
use tempfile::TempDir;
use tokio::sync::Mutex;
use where_to_eat::domain::account::SessionId;
use where_to_eat::domain::change::Rules;
use where_to_eat::domain::event::Heard;
use where_to_eat::domain::name::AreaName;
use where_to_eat::store::embedded::Embedded;
use where_to_eat::store::{Listener, Store};

use crate::contract::{Ground, Lasting, contract_suite};

/// One store, as only one process can have it: whoever opens it again gets the same, and hears the same.
struct Lone {
    path: String,
    store: Mutex<Option<(Arc<Embedded>, Arc<Chorus>)>>,
    _folder: Option<TempDir>,
}

impl Lone {
    fn in_memory() -> Self {
        Self { path: ":memory:".to_owned(), store: Mutex::default(), _folder: None }
    }

    fn in_a_file() -> Self {
        let folder = TempDir::new().expect("a folder for the test's file");
        let path = folder.path().join("areas.redb").display().to_string();
        Self { path, store: Mutex::default(), _folder: Some(folder) }
    }
}

#[derive(Default)]
struct Chorus(RwLock<Vec<Arc<dyn Listener>>>);

impl Listener for Chorus {
    fn heard(&self, area: &AreaName, heard: Heard, text: &str) {
        for listener in self.0.read().unwrap().iter() {
            listener.heard(area, heard.clone(), text);
        }
    }

    fn session_ended(&self, session: &SessionId) {
        for listener in self.0.read().unwrap().iter() {
            listener.session_ended(session);
        }
    }

    fn missed(&self, area: Option<&AreaName>) {
        for listener in self.0.read().unwrap().iter() {
            listener.missed(area);
        }
    }
}

#[async_trait]
impl Ground for Lone {
    async fn open(&self, rules: Rules, listener: Arc<dyn Listener>) -> Arc<dyn Store> {
        let mut opened = self.store.lock().await;
        let (store, chorus) = opened.get_or_insert_with(|| {
            let store = Embedded::open(&self.path, rules).expect("nobody else has it");
            let chorus = Arc::new(Chorus::default());
            store.listen(chorus.clone());
            (store, chorus)
        });
        chorus.0.write().unwrap().push(listener);
        store.clone()
    }
}

#[async_trait]
impl Lasting for Lone {
    async fn change_run(&self) {
        if let Some((store, _)) = self.store.lock().await.take() {
            store.close().await.expect("what is asked for is on the disk");
        }
        let meta: TableDefinition<&str, &[u8]> = TableDefinition::new("meta");
        let txn = Database::open(&self.path).unwrap().begin_write().unwrap();
        txn.open_table(meta).unwrap().insert("run", b"another".as_slice()).unwrap();
        txn.commit().unwrap();
    }
}

mod in_memory {
    async fn ground() -> impl super::Ground {
        super::Lone::in_memory()
    }

    super::contract_suite!(crate::embedded::contract::in_memory::ground);
}

mod in_a_file {
    async fn ground() -> impl super::Lasting {
        super::Lone::in_a_file()
    }

    super::contract_suite!(crate::embedded::contract::in_a_file::ground);

    #[tokio::test]
    async fn another_run_is_another_life_with_the_same_people() {
        crate::contract::runs::another_run_is_another_life_with_the_same_people(&ground().await).await;
    }
}
