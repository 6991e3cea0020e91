//! Log lines, written by a thread of their own so that a full disk or a stuck reader holds up no visitor.

use crate::units::count;
use anyhow::Context;
use anyhow::Result;
use std::fs::File;
use std::io::ErrorKind;
use std::io::Write;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering;
use std::sync::mpsc::Receiver;
use std::sync::mpsc::Sender;
use std::sync::mpsc::SyncSender;
use std::time::Duration;

/// Lines that may wait; further ones are lost.
const QUEUE: usize = 16 * 1024;

/// Pause after each write. What comes meanwhile is written at once then: a busy server would else wake the thread for
/// each line, which costs more than the line.
const PAUSE: Duration = Duration::from_millis(20);

/// Where lines go.
pub(super) enum Target {
    Writer(Box<dyn Write + Send>),
    /// Opened again when asked, after logrotate has moved it away.
    File(PathBuf, File),
}

impl Target {
    /// Opens a log file for appending.
    pub(super) fn file(path: &Path) -> Result<Self> {
        Ok(Self::File(path.to_owned(), append(path)?))
    }

    /// Writes as much as can be; answers how many bytes that were, and why not all.
    fn write(&mut self, bytes: &[u8]) -> (usize, std::io::Result<()>) {
        let writer: &mut dyn Write = match self {
            Self::Writer(writer) => writer,
            Self::File(_, file) => file,
        };
        let mut written = 0;
        while let Some(rest) = bytes.get(written..).filter(|rest| !rest.is_empty()) {
            match writer.write(rest) {
                Ok(0) => return (written, Err(ErrorKind::WriteZero.into())),
                Ok(count) => written += count,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return (written, Err(error)),
            }
        }
        (written, writer.flush())
    }

    fn name(&self) -> String {
        match self {
            Self::Writer(_) => "standard error".to_owned(),
            Self::File(path, _) => path.display().to_string(),
        }
    }

    /// Whether another file is open now; where the new one cannot be had, the old one is kept.
    fn reopen(&mut self) -> bool {
        if let Self::File(path, file) = self
            && let Ok(new) = append(path)
        {
            *file = new;
            return true;
        }
        false
    }
}

fn append(path: &Path) -> Result<File> {
    File::options()
        .append(true)
        .create(true)
        .open(path)
        .with_context(|| format!("open log {}", path.display()))
}

enum Message {
    Line(String),
    Reopen,
}

/// A way to the thread that writes; it ends when the last of these is dropped.
#[derive(Clone)]
pub(super) struct Log {
    sender: SyncSender<Message>,
    /// Lines for which the queue had no room, until they are told.
    crowded_out: Arc<AtomicU64>,
}

impl Log {
    /// Starts the thread; `alive` is dropped when it has written the last line. `errors` is told of lines lost.
    pub(super) fn start(target: Target, errors: Option<Self>, alive: &Sender<()>) -> Result<Self> {
        let (sender, messages) = std::sync::mpsc::sync_channel(QUEUE);
        let (alive, crowded_out) = (alive.clone(), Arc::new(AtomicU64::new(0)));
        let mut writing = Writing {
            target,
            errors,
            crowded_out: Arc::clone(&crowded_out),
            lost: 0,
            failing: false,
            torn: false,
        };
        std::thread::Builder::new()
            .name("log".into())
            .spawn(move || {
                writing.all(&messages);
                drop(writing);
                drop(alive);
            })
            .context("start a log thread")?;
        Ok(Self { sender, crowded_out })
    }

    /// Writes one line, without its end; where too many wait, it is lost.
    pub(super) fn line(&self, text: impl Into<String>) {
        let mut text = text.into();
        text.push('\n');
        if self.sender.try_send(Message::Line(text)).is_err() {
            self.crowded_out.fetch_add(1, Ordering::Relaxed);
        }
    }

    pub(super) fn reopen(&self) {
        let _ = self.sender.try_send(Message::Reopen);
    }
}

/// The thread's end of a log.
struct Writing {
    target: Target,
    errors: Option<Log>,
    crowded_out: Arc<AtomicU64>,
    /// Lines lost since the log last worked.
    lost: u64,
    /// The last write failed, which has been told.
    failing: bool,
    /// What was written last is only the start of a line.
    torn: bool,
}

