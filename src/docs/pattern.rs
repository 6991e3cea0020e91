//! Which files a pattern such as `docs/*.md` means: `*` and `?` stand for letters within one name.

use anyhow::Context;
use anyhow::Result;
use std::io::ErrorKind;
use std::path::Component;
use std::path::Path;
use std::path::PathBuf;

/// Files that the absolute pattern means, by path; a name without `*` and `?` means itself, if it is there.
///
/// # Errors
/// When a folder on the way cannot be read.
pub(super) fn files(pattern: &Path) -> Result<Vec<PathBuf>> {
    let mut found = vec![PathBuf::new()];
    for component in pattern.components() {
        let Component::Normal(name) = component else {
            for path in &mut found {
                path.push(component);
            }
            continue;
        };
        let name = name.to_string_lossy();
        if !name.contains(['*', '?']) {
            for path in &mut found {
                path.push(&*name);
            }
            continue;
        }
        let letters: Vec<char> = name.chars().collect();
        let mut next = Vec::new();
        for folder in found {
            next.extend(entries(&folder)?.into_iter().filter(|entry| {
                let name = entry.file_name().unwrap_or_default().to_string_lossy();
                // As a shell has it: hidden files are named, not guessed.
                (!name.starts_with('.') || letters.first() == Some(&'.'))
                    && fits(&letters, &name.chars().collect::<Vec<_>>())
            }));
        }
        found = next;
    }
    found.retain(|path| path.is_file());
    found.sort();
    Ok(found)
}

/// Entries of a folder; none where there is no folder.
fn entries(folder: &Path) -> Result<Vec<PathBuf>> {
    let read = || -> std::io::Result<Vec<PathBuf>> {
        std::fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path())).collect()
    };
    match read() {
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            Ok(Vec::new())
        }
        other => other.with_context(|| format!("read folder {}", folder.display())),
    }
}

fn fits(pattern: &[char], name: &[char]) -> bool {
    // Where to go on when what follows the last star does not fit: one letter further.
    let (mut at, mut position, mut star) = (0, 0, None);
    while position < name.len() {
        match pattern.get(at) {
            Some('*') => {
                star = Some((at + 1, position));
                at += 1;
            }
            Some(letter) if *letter == '?' || *letter == name[position] => {
                at += 1;
                position += 1;
            }
            _ => match star {
                Some((after, taken)) => {
                    star = Some((after, taken + 1));
                    (at, position) = (after, taken + 1);
                }
                None => return false,
            },
        }
    }
    pattern[at..].iter().all(|letter| *letter == '*')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::system::fs;

    #[test]
    fn stars_and_question_marks_stand_for_letters() {
        let fits = |pattern: &str, name: &str| {
            fits(&pattern.chars().collect::<Vec<_>>(), &name.chars().collect::<Vec<_>>())
        };
        for (pattern, name) in
            [("*.md", "été.md"), ("*", ""), ("a*b*c", "aXbYbZc"), ("?.md", "é.md"), ("**", "x")]
        {
            assert!(fits(pattern, name), "{pattern} {name}");
        }
        for (pattern, name) in [("*.md", "a.mdx"), ("?", ""), ("a*b", "acbd"), ("a", "A")] {
            assert!(!fits(pattern, name), "{pattern} {name}");
        }
    }

    #[test]
    fn patterns_lead_through_folders_and_not_into_hidden_files() {
        let folder = tempfile::tempdir().expect("a folder");
        for path in ["a/one.md", "b/two.md", "b/.hidden.md", "b/three.txt", "top.md"] {
            let path = folder.path().join(path);
            fs::create_private_folder(path.parent().expect("a parent")).expect("folder");
            fs::write_atomic(&path, b"x", 0o644).expect("write");
        }
        let found = |pattern: &str| -> Vec<String> {
            let found = files(&folder.path().join(pattern)).expect("files");
            let names = found
                .iter()
                .map(|path| path.strip_prefix(folder.path()).expect("below").display().to_string());
            names.collect()
        };
        assert_eq!(found("*/*.md"), ["a/one.md", "b/two.md"]);
        assert_eq!(found("top.md"), ["top.md"]);
        assert_eq!(found("b/.*.md"), ["b/.hidden.md"]);
        assert!(found("none/*.md").is_empty() && found("*").len() == 1 && found("missing.md").is_empty());
    }
}
