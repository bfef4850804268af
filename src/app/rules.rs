//! From the settings to the rules that a store keeps. Knows nothing of stores.

use super::{count, millis};
use crate::config::Settings;
use crate::domain::change::Rules;

pub fn rules(settings: &Settings) -> Rules {
    Rules {
        lifetime: millis(settings.area.lifetime),
        sweep_period: millis(settings.sweep.every),
        users: count(settings.limits.users_per_area, 0),
        venues: count(settings.limits.venues_per_area, 0),
        rooms: count(settings.limits.rooms_per_area, 0),
        private_rooms: count(settings.limits.private_rooms, 0),
        messages: count(settings.limits.messages_per_room, 0),
        accounts: millis(settings.account.unused),
    }
}
