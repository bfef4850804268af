//! The names of all keys and channels, in one place. Knows nothing of what they hold.

use crate::domain::account::{AccountKey, SessionId};
use crate::domain::name::{AreaName, UserKey};
use crate::domain::presence::ServerId;
use crate::domain::takeover::CodeDigest;
use crate::domain::talk::RoomId;

/// The names of the sets that have a timer: what the sweep walks.
pub const EXPIRE_KEYS: &str = "expireKeys";
pub const SERVERS: &str = "servers";
/// The servers of which there are samples. No key of an area called `samples` is this one, or goes on with a server's id.
pub const SAMPLES: &str = "samples";
pub const SWEEP_LEASE: &str = "sweep:lease";

/// A key that nobody ever writes. While a slot is on its way, a node runs a script only if it has all the keys that the script
/// names, and breaks it off in the middle at the first command on one that it has not (any more). With a key that no node has,
/// it refuses the script before its first line: no area is seen, or changed, in part.
const NEVER: &str = "never";

/// Slots whose areas share one list of timers in a cluster: sixteen lists, so that no node has all of them, and each is
/// mostly about areas of one node.
const SLOTS_A_LIST: u16 = 1024;
/// Slots of a cluster.
pub const SLOTS: u16 = 16_384;

/// How keys are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    One,
    /// What a script touches together has a part in braces in common: it lies in one slot.
    Cluster,
}

impl Layout {
    pub fn area(self, area: &AreaName) -> AreaKeys {
        let tag = match self {
            Self::One => area.as_str().to_owned(),
            Self::Cluster => format!("{{{}}}", area.as_str()),
        };
        AreaKeys { tag, layout: self }
    }

    /// What the scripts of an account are given: the account, its sessions, the tries of its name; in a cluster a key beside that
    /// is never there (see `never`). An area may be called `account`; none of its keys goes on with 32 hexadecimal digits.
    pub fn account(self, key: &AccountKey) -> Vec<String> {
        let (tag, parts) = match self {
            Self::One => (format!("account:{}", key.as_str()), &["", ":sessions", ":tries"][..]),
            Self::Cluster => (format!("account:{{{}}}", key.as_str()), &["", ":sessions", ":tries", ":never"][..]),
        };
        parts.iter().map(|part| format!("{tag}{part}")).collect()
    }

    /// With the key `servers`, in its slot.
    pub fn servers_following(self) -> &'static str {
        match self {
            Self::One => "servers:following",
            Self::Cluster => "{servers}:following",
        }
    }

    /// What a server sampled, in the slot of the key `samples`.
    pub fn samples_of(self, server: &ServerId) -> String {
        match self {
            Self::One => format!("samples:{}", server.0),
            Self::Cluster => format!("{{samples}}:{}", server.0),
        }
    }

    /// All lists of the sets that have a timer.
    pub fn timer_lists(self) -> Vec<String> {
        match self {
            Self::One => vec![EXPIRE_KEYS.to_owned()],
            Self::Cluster => (0..SLOTS / SLOTS_A_LIST).map(timer_list).collect(),
        }
    }

    /// The area of a member of such a list; none if nothing of ours wrote it.
    pub fn area_of(self, member: &str) -> Option<AreaName> {
        let (tag, part) = member.split_once(':')?;
        let name = match self {
            Self::One => tag,
            Self::Cluster => tag.strip_prefix('{')?.strip_suffix('}')?,
        };
        let parsed = AreaName::parse(name).ok()?;
        (parsed.as_str() == name && matches!(part, "users" | "votes")).then_some(parsed)
    }
}

fn timer_list(number: u16) -> String {
    format!("{EXPIRE_KEYS}:{number}")
}

/// The slot of a key in a cluster: of what stands in its first braces, if anything does.
pub fn slot(key: &str) -> u16 {
    let tag = key.split_once('{').and_then(|(_, rest)| rest.split_once('}')).map(|(tag, _)| tag);
    let hashed = tag.filter(|tag| !tag.is_empty()).unwrap_or(key);
    // CRC16 as XMODEM has it.
    let crc = hashed.bytes().fold(0_u16, |crc, byte| {
        (0..8)
            .fold(crc ^ (u16::from(byte) << 8), |crc, _| if crc & 0x8000 == 0 { crc << 1 } else { (crc << 1) ^ 0x1021 })
    });
    crc % SLOTS
}

/// An area's keys. An area's name has neither `:` nor braces, so no area reaches another's keys.
pub struct AreaKeys {
    tag: String,
    layout: Layout,
}

impl AreaKeys {
    /// What all keys of the area begin with; not a key itself, but in the same slot.
    pub fn name(&self) -> &str {
        &self.tag
    }

    pub fn key(&self, part: &str) -> String {
        format!("{}:{part}", self.tag)
    }

    /// Where everything of the area is published that is for everyone; it and `private_channel` are the names here that are no keys.
    pub fn channel(&self) -> String {
        self.key("events")
    }

    /// Where private rooms' events are published. Scripts make it from the other one's name.
    pub fn private_channel(&self) -> String {
        self.key("private")
    }

    /// The messages of a room.
    pub fn chat(&self, room: &RoomId) -> String {
        self.key(&format!("chat:{}", room.as_str()))
    }

    /// What every script of an area is given, in the order of `scripts/shared/given.lua`, in parts. In a cluster the list of timers lies
    /// elsewhere, and no script can have it.
    pub fn given(&self) -> impl Iterator<Item = [&str; 3]> {
        let parts = "users users:timer votes votes:timer state venues due owners epoch seq here rooms read";
        let last = match self.layout {
            Layout::One => ["", "", EXPIRE_KEYS],
            Layout::Cluster => [&self.tag, ":", NEVER],
        };
        parts.split(' ').map(|part| [&self.tag, ":", part]).chain([last])
    }

