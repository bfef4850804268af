//! The contract suite on the embedded store, in memory and in a file.

use std::sync::{Arc, RwLock};

use async_trait::async_trait;
use tempfile::TempDir;
use tokio::sync::OnceCell;
use where_to_eat::domain::change::Rules;
use where_to_eat::domain::event::Heard;
use where_to_eat::domain::name::AreaName;
use where_to_eat::store::embedded::Embedded;
use where_to_eat::store::{Listener, Store};

use crate::contract::{Ground, contract_suite};

/// One store, as only one process can have it: whoever opens it again gets the same, and hears the same.
struct Lone {
    path: String,
    store: OnceCell<(Arc<Embedded>, Arc<Chorus>)>,
    _folder: Option<TempDir>,
}

#[derive(Default)]
struct Chorus(RwLock<Vec<Arc<dyn Listener>>>);

impl Listener for Chorus {
    fn heard(&self, area: &AreaName, heard: Heard, text: &str) {
        for listener in self.0.read().unwrap().iter() {
            listener.heard(area, heard.clone(), text);
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
        let open = async || {
            let store = Embedded::open(&self.path, rules).expect("nobody else has it");
            let chorus = Arc::new(Chorus::default());
            store.listen(chorus.clone());
            (store, chorus)
        };
        let (store, chorus) = self.store.get_or_init(open).await;
        chorus.0.write().unwrap().push(listener);
        store.clone()
    }
}

mod in_memory {
    async fn ground() -> impl super::Ground {
        super::Lone { path: ":memory:".to_owned(), store: super::OnceCell::new(), _folder: None }
    }

    super::contract_suite!(crate::embedded_contract::in_memory::ground);
}

mod in_a_file {
    async fn ground() -> impl super::Ground {
        let folder = super::TempDir::new().expect("a folder for the test's file");
        let path = folder.path().join("areas.redb").display().to_string();
        super::Lone { path, store: super::OnceCell::new(), _folder: Some(folder) }
    }

    super::contract_suite!(crate::embedded_contract::in_a_file::ground);
}
