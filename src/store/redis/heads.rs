//! Where the numbers of areas stand, of all that are followed here in one go. Decides nothing by it.

use std::collections::BTreeMap;

use futures_util::future::{join_all, try_join4};
use redis::{Pipeline, RedisError, Value};

use super::RedisStore;
use super::answer::{read, was_refused};
use super::keys::AreaKeys;
use super::link::{Again, within_limit};
use super::picture::claims_of;
use super::request::Request;
use crate::domain::event::Epoch;
use crate::domain::name::AreaName;
use crate::store::{Head, Result};

/// The field of an area's rooms that counts what was told.
const TALK: &str = "talk";

impl RedisStore {
    pub(super) async fn read_heads(&self, areas: &[AreaName]) -> Vec<Result<Head>> {
        let keys: Vec<AreaKeys> = areas.iter().map(|area| self.keys(area)).collect();
        let place = |keys: &AreaKeys| self.reach.cluster().and_then(|cluster| cluster.place(keys.name()));
        let mut together: BTreeMap<_, Vec<usize>> = BTreeMap::new();
        keys.iter().enumerate().for_each(|(i, keys)| together.entry(place(keys)).or_default().push(i));
        // Each node in its own time: one that is away holds up no other's answer, but by the limit of a call.
        let asked = together.into_values().map(async |of_node| {
            let at_node: Vec<&AreaKeys> = of_node.iter().map(|i| &keys[*i]).collect();
            let heads = within_limit(async { Ok(self.heads_at_one(&at_node).await) }).await;
            of_node.into_iter().zip(heads.unwrap_or_else(|error| vec![Err(error); at_node.len()])).collect::<Vec<_>>()
        });
        let mut found: Vec<(usize, Result<Head>)> = join_all(asked).await.into_iter().flatten().collect();
        found.sort_by_key(|(i, _)| *i);
        found.into_iter().map(|(_, head)| head).collect()
    }

    /// Of areas that are at one node, as far as is known.
    async fn heads_at_one(&self, areas: &[&AreaKeys]) -> Vec<Result<Head>> {
        let answers = match self.answers(areas).await {
            Ok(answers) => answers,
            Err(error) => return vec![Err(error); areas.len()],
        };
        let heads = areas.iter().zip(answers).map(async |(keys, answers)| {
            if answers.iter().any(is_elsewhere) { self.head_alone(keys).await } else { Ok(head_of(&answers)) }
        });
        join_all(heads).await
    }

    /// In one round trip: epoch and seq, who is there, and what was told of talk.
    async fn answers(&self, areas: &[&AreaKeys]) -> Result<Vec<[Value; 3]>> {
        let Some(first) = areas.first() else { return Ok(Vec::new()) };
        let mut pipeline = Pipeline::with_capacity(3 * areas.len());
        for keys in areas {
            pipeline.cmd("MGET").arg(keys.key("epoch")).arg(keys.key("seq"));
            pipeline.cmd("HGETALL").arg(keys.key("here"));
            pipeline.cmd("HGET").arg(keys.key("rooms")).arg(TALK);
        }
        pipeline.ignore_errors();
        let answers: Vec<Value> = read(self.reach.ask(first.name(), &Request::Pipeline(pipeline), Again::Safe).await?)?;
        let mut answers = answers.into_iter();
        let mut next = || answers.next().unwrap_or(Value::Nil);
        Ok(areas.iter().map(|_| [next(), next(), next()]).collect())
    }

    /// Of one whose slot is on its way: a command of one key finds it at either end.
    async fn head_alone(&self, keys: &AreaKeys) -> Result<Head> {
        let get = async |command: &str, part: &str, field: Option<&str>| {
            let mut cmd = redis::cmd(command);
            cmd.arg(keys.key(part)).arg(field);
            self.reach.ask(keys.name(), &Request::Command(cmd), Again::Safe).await
        };
        let (epoch, seq) = (get("GET", "epoch", None), get("GET", "seq", None));
        let (here, talked) = (get("HGETALL", "here", None), get("HGET", "rooms", Some(TALK)));
        let (epoch, seq, here, talked) = try_join4(epoch, seq, here, talked).await?;
        Ok(head_of(&[Value::Array(vec![epoch, seq]), here, talked]))
    }
}

fn is_elsewhere(answer: &Value) -> bool {
    matches!(answer, Value::ServerError(error) if was_refused(&RedisError::from(error.clone())))
}

/// An area that has no life, or whose numbers cannot be read, has the empty epoch: who follows it looks, and the look
/// mends it.
fn head_of([numbers, here, talked]: &[Value; 3]) -> Head {
    let here = redis::from_redis_value_ref(here).unwrap_or_default();
    let claims = claims_of(here);
    let numbers: Option<(String, u64)> = redis::from_redis_value_ref(numbers).ok();
    let (epoch, seq) = numbers.unwrap_or_default();
    let talked = redis::from_redis_value_ref(talked).unwrap_or_default();
    Head { epoch: Epoch::from_text(&epoch), seq, claims, talked }
}
