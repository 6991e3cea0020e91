//! Log lines, written by a thread of their own so that a full disk or a stuck reader holds up no visitor.

use anyhow::Context;
use anyhow::Result;
use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::path::PathBuf;
use std::sync::mpsc::Receiver;
use std::sync::mpsc::Sender;
use std::sync::mpsc::SyncSender;

/// Lines that may wait; further ones are lost.
const QUEUE: usize = 4096;

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

    fn write(&mut self, text: &str) -> std::io::Result<()> {
        match self {
            Self::Writer(writer) => writer.write_all(text.as_bytes()).and_then(|()| writer.flush()),
            Self::File(_, file) => file.write_all(text.as_bytes()),
        }
    }

    /// Keeps the open file where the new one cannot be had.
    fn reopen(&mut self) {
        if let Self::File(path, file) = self
            && let Ok(new) = append(path)
        {
            *file = new;
        }
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
pub(super) struct Log(SyncSender<Message>);

impl Log {
    /// Starts the thread; `alive` is dropped when it has written the last line.
    pub(super) fn start(target: Target, alive: &Sender<()>) -> Result<Self> {
        let (sender, messages) = std::sync::mpsc::sync_channel(QUEUE);
        let alive = alive.clone();
        std::thread::Builder::new()
            .name("log".into())
            .spawn(move || {
                write_all(target, &messages);
                drop(alive);
            })
            .context("start a log thread")?;
        Ok(Self(sender))
    }

    /// Writes one line, without its end; where too many wait, it is lost.
    pub(super) fn line(&self, text: &str) {
        let _ = self.0.try_send(Message::Line(format!("{text}\n")));
    }

    pub(super) fn reopen(&self) {
        let _ = self.0.try_send(Message::Reopen);
    }
}

fn write_all(mut target: Target, messages: &Receiver<Message>) {
    let mut text = String::new();
    while let Ok(first) = messages.recv() {
        for message in std::iter::once(first).chain(messages.try_iter()) {
            match message {
                Message::Line(line) => text.push_str(&line),
                Message::Reopen => {
                    let _ = target.write(&text);
                    text.clear();
                    target.reopen();
                }
            }
            if text.len() > 64 * 1024 {
                let _ = target.write(&text);
                text.clear();
            }
        }
        // A log that cannot be written must not stop the shop.
        let _ = target.write(&text);
        text.clear();
    }
}
