//! Which function judges which requirement.

use std::{collections::HashMap, sync::OnceLock};

use super::{finding::Finding, resolution, world::World};

/// Looks at the facts and writes down what it saw.
pub(super) type Check = for<'w> fn(&'w World, &mut Finding<'w>);

/// Checks of a clause group by requirement id.
pub(super) type Checks = &'static [(&'static str, Check)];

const GROUPS: &[Checks] = &[resolution::INCIDENTS];

pub(super) fn find(requirement: &str) -> Option<Check> {
    static BY_ID: OnceLock<HashMap<&'static str, Check>> = OnceLock::new();
    let by_id = BY_ID.get_or_init(|| GROUPS.iter().flat_map(|group| group.iter().copied()).collect());
    by_id.get(requirement).copied()
}
