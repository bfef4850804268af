//! What talk is in Redis: its keys with their ends, its two channels, and what others wrote there.

use redis::Value;
use serde_json::json;
use where_to_eat::domain::change::Act;
use where_to_eat::domain::name::AreaName;
use where_to_eat::domain::owner::Owner;
use where_to_eat::domain::talk::{NewRoom, RoomId, RoomName};

use crate::contract::group::{Group, LONG, lasting, name};
use crate::redis::server::RedisServer;

const GRACE: u64 = 3 * LONG.sweep_period;
/// Time for some calls on a busy machine.
const SHORT: u64 = 1500;

async fn lunch(server: &RedisServer) -> Group {
    let group = Group::meet_in(server, LONG, AreaName::parse("lunch").unwrap()).await;
    group.join("Ann").await;
    group.join("Bob").await;
    group
}

fn ttl(server: &RedisServer, key: &str) -> i64 {
    server.ask(&["PTTL", key])
}

fn assert_all_end(server: &RedisServer) {
    for key in server.keys("lunch:*") {
        assert!(ttl(server, &key) > 0, "{key} never ends");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rooms_and_messages_are_what_the_table_says() {
    let server = RedisServer::start();
    let group = lunch(&server).await;
    let private = group.alone("Ann", "Bob").await;
    let named = group.open("Ann", NewRoom::Named(RoomName::parse("Veggie").unwrap())).await.unwrap().id;
    let said = group.say_n("Ann", Some(7), &RoomId::general(), "Thai?").await.unwrap();
    let id = said.id.unwrap();
    let psst = group.say("Bob", &private, "psst").await;
    let owner = Owner::of("Ann");
    let data =
        json!({"room": "general", "id": id.to_string(), "username": "Ann", "img": "", "text": "Thai?", "at": id.at});
    let members: Vec<(String, u64)> = server.ask(&["ZRANGE", "lunch:chat:general", "0", "-1", "WITHSCORES"]);
    let [(member, score)] = &members[..] else { panic!("one message") };
    let (head, text) = member.split_once(" {").unwrap();
    assert_eq!((head, *score), (format!("{id} {} 7", owner.digits().as_str()).as_str(), id.at));
    assert_eq!(serde_json::from_str::<serde_json::Value>(&format!("{{{text}")).unwrap(), data);
    let room: String = server.ask(&["HGET", "lunch:rooms", named.as_str()]);
    assert!(room.starts_with(r#"{"name":"Veggie","key":"veggie","at":"#), "{room}");
    assert_eq!(server.ask::<String>(&["HGET", "lunch:read", owner.digits().as_str()]), "general 1");
    // Renewed with each act, and later than the area's end by as much as its other keys.
    let area_end: u64 = server.ask(&["PEXPIRETIME", "lunch:users:timer"]);
    for key in ["lunch:rooms", "lunch:read"] {
        assert_eq!(server.ask::<u64>(&["PEXPIRETIME", key]), area_end + GRACE, "{key}");
    }
    let key = format!("lunch:chat:{}", private.as_str());
    assert_eq!(server.ask::<u64>(&["PEXPIRETIME", &key]), psst.at + LONG.lifetime, "messages go by themselves");
    assert_all_end(&server);
    group.act("Ann", Act::Leave).await.unwrap();
    assert!(server.keys(&format!("lunch:chat:{}", private.as_str())).is_empty());
    let fields: Vec<String> = server.ask(&["HKEYS", "lunch:rooms"]);
    assert!(!fields.iter().any(|field| field.contains(owner.digits().as_str())), "{fields:?}");
    group.store.sweep(LONG.lifetime).await.unwrap();
    assert!(server.keys("*").is_empty(), "{:?}", server.keys("*"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_private_never_enters_the_areas_channel() {
    let server = RedisServer::start();
    let group = lunch(&server).await;
    let mut connection = redis::Client::open(server.url()).unwrap().get_connection().unwrap();
    let mut channel = connection.as_pubsub();
    channel.subscribe("lunch:events").unwrap();
    let room = group.alone("Ann", "Bob").await;
    group.say("Ann", &room, "psst").await;
    group.say("Ann", &RoomId::general(), "hello all").await;
    loop {
        let text: String = channel.get_message().unwrap().get_payload().unwrap();
        assert!(!text.contains("psst") && !text.contains(room.as_str()), "{text}");
        if text.contains("hello all") {
            break;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_over_goes_from_an_area_that_goes_on() {
    let server = RedisServer::start();
    let group = Group::meet_in(&server, lasting(SHORT), AreaName::parse("lunch").unwrap()).await;
    group.join("Ann").await;
    group.join("Bob").await;
    let rooms = [
        group.open("Ann", NewRoom::Named(RoomName::parse("Veggie").unwrap())).await.unwrap().id,
        group.alone("Ann", "Bob").await,
        RoomId::general(),
    ];
    let mut last = 0;
    for room in &rooms {
        last = group.say("Ann", room, "soon over").await.at;
    }
    group.until(last + SHORT / 2).await;
    group.vote("Ann", "thai").await;
    group.vote("Bob", "thai").await;
    group.until(last + SHORT).await;
    group.store.sweep(0).await.unwrap();
    assert_eq!(group.votes().await, "Ann thai, Bob thai", "the area goes on");
    assert_eq!(server.keys("lunch:chat:*"), [""; 0]);
    let mut fields: Vec<String> = server.ask(&["HKEYS", "lunch:rooms"]);
    fields.sort();
    assert_eq!(fields, ["general", "talk"]);
}

fn put(server: &RedisServer, key: &str, garbage: &[&str]) {
    server.ask::<i64>(&["DEL", key]);
    let mut command = garbage.to_vec();
    command[1] = key;
    server.ask::<Value>(&command);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn garbage_under_the_keys_of_talk_costs_what_was_there_and_nothing_else() {
    let server = RedisServer::start();
    let group = lunch(&server).await;
    group.vote("Ann", "thai").await;
    let general = RoomId::general();
    let keys = ["lunch:rooms", "lunch:read", "lunch:chat:general"];
    let garbage: [&[&str]; 6] = [
        &["SET", "", "{\"half"],
        &["RPUSH", "", "a", "b"],
        &["SADD", "", "a"],
        &["ZADD", "", "1", "a", "9e99", "z"],
        &["HSET", "", "talk", "x", "general", "{", "named", "a b", "of:x", "7"],
        // With no place in an id for the messages to come.
        &["HSET", "", "general", r#"{"at":99999999999999,"count":9999999999}"#],
    ];
    for key in keys {
        for command in garbage {
            for first in ["rooms", "read", "say", "open", "leave"] {
                put(&server, key, command);
                match first {
                    "rooms" => drop(group.rooms("Ann").await),
                    "read" => drop(group.messages("Ann", &general, None, 9).await.unwrap()),
                    "say" => drop(group.say("Ann", &general, "hm").await),
                    "open" => drop(group.alone("Ann", "Bob").await),
                    _ => {
                        group.act("Bob", Act::Leave).await.unwrap();
                        group.join("Bob").await;
                    }
                }
                let private = group.alone("Bob", "Ann").await;
                group.say("Ann", &general, "here").await;
                group.say("Ann", &private, "psst").await;
                let texts = group.texts("Bob", &general).await;
                assert_eq!(texts.last().map(String::as_str), Some("here"), "{key} {command:?} {first}");
                assert_eq!(group.rooms("Bob").await.len(), 2, "{key} {command:?} {first}");
                assert_all_end(&server);
                group.act("Bob", Act::Leave).await.unwrap();
                group.join("Bob").await;
            }
        }
    }
    assert_eq!(group.votes().await, "Ann thai");
    assert_eq!(group.user("Ann").await.unwrap().username, name("Ann"));
    let heads = group.store.heads(std::slice::from_ref(&group.area)).await;
    assert_eq!(heads[0].as_ref().unwrap().epoch, group.start.epoch, "the area's changes are whole");
}
