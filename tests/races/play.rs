//! Plays a course: does each step, shows the referee what came of it, and in the end lets everything come to rest.

use super::ground::{Ground, area};
use super::referee::{Referee, Wish};
use super::server::Server;
use super::steps::{Count, Deed, NAMES, OWNERS, Step, VENUES};
use super::talk::{Line, Listener};
use crate::domain::change::{Act, Change};
use crate::domain::event::Event;
use crate::domain::image::Image;
use crate::domain::name::Username;
use crate::domain::owner::Owner;
use crate::domain::talk::{Chat, ChatText, NewRoom, Page, RoomId};
use crate::domain::venue::{Pick, RawVenue, Venue, VenueId};

/// Rounds until all has come to rest; two are enough where a server needs the state.
const ROUNDS: usize = 5;

struct Play<'a> {
    ground: &'a mut dyn Ground,
    servers: [Server; 2],
    referee: Referee,
    talk: Listener,
    /// Each owner's last count.
    counts: [u64; OWNERS],
}

/// What does not hold, in words.
pub fn play(ground: &mut dyn Ground, course: &[Step]) -> Result<(), String> {
    let lifetime = ground.lifetime();
    let servers = [Server::new(0, lifetime), Server::new(1, lifetime)];
    let mut play =
        Play { ground, servers, referee: Referee::new(lifetime), talk: Listener::default(), counts: [0; OWNERS] };
    for step in course {
        play.step(step)?;
    }
    play.come_to_rest()
}

