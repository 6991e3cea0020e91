//! A remedy as its steps: indented lines are commands, with what they do behind a `#`; all else is prose.

use serde::Serialize;

/// One step: something to read, or a command to type.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Step {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub command: Option<String>,
    /// What the command does, or what to do without one.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub text: String,
}

pub(super) fn steps(remedy: &str) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    for line in remedy.lines().filter(|line| !line.trim().is_empty()) {
        if line.starts_with(' ') {
            let (command, text) = line.split_once(" # ").unwrap_or((line, ""));
            steps.push(Step { command: Some(command.trim().to_owned()), text: text.trim().to_owned() });
        } else if let Some(Step { command: None, text }) = steps.last_mut() {
            text.push(' ');
            text.push_str(line.trim());
        } else {
            steps.push(Step { command: None, text: line.trim().to_owned() });
        }
    }
    steps
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn indented_lines_are_commands_and_prose_is_joined() {
        let found = steps("Look\nat it:\n\n    df -h  # how full\n    du -sh media\nThen stop.");
        let told: Vec<_> = found.iter().map(|step| (step.command.as_deref(), step.text.as_str())).collect();
        assert_eq!(
            told,
            [
                (None, "Look at it:"),
                (Some("df -h"), "how full"),
                (Some("du -sh media"), ""),
                (None, "Then stop.")
            ]
        );
    }
}
