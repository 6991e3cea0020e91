//! The result of one check: what it found, what it measured.

use super::Finding;
use super::Metric;
use super::Status;

/// Findings and metrics of one check; a check without findings has looked at nothing and is UNKNOWN.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Check {
    pub findings: Vec<Finding>,
    pub metrics: Vec<Metric>,
}

impl Check {
    /// Worst status of the findings, UNKNOWN when there are none: nothing looked at is not OK.
    pub fn status(&self) -> Status {
        self.findings.iter().map(|finding| finding.status).max().unwrap_or(Status::Unknown)
    }

    pub fn add(&mut self, finding: Finding) {
        self.findings.push(finding);
    }

    pub fn measure(&mut self, metric: Metric) {
        self.metrics.push(metric);
    }

    /// Takes in what another check found.
    pub fn absorb(&mut self, other: Self) {
        self.findings.extend(other.findings);
        self.metrics.extend(other.metrics);
    }
}

impl From<Finding> for Check {
    fn from(finding: Finding) -> Self {
        Self { findings: vec![finding], metrics: Vec::new() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_looked_at_is_unknown() {
        assert_eq!(Check::default().status(), Status::Unknown);
    }
}
