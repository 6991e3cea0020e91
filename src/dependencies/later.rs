//! A package of which there is a later version.

use super::Ecosystem;
use super::Step;
use serde::Serialize;

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Later {
    pub ecosystem: Ecosystem,
    pub name: String,
    pub version: String,
    pub latest: String,
    /// How far the latest is; `None` where the versions do not compare.
    pub step: Option<Step>,
}

impl Later {
    pub fn new(ecosystem: Ecosystem, name: String, version: String, latest: String) -> Self {
        let step = Step::between(ecosystem, &version, &latest);
        Self { ecosystem, name, version, latest, step }
    }
}
