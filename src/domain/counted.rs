//! Maps of who was seen, which never grow beyond a bound. Knows not what is kept of anybody.

use std::collections::HashMap;
use std::hash::Hash;

/// Makes room for `key`, if it is not there yet and the map has `most` entries: what `keep` does not want is forgotten first; in a
/// flood, everyone.
pub fn make_room<K: Eq + Hash, V>(map: &mut HashMap<K, V>, key: &K, most: usize, mut keep: impl FnMut(&mut V) -> bool) {
    if map.len() < most || map.contains_key(key) {
        return;
    }
    map.retain(|_, value| keep(value));
    if map.len() >= most {
        map.clear();
    }
}
