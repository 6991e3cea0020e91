//! What keeps restic from its work, told by its exit code (0.17 and later) or by its words (every version).

use crate::error::Error;
use crate::error::Kind;

/// Why restic gave up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Trouble {
    /// The store could not be reached: it may be there.
    Unreachable,
    /// The store does not know who asks, or does not allow it.
    Denied,
    /// The machine behind SFTP is not known, or another one than it was.
    Stranger,
    /// The store answers, and no repository is there.
    Missing,
    Password,
    Locked,
    Full,
    /// What is in the repository does not read back.
    Damaged,
    /// It did not end by itself: its time was up, or somebody killed it.
    Ended,
    Other,
}

/// Words of each trouble, in the order in which they are looked for: a store that cannot be reached has no
/// configuration to open either.
const WORDS: &[(Trouble, &[&str])] = &[
    (Trouble::Stranger, &["host key verification failed"]),
    (
        Trouble::Unreachable,
        &[
            "connection refused",
            "connection reset",
            "connection timed out",
            "no such host",
            "i/o timeout",
            "tls handshake timeout",
            "network is unreachable",
            "no route to host",
            "deadline exceeded",
            "temporary failure in name resolution",
            "could not resolve hostname",
            "unexpected eof",
            "broken pipe",
            "unable to start the sftp session",
            "service unavailable",
            "bad gateway",
            "gateway timeout",
            "too many requests",
            "slowdown",
        ],
    ),
    (
        Trouble::Denied,
        &[
            "access denied",
            "accessdenied",
            "forbidden",
            "unauthorized",
            "invalidaccesskeyid",
            "signaturedoesnotmatch",
            "signature we calculated",
            "access key id you provided does not exist",
            "permission denied",
            "no credentials found",
        ],
    ),
    (Trouble::Locked, &["repository is already locked", "unable to create lock"]),
    (Trouble::Password, &["wrong password or no key found"]),
    (Trouble::Full, &["no space left on device", "quota exceeded", "disk quota"]),
    (
        Trouble::Damaged,
        &["repository contains errors", "ciphertext verification failed", "does not match id"],
    ),
    (
        Trouble::Missing,
        &[
            "is there a repository at the following location",
            "repository does not exist",
            "specified bucket does not exist",
            "nosuchbucket",
        ],
    ),
];

impl Trouble {
    /// Tells the trouble from the exit code, `None` where restic did not end by itself, and the words.
    pub(super) fn told(code: Option<i32>, words: &str) -> Self {
        let by_words = || {
            let words = words.to_lowercase();
            let heard = |known: &&str| words.contains(*known);
            WORDS.iter().find(|(_, known)| known.iter().any(&heard)).map(|(trouble, _)| *trouble)
        };
        match code {
            Some(10) => match by_words() {
                Some(trouble @ (Self::Unreachable | Self::Denied)) => trouble,
                _ => Self::Missing,
            },
            Some(11) => Self::Locked,
            Some(12) => Self::Password,
            None => Self::Ended,
            _ => by_words().unwrap_or(Self::Other),
        }
    }

    /// Whether the same may succeed a little later.
    pub(super) fn may_pass(self) -> bool {
        matches!(self, Self::Unreachable | Self::Locked | Self::Ended)
    }

    /// The error to tell, with what to do.
    pub(super) fn error(self, repository: &str, words: &str) -> Error {
        let (kind, message, hint) = match self {
            Self::Unreachable => (
                Kind::Undetermined,
                format!("{repository} cannot be reached: {words}"),
                "look at the network, the address in [remote] repository and the store itself; then try again",
            ),
            Self::Ended => (
                Kind::Undetermined,
                format!("{words}, on {repository}"),
                "see whether the network is slow ([remote] timeout) or the memory ran out (dmesg); then try again",
            ),
            Self::Denied => (Kind::Failed, format!("{repository} refuses: {words}"), denied(repository)),
            Self::Stranger => (
                Kind::Failed,
                format!("the machine of {repository} does not prove who it is: {words}"),
                "as the user that runs sitekeep, ssh there once and compare the fingerprint with the machine's own; \
                 where a key that was known has changed, ask why before anything else",
            ),
            Self::Missing => (
                Kind::Failed,
                format!("no repository is at {repository}"),
                "name the right one in [remote] repository, or create it once: sitekeep backup push --init",
            ),
            Self::Password => (
                Kind::Failed,
                format!("the password does not open {repository}"),
                "[remote] password_file must hold the password that the repository was created with",
            ),
            Self::Locked => (
                Kind::Locked,
                format!("another run works on {repository}: {words}"),
                "wait for it; locks of runs that died are removed after 30 minutes, those of this machine at once",
            ),
            Self::Full => (
                Kind::Failed,
                format!("{repository} is full: {words}"),
                "make room there, or rotate: sitekeep backup prune --remote",
            ),
            Self::Damaged => (
                Kind::Failed,
                format!("{repository} is damaged: {words}"),
                "keep it as it is, and push into a new repository now: [remote] repository, sitekeep backup push --init",
            ),
            Self::Other => (
                Kind::Failed,
                format!("restic: {words}"),
                "docs/offsite.md says how to look at the repository with restic alone",
            ),
        };
        Error::new(kind, message).hint(hint)
    }
}

/// Where to look when a store refuses.
fn denied(repository: &str) -> &'static str {
    if repository.starts_with("sftp:") {
        "the key of the user that runs sitekeep (~/.ssh, without a passphrase) must be in ~/.ssh/authorized_keys there, \
         and its user must be able to write to the folder"
    } else if repository.starts_with('/') {
        "see who may read and write in that folder"
    } else {
        "look at the keys in [remote] credentials_file and what they may do: read, write and list, and delete below locks/"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_versions_from_0_14_on_say_is_understood() {
        let place = "\nIs there a repository at the following location?\ns3:http://127.0.0.1:9/b";
        for (code, words, trouble) in [
            (1, "Fatal: wrong password or no key found", Trouble::Password),
            (12, "Fatal: whatever it says", Trouble::Password),
            (
                1,
                &format!("unable to open config file: stat /x/config: no such file{place}"),
                Trouble::Missing,
            ),
            (10, "Fatal: repository does not exist: unable to open config file", Trouble::Missing),
            (10, &format!("Fatal: dial tcp: lookup nas: no such host{place}"), Trouble::Unreachable),
            (
                1,
                &format!("client.Head: dial tcp 127.0.0.1:9: connect: connection refused{place}"),
                Trouble::Unreachable,
            ),
            (1, &format!("client.GetObject: Access Denied.{place}"), Trouble::Denied),
            (
                1,
                "unable to create lock in backend: repository is already locked by PID 1 on nas",
                Trouble::Locked,
            ),
            (11, "", Trouble::Locked),
            (1, "No ED25519 host key is known\nHost key verification failed.", Trouble::Stranger),
            (1, "shop@nas: Permission denied (publickey,password).", Trouble::Denied),
            (1, "Fatal: repository contains errors", Trouble::Damaged),
            (1, "Fatal: something new", Trouble::Other),
        ] {
            assert_eq!(Trouble::told(Some(code), words), trouble, "{code} {words}");
        }
        assert_eq!(Trouble::told(None, "whatever"), Trouble::Ended);
    }
}
