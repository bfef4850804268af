//! What an owner may do with talk: the rules of every call, on a record. The Redis scripts keep the same ones.

use super::rooms::{Kind, Private, Room, is_over};
use super::{Chat, Message, MessageId, NewRoom, RoomId, RoomName, RoomView, Told};
use crate::domain::Millis;
use crate::domain::change::{Done, Refused, Rules};
use crate::domain::event::Notice;
use crate::domain::name::{UserKey, Username};
use crate::domain::owner::Owner;
use crate::domain::record::{Moment, Record, Step};
use crate::domain::state::User;

/// A message that a step has made, and how a store finds it again by its owner's `n`.
#[derive(Debug, Clone, PartialEq)]
pub struct Made {
    pub owner: Owner,
    pub n: Option<u64>,
    pub message: Message,
    /// Messages of the room up to this number are not kept any more.
    pub gone: u64,
}

/// What comes of a wish to say something.
#[derive(Debug, Clone, PartialEq)]
pub enum Saying {
    Said(Done, MessageId),
    /// Its `n` is known: a store looks whether the room has the message.
    Known(Done),
}

impl Record {
    /// The rooms that the owner is a member of and has seen.
    pub fn rooms(
        &mut self,
        owner: &Owner,
        now: Moment<'_>,
        rules: &Rules,
        step: &mut Step,
    ) -> Result<Vec<RoomView>, Refused> {
        self.expire(now, rules, step);
        self.member(owner)?;
        let private = self.talk.private_of(owner).filter(|(_, private)| private.shows(owner)).map(|(id, _)| id);
        let ids: Vec<RoomId> = self.talk.named().cloned().chain(private).collect();
        let mut views = Vec::new();
        for id in std::iter::once(RoomId::general()).chain(ids) {
            let Ok((_, names)) = self.room(owner, &id, now.millis(), rules) else { continue };
            let unread = self.talk.unread(owner, &id, now.millis(), rules.lifetime, rules.messages as u64);
            views.push(RoomView { id, names, unread: Some(unread) });
        }
        Ok(RoomView::sorted(views))
    }

    /// Opens the room, or finds it; `id` is what a new one goes by. No act: the two hours run on.
    pub fn add_room(
        &mut self,
        owner: &Owner,
        wish: &NewRoom,
        id: RoomId,
        now: Moment<'_>,
        rules: &Rules,
        step: &mut Step,
    ) -> Result<RoomView, Refused> {
        self.expire(now, rules, step);
        self.member(owner)?;
        match wish {
            NewRoom::Named(name) => self.add_named(owner, name, id, now, rules, step),
            NewRoom::With(username) => self.add_private(owner, username, id, now.millis(), rules),
        }
    }

    fn add_named(
        &mut self,
        owner: &Owner,
        name: &RoomName,
        id: RoomId,
        now: Moment<'_>,
        rules: &Rules,
        step: &mut Step,
    ) -> Result<RoomView, Refused> {
        if let Some(found) = self.talk.called(name) {
            return self.view(owner, found, now.millis(), rules);
        }
        if rules.rooms > 0 && self.talk.named().len() >= rules.rooms {
            // Somebody who opens room after room and says nothing takes no place from anybody.
            let empty = self.talk.oldest_empty().ok_or(Refused::RoomsFull)?;
            self.talk.drop_room(&empty);
        }
        self.talk.put(&id, Room { kind: Kind::Name(name.clone()), at: now.millis(), count: 0 });
        let view = self.view(owner, id, now.millis(), rules)?;
        self.tell(Told::Room(view.clone()), now, step);
        Ok(view)
    }

    fn add_private(
        &mut self,
        owner: &Owner,
        username: &Username,
        id: RoomId,
        at: Millis,
        rules: &Rules,
    ) -> Result<RoomView, Refused> {
        let me = self.member(owner)?.since;
        let there = self.holder(&username.key()).filter(|(other, _)| other != owner);
        let (other, since) = there.ok_or(Refused::NobodyThere)?;
        let with = self.talk.private_of(owner).find(|(_, private)| private.has(&other));
        let with = with.map(|(id, private)| (id, private.shows(owner)));
        if let Some((id, shown)) = with
            && let Ok(view) = self.view(owner, id.clone(), at, rules)
        {
            if !shown {
                self.show(&id);
            }
            return Ok(view);
        }
        // A room costs its opener alone: else strangers could fill somebody's list, and learn how full it is.
        let opened = self.talk.private_of(owner).filter(|(_, private)| private.owners[0] == *owner).count();
        if rules.private_rooms > 0 && opened >= rules.private_rooms {
            return Err(Refused::PrivateRoomsFull);
        }
        let private = Private { owners: [owner.clone(), other], since: [me, since], told: false };
        self.talk.put(&id, Room { kind: Kind::Private(private), at, count: 0 });
        self.view(owner, id, at, rules)
    }

    /// Whether the owner may read there; answers from which number on messages are kept. The newest page counts as read.
    pub fn read(
        &mut self,
        owner: &Owner,
        id: &RoomId,
        newest: bool,
        now: Moment<'_>,
        rules: &Rules,
        step: &mut Step,
    ) -> Result<u64, Refused> {
        self.expire(now, rules, step);
        self.member(owner)?;
        let (room, _) = self.room(owner, id, now.millis(), rules)?;
        if newest {
            self.talk.mark(owner, id, room.count);
        }
        Ok(if is_over(&room, now.millis(), rules.lifetime) { room.count } else { gone(room.count, rules) })
    }

