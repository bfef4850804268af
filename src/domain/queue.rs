//! Queues of which there are many, each with little in it: they grow by little. Knows not what waits in them.

use std::collections::VecDeque;

/// Makes room in a queue that is full, for one more and a quarter of what is in it: by itself it would double.
pub fn room_for_one<T>(queue: &mut VecDeque<T>) {
    if queue.len() == queue.capacity() {
        queue.reserve_exact(2 + queue.len() / 4);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_queue_is_little_larger_than_what_is_in_it_and_seldom_moves() {
        let (mut queue, mut moved) = (VecDeque::new(), 0);
        for one in 0..10_000 {
            let before = queue.capacity();
            room_for_one(&mut queue);
            queue.push_back(one);
            moved += usize::from(queue.capacity() != before);
            assert!(queue.capacity() <= queue.len() + queue.len() / 4 + 2, "room for {}", queue.capacity());
        }
        assert!(moved < 50, "{moved} times");
    }
}
