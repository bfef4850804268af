//! What a client may ask on its socket, and what it is answered.

use super::client::{Client, End};
use crate::domain::change::{Act, Change, Done};
use crate::domain::image::Image;
use crate::domain::name::{AreaName, Username};
use crate::hub::Follower;
use crate::protocol::client::{ClientEvent, Request, Since};
use crate::protocol::error::Problem;
use crate::protocol::server::{Changed, Joined, MeAnswer, Users, Votes, Watching, ack};
use crate::protocol::talk::TalkEvent;
use crate::web::acts;
use crate::web::talk::{self, Asker};

/// An ack as text, made while the area is locked; or why there is none.
type Answer = Result<String, Problem>;

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
            ClientEvent::GetVotes => return self.look(id, |f, id| f.look(|s, _, _| ack(id, &Votes::new(s)))).await,
            ClientEvent::GetUsers => {
                return self.look(id, |f, id| f.look(|s, on, _| ack(id, &Users::new(s, on)))).await;
            }
            ClientEvent::GetMe => return self.get_me(id).await,
            ClientEvent::Talk(asked) => return self.talk(id, n, asked).await,
        };
        match done {
            Ok(done) => self.answer(id, &Changed::from(&done)).await,
            Err(problem) => self.refuse(id, problem).await,
        }
    }

    /// The ack is the switch; then the state or what is new since, then who is here.
    async fn watch(&mut self, id: Option<i64>, area: Option<AreaName>, since: Option<Since>) -> Result<(), End> {
        let next = match &area {
            Some(area) => match self.follow(area, since.as_ref()).await {
                Ok(next) => Some(next),
                Err(problem) => return self.refuse(id, problem).await,
            },
            None => None,
        };
        let at = self.web.hub.clock.now();
        self.answer(id, &Watching { area: area.as_ref(), at }).await?;
        self.switch(next).await
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
            Err(error) => return self.refuse(id, error.into()).await,
        };
        let done = match acts::change(&self.web, &change, self.address).await {
            Ok(done) => done,
            Err(problem) => {
                next.leave();
                return self.refuse(id, problem).await;
            }
        };
        self.answer(id, &Joined::new(&done, &username, &img)).await?;
        self.switch(Some(next)).await
    }

    /// A change of the area that this socket follows.
    async fn act(&mut self, n: Option<u64>, act: Act) -> Result<Done, Problem> {
        let Some(follower) = self.feed.follower() else { return Err(Problem::not_watching()) };
        let (area, owner) = (follower.area().clone(), self.owner.clone());
        let change = Change { area, owner, held: follower.name(), n, act };
        let done = acts::change(&self.web, &change, self.address).await?;
        // The owner may have taken a name by way of another server meanwhile.
        follower.claim(&done);
        Ok(done)
    }

    async fn get_me(&mut self, id: Option<i64>) -> Result<(), End> {
        let me = self.feed.follower().and_then(Follower::me);
        let area = self.feed.follower().map(|follower| follower.area().clone());
        self.answer(id, &MeAnswer::new(area.as_ref(), me.as_ref())).await
    }

    /// Rooms and messages of the area that this socket follows.
    async fn talk(&mut self, id: Option<i64>, n: Option<u64>, asked: TalkEvent) -> Result<(), End> {
        let Some(follower) = self.feed.follower() else { return self.refuse(id, Problem::not_watching()).await };
        let asker = Asker { area: follower.area().clone(), owner: self.owner.clone(), held: follower.name() };
        match talk::ask(&self.web, asker, n, asked).await {
            Ok(answered) => {
                answered.done.iter().for_each(|done| follower.claim(done));
                self.answer(id, &answered.data).await
            }
            Err(problem) => self.refuse(id, problem).await,
        }
    }

    async fn look(&mut self, id: Option<i64>, look: impl FnOnce(&Follower, i64) -> String) -> Result<(), End> {
        // Without an id there is nobody to answer.
        let Some(number) = id else { return Ok(()) };
        let answer: Answer = match self.feed.follower() {
            Some(follower) => Ok(look(follower, number)),
            None => Err(Problem::not_watching()),
        };
        match answer {
            Ok(text) => Ok(self.wire.text(text).await?),
            Err(problem) => self.refuse(id, problem).await,
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

    /// From now on this socket follows `next`.
    async fn switch(&mut self, next: Option<Follower>) -> Result<(), End> {
        for told in self.feed.switch(next) {
            self.tell(told).await?;
        }
        Ok(())
    }
}