impl Writing {
    fn all(&mut self, messages: &Receiver<Message>) {
        let mut text = String::new();
        while let Ok(first) = messages.recv() {
            for message in std::iter::once(first).chain(messages.try_iter()) {
                match message {
                    Message::Line(line) => text.push_str(&line),
                    Message::Reopen => {
                        self.write(&mut text);
                        self.torn &= !self.target.reopen();
                    }
                }
                if text.len() > 64 * 1024 {
                    self.write(&mut text);
                }
            }
            self.write(&mut text);
            std::thread::sleep(PAUSE);
        }
        self.tell_lost();
    }

    /// Writes the text and empties it: a log that cannot be written must not stop the shop.
    fn write(&mut self, text: &mut String) {
        if text.is_empty() {
            return;
        }
        if self.torn {
            text.insert(0, '\n');
        }
        let (written, result) = self.target.write(text.as_bytes());
        let (done, rest) = text.as_bytes().split_at(written);
        // Nothing written leaves the old tear, whose end is then no line of this text.
        let old_tear = u64::from(self.torn && done.is_empty());
        if let Some(last) = done.last() {
            self.torn = *last != b'\n';
        }
        self.lost += memchr::memchr_iter(b'\n', rest).count() as u64 - old_tear;
        self.lost += self.crowded_out.swap(0, Ordering::Relaxed);
        text.clear();
        match result {
            Ok(()) => {
                self.failing = false;
                self.tell_lost();
            }
            Err(error) if !self.failing => {
                self.failing = true;
                self.tell(&format!(
                    "error: write {}: {error}: lines are lost until it works",
                    self.target.name()
                ));
            }
            Err(_) => {}
        }
    }

    fn tell_lost(&mut self) {
        let lost = std::mem::take(&mut self.lost) + self.crowded_out.swap(0, Ordering::Relaxed);
        if lost > 0 {
            self.tell(&format!("note: {} lost to {}", count(lost, "line"), self.target.name()));
        }
    }

    fn tell(&self, text: &str) {
        if let Some(errors) = &self.errors {
            errors.line(text);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Mutex;

    /// A disk with room for so many bytes, and what is on it.
    #[derive(Clone, Default)]
    struct Disk(Arc<Mutex<(usize, Vec<u8>)>>);

    impl Disk {
        fn with_room(room: usize) -> Self {
            Self(Arc::new(Mutex::new((room, Vec::new()))))
        }

        fn make_room(&self) {
            self.0.lock().expect("the disk").0 = usize::MAX;
        }

        fn text(&self) -> String {
            String::from_utf8(self.0.lock().expect("the disk").1.clone()).expect("text")
        }
    }

    impl Write for Disk {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            let mut disk = self.0.lock().expect("the disk");
            let room = disk.0.min(bytes.len());
            if room == 0 {
                return Err(ErrorKind::StorageFull.into());
            }
            disk.0 -= room;
            disk.1.extend(&bytes[..room]);
            Ok(room)
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn lines_lost_to_a_full_disk_are_told_once_and_counted() {
        let (alive, ended) = std::sync::mpsc::channel();
        let (disk, told) = (Disk::with_room(7), Disk::with_room(usize::MAX));
        let errors = Log::start(Target::Writer(Box::new(told.clone())), None, &alive).expect("start");
        drop(alive);
        let crowded_out = Arc::new(AtomicU64::new(0));
        let mut writing = Writing {
            target: Target::Writer(Box::new(disk.clone())),
            errors: Some(errors),
            crowded_out: Arc::clone(&crowded_out),
            lost: 0,
            failing: false,
            torn: false,
        };
        writing.write(&mut "one\n".to_owned());
        crowded_out.fetch_add(2, Ordering::Relaxed);
        for text in ["two two\nthree\n", "four\n"] {
            writing.write(&mut text.to_owned());
        }
        disk.make_room();
        for text in ["five\n", "six\n"] {
            writing.write(&mut text.to_owned());
        }
        drop(writing);
        assert!(ended.recv().is_err(), "the thread has ended");
        // The line that was torn stands alone and counts as lost.
        assert_eq!(disk.text(), "one\ntwo\nfive\nsix\n");
        let told = told.text();
        assert_eq!(told.matches("error: write ").count(), 1, "{told}");
        assert_eq!(told.matches("note: 5 lines lost").count(), 1, "{told}");
        assert_eq!(told.lines().count(), 2, "{told}");
    }
}
