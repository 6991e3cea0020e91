//! What became of the pictures, as findings.

use super::outcome::Optimized;
use super::outcome::Outcome;
use super::outcome::Picture;
use super::outcome::Sample;
use crate::status::Check;
use crate::status::Finding;
use crate::status::Metric;
use crate::status::Status;
use crate::status::Unit;
use crate::status::kinds;
use crate::units::ByteSize;
use crate::units::Percent;
use crate::units::count;
use std::collections::BTreeMap;
use std::path::Path;

/// So many pictures with the same trouble get a finding of their own; the rest is counted in one.
const NAMED: usize = 10;

/// One folder's share of the work.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Share {
    pub pictures: u64,
    pub smaller: u64,
    pub before: u64,
    pub after: u64,
}

impl Optimized {
    /// What became of the pictures of each folder; the media folder itself is `.`.
    pub fn by_folder(&self) -> BTreeMap<String, Share> {
        let mut folders: BTreeMap<String, Share> = BTreeMap::new();
        for picture in &self.pictures {
            let folder = picture.path.parent().unwrap_or(Path::new("")).display().to_string();
            let folder = if folder.is_empty() { ".".to_owned() } else { folder };
            let share = folders.entry(folder).or_default();
            share.pictures += 1;
            share.smaller += u64::from(matches!(picture.outcome, Outcome::Smaller { .. }));
            share.before += picture.before;
            share.after += picture.after();
        }
        folders
    }

    /// The findings: the whole, each folder, and every picture that was left as it is, with the reason.
    pub fn check(&self, media: &Path) -> Check {
        let mut check = Check::default();
        let subject = media.display().to_string();
        match self.sample {
            Some(sample) => check.add(estimated(&subject, sample)),
            // Nothing is told of work that was given up before the first picture.
            None if self.pictures.is_empty() && self.looked_at > 0 => {}
            None => check.add(self.total(&subject)),
        }
        if self.sample.is_none() {
            for (folder, share) in self.by_folder().into_iter().filter(|(_, share)| share.smaller > 0) {
                let message = format!(
                    "{} of {} smaller: {}",
                    share.smaller,
                    share.pictures,
                    change(share.before, share.after)
                );
                check.add(
                    Finding::ok(&kinds::IMAGES_SMALLER, folder, message)
                        .with("before_bytes", share.before)
                        .with("after_bytes", share.after),
                );
            }
            let (before, after) = self.bytes();
            check.measure(Metric::new("images_bytes", "", ByteSize(after).as_f64(), Unit::Bytes));
            let saved = ByteSize(before.saturating_sub(after));
            check.measure(Metric::new("images_saved_bytes", "", saved.as_f64(), Unit::Bytes));
        }
        self.left(&mut check);
        check
    }

    fn total(&self, subject: &str) -> Finding {
        let mut parts = Vec::new();
        let (before, after) = self.bytes();
        let number = |wanted: fn(&Outcome) -> bool| {
            self.pictures.iter().filter(|picture| wanted(&picture.outcome)).count() as u64
        };
        let smaller = number(|outcome| matches!(outcome, Outcome::Smaller { .. }));
        let left = number(|outcome| matches!(outcome, Outcome::Left(_)));
        let all = self.pictures.len() as u64;
        if smaller == 0 {
            parts.push(format!("{}, {}: none can be made smaller", count(all, "picture"), ByteSize(before)));
        } else {
            parts.push(format!("{}: {smaller} smaller, {}", count(all, "picture"), change(before, after)));
        }
        if self.looked_at == 0 && all > 0 {
            parts.push("nothing is new since the last run".to_owned());
        }
        if left > 0 {
            parts.push(format!("{left} left as they are"));
        }
        if self.others > 0 {
            parts.push(format!("{} of other formats", count(self.others, "file")));
        }
        let finding = if all == 0 {
            Finding::unknown(&kinds::IMAGES_SMALLER, subject, "no JPEG or PNG is in the media folder")
                .remedy("set [site] media to Django's MEDIA_ROOT")
        } else {
            Finding::ok(&kinds::IMAGES_SMALLER, subject, parts.join("; "))
        };
        finding
            .with("pictures", all)
            .with("smaller", smaller)
            .with("looked_at", self.looked_at)
            .with("before_bytes", before)
            .with("after_bytes", after)
    }

    /// Pictures that are as before, for a reason that somebody should know.
    fn left(&self, check: &mut Check) {
        let mut troubled: BTreeMap<(Status, &str), Vec<&Picture>> = BTreeMap::new();
        for picture in &self.pictures {
            let (status, why) = match &picture.outcome {
                Outcome::Left(why) => (Status::Ok, why),
                Outcome::Damaged(how) => (Status::Critical, how),
                Outcome::Failed(why) => (Status::Warning, why),
                Outcome::Smaller { .. } | Outcome::Best => continue,
            };
            troubled.entry((status, why)).or_default().push(picture);
        }
        for ((status, why), pictures) in troubled {
            let (message, remedy, status) = match status {
                Status::Ok => (format!("left as it is: {why}"), None, status),
                Status::Critical => (
                    format!("not touched, it cannot be decoded: {why}"),
                    Some("restore the file from a backup, or upload the picture again"),
                    Status::Warning,
                ),
                _ => (
                    format!("not made smaller: {why}"),
                    Some("mend that and run it again; the picture is as before"),
                    status,
                ),
            };
            let finding = |subject: String, message: String| {
                let finding = Finding::new(&kinds::IMAGE_LEFT, status, subject, message);
                remedy.map_or(finding.clone(), |remedy| finding.remedy(remedy))
            };
            for picture in pictures.iter().take(NAMED) {
                check.add(finding(picture.path.display().to_string(), message.clone()));
            }
            if let Some(rest) = pictures.get(NAMED..).filter(|rest| !rest.is_empty()) {
                let paths: Vec<String> =
                    rest.iter().map(|picture| picture.path.display().to_string()).collect();
                let subject = format!("{} more", rest.len());
                check.add(finding(subject, message).with("pictures", paths));
            }
        }
    }
}

fn estimated(subject: &str, sample: Sample) -> Finding {
    let Sample { tried, pictures, bytes, .. } = sample;
    if pictures == 0 {
        return Finding::ok(
            &kinds::IMAGES_SMALLER,
            subject,
            "nothing is new since the last run: there is nothing to do",
        );
    }
    let saved = sample.estimate();
    let less = format!(
        "{} less of {} ({})",
        ByteSize(saved),
        ByteSize(bytes),
        Percent(Percent::of(saved, bytes).0.round())
    );
    let message = if tried == pictures {
        format!("{} would take {less}; all were tried", count(pictures, "picture"))
    } else {
        format!("{} would take about {less}: an estimate from {tried} of them", count(pictures, "picture"))
    };
    Finding::ok(&kinds::IMAGES_SMALLER, subject, message)
        .with("pictures", pictures)
        .with("bytes", bytes)
        .with("tried", tried)
        .with("estimated_saved_bytes", saved)
}

/// `8.0 MB → 6.1 MB (24% less)`
fn change(before: u64, after: u64) -> String {
    let less = Percent(Percent::of(before.saturating_sub(after), before).0.round());
    format!("{} → {} ({less} less)", ByteSize(before), ByteSize(after))
}
