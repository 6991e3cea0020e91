//! The shop's rules (guide: "Taille et Format des Images"): format by content, size, resolution, shape; per product.

use crate::config::ImagesConfig;
use crate::config::SiteConfig;
use crate::db::ImageReference;
use crate::db::ProductSummary;
use crate::media;
use crate::media::Place;
use crate::picture;
use crate::picture::Sniffed;
use crate::status::Check;
use crate::status::Finding;
use crate::status::Status;
use crate::status::kinds;
use crate::units::ByteSize;
use crate::units::count;
use image::ImageFormat;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::ErrorKind;
use std::io::Read;
use std::path::Component;
use std::path::Path;

/// So many owners of bad pictures get a finding of their own; the rest is counted in one.
const NAMED: usize = 10;
/// Bytes in which the dimensions of every usual picture stand; a JPEG may have long segments before them.
const HEAD_BYTES: u64 = 512 * 1024;

/// A picture that a row names, and what is wrong with it.
#[derive(Debug, Clone, PartialEq)]
pub struct Judged {
    /// Whose it is: the product's slug, or its number where visitors do not see it.
    pub owner: String,
    pub path: String,
    pub status: Status,
    /// By content: `jpeg`.
    pub format: Option<String>,
    pub bytes: Option<u64>,
    pub width: Option<u32>,
    pub height: Option<u32>,
    /// In words, each against its rule.
    pub problems: Vec<String>,
}

/// Judges every picture of a product, worst first, and products that have none; icons and the like are not judged.
pub fn judge(
    site: &SiteConfig,
    rules: &ImagesConfig,
    products: &[ProductSummary],
    references: &[ImageReference],
) -> Vec<Judged> {
    let slugs: BTreeMap<i64, &str> =
        products.iter().map(|product| (product.id, product.slug.as_str())).collect();
    let mut judged: Vec<Judged> = references
        .iter()
        .filter_map(|reference| Some((reference, reference.product_id?)))
        .map(|(reference, id)| {
            let owner = slugs.get(&id).map_or_else(|| format!("product {id}"), ToString::to_string);
            let mut one = Judged::new(owner, &reference.path);
            one.look(site, rules);
            one
        })
        .collect();
    for product in
        products.iter().filter(|product| references.iter().all(|it| it.product_id != Some(product.id)))
    {
        let mut one = Judged::new(product.slug.clone(), "");
        one.blame(Status::Warning, "the product has no picture".to_owned());
        judged.push(one);
    }
    judged.sort_by(|one, other| {
        let badness = |it: &Judged| (std::cmp::Reverse(it.status), std::cmp::Reverse(it.problems.len()));
        badness(one)
            .cmp(&badness(other))
            .then_with(|| (&one.owner, &one.path).cmp(&(&other.owner, &other.path)))
    });
    judged
}

/// The findings: one for each owner of a bad picture, and one for all that is well.
pub fn check(judged: &[Judged], rules: &ImagesConfig) -> Check {
    let mut check = Check::default();
    let mut owners: Vec<(&str, Vec<&Judged>)> = Vec::new();
    for one in judged.iter().filter(|one| one.status != Status::Ok) {
        match owners.iter_mut().find(|(owner, _)| *owner == one.owner) {
            Some((_, pictures)) => pictures.push(one),
            None => owners.push((&one.owner, vec![one])),
        }
    }
    let remedy = "choose another picture for it in the application's admin; [images] has the rules";
    for (owner, pictures) in owners.iter().take(NAMED) {
        let status = pictures.iter().map(|one| one.status).max().unwrap_or_default();
        let message: Vec<String> = pictures.iter().map(|one| one.told()).collect();
        let paths: Vec<&str> = pictures.iter().map(|one| one.path.as_str()).collect();
        check.add(
            Finding::new(&kinds::IMAGE_RULES, status, *owner, message.join("; "))
                .with("pictures", paths)
                .remedy(remedy),
        );
    }
    if let Some(rest) = owners.get(NAMED..).filter(|rest| !rest.is_empty()) {
        let status = rest.iter().flat_map(|(_, pictures)| pictures).map(|one| one.status).max();
        let told: Vec<String> = rest
            .iter()
            .flat_map(|(owner, pictures)| pictures.iter().map(move |one| format!("{owner}: {}", one.told())))
            .collect();
        let message = format!("{} more break the rules; -v and --format csv show each", rest.len());
        check.add(
            Finding::new(&kinds::IMAGE_RULES, status.unwrap_or_default(), "others", message)
                .with("pictures", told)
                .remedy(remedy),
        );
    }
    let well = judged.iter().filter(|one| one.status == Status::Ok).count() as u64;
    if judged.is_empty() {
        let message = "no product is in the database: there is nothing to look at";
        check.add(Finding::unknown(&kinds::IMAGE_RULES, "pictures", message).remedy("check [site] app"));
    } else if well > 0 {
        let message = format!("{} as the shop wants them: {}", count(well, "picture"), told_rules(rules));
        check.add(Finding::ok(&kinds::IMAGE_RULES, "pictures", message).with("pictures", well));
    }
    check
}

impl Judged {
    fn new(owner: String, path: &str) -> Self {
        Self {
            owner,
            path: path.to_owned(),
            status: Status::Ok,
            format: None,
            bytes: None,
            width: None,
            height: None,
            problems: Vec::new(),
        }
    }

