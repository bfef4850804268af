//! What a client may ask on its socket, and what it is answered.

use tokio::task::yield_now;

use super::client::{Client, End};
use super::round::Place;
use crate::domain::change::{Act, Change, Done};
use crate::domain::image::Image;
use crate::domain::name::{AreaName, Username};
use crate::hub::Follower;
use crate::protocol::client::{ClientEvent, Request, Since};
use crate::protocol::error::Problem;
use crate::protocol::server::{Changed, Joined, MeAnswer, Users, Watching, ack};
use crate::protocol::talk::TalkEvent;
use crate::web::acts;
use crate::web::feed::Told;
use crate::web::talk::{self, Asker};

impl Client {
    pub(super) async fn request(&mut self, request: Request) -> Result<(), End> {
        let Request { id, n, event } = request;
        metrics::counter!("wte_client_events_total", "event" => event.name()).increment(1);
        let done = match event {
            ClientEvent::Watch { area, since } => return self.watch(id, area, since).await,
            ClientEvent::Add { area, username, img, since } => {
                return self.add(id, n, area, username, img, since).await;
            }
            ClientEvent::AddVote(pick) => self.act(n, Act::Vote(pick)).await,
            ClientEvent::RemoveVote => self.act(n, Act::Withdraw).await,
            ClientEvent::Leave => self.act(n, Act::Leave).await,
            ClientEvent::GetVotes => {
                self.look(id, Follower::votes);
                return Ok(());
            }
            ClientEvent::GetUsers => {
                self.look(id, |f, id| f.look(|s, on, _| ack(id, &Users::new(s, on))));
                return Ok(());
            }
            ClientEvent::GetMe => {
                self.get_me(id);
                return Ok(());
            }
            ClientEvent::Talk(asked) => {
                self.talk(id, n, asked).await;
                return Ok(());
            }
        };
        match done {
            Ok(done) => self.answer(id, &Changed::from(&done)),
            Err(problem) => self.refuse(id, &problem),
        }
        Ok(())
    }

    /// The ack is the switch; then the state or what is new since, then who is here.
    async fn watch(&mut self, id: Option<i64>, area: Option<AreaName>, since: Option<Since>) -> Result<(), End> {
        let next = match &area {
            Some(area) => match self.follow(area, since.as_ref()).await {
                Ok(next) => Some(next),
                Err(problem) => {
                    self.refuse(id, &problem);
                    return Ok(());
                }
            },
            None => None,
        };
        let at = self.web.hub.clock.now();
        self.answer(id, &Watching { area: area.as_ref(), at });
        self.switch(next)
    }

    async fn add(
        &mut self,
        id: Option<i64>,
        n: Option<u64>,
        area: AreaName,
        username: Username,
        img: Image,
        since: Option<Since>,
    ) -> Result<(), End> {
        let act = Act::Join { username: username.clone(), img: img.clone() };
        let change = Change { area: area.clone(), owner: self.owner.clone(), held: Some(username.clone()), n, act };
        // First the place to follow it from: a name that is taken and cannot be shown would be nobody's.
        let next = match self.web.hub.follow(&area, &self.owner, since.as_ref()).await {
            Ok(next) => next,
            Err(error) => {
                self.refuse(id, &error.into());
                return Ok(());
            }
        };
        let done = match acts::change(&self.web, &change, self.address()).await {
            Ok(done) => done,
            Err(problem) => {
                next.leave();
                self.refuse(id, &problem);
                return Ok(());
            }
        };
        self.answer(id, &Joined::new(&done, &username, &img));
        self.switch(Some(next))
    }

    /// A change of the area that this socket follows.
    async fn act(&mut self, n: Option<u64>, act: Act) -> Result<Done, Problem> {
        let place = self.line.place(|follower| (follower.area().clone(), follower.name()));
        let Some((area, held)) = place else { return Err(Problem::not_watching()) };
        let change = Change { area, owner: self.owner.clone(), held, n, act };
        let done = acts::change(&self.web, &change, self.address()).await?;
        // The owner may have taken a name by way of another server meanwhile.
        self.line.place(|follower| follower.claim(&done));
        // The change's own event comes by another connection of the store, mostly in this very moment: then it goes with the answer.
        yield_now().await;
        Ok(done)
    }

    fn get_me(&mut self, id: Option<i64>) {
        let place = self.line.place(|follower| (follower.area().clone(), follower.me()));
        let (area, me) = place.map_or((None, None), |(area, me)| (Some(area), me));
        self.answer(id, &MeAnswer::new(area.as_ref(), me.as_ref()));
    }

    /// Rooms and messages of the area that this socket follows.
    async fn talk(&mut self, id: Option<i64>, n: Option<u64>, asked: TalkEvent) {
        let place = self.line.place(|follower| (follower.area().clone(), follower.name()));
        let Some((area, held)) = place else { return self.refuse(id, &Problem::not_watching()) };
        match talk::ask(&self.web, Asker { area, owner: self.owner.clone(), held }, n, asked).await {
            Ok(answered) => {
                self.line.place(|follower| answered.done.iter().for_each(|done| follower.claim(done)));
                self.answer(id, &answered.data);
            }
            Err(problem) => self.refuse(id, &problem),
        }
    }

    fn look(&mut self, id: Option<i64>, look: impl FnOnce(&Follower, i64) -> String) {
        // Without an id there is nobody to answer.
        let Some(number) = id else { return };
        match self.line.place(|follower| look(follower, number)) {
            Some(answer) => self.line.text(answer),
            None => self.refuse(id, &Problem::not_watching()),
        }
    }

    /// Follows an area under the name that the owner has there, if any.
    async fn follow(&self, area: &AreaName, since: Option<&Since>) -> Result<Follower, Problem> {
        let follower = self.web.hub.follow(area, &self.owner, since).await?;
        if let Err(error) = follower.recall().await {
            // What is known stays readable while the store is away; the name is known again with the next act.
            tracing::debug!(%error, "followed without a name");
        }
        Ok(follower)
    }

    /// From now on this socket follows `next`: it gets the area, and what everyone is told; then what is new.
    fn switch(&mut self, next: Option<Follower>) -> Result<(), End> {
        self.place = next.as_ref().map(|next| Place::in_area(&self.line, next));
        if let Some(before) = self.line.follow(next) {
            before.leave();
        }
        let area = self.line.at_hand().map(Told::Area);
        let live = self.web.hub.live_count();
        let count = self.line.tidings(|tidings| tidings.begin(live));
        [area, count].into_iter().flatten().try_for_each(|told| self.tell(&told))
    }
}
