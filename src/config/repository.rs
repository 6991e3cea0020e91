//! How the address of a repository of restic reads: a folder, or a store and what follows its colon.

use std::borrow::Cow;
use url::Url;

/// What stands before the colon of a repository that is no folder.
const STORES: [&str; 8] = ["s3", "sftp", "rest", "rclone", "b2", "azure", "gs", "swift"];

/// The machine that an `sftp:` address names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SshHost<'a> {
    pub host: Cow<'a, str>,
    pub user: Option<Cow<'a, str>>,
    pub port: Option<u16>,
}

pub(super) fn is_folder(repository: &str) -> bool {
    repository.split_once(':').is_none_or(|(store, _)| !STORES.contains(&store))
}

/// Whether it is a folder that can be found; what only looks like one is refused by [`check`] as it was written.
pub(super) fn is_path(repository: &str) -> bool {
    is_folder(repository) && !repository.trim().is_empty() && !repository.contains("://")
}

/// Says what keeps restic from taking an address; one that may hold a password is not repeated.
pub(super) fn check(repository: &str) -> Result<(), String> {
    if repository.trim().is_empty() {
        return Err("name a folder, or an address that restic knows".to_owned());
    }
    if holds_password(repository) {
        return Err(
            "a password has no place here: write the address without it, and put RESTIC_REST_USERNAME= and \
                    RESTIC_REST_PASSWORD= into the file that remote.credentials_file names (SFTP takes a key)"
                .to_owned(),
        );
    }
    if is_folder(repository) {
        return match repository.split_once("://") {
            Some((before, _)) => Err(format!(
                "restic knows no store `{}`: name a folder, or one of {}",
                before.rsplit('/').next().and_then(|last| last.split(':').next()).unwrap_or(before),
                STORES.join(":, ") + ":"
            )),
            None => Ok(()),
        };
    }
    match repository.split_once(':').unwrap_or_default() {
        ("sftp", _) => ssh_host(repository).map(|_| ()),
        ("rest", address) => match Url::parse(address) {
            Ok(url) if matches!(url.scheme(), "http" | "https" | "http+unix") => Ok(()),
            _ => Err("write the REST server as rest:https://nas.example/shop/".to_owned()),
        },
        ("s3", address) => {
            let place =
                address.trim_start_matches("https:").trim_start_matches("http:").trim_start_matches('/');
            let bucket = place.split_once('/').map(|(_, bucket)| bucket.trim_matches('/'));
            match bucket {
                Some(bucket) if !bucket.is_empty() && !place.starts_with('/') => Ok(()),
                _ => Err("name the server and the bucket: s3:https://s3.example.com/bucket".to_owned()),
            }
        }
        _ => Ok(()),
    }
}

/// The machine of an `sftp:` address, as restic takes it apart.
pub(super) fn ssh_host(repository: &str) -> Result<SshHost<'_>, String> {
    let wrong = || "write SFTP as sftp:user@host:/path, or sftp://user@host:port//path".to_owned();
    let (machine, path) = if repository.starts_with("sftp://") {
        let url = Url::parse(repository).map_err(|_| wrong())?;
        let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']).to_owned();
        let user = Some(url.username()).filter(|user| !user.is_empty());
        let user =
            user.map(|user| percent_encoding::percent_decode_str(user).decode_utf8_lossy().into_owned());
        let path = url.path().strip_prefix('/').unwrap_or_default().to_owned();
        (SshHost { host: host.into(), user: user.map(Cow::Owned), port: url.port() }, path)
    } else {
        let rest = repository.strip_prefix("sftp:").ok_or_else(wrong)?;
        let (machine, path) = rest.split_once(':').ok_or_else(wrong)?;
        let (user, host) =
            machine.rsplit_once('@').map_or((None, machine), |(user, host)| (Some(user), host));
        (SshHost { host: host.into(), user: user.map(Cow::Borrowed), port: None }, path.to_owned())
    };
    if path.starts_with('~') {
        return Err("a path that begins with ~ is none on most SFTP servers: sftp:user@host:folder is below the home \
                    folder there"
            .to_owned());
    }
    // They become words of a command line.
    let is_word = |word: &str| {
        !word.is_empty()
            && !word.starts_with('-')
            && !word.contains(['\'', '"', '\\'])
            && !word.contains(char::is_control)
    };
    let is_whole = is_word(&machine.host) && machine.user.as_deref().is_none_or(is_word);
    if is_whole { Ok(machine) } else { Err(wrong()) }
}

/// Whether an address has `user:password@`.
fn holds_password(repository: &str) -> bool {
    let Some((_, rest)) = repository.split_once("://") else { return false };
    let host = rest.split('/').next().unwrap_or_default();
    host.rsplit_once('@').is_some_and(|(user, _)| user.contains(':'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_restic_would_not_take_is_refused_before_it_is_asked() {
        for right in [
            "copies",
            "/mnt/usb:1/shop",
            "s3:https://s3.example/bucket",
            "s3:s3.example/bucket/shop",
            "s3://s3.example/bucket",
            "sftp:nas:copies",
            "sftp://shop@[::1]:2222//copies",
            "rest:https://shop@nas.example/a:b@c",
            "rest:http+unix:///run/rest.sock:/shop/",
            "b2:bucket:shop",
        ] {
            assert_eq!(check(right), Ok(()), "{right}");
        }
        for (wrong, words) in [
            (" ", "name a folder"),
            ("/etc/s4:https://s3.example/bucket", "knows no store `s4`"),
            ("s3:https://s3.example", "and the bucket"),
            ("s3:s3.example/", "and the bucket"),
            ("sftp:nas", "sftp:user@host:/path"),
            ("sftp:shop@:/copies", "sftp:user@host:/path"),
            ("sftp:-oProxyCommand=x:/copies", "sftp:user@host:/path"),
            ("sftp:nas:~/copies", "begins with ~"),
            ("rest:nas/shop", "rest:https://"),
        ] {
            let told = check(wrong).expect_err(wrong);
            assert!(told.contains(words), "{wrong}: {told}");
        }
    }

    #[test]
    fn a_password_in_the_address_is_refused_and_not_repeated() {
        for address in ["rest:https://shop:canary@nas.example/shop", "sftp://shop:canary@nas/copies"] {
            let refused = check(address).expect_err("refused");
            assert!(refused.contains("credentials_file") && !refused.contains("canary"), "{refused}");
        }
    }

    #[test]
    fn the_machine_of_an_sftp_address_is_the_one_that_restic_sees() {
        for (address, host, user, port) in [
            ("sftp:nas:/copies", "nas", None, None),
            ("sftp:shop@example.org@nas:copies", "nas", Some("shop@example.org"), None),
            ("sftp://sh%40p@nas.example:2222//copies", "nas.example", Some("sh@p"), Some(2222)),
            ("sftp://[::1]/copies", "::1", None, None),
        ] {
            let found = ssh_host(address).expect(address);
            assert_eq!((&*found.host, found.user.as_deref(), found.port), (host, user, port), "{address}");
        }
    }
}
