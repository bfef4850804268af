//! What a program of the tests may exchange in the server that it builds: by this a test shows what happens where a protection is
//! missing. The product's own program exchanges nothing, and no setting leads here.

use std::sync::Arc;

use actix_web::web::ServiceConfig;

use crate::store::Store;

/// Registers URLs beside the product's own table, and before it.
pub type Routes = fn(&mut ServiceConfig);

/// Is given the store that the settings name, and answers the one that the whole server uses.
pub type Exchange = Box<dyn FnOnce(Arc<dyn Store>) -> Arc<dyn Store>>;

/// Changes nothing by default.
pub struct Altered {
    pub store: Exchange,
    pub routes: Routes,
}

impl Default for Altered {
    fn default() -> Self {
        Self { store: Box::new(|store| store), routes: |_| {} }
    }
}
