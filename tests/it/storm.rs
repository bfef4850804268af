//! A hundred areas with twenty users each, all voting at random: in the end every view is the store's.

use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::redis::server::RedisServer;
use crate::server::{Browser, Server, Socket, View};

const AREAS: usize = 100;
const USERS: usize = 20;
/// Each as many acts as there are users.
const ROUNDS: usize = 2;
const PLACES: usize = 6;
/// On a machine this busy a store may take longer than the two seconds that an answer may take, but not so often.
const TRIES: usize = 20;

/// Numbers that look random, the same ones for the same seed.
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % most
    }
}

/// One user, and the area as this user's page would show it.
struct Player {
    socket: Socket,
    view: View,
    n: u64,
}

impl Player {
    async fn join(browser: &Browser, area: &str, name: &str) -> Self {
        let mut socket = browser.socket().await;
        ask(&mut socket, "add", 1, json!({"area": area, "username": name})).await;
        let view = View::of(&socket.event("updates").await["data"]);
        Self { socket, view, n: 1 }
    }

    /// Does something, and answers the number that the area has by then.
    async fn act(&mut self, dice: &mut Dice, area: &str, name: &str) -> u64 {
        let place = format!("place {}", dice.below(PLACES));
        let (event, data) = match dice.below(10) {
            0 => ("removeVote", json!({})),
            1 => ("add", json!({"area": area, "username": name, "img": "emoji:🍜"})),
            _ => ("addVote", json!({"fs": {"id": place, "name": place}})),
        };
        self.n += 1;
        let ack = ask(&mut self.socket, event, self.n, data).await;
        self.catch_up();
        ack["seq"].as_u64().expect("a number")
    }

    /// Takes in what has come so far.
    fn catch_up(&mut self) {
        for event in self.socket.take_all() {
            self.view.take(&event).expect("no gap");
        }
    }

    async fn follow_to(&mut self, seq: u64) {
        self.catch_up();
        while self.view.seq < seq {
            let event = self.socket.next().await;
            self.view.take(&event).expect("no gap");
        }
    }
}

/// Asks as a page does: a store that did not answer in time is asked again, with the same `n`.
async fn ask(socket: &mut Socket, event: &str, n: u64, data: Value) -> Value {
    for _ in 0..TRIES {
        match socket.try_ask(event, Some(n), data.clone()).await {
            Ok(ack) => return ack,
            Err(error) => assert_eq!(error["code"], "storeUnavailable"),
        }
    }
    panic!("the store never answered {event}");
}

/// All that happens in one area; its users come through all of the servers.
async fn play(area: String, browsers: Vec<Vec<Browser>>, seed: u64) {
    let mut dice = Dice(seed);
    let mut players = Vec::new();
    for user in 0..USERS {
        let browser = &browsers[user % browsers.len()][user];
        players.push(Player::join(browser, &area, &format!("User {user}")).await);
    }
    let mut last = 0;
    for _ in 0..ROUNDS * USERS {
        let user = dice.below(USERS);
        last = players[user].act(&mut dice, &area, &format!("User {user}")).await;
    }
    let truth = loop {
        let (_, area) = browsers[0][0].get(&format!("/api/areas/{area}")).await;
        let truth = View::of(&area);
        if truth.seq >= last {
            break truth;
        }
    };
    assert_eq!(truth.users.len(), USERS);
    for player in &mut players {
        player.follow_to(truth.seq).await;
        assert_eq!(player.view, truth, "{area}, seed {seed}");
    }
}

/// A hundred areas at once, through these servers, which share one store.
async fn storm(servers: &[&Server]) {
    let mut seed = [0; 8];
    getrandom::fill(&mut seed).unwrap();
    let seed = u64::from_le_bytes(seed);
    let mut people = Vec::new();
    for _ in 0..USERS {
        people.push(Browser::open(servers[0]).await);
    }
    let browsers: Vec<Vec<Browser>> =
        servers.iter().map(|server| people.iter().map(|person| person.at(server)).collect()).collect();
    let mut areas = JoinSet::new();
    for number in 0..AREAS {
        areas.spawn(play(format!("area-{number}"), browsers.clone(), seed.wrapping_add(number as u64)));
    }
    areas.join_all().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_views_end_as_the_store_has_it() {
    storm(&[&Server::start(&[]).await]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn through_two_processes_on_one_redis_they_do_too() {
    let redis = RedisServer::start();
    let settings = [("REDIS_URL", &*redis.url()), ("SESSION_SECRET", "the same for both, of 32 bytes at least")];
    let (one, other) = (Server::start(&settings).await, Server::start(&settings).await);
    storm(&[&one, &other]).await;
}
