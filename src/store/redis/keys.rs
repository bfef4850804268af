//! The names of all keys and channels, in one place. Knows nothing of what they hold.

use crate::domain::name::{AreaName, UserKey};
use crate::domain::takeover::CodeDigest;

/// The names of the sets that have a timer: what the sweep walks.
pub const EXPIRE_KEYS: &str = "expireKeys";
pub const SERVERS: &str = "servers";
pub const SERVERS_FOLLOWING: &str = "servers:following";
pub const SWEEP_LEASE: &str = "sweep:lease";

/// An area's keys. An area's name has no `:`, so no area reaches another's keys.
pub struct AreaKeys {
    tag: String,
}

impl AreaKeys {
    pub fn of(area: &AreaName) -> Self {
        Self { tag: area.as_str().to_owned() }
    }

    pub fn key(&self, part: &str) -> String {
        format!("{}:{part}", self.tag)
    }

    /// Where everything of the area is published; the one name here that is no key.
    pub fn channel(&self) -> String {
        self.key("events")
    }

    /// What every script of an area is given, in the order of `scripts/shared/given.lua`.
    pub fn given(&self) -> Vec<String> {
        let parts = "users users:timer votes votes:timer state venues due owners epoch seq here";
        parts.split(' ').map(|part| self.key(part)).chain([EXPIRE_KEYS.to_owned()]).collect()
    }

    /// The records of the user whose `name` is written as `written` writes it.
    pub fn record(&self, name: &str) -> [String; 4] {
        ["", ":img", ":owner", ":vote"].map(|part| self.key(&format!("users:{name}{part}")))
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

/// The key of a one-time code. An area may be called `takeover`; none of its keys goes on with 32 hexadecimal digits.
pub fn of_code(code: &CodeDigest) -> String {
    format!("takeover:{}", code.as_str())
}

/// The area of a member of `expireKeys`; none if no script of ours wrote it.
pub fn area_of(member: &str) -> Option<AreaName> {
    let (area, part) = member.split_once(':')?;
    let parsed = AreaName::parse(area).ok()?;
    (parsed.as_str() == area && matches!(part, "users" | "votes")).then_some(parsed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::name::Username;

    fn record(name: &str) -> [String; 4] {
        let area = AreaName::parse("lunch").unwrap();
        AreaKeys::of(&area).record(&written(&Username::parse(name).unwrap().key()))
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
    fn only_what_a_script_wrote_names_an_area() {
        assert_eq!(area_of("lunch:users").unwrap().as_str(), "lunch");
        assert_eq!(area_of("lunch:votes").unwrap().as_str(), "lunch");
        for garbage in ["", "lunch", "lunch:state", "Lunch:users", "a b:users", ":users", "lunch:users:timer"] {
            assert!(area_of(garbage).is_none(), "{garbage}");
        }
    }
}
