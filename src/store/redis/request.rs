//! What is sent in one go, over one connection. Knows neither keys nor where the connection leads.

use std::time::Duration;

use redis::aio::MultiplexedConnection;
use redis::{Cmd, ErrorKind, Pipeline, RedisError, RedisResult, Value};

use super::script::{Call, is_forgotten};

pub enum Request {
    Script(Call),
    /// A script whose answer counts only if so many replicas have what it wrote.
    Replicated(Call, Wait),
    Command(Cmd),
    /// Each command answers for itself: one that fails leaves a `Value::ServerError` in its place.
    Pipeline(Pipeline),
}

/// For how many replicas, and how long at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wait {
    pub replicas: u32,
    pub limit: Duration,
}

/// Whether the node is told that its slot is still on its way to it: without that it would send us back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asking {
    No,
    Yes,
}

impl Request {
    pub async fn send(&self, connection: &mut MultiplexedConnection, asking: Asking) -> RedisResult<Value> {
        match (self, asking) {
            (Self::Script(call), Asking::No) => call.send(connection).await,
            (Self::Command(cmd), Asking::No) => cmd.query_async(connection).await,
            (Self::Pipeline(pipeline), _) => pipeline.query_async(connection).await,
            (Self::Command(cmd), Asking::Yes) => together(connection, cmd.clone(), asking, None).await,
            (Self::Script(call), _) => in_company(connection, call, asking, None).await,
            (Self::Replicated(call, wait), _) => in_company(connection, call, asking, Some(*wait)).await,
        }
    }
}

async fn in_company(
    connection: &mut MultiplexedConnection,
    call: &Call,
    asking: Asking,
    wait: Option<Wait>,
) -> RedisResult<Value> {
    match together(connection, call.by_digest(), asking, wait).await {
        Err(error) if is_forgotten(&error) => together(connection, call.by_text(), asking, wait).await,
        answer => answer,
    }
}

/// The command with what has to stand right before and after it on its connection. WAIT waits for all that the node had
/// written when the command was over, so also for a change that another connection brought, and that this one repeats.
async fn together(
    connection: &mut MultiplexedConnection,
    cmd: Cmd,
    asking: Asking,
    wait: Option<Wait>,
) -> RedisResult<Value> {
    let mut pipeline = Pipeline::with_capacity(3);
    if asking == Asking::Yes {
        pipeline.cmd("ASKING");
    }
    pipeline.add_command(cmd);
    if let Some(wait) = wait {
        pipeline.cmd("WAIT").arg(wait.replicas).arg(u64::try_from(wait.limit.as_millis()).unwrap_or(u64::MAX));
    }
    pipeline.ignore_errors();
    let answers: Vec<Value> = pipeline.query_async(connection).await?;
    let mut answers = answers.into_iter().skip(usize::from(asking == Asking::Yes));
    let answer = answers.next().unwrap_or(Value::Nil).extract_error()?;
    let Some(wait) = wait else { return Ok(answer) };
    match answers.next().map(Value::extract_error).transpose()? {
        Some(Value::Int(reached)) if reached >= i64::from(wait.replicas) => Ok(answer),
        _ => {
            metrics::counter!("wte_replicas_missing_total").increment(1);
            Err(RedisError::from((ErrorKind::Client, "too few replicas said in time that they have the change")))
        }
    }
}
