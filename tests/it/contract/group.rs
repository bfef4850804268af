//! A test's group: one area through one server, with short words for what people do there. Knows no store.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::time::{sleep, timeout};
use where_to_eat::domain::Millis;
use where_to_eat::domain::change::{Act, Change, Done, Me, Refused, Rules};
use where_to_eat::domain::event::{Event, Heard, Notice, Numbered};
use where_to_eat::domain::image::Image;
use where_to_eat::domain::name::{AreaName, Username};
use where_to_eat::domain::owner::Owner;
use where_to_eat::domain::state::{Applied, AreaState, User};
use where_to_eat::domain::talk::{Chat, ChatText, Message, MessageId, NewRoom, Page, RoomId, RoomView, Said, Told};
use where_to_eat::domain::venue::{Pick, RawVenue, Venue, VenueId};
use where_to_eat::store::{Head, Result, Store, StoreError};

use super::Ground;
use super::ears::{Ears, PATIENCE, Sound};

/// As in the product: nothing ends while a test runs.
pub const LONG: Rules = Rules { messages: 1000, ..Rules::UNBOUNDED };

/// Everybody leaves after so many ms.
pub fn lasting(lifetime: Millis) -> Rules {
    Rules { lifetime, ..LONG }
}

pub struct Group {
    pub store: Arc<dyn Store>,
    pub ears: Arc<Ears>,
    pub area: AreaName,
    pub rules: Rules,
    /// What the area was when the group met there.
    pub start: AreaState,
}

impl Group {
    /// A new area with an epoch, followed.
    pub async fn meet(ground: &dyn Ground, rules: Rules) -> Self {
        Self::meet_in(ground, rules, new_area()).await
    }

    /// The same area through another server.
    pub async fn elsewhere(&self, ground: &dyn Ground) -> Self {
        Self::meet_in(ground, self.rules, self.area.clone()).await
    }

    pub async fn meet_in(ground: &dyn Ground, rules: Rules, area: AreaName) -> Self {
        let ears = Arc::new(Ears::default());
        let store = ground.open(rules, ears.clone()).await;
        store.follow(&area).await.expect("the area can be followed");
        let start = store.snapshot(&area, true).await.expect("the area can be read").state;
        Self { store, ears, area, rules, start }
    }

    /// The same server's view of another area.
    pub async fn with_area(&self, area: AreaName) -> Self {
        self.store.follow(&area).await.expect("the area can be followed");
        let start = self.store.snapshot(&area, true).await.expect("the area can be read").state;
        Self { store: self.store.clone(), ears: self.ears.clone(), area, rules: self.rules, start }
    }

    pub async fn change(&self, who: &str, n: Option<u64>, held: Option<&str>, act: Act) -> Result<Done> {
        let held = held.map(name);
        let change = Change { area: self.area.clone(), owner: Owner::of(who), held, n, act };
        self.store.change(&change).await
    }

    /// `who` acts, without `n`.
    pub async fn act(&self, who: &str, act: Act) -> Result<Done> {
        self.change(who, None, None, act).await
    }

    pub async fn act_n(&self, who: &str, n: u64, act: Act) -> Result<Done> {
        self.change(who, Some(n), None, act).await
    }

    /// The session of that name takes that name.
    pub async fn join(&self, who: &str) -> Done {
        self.act(who, join(who)).await.expect("the name is free")
    }

    pub async fn vote(&self, who: &str, id: &str) -> Done {
        self.act(who, vote(id)).await.expect("a member may vote")
    }

    /// `who` says something in a room.
    pub async fn say_n(&self, who: &str, n: Option<u64>, room: &RoomId, text: &str) -> Result<Said> {
        let text = ChatText::parse(text).expect("the test's own text");
        let (area, owner, room) = (self.area.clone(), Owner::of(who), room.clone());
        self.store.chat(&Chat { area, owner, held: None, n, room, text }).await
    }

    pub async fn say(&self, who: &str, room: &RoomId, text: &str) -> MessageId {
        let said = self.say_n(who, None, room, text).await.expect("a member may talk");
        said.id.expect("it was said")
    }

    pub async fn messages(
        &self,
        who: &str,
        room: &RoomId,
        before: Option<MessageId>,
        limit: usize,
    ) -> Result<Vec<Message>> {
        let page = Page { room: room.clone(), before, limit };
        self.store.messages(&self.area, &Owner::of(who), &page).await
    }

    /// The texts of the newest messages, the oldest of them first.
    pub async fn texts(&self, who: &str, room: &RoomId) -> Vec<String> {
        let messages = self.messages(who, room, None, 100).await.expect("a member may read");
        messages.iter().rev().map(|message| message.text.to_string()).collect()
    }

    pub async fn open(&self, who: &str, wish: NewRoom) -> Result<RoomView> {
        self.store.add_room(&self.area, &Owner::of(who), &wish).await
    }

    /// The private room of the two.
    pub async fn alone(&self, who: &str, with: &str) -> RoomId {
        self.open(who, NewRoom::With(name(with))).await.expect("both are there").id
    }

    pub async fn rooms(&self, who: &str) -> Vec<RoomView> {
        self.store.rooms(&self.area, &Owner::of(who)).await.expect("a member may look")
    }

    /// What was told of talk so far: to whom (none: everyone), and what.
    pub fn told(&self) -> Vec<(Option<Vec<Owner>>, Told)> {
        let told = |sound: Sound| match sound.heard {
            Heard::Notice(Notice::Talk { told, .. }) => Some((None, told)),
            Heard::Notice(Notice::Private { to, told, .. }) => Some((Some(to), told)),
            _ => None,
        };
        self.sounds().into_iter().filter_map(told).collect()
    }

