//! What a client may ask on its socket, and what it is answered.

use super::client::{Client, End};
use crate::domain::change::{Act, Change, Done};
use crate::domain::image::Image;
use crate::domain::name::{AreaName, Username};
use crate::hub::Follower;
use crate::protocol::client::{ClientEvent, Request, Since};
use crate::protocol::error::Problem;
use crate::protocol::server::{Changed, Joined, MeAnswer, Users, Votes, Watching, ack};
use crate::web::acts;

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
            ClientEvent::GetVotes => {
                self.look(id, |f, id| f.look(|s, _, _| ack(id, &Votes::new(s))));
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
        let done = match acts::change(&self.web, &change, self.address).await {
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
        let Some(follower) = self.feed.follower() else { return Err(Problem::not_watching()) };
        let (area, owner) = (follower.area().clone(), self.owner.clone());
        let change = Change { area, owner, held: follower.name(), n, act };
        let done = acts::change(&self.web, &change, self.address).await?;
        // The owner may have taken a name by way of another server meanwhile.
        follower.claim(&done);
        Ok(done)
    }

    fn get_me(&mut self, id: Option<i64>) {
        let me = self.feed.follower().and_then(Follower::me);
        let area = self.feed.follower().map(|follower| follower.area().clone());
        self.answer(id, &MeAnswer::new(area.as_ref(), me.as_ref()));
    }

    fn look(&mut self, id: Option<i64>, look: impl FnOnce(&Follower, i64) -> String) {
        // Without an id there is nobody to answer.
        let Some(number) = id else { return };
        let answer: Answer = match self.feed.follower() {
            Some(follower) => Ok(look(follower, number)),
            None => Err(Problem::not_watching()),
        };
        match answer {
            Ok(text) => self.wire.text(text),
            Err(problem) => self.refuse(id, &problem),
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
    fn switch(&mut self, next: Option<Follower>) -> Result<(), End> {
        self.feed.switch(next).try_for_each(|told| self.tell(&told))
    }
}
