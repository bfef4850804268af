//! Claims about talk over the life of several processes, and about what is left of it in the file.

use redb::{Database, ReadableDatabase, ReadableTableMetadata, TableDefinition};
use tempfile::TempDir;
use where_to_eat::domain::talk::{Chat, ChatText, NewRoom, Page, RoomId, Said};
use where_to_eat::store::Talk;

use super::*;

const MESSAGES: TableDefinition<(&str, &str, u64), &[u8]> = TableDefinition::new("messages");
const ROOMS: TableDefinition<(&str, &str), &[u8]> = TableDefinition::new("rooms");
const READ: TableDefinition<(&str, &str), &[u8]> = TableDefinition::new("read");

async fn say(store: &Embedded, who: &str, n: u64, room: &RoomId, text: &str) -> Said {
    let text = ChatText::parse(text).unwrap();
    let chat = Chat { area: area("lunch"), owner: Owner::of(who), held: None, n: Some(n), room: room.clone(), text };
    store.chat(&chat).await.unwrap()
}

async fn texts(store: &Embedded, who: &str, room: &RoomId) -> Vec<String> {
    let page = Page { room: room.clone(), before: None, limit: 100 };
    let messages = store.messages(&area("lunch"), &Owner::of(who), &page).await.unwrap();
    messages.iter().map(|message| message.text.to_string()).collect()
}

/// Ann and Bob have talked, in general and alone; the file is closed.
async fn talked(path: &str) -> (RoomId, Said) {
    let store = open(path).unwrap();
    for who in ["Ann", "Bob"] {
        act(&store, &area("lunch"), who, 1, join(who)).await.unwrap();
    }
    let with = NewRoom::With(Username::parse("Bob").unwrap());
    let room = store.add_room(&area("lunch"), &Owner::of("Ann"), &with).await.unwrap().id;
    let said = say(&store, "Ann", 2, &RoomId::general(), "one").await;
    say(&store, "Ann", 3, &room, "psst").await;
    say(&store, "Bob", 2, &RoomId::general(), "two").await;
    store.close().await.unwrap();
    (room, said)
}

#[tokio::test]
async fn reopening_keeps_rooms_messages_and_what_was_read() {
    let folder = TempDir::new().unwrap();
    let path = file(&folder);
    let (room, said) = talked(&path).await;
    let store = open(&path).unwrap();
    assert_eq!(say(&store, "Ann", 2, &RoomId::general(), "one").await.id, said.id, "a retry after a restart");
    let rooms = store.rooms(&area("lunch"), &Owner::of("Bob")).await.unwrap();
    assert_eq!(rooms.iter().map(|room| room.unread).collect::<Vec<_>>(), [Some(0), Some(1)]);
    assert_eq!(texts(&store, "Bob", &room).await, ["psst"]);
    assert_eq!(texts(&store, "Bob", &RoomId::general()).await, ["two", "one"]);
}

#[tokio::test]
async fn what_is_over_is_not_in_the_file_any_more() {
    let folder = TempDir::new().unwrap();
    let path = file(&folder);
    let rows = || {
        let db = Database::open(&path).unwrap();
        let txn = db.begin_read().unwrap();
        let messages = txn.open_table(MESSAGES).unwrap().len().unwrap();
        let (rooms, read) =
            (txn.open_table(ROOMS).unwrap().len().unwrap(), txn.open_table(READ).unwrap().len().unwrap());
        (messages, rooms, read)
    };
    talked(&path).await;
    assert_eq!(rows(), (3, 2, 2));
    let store = open(&path).unwrap();
    act(&store, &area("lunch"), "Bob", 3, Act::Leave).await.unwrap();
    store.close().await.unwrap();
    assert_eq!(rows(), (2, 1, 1), "the private room, and what he had read");
    let store = open(&path).unwrap();
    store.sweep(RULES.lifetime).await.unwrap();
    store.close().await.unwrap();
    assert_eq!(rows(), (0, 0, 0));
}

#[tokio::test]
async fn a_message_that_cannot_be_read_hides_no_other() {
    let folder = TempDir::new().unwrap();
    let path = file(&folder);
    let (room, _) = talked(&path).await;
    let txn = Database::open(&path).unwrap().begin_write().unwrap();
    txn.open_table(MESSAGES).unwrap().insert(("lunch", "general", 1), b"{\"half".as_slice()).unwrap();
    let endless = format!(r#"["{0}",{{"name":"{0}","at":5,"count":{1}}}]"#, "a".repeat(32), u64::MAX);
    for (id, row) in [(room.as_str(), "7"), (&"a".repeat(32), &endless)] {
        txn.open_table(ROOMS).unwrap().insert(("lunch", id), row.as_bytes()).unwrap();
    }
    txn.commit().unwrap();
    let store = open(&path).unwrap();
    assert_eq!(texts(&store, "Bob", &RoomId::general()).await, ["two"]);
    assert_eq!(store.rooms(&area("lunch"), &Owner::of("Ann")).await.unwrap().len(), 1, "that room is lost");
    say(&store, "Bob", 3, &RoomId::general(), "three").await;
    assert_eq!(texts(&store, "Ann", &RoomId::general()).await, ["three", "two"]);
}