    /// Says something. Where everyone hears it, it is an act, so the two hours begin anew; in private they run on, for everyone sees
    /// when they end, and would see who whispers when. Who says something has read what was there.
    pub fn chat(&mut self, chat: &Chat, now: Moment<'_>, rules: &Rules, step: &mut Step) -> Result<Saying, Refused> {
        self.expire(now, rules, step);
        let owner = &chat.owner;
        if chat.n.is_some_and(|n| n <= self.owners.get(owner).map_or(0, |holding| holding.n)) {
            return Ok(Saying::Known(self.done(owner, now)));
        }
        let user = self.member(owner)?.clone();
        let (mut room, names) = self.room(owner, &chat.room, now.millis(), rules)?;
        let was_over = is_over(&room, now.millis(), rules.lifetime);
        let before = room.count;
        room.at = room.at.max(now.millis());
        room.count += 1;
        let id = MessageId { at: room.at, number: room.count };
        let first = matches!(&room.kind, Kind::Private(private) if !private.told);
        if let Kind::Private(private) = &mut room.kind {
            private.told = true;
        }
        let gone = if was_over { before } else { gone(room.count, rules) };
        self.talk.put(&chat.room, room.clone());
        self.talk.mark(owner, &chat.room, room.count);
        if !matches!(room.kind, Kind::Private(_)) {
            self.renew(&user.username.key(), now.millis(), rules, step);
        }
        let (username, img, text) = (user.username, user.img, chat.text.clone());
        let message = Message { room: chat.room.clone(), id, username, img, text, at: id.at };
        step.messages.push(Made { owner: owner.clone(), n: chat.n, message: message.clone(), gone });
        match &room.kind {
            Kind::General | Kind::Name(_) => self.tell(Told::Chat(message), now, step),
            Kind::Private(private) => {
                if first {
                    let view = RoomView { id: chat.room.clone(), names, unread: None };
                    self.whisper(vec![private.other(owner).clone()], Told::Room(view), now, step);
                }
                self.whisper(private.owners.to_vec(), Told::Chat(message), now, step);
            }
        }
        if let Some(n) = chat.n {
            self.owners.entry(owner.clone()).or_default().n = n;
            step.owners.insert(owner.clone());
        }
        Ok(Saying::Said(self.done(owner, now), id))
    }

    fn member(&self, owner: &Owner) -> Result<&User, Refused> {
        let name = self.owners.get(owner).and_then(|holding| holding.name.as_ref());
        name.and_then(|name| self.state.users.get(name)).map(|user| &**user).ok_or(Refused::NotJoined)
    }

    /// The room and its names as they are now. To who is no member it is as if it never was.
    fn room(&mut self, owner: &Owner, id: &RoomId, now: Millis, rules: &Rules) -> Result<(Room, Vec<String>), Refused> {
        if id.is_general() {
            return Ok((self.talk.general(), vec![super::GENERAL.to_owned()]));
        }
        let room = self.talk.all().get(id).cloned().ok_or(Refused::NoSuchRoom)?;
        let names = match &room.kind {
            Kind::General => None,
            Kind::Name(name) => Some(vec![name.to_string()]),
            Kind::Private(private) => self.names(private),
        };
        let names = names.filter(|_| !is_over(&room, now, rules.lifetime));
        let Some(names) = names else {
            self.talk.drop_room(id);
            return Err(Refused::NoSuchRoom);
        };
        match &room.kind {
            Kind::Private(private) if !private.has(owner) => Err(Refused::NoSuchRoom),
            _ => Ok((room, names)),
        }
    }

    /// Of its owners; none if either's name has ended.
    fn names(&self, private: &Private) -> Option<Vec<String>> {
        let held = private.owners.iter().zip(private.since).map(|(owner, since)| {
            let user = self.member(owner).ok()?;
            (user.since == since).then(|| user.username.to_string())
        });
        held.collect()
    }

    fn view(&mut self, owner: &Owner, id: RoomId, now: Millis, rules: &Rules) -> Result<RoomView, Refused> {
        let (_, names) = self.room(owner, &id, now, rules)?;
        Ok(RoomView { id, names, unread: None })
    }

    fn show(&mut self, id: &RoomId) {
        if let Some(mut room) = self.talk.all().get(id).cloned() {
            if let Kind::Private(private) = &mut room.kind {
                private.told = true;
            }
            self.talk.put(id, room);
        }
    }

    /// Who holds the name, and since when.
    fn holder(&self, key: &UserKey) -> Option<(Owner, Millis)> {
        Some((self.holders.get(key)?.clone(), self.state.users.get(key)?.since))
    }

    /// To everyone in the area.
    fn tell(&mut self, told: Told, now: Moment<'_>, step: &mut Step) {
        let (number, after) = self.talk.count(now.millis());
        step.notices.push(Notice::Talk { number, after, told });
    }

    /// To these owners alone.
    fn whisper(&mut self, to: Vec<Owner>, told: Told, now: Moment<'_>, step: &mut Step) {
        let (number, after) = self.talk.count(now.millis());
        step.notices.push(Notice::Private { number, after, to, told });
    }
}

/// The number up to which messages go where the room has had so many.
fn gone(count: u64, rules: &Rules) -> u64 {
    if rules.messages == 0 { 0 } else { count.saturating_sub(rules.messages as u64) }
}

impl RoomView {
    /// `general` first, then the named ones, then the private ones; each by what it is called.
    pub fn sorted(mut views: Vec<Self>) -> Vec<Self> {
        views.sort_by_cached_key(|view| (!view.id.is_general(), view.names.len(), view.names.clone(), view.id.clone()));
        views
    }
}
