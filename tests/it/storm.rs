//! A hundred areas with twenty users each, all voting at random: in the end every view is the store's.

use serde_json::json;
use tokio::task::JoinSet;

use crate::redis::server::RedisServer;
use crate::server::{Browser, Server, Socket, View};

const AREAS: usize = 100;
const USERS: usize = 20;
/// Each as many acts as there are users.
const ROUNDS: usize = 2;
const PLACES: usize = 6;

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
}

impl Player {
    async fn join(browser: &Browser, area: &str, name: &str) -> Self {
        let mut socket = browser.socket().await;
        socket.ask("add", json!({"area": area, "username": name})).await;
        let view = View::of(&socket.event("updates").await["data"]);
        Self { socket, view }
    }

    /// Does something, and answers the number that the area has by then.
    async fn act(&mut self, dice: &mut Dice, area: &str, name: &str) -> u64 {
        let ack = match dice.below(10) {
            0 => self.socket.ask("removeVote", json!({})).await,
            1 => self.socket.ask("add", json!({"area": area, "username": name, "img": "emoji:🍜"})).await,
            _ => self.socket.vote(&format!("place {}", dice.below(PLACES))).await,
        };
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

/// All that happens in one area; its users come through all of the servers.
async fn play(area: String, browsers: Vec<Vec<Browser>>, mut dice: Dice) {
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
        assert_eq!(player.view, truth, "{area}");
    }
}

#[expect(clippy::print_stdout, reason = "so that a run that failed can be repeated")]
/// A hundred areas at once, through these servers, which share one store.
async fn storm(servers: &[&Server]) {
    let mut seed = [0; 8];
    getrandom::fill(&mut seed).unwrap();
    let seed = u64::from_le_bytes(seed);
    println!("the seed is {seed}");
    let mut people = Vec::new();
    for _ in 0..USERS {
        people.push(Browser::open(servers[0]).await);
    }
    let browsers: Vec<Vec<Browser>> =
        servers.iter().map(|server| people.iter().map(|person| person.at(server)).collect()).collect();
    let mut areas = JoinSet::new();
    for number in 0..AREAS {
        areas.spawn(play(format!("area-{number}"), browsers.clone(), Dice(seed.wrapping_add(number as u64))));
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