    /// What keeps who is there, and what its script is given beside.
    pub fn here(&self) -> Vec<String> {
        let here = self.key("here");
        match self.layout {
            Layout::One => vec![here],
            Layout::Cluster => vec![here, self.key(NEVER)],
        }
    }

    /// The list that tells the sweep of the area, and what stands in it.
    pub fn listing(&self) -> (String, [String; 2]) {
        let list = match self.layout {
            Layout::One => EXPIRE_KEYS.to_owned(),
            Layout::Cluster => timer_list(slot(&self.tag) / SLOTS_A_LIST),
        };
        (list, ["users", "votes"].map(|part| self.key(part)))
    }

    /// The records of the user whose `name` is written as `written` writes it, in parts.
    pub fn record<'a>(&'a self, name: &'a str) -> [[&'a str; 4]; 4] {
        ["", ":img", ":owner", ":vote"].map(|part| [&self.tag, ":users:", name, part])
    }
}

/// A user's name as a part of keys and as a field: without `:`, and never the word `timer`, so that no name reaches
/// another user's keys or a timer.
pub fn written(name: &UserKey) -> String {
    match name.as_str() {
        "timer" => "%74imer".to_owned(),
        name => name.replace('%', "%25").replace(':', "%3A"),
    }
}

/// The channel on which all servers hear which sessions were ended; the scripts name it too. What is published
/// there is told all over a cluster, whichever node one listens to.
pub const SESSIONS: &str = "sessions";

/// The key of a session. None of the keys of an area called `sess` goes on with 32 hexadecimal digits.
pub fn of_session(session: &SessionId) -> String {
    format!("sess:{}", session.digits().as_str())
}

/// The key of a one-time code. An area may be called `takeover`; none of its keys goes on with 32 hexadecimal digits.
pub fn of_code(code: &CodeDigest) -> String {
    format!("takeover:{}", code.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::name::Username;

    fn record(name: &str) -> [String; 4] {
        let area = AreaName::parse("lunch").unwrap();
        Layout::One.area(&area).record(&written(&Username::parse(name).unwrap().key())).map(|parts| parts.concat())
    }

    #[test]
    fn a_users_records_are_named_after_the_compared_name() {
        assert_eq!(
            record("Ann Lee"),
            ["lunch:users:ann lee", "lunch:users:ann lee:img", "lunch:users:ann lee:owner", "lunch:users:ann lee:vote"]
        );
    }

    #[test]
    fn no_name_reaches_another_key() {
        assert_eq!(record("josh:vote")[0], "lunch:users:josh%3Avote");
        assert_eq!(record("josh%3Avote")[0], "lunch:users:josh%253avote");
        assert_eq!(record("Timer")[0], "lunch:users:%74imer");
        assert_eq!(record("%74imer")[0], "lunch:users:%2574imer");
        assert_eq!(record("{x}")[0], "lunch:users:{x}");
    }

    #[test]
    fn only_what_was_written_by_us_names_an_area() {
        assert_eq!(Layout::One.area_of("lunch:users").unwrap().as_str(), "lunch");
        assert_eq!(Layout::One.area_of("lunch:votes").unwrap().as_str(), "lunch");
        assert_eq!(Layout::Cluster.area_of("{lunch}:votes").unwrap().as_str(), "lunch");
        for garbage in ["", "lunch", "lunch:state", "Lunch:users", "a b:users", ":users", "lunch:users:timer"] {
            assert!(Layout::One.area_of(garbage).is_none(), "{garbage}");
            assert!(Layout::Cluster.area_of(garbage).is_none(), "{garbage}");
        }
        for garbage in ["lunch:users", "{lunch:users", "{}:users", "{{lunch}}:users", "{lunch}x:users"] {
            assert!(Layout::Cluster.area_of(garbage).is_none(), "{garbage}");
        }
    }

    #[test]
    fn slots_are_those_that_redis_says() {
        // As CLUSTER KEYSLOT answers.
        for (key, expected) in [("123456789", 12739), ("foo", 12182), ("{foo}:bar{x}", 12182), ("{}foo", 9500), ("", 0)]
        {
            assert_eq!(slot(key), expected, "{key}");
        }
    }

    #[test]
    fn all_keys_of_an_area_are_in_one_slot_of_a_cluster() {
        let area = AreaName::parse("lünch").unwrap();
        let keys = Layout::Cluster.area(&area);
        let mut all: Vec<String> = keys.given().map(|parts| parts.concat()).collect();
        all.extend(keys.record(&written(&Username::parse("a{b}c").unwrap().key())).map(|parts| parts.concat()));
        all.extend([keys.channel(), keys.private_channel(), keys.chat(&RoomId::general())]);
        assert_eq!(all[0], "{lünch}:users");
        assert!(all.iter().all(|key| slot(key) == slot("lünch")), "{all:?}");
        assert_eq!(slot(Layout::Cluster.servers_following()), slot(SERVERS));
        assert_eq!(slot(&Layout::Cluster.samples_of(&ServerId("a{b}".to_owned()))), slot(SAMPLES));
    }

    #[test]
    fn every_area_is_in_one_of_the_lists() {
        for layout in [Layout::One, Layout::Cluster] {
            let lists = layout.timer_lists();
            for name in ["lunch", "dinner", "a", "b", "tea"] {
                let (list, members) = layout.area(&AreaName::parse(name).unwrap()).listing();
                assert!(lists.contains(&list), "{list}");
                assert!(members.iter().all(|member| layout.area_of(member).unwrap().as_str() == name));
            }
        }
    }
}