impl Play<'_> {
    fn step(&mut self, step: &Step) -> Result<(), String> {
        match *step {
            Step::Act { server, owner, count, hint, ref deed } => self.act(server, owner, count, hint, deed)?,
            Step::Say { server, owner, count, with } => self.say(server, owner, count, with)?,
            Step::Expire { server } => self.ground.expire(server),
            Step::Sweep { server } => self.ground.sweep(server),
            Step::Hear { server } => drop(self.servers[server].hear(self.ground)),
            Step::HearAll { server } => while self.servers[server].hear(self.ground) {},
            Step::HearTwice { server } => self.servers[server].hear_twice(self.ground),
            Step::HearCrossed { server } => self.servers[server].cross(),
            Step::Miss { server } => self.servers[server].miss(self.ground),
            Step::MissInSilence { server } => self.servers[server].miss_in_silence(),
            Step::BeginLoad { server } => self.servers[server].begin_load(),
            Step::Look { server } => self.servers[server].look(self.ground),
            Step::Load { server } => self.servers[server].load(),
            Step::FailToLoad { server } => self.servers[server].fail_to_load(),
            Step::Pulse { server } => self.servers[server].pulse(self.ground),
            Step::Rest { quarters } => self.ground.rest(quarters * self.ground.lifetime() / 4 + 1),
        }
        self.look_around(None)
    }

    /// What was published since the last look, for the referee and for both servers, by `actor` if by anybody.
    fn look_around(&mut self, actor: Option<usize>) -> Result<(), String> {
        let [one, two] = [0, 1].map(|server| self.ground.heard(server));
        if one != two {
            return Err(format!("two servers heard different things: {one:?} and {two:?}"));
        }
        let referee = &self.referee;
        self.talk.hear(&one, |event| match event {
            Event::UserLeft { username, .. } => referee.holder(username),
            _ => None,
        })?;
        self.referee.hear(&one, actor)?;
        self.servers.iter_mut().for_each(|server| server.published(&one));
        self.servers.iter_mut().try_for_each(|server| server.read(self.talk.so_far()))?;
        match self.ground.endless_keys() {
            keys if keys.is_empty() => Ok(()),
            keys => Err(format!("what never ends: {keys:?}")),
        }
    }

    fn act(
        &mut self,
        server: usize,
        owner: usize,
        count: Count,
        hint: Option<usize>,
        deed: &Deed,
    ) -> Result<(), String> {
        let n = self.count(owner, count);
        let (act, wish) = act_of(deed);
        let held = hint.map(|name| username(NAMES[name]));
        let change = Change { area: area(), owner: owner_of(owner), held, n, act };
        let done = self.ground.change(server, &change);
        self.referee.expect(wish);
        self.look_around(Some(owner))?;
        self.referee.judge(owner, n, &done)
    }

    fn count(&mut self, owner: usize, count: Count) -> Option<u64> {
        let n = match count {
            Count::Next => Some(self.counts[owner] + 1),
            // The first one is sent for the first time.
            Count::Earlier(by) => Some(self.counts[owner].saturating_sub(by).max(1)),
            Count::None => None,
        };
        self.counts[owner] = self.counts[owner].max(n.unwrap_or_default());
        n
    }

    fn say(&mut self, server: usize, owner: usize, count: Count, with: Option<usize>) -> Result<(), String> {
        let (room, me) = (self.room(server, owner, with)?, owner_of(owner));
        let Some(room) = room else { return Ok(()) };
        let n = self.count(owner, count);
        // The same where it is sent again, and no other's.
        let text = n.map_or_else(|| format!("{owner} once {}", self.talk.so_far()), |n| format!("{owner} {n}"));
        let words = ChatText::parse(&text).expect("the test's own text");
        let chat = Chat { area: area(), owner: me.clone(), held: None, n, room: room.clone(), text: words };
        let known = self.referee.has_counted(owner, n);
        let said = self.ground.chat(server, &chat);
        let line = said.ok().and_then(|said| said.id).map(|id| Line { room: room.clone(), id, text });
        // Whoever asks for the messages from now on is shown it.
        let said = line.clone().map(|line| self.talk.said(owner, n, known, line));
        self.look_around(Some(owner))?;
        said.transpose()?;
        let Some(line) = line else { return Ok(()) };
        self.referee.count(owner, n);
        let page = Page { room, before: None, limit: 100 };
        let shown = self.ground.messages(server, &me, &page).unwrap_or_default();
        self.look_around(None)?;
        self.talk.shown(&line, &shown)
    }

    /// `general`, or the private room with whoever has that name; none where nobody else has.
    fn room(&mut self, server: usize, owner: usize, with: Option<usize>) -> Result<Option<RoomId>, String> {
        let Some(name) = with.map(|name| username(NAMES[name])) else { return Ok(Some(RoomId::general())) };
        let added = self.ground.add_room(server, &owner_of(owner), &NewRoom::With(name.clone()));
        self.look_around(None)?;
        let Ok(view) = added else { return Ok(None) };
        self.talk.opened(owner, self.referee.holder(&name), &view)?;
        Ok(Some(view.id))
    }

    /// Each private room is asked for by everybody.
    fn eavesdrop(&mut self) -> Result<(), String> {
        for room in self.talk.rooms() {
            for owner in 0..OWNERS {
                let page = Page { room: room.clone(), before: None, limit: 1 };
                let answer = self.ground.messages(0, &owner_of(owner), &page);
                self.look_around(None)?;
                self.talk.read(owner, &room, &answer)?;
            }
        }
        Ok(())
    }

    /// Everything comes, whoever has to takes the state, and then all are the same.
    fn come_to_rest(&mut self) -> Result<(), String> {
        self.eavesdrop()?;
        for _ in 0..ROUNDS {
            for id in 0..2 {
                let server = &mut self.servers[id];
                while server.hear(self.ground) {}
                if std::mem::take(&mut server.owes_a_pulse) {
                    server.pulse(self.ground);
                }
                if server.needs_the_state() {
                    server.begin_load();
                    server.look(self.ground);
                    server.load();
                }
            }
            self.look_around(None)?;
        }
        let stored = self.ground.snapshot(0, false).state;
        self.look_around(None)?;
        self.referee.compare("what was published comes to", None, &stored)?;
        for server in &mut self.servers {
            // Somebody's time may have ended just now.
            while server.hear(self.ground) {}
            server.read(self.talk.so_far())?;
            self.referee.compare("the view of a server is", Some(server.state()), &stored)?;
            if !server.client_is_there() {
                return Err("the view of a follower is not its server's".to_owned());
            }
            let client = server.client();
            self.talk.told(client.asked_at, &client.heard)?;
        }
        Ok(())
    }
}

pub fn username(name: &str) -> Username {
    Username::parse(name).expect("the test's own name")
}

pub fn owner_of(owner: usize) -> Owner {
    Owner::of(&format!("session {owner}"))
}

fn act_of(deed: &Deed) -> (Act, Wish) {
    match *deed {
        Deed::Join { name, shouting } => {
            let shown = if shouting { NAMES[name].to_uppercase() } else { NAMES[name].to_owned() };
            let username = username(&shown);
            (Act::Join { username: username.clone(), img: Image::default() }, Wish::Name(username))
        }
        Deed::Vote { venue } => (Act::Vote(Pick::Place(place(VENUES[venue]))), Wish::Vote(place(VENUES[venue]).id)),
        Deed::VoteKnown { venue } => {
            let id = VenueId::parse(VENUES[venue]).expect("the test's own id");
            (Act::Vote(Pick::Known(id.clone())), Wish::Vote(id))
        }
        Deed::Withdraw => (Act::Withdraw, Wish::NoVote),
        Deed::Leave => (Act::Leave, Wish::NoName),
    }
}

fn place(id: &str) -> Venue {
    let raw = RawVenue { id: Some(id.to_owned()), name: Some(format!("The {id}")), ..RawVenue::default() };
    Venue::parse(raw).expect("the test's own place")
}
