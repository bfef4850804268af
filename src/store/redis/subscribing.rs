//! The words for following channels: those of one server, and those of a cluster, where a channel has a slot as a key has.

use redis::aio::MultiplexedConnection;
use redis::{Pipeline, RedisResult, Value};

use super::keys::Layout;

/// Channels in one go: some tens of kilobytes, so that no single answer takes long.
const CHANNELS_AT_ONCE: usize = 500;

/// Answers the channels that another node has.
pub async fn subscribe(
    connection: &mut MultiplexedConnection,
    layout: Layout,
    channels: &[String],
) -> RedisResult<Vec<String>> {
    let mut elsewhere = Vec::new();
    for some in channels.chunks(CHANNELS_AT_ONCE) {
        match layout {
            Layout::One => connection.subscribe(some).await?,
            Layout::Cluster => {
                let answers = each(connection, "SSUBSCRIBE", some).await?;
                let refused = some.iter().zip(answers).filter(|(_, answer)| matches!(answer, Value::ServerError(_)));
                elsewhere.extend(refused.map(|(channel, _)| channel.clone()));
            }
        }
    }
    Ok(elsewhere)
}

pub async fn unsubscribe(
    connection: &mut MultiplexedConnection,
    layout: Layout,
    channels: &[String],
) -> RedisResult<()> {
    for some in channels.chunks(CHANNELS_AT_ONCE) {
        match layout {
            Layout::One => connection.unsubscribe(some).await?,
            // The node answers, or sends us to another one: either way nothing comes any more.
            Layout::Cluster => drop(each(connection, "SUNSUBSCRIBE", some).await?),
        }
    }
    Ok(())
}

/// A command for each channel, in one go: one must not name channels of several slots. A refusal is an answer in its place.
async fn each(
    connection: &mut MultiplexedConnection,
    command: &'static str,
    channels: &[String],
) -> RedisResult<Vec<Value>> {
    let mut pipeline = Pipeline::with_capacity(channels.len());
    channels.iter().for_each(|channel| {
        pipeline.cmd(command).arg(channel);
    });
    pipeline.ignore_errors();
    pipeline.query_async(connection).await
}
