//! Maps of who, or what, is there now: they never grow beyond a bound, and give back the memory of a crowd that has gone. Knows not what is
//! kept of anybody.

use std::borrow::Borrow;
use std::collections::HashMap;
use std::hash::Hash;

/// Room for so many entries stays, some tens of KiB: to give that back, and take it again, is not worth the while.
const ROOM_KEPT: usize = 1024;
/// A map with room for so many times what is in it is too large. After it has given back it has room for twice as many, so it gives back
/// again once half of them have gone: what is moved then is paid for by those who went.
const TOO_LARGE: usize = 8;

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
    shrink(map);
}

/// Takes one out. A map never gets smaller by itself: one that had a crowd in it gives that memory back here.
pub fn take_out<K, V, Q>(map: &mut HashMap<K, V>, key: &Q) -> Option<V>
where
    K: Eq + Hash + Borrow<Q>,
    Q: Eq + Hash + ?Sized,
{
    let value = map.remove(key);
    shrink(map);
    value
}

/// Gives back what a map has held that is much more than what it holds; for after many were taken out.
pub fn shrink<K: Eq + Hash, V>(map: &mut HashMap<K, V>) {
    if map.capacity() > ROOM_KEPT && map.len() < map.capacity() / TOO_LARGE {
        map.shrink_to((map.len() * 2).max(ROOM_KEPT / 2));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn crowd(count: u32) -> HashMap<u32, ()> {
        (0..count).map(|one| (one, ())).collect()
    }

    #[test]
    fn a_map_is_no_larger_than_it_has_to_be_after_a_crowd_has_gone() {
        let mut map = crowd(100_000);
        for one in 0..99_000 {
            assert!(take_out(&mut map, &one).is_some());
            let room = (map.len() * TOO_LARGE * 2).max(ROOM_KEPT * 2);
            assert!(map.capacity() <= room, "room for {} with {} in it", map.capacity(), map.len());
        }
        assert_eq!(map.len(), 1000);
        assert!((99_000..100_000).all(|one| map.contains_key(&one)));
    }

    #[test]
    fn who_comes_and_goes_does_not_make_the_map_move_each_time() {
        // One too many for the room it had: with a little less, it would move back.
        let mut map = crowd(10_000);
        let full = u32::try_from(map.capacity()).unwrap();
        map.extend((10_000..=full).map(|one| (one, ())));
        let room = map.capacity();
        for _ in 0..1000 {
            take_out(&mut map, &full);
            assert_eq!(map.capacity(), room);
            map.insert(full, ());
        }
    }

    #[test]
    fn a_flood_is_forgotten_with_its_memory() {
        let mut map = crowd(10_000);
        make_room(&mut map, &10_000, 10_000, |()| false);
        assert_eq!(map.len(), 0);
        assert!(map.capacity() <= ROOM_KEPT * 2);
    }
}
