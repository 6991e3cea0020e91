//! Man pages: the commands (1), the configuration file (5), and the way from the guide to the command (7).

use crate::config::sample;
use crate::system::fs;
use anyhow::Context;
use anyhow::Result;
use clap::ValueEnum;
use std::fmt::Write as _;
use std::path::Path;

const GUIDE: &str = include_str!("../../../docs/guide.md");

/// Sections of the manual.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(in crate::commands) enum Section {
    /// The commands
    #[default]
    #[value(name = "1")]
    Commands,
    /// The configuration file
    #[value(name = "5")]
    Settings,
    /// From the maintenance guide to the command
    #[value(name = "7")]
    Guide,
}

/// Writes the pages of a section into a folder.
///
/// # Errors
/// When the folder cannot be written to.
pub(super) fn write(section: Section, directory: &Path) -> Result<()> {
    std::fs::create_dir_all(directory).with_context(|| format!("create folder {}", directory.display()))?;
    match section {
        Section::Commands => {
            let mut command = super::super::definition();
            command.build();
            commands(&command, "sitekeep", directory)
        }
        Section::Settings => {
            fs::write_atomic(&directory.join("sitekeep.toml.5"), settings().as_bytes(), 0o644)
        }
        Section::Guide => fs::write_atomic(&directory.join("sitekeep-guide.7"), guide().as_bytes(), 0o644),
    }
}

fn commands(command: &clap::Command, name: &str, directory: &Path) -> Result<()> {
    let mut page = Vec::new();
    clap_mangen::Man::new(command.clone()).title(name.to_uppercase()).render(&mut page)?;
    fs::write_atomic(&directory.join(format!("{name}.1")), &page, 0o644)?;
    for child in command.get_subcommands().filter(|child| !child.is_hide_set() && child.get_name() != "help")
    {
        commands(child, &format!("{name}-{}", child.get_name()), directory)?;
    }
    Ok(())
}

fn head(title: &str, section: u8, name: &str, what: &str) -> String {
    let version = env!("CARGO_PKG_VERSION");
    format!(
        ".TH {title} {section} \"\" \"sitekeep {version}\" \"sitekeep\"\n.SH NAME\n{name} \\- {what}\n.SH DESCRIPTION\n"
    )
}

fn settings() -> String {
    let mut page = head("SITEKEEP.TOML", 5, "sitekeep.toml", "what sitekeep knows of a site");
    page.push_str(&escaped(
        "A file in TOML, looked for in the current folder, in ~/.config/sitekeep and in /etc/sitekeep; or named with \
         --config or SITEKEEP_CONFIG. Relative paths start at its folder. Every key can also be set by a variable: \
         SITEKEEP_SITE__URL is url in [site]. Unknown keys are errors. No password belongs here.",
    ));
    page.push_str("\n.PP\n");
    page.push_str(&escaped("`sitekeep init` writes one for a project, `sitekeep config show --origin` tells where each value comes from."));
    page.push('\n');
    let mut section = "";
    for entry in sample::entries() {
        if entry.section != section {
            section = entry.section;
            // Writing to a string cannot fail.
            let _ = writeln!(page, ".SH \"[{}]\"", escaped(section));
        }
        let _ = write!(page, ".TP\n\\fB{}\\fR = {}\n", escaped(entry.name), escaped(&entry.value));
        if entry.is_example {
            page.push_str("(not set; an example) ");
        }
        let _ =
            writeln!(page, "{}", escaped(if entry.meaning.is_empty() { "Likewise." } else { entry.meaning }));
    }
    page.push_str(".SH SEE ALSO\n.BR sitekeep (1),\n.BR sitekeep-config (1),\n.BR sitekeep-init (1)\n");
    page
}

fn guide() -> String {
    let mut page = head("SITEKEEP-GUIDE", 7, "sitekeep-guide", "from the maintenance guide to the command");
    for line in GUIDE.lines().skip(1).map(str::trim) {
        if let Some(title) = line.strip_prefix("## ") {
            let _ = writeln!(page, ".SH \"{}\"", escaped(title).replace('"', "\\(dq"));
        } else if let Some(row) = line.strip_prefix("| ").and_then(|row| row.strip_suffix(" |")) {
            // A bar within a cell is written `\|`.
            let row = row.replace("\\|", "\u{1}");
            let Some((left, right)) = row.split_once(" | ") else { continue };
            if left == "the guide" || left.starts_with("---") {
                continue;
            }
            let cell = |text: &str| escaped(&text.replace('\u{1}', "|").replace('`', ""));
            let _ = write!(page, ".TP\n{}\n\\fB{}\\fR\n", cell(left), cell(right));
        } else if !line.is_empty() {
            let _ = writeln!(page, "{}", escaped(line));
        }
    }
    page.push_str(".SH SEE ALSO\n.BR sitekeep (1),\n.BR sitekeep.toml (5)\n");
    page
}

/// Text in which troff finds no request of its own.
fn escaped(text: &str) -> String {
    let text = text.replace('\\', "\\e").replace('-', "\\-").replace('`', "\\(ga");
    if text.starts_with(['.', '\'']) { format!("\\&{text}") } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_setting_and_every_line_of_the_guide_has_its_place() {
        let page = settings();
        for key in sample::keys() {
            let name = key.rsplit_once('.').map_or(key, |(_, name)| name);
            assert!(page.contains(&format!("\\fB{name}\\fR = ")), "{key}");
        }
        assert!(page.contains(".SH \"[schedule]\"\n"), "{page}");
        let page = guide();
        assert!(page.contains("sitekeep backup full"), "{page}");
        let is_row = |line: &&str| {
            line.starts_with("| ") && !line.starts_with("| the guide") && !line.starts_with("| ---")
        };
        assert_eq!(page.matches(".TP\n").count(), GUIDE.lines().filter(is_row).count());
    }

    #[test]
    fn no_text_is_taken_for_a_request() {
        assert_eq!(escaped(".env \\d --all"), "\\&.env \\ed \\-\\-all");
    }
}