    /// What the shop recommends and a picture of these dimensions is not.
    pub(super) fn recommended(rules: &ImagesConfig, width: u32, height: u32) -> Vec<String> {
        let mut one = Self::new(String::new(), "");
        one.measure(rules, width, height);
        one.problems
    }

    /// The problems in one line, behind the path.
    fn told(&self) -> String {
        let problems = self.problems.join(", ");
        if self.path.is_empty() { problems } else { format!("{}: {problems}", self.path) }
    }

    fn blame(&mut self, status: Status, problem: String) {
        self.status = self.status.max(status);
        self.problems.push(problem);
    }

    fn look(&mut self, site: &SiteConfig, rules: &ImagesConfig) {
        let path = match media::place(&site.media_url, &self.path) {
            Some(Place::Inside(path)) => path,
            Some(Place::Elsewhere(_)) => {
                return self.blame(Status::Unknown, "lies on another site: not looked at".to_owned());
            }
            None => {
                return self
                    .blame(Status::Critical, "the row names no path below the media folder".to_owned());
            }
        };
        let relative = Path::new(&path);
        if relative.components().any(|part| !matches!(part, Component::Normal(_) | Component::CurDir)) {
            return self.blame(Status::Critical, "the path leads out of the media folder".to_owned());
        }
        match head(&site.media.join(relative)) {
            Ok((bytes, head)) => self.apply(rules, bytes, &head),
            Err(error) if error.kind() == ErrorKind::NotFound => {
                self.blame(Status::Critical, "the file is missing".to_owned());
            }
            Err(error) => self.blame(Status::Unknown, format!("cannot be read: {error}")),
        }
    }

    fn apply(&mut self, rules: &ImagesConfig, bytes: u64, head: &[u8]) {
        self.bytes = Some(bytes);
        if ByteSize(bytes) > rules.max_size {
            self.blame(Status::Warning, format!("{}, at most {}", ByteSize(bytes), rules.max_size));
        }
        let format = match picture::sniff(head) {
            Sniffed::Picture(format) => format_name(format).to_owned(),
            Sniffed::Svg => "svg".to_owned(),
            Sniffed::Empty => return self.blame(Status::Critical, "the file is empty".to_owned()),
            Sniffed::Html => return self.blame(Status::Critical, "the file is an HTML page".to_owned()),
            Sniffed::Other => return self.blame(Status::Critical, "the file is no picture".to_owned()),
        };
        if !rules.formats.contains(&format) {
            self.blame(Status::Warning, format!("is {format}, not {}", rules.formats.join(" or ")));
        }
        let scalable = format == "svg";
        self.format = Some(format);
        if scalable {
            return;
        }
        match picture::dimensions(head) {
            Ok((width, height)) => {
                (self.width, self.height) = (Some(width), Some(height));
                self.measure(rules, width, height);
            }
            Err(problem) => {
                let problem = crate::error::one_line(&problem);
                self.blame(Status::Unknown, format!("its dimensions cannot be read: {problem}"));
            }
        }
    }

    /// Resolution and shape; an upright picture is judged as if it lay on its side.
    fn measure(&mut self, rules: &ImagesConfig, width: u32, height: u32) {
        let (long, short) = (width.max(height), width.min(height));
        let (min_long, min_short) =
            (rules.min_width.max(rules.min_height), rules.min_width.min(rules.min_height));
        if long < min_long || short < min_short {
            let least = format!("{} × {}", rules.min_width, rules.min_height);
            self.blame(Status::Warning, format!("{width} × {height} pixels, at least {least}"));
        }
        let shape = f64::from(long) / f64::from(short.max(1));
        let fits = |wanted: f64| {
            let wanted = if wanted < 1.0 { 1.0 / wanted } else { wanted };
            (shape / wanted - 1.0).abs() * 100.0 <= rules.ratio_tolerance.0
        };
        if !rules.ratios.is_empty() && !rules.shapes().iter().any(|(_, wanted)| fits(*wanted)) {
            self.blame(Status::Warning, format!("{width} × {height} is not {}", rules.ratios.join(" or ")));
        }
    }
}

fn told_rules(rules: &ImagesConfig) -> String {
    let shapes =
        if rules.ratios.is_empty() { String::new() } else { format!(", {}", rules.ratios.join(" or ")) };
    format!(
        "{}, at most {}, at least {} × {}{shapes}",
        rules.formats.join(" or "),
        rules.max_size,
        rules.min_width,
        rules.min_height
    )
}

/// Length of a file, and its beginning.
fn head(path: &Path) -> std::io::Result<(u64, Vec<u8>)> {
    let file = File::open(path)?;
    let metadata = file.metadata()?;
    if !metadata.is_file() {
        return Err(std::io::Error::other("it is no file"));
    }
    let mut head = Vec::new();
    file.take(HEAD_BYTES).read_to_end(&mut head)?;
    Ok((metadata.len(), head))
}

pub(super) fn format_name(format: ImageFormat) -> &'static str {
    match format {
        ImageFormat::Jpeg => "jpeg",
        ImageFormat::Png => "png",
        ImageFormat::WebP => "webp",
        ImageFormat::Gif => "gif",
        ImageFormat::Avif => "avif",
        ImageFormat::Bmp => "bmp",
        ImageFormat::Tiff => "tiff",
        ImageFormat::Ico => "ico",
        _ => "another format",
    }
}