    /// Waits until so much was told of talk.
    pub async fn until_told(&self, count: usize) -> Vec<(Option<Vec<Owner>>, Told)> {
        eventually("all of it is told", async || self.told().len() >= count).await;
        self.told()
    }

    pub async fn me(&self, who: &str) -> Option<Me> {
        self.store.me(&self.area, &Owner::of(who)).await.expect("the store answers").me
    }

    pub async fn state(&self) -> AreaState {
        self.store.snapshot(&self.area, false).await.expect("the store answers").state
    }

    pub async fn head(&self) -> Head {
        self.store.heads(std::slice::from_ref(&self.area)).await.remove(0).expect("the store answers")
    }

    pub async fn user(&self, who: &str) -> Option<User> {
        self.state().await.users.get(&name(who).key()).map(|user| User::clone(user))
    }

    /// Who voted for what, in the order of the names: `ann thai, bob sushi`.
    pub async fn votes(&self) -> String {
        votes_in(&self.state().await)
    }

    /// The store's time now.
    pub async fn now(&self) -> Millis {
        self.store.snapshot(&clock(), false).await.expect("the store answers").at
    }

    /// Waits until the store's clock says `at`.
    pub async fn until(&self, at: Millis) {
        eventually("the store's clock moves on", async || self.now().await >= at).await;
    }

    /// The change that `done` acknowledges, as it was heard; panics if any number before it is missing.
    pub async fn heard(&self, done: &Done) -> Event {
        let changes = self.ears.until_seq(&self.area, &done.epoch, done.seq).await;
        let own: Vec<&Numbered> = changes.iter().filter(|change| change.epoch == done.epoch).collect();
        let first = if done.epoch == self.start.epoch { self.start.seq + 1 } else { 1 };
        assert!(own.iter().zip(first..).all(|(change, seq)| change.seq == seq), "a gap: {own:#?}");
        own.iter().find(|change| change.seq == done.seq).expect("waited for").event.clone()
    }

    /// The texts of everything heard so far.
    pub fn sounds(&self) -> Vec<Sound> {
        self.ears.sounds(&self.area)
    }

    /// What the events make of the area, from when the group met there. Panics at a gap.
    pub fn view(&self) -> AreaState {
        let mut view = self.start.clone();
        for sound in self.sounds() {
            hear(&mut view, &sound, self.rules);
        }
        view
    }

    /// Waits until all that the store has was heard, and asserts that the events say just what the store says.
    pub async fn assert_view_is_the_store(&self) -> AreaState {
        let state = self.state().await;
        self.ears.until_seq(&self.area, &state.epoch, state.seq).await;
        eventually("the view is the store's", async || self.view() == self.state().await).await;
        self.view()
    }
}

/// As `Group::votes`.
pub fn votes_in(state: &AreaState) -> String {
    let voted = |user: &User| Some(format!("{} {}", user.username, user.vote.as_ref()?.id.as_str()));
    state.users.values().filter_map(|user| voted(user)).collect::<Vec<_>>().join(", ")
}

/// Takes what was heard into a view, which must fit.
pub fn hear(view: &mut AreaState, sound: &Sound, rules: Rules) {
    match &sound.heard {
        Heard::Change(change) => {
            let applied = view.apply(change, rules.lifetime);
            assert_ne!(applied, Applied::Gap, "{change:?} does not follow on {view:#?}");
        }
        Heard::Notice(Notice::Renewed { username, due }) => view.renew(&username.key(), *due),
        Heard::Notice(Notice::Here(_) | Notice::Talk { .. } | Notice::Private { .. }) => {}
    }
}

/// Asks again and again, for a while, until it is so.
pub async fn eventually(what: &str, mut is_so: impl AsyncFnMut() -> bool) {
    let asked = async {
        while !is_so().await {
            sleep(Duration::from_millis(1)).await;
        }
    };
    timeout(PATIENCE, asked).await.unwrap_or_else(|_| panic!("it never came about that {what}"));
}

pub fn name(text: &str) -> Username {
    Username::parse(text).expect("the test's own name")
}

/// Another one each time, also in another process.
pub fn new_area() -> AreaName {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let since = SystemTime::now().duration_since(UNIX_EPOCH).expect("it is later than 1970");
    AreaName::parse(&format!("t{}-{}-{count}", std::process::id(), since.as_nanos())).expect("letters and digits")
}

/// An area that nobody ever uses: looking there tells the time and nothing else.
fn clock() -> AreaName {
    AreaName::parse("only-to-see-the-time").expect("letters and hyphens")
}

pub fn join(username: &str) -> Act {
    Act::Join { username: name(username), img: Image::default() }
}

pub fn join_as(username: &str, img: &str) -> Act {
    Act::Join { username: name(username), img: Image::parse(img).expect("the test's own picture") }
}

/// A vote for a place with this id, and a name that tells it from others.
pub fn vote(id: &str) -> Act {
    Act::Vote(Pick::Place(place(id, &format!("The {id}"))))
}

pub fn place(id: &str, name: &str) -> Venue {
    let raw = RawVenue { id: Some(id.to_owned()), name: Some(name.to_owned()), ..RawVenue::default() };
    Venue::parse(raw).expect("the test's own place")
}

/// A vote for what the area has under this id.
pub fn known(id: &str) -> Act {
    Act::Vote(Pick::Known(VenueId::parse(id).expect("the test's own id")))
}

/// The area's rules refused it, and this is why.
pub fn refused<T: std::fmt::Debug>(result: Result<T>) -> Refused {
    match result {
        Err(StoreError::Refused(why)) => why,
        other => panic!("it was not refused: {other:?}"),
    }
}
