//! Private rooms on two servers: the third person never gets anything of them, whatever is asked.

use serde_json::{Value, json};

use super::{say, texts, two_servers};
use crate::redis::server::RedisServer;
use crate::server::Browser;

/// A word that is said in private alone.
const SECRET_WORD: &str = "pssst";

#[tokio::test]
async fn a_third_person_never_gets_anything_of_a_private_room() {
    let redis = RedisServer::start();
    let (one, two) = two_servers(&redis).await;
    let mut ann = Browser::open(&one).await.join("lunch", "Ann").await;
    let mut bob = Browser::open(&two).await.socket().await;
    let third = Browser::open(&two).await;
    let mut cem = third.socket().await;
    for (socket, name) in [(&mut bob, "Bob"), (&mut cem, "Cem")] {
        socket.record();
        socket.ask("add", json!({"area": "lunch", "username": name})).await;
        socket.event("updates").await;
    }
    let mut stream = third.events("lunch", None).await;
    let room = ann.ask("addRoom", json!({"with": "Bob"})).await;
    let id = room["id"].as_str().unwrap().to_owned();
    assert_eq!(room["names"], json!(["Ann", "Bob"]));
    assert_eq!(bob.ask("getRooms", json!({})).await["rooms"].as_array().unwrap().len(), 1, "not before it is used");
    say(&mut ann, &id, SECRET_WORD).await;
    assert_eq!(bob.event("room").await["data"], room, "it appears at the other side");
    assert_eq!(bob.event("chat").await["data"]["text"], SECRET_WORD);
    say(&mut bob, &id, &format!("{SECRET_WORD} too")).await;
    assert_eq!(ann.event("chat").await["data"]["text"], SECRET_WORD);
    assert_eq!(ann.event("chat").await["data"]["username"], "Bob");

    for asked in [id.as_str(), &"0".repeat(32)] {
        for (event, data) in [
            ("getChat", json!({"room": asked})),
            ("getChat", json!({"room": asked, "before": "9999999999999-0000000001"})),
            ("addChat", json!({"room": asked, "text": "let me in"})),
        ] {
            let refused = cem.try_ask(event, None, data).await.unwrap_err();
            assert_eq!(refused, json!({"code": "noSuchRoom", "message": "There is no such room."}), "{event}");
        }
    }
    assert_eq!(cem.ask("getRooms", json!({})).await["rooms"].as_array().unwrap().len(), 1);
    // What everyone hears comes after it, in order; so what the third was ever sent is all there.
    say(&mut ann, "general", "hello all").await;
    let is_hello = |event: &Value| event["event"] == "chat" && event["data"]["text"] == "hello all";
    for socket in [&mut cem, &mut bob] {
        socket.find(is_hello).await;
        socket.drain().await;
    }
    let mut sent = cem.frames().to_vec();
    loop {
        let event = stream.next().await;
        if is_hello(&event) {
            break;
        }
        sent.push(event.to_string());
    }
    assert!(sent.len() > 5, "{sent:?}");
    let tells = |text: &&String| text.contains(SECRET_WORD) || text.contains(&id);
    assert_eq!(sent.iter().find(tells), None);
    assert!(bob.frames().iter().filter(tells).count() > 1, "the same look finds it where it is");
}

#[tokio::test]
async fn both_tabs_of_an_owner_hear_it_and_a_reload_finds_it() {
    let redis = RedisServer::start();
    let (one, two) = two_servers(&redis).await;
    let (anns, bobs) = (Browser::open(&one).await, Browser::open(&two).await);
    let mut ann = anns.join("lunch", "Ann").await;
    let mut bob = bobs.join("lunch", "Bob").await;
    let mut second_tab = bobs.at(&one).join("lunch", "Bob").await;
    let id = ann.ask("addRoom", json!({"with": "bob"})).await["id"].as_str().unwrap().to_owned();
    say(&mut ann, &id, "psst").await;
    for socket in [&mut bob, &mut second_tab] {
        assert_eq!(socket.event("chat").await["data"]["room"], json!(id));
    }
    bob.close().await;
    let mut again = bobs.at(&one).join("lunch", "Bob").await;
    let rooms = again.ask("getRooms", json!({})).await;
    assert_eq!(rooms["rooms"][1], json!({"id": id, "names": ["Ann", "Bob"], "unread": 1}));
    assert_eq!(texts(&mut again, &id).await, ["psst"]);
}

#[tokio::test]
async fn who_takes_a_freed_name_gets_nothing_of_what_was_said_to_it() {
    let redis = RedisServer::start();
    let (one, two) = two_servers(&redis).await;
    let mut ann = Browser::open(&one).await.join("lunch", "Ann").await;
    let mut bob = Browser::open(&two).await.join("lunch", "Bob").await;
    let id = ann.ask("addRoom", json!({"with": "Bob"})).await["id"].as_str().unwrap().to_owned();
    say(&mut ann, &id, "psst").await;
    bob.ask("leave", json!({})).await;
    let mut thief = Browser::open(&two).await.join("lunch", "Bob").await;
    assert_eq!(thief.refused("getChat", json!({"room": id})).await, "noSuchRoom");
    assert_eq!(thief.ask("getRooms", json!({})).await["rooms"].as_array().unwrap().len(), 1);
    assert_eq!(ann.refused("addChat", json!({"room": id, "text": "still there?"})).await, "noSuchRoom");
    let anew = ann.ask("addRoom", json!({"with": "Bob"})).await["id"].as_str().unwrap().to_owned();
    say(&mut ann, &anew, "who are you?").await;
    assert_eq!(thief.event("chat").await["data"]["room"], json!(anew));
    assert_eq!(bob.refused("getChat", json!({"room": anew})).await, "notJoined");
    let heard = bob.drain().await;
    assert!(
        heard.iter().all(|event| !event.to_string().contains(&anew)),
        "who had the name before hears nothing either"
    );
}
