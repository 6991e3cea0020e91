//! The pool of database connections: a bounded queue of questions, answered by threads of their own.
//!
//! Blocking clients stay off the async threads (the PostgreSQL one panics there), and both databases are served alike.

use super::log::Log;
use super::store::SharedFrame;
use super::store::Store;
use super::worker::Refusal;
use super::worker::Shared;
use super::worker::Worker;
use crate::config::Config;
use anyhow::Context;
use anyhow::Result;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering;
use std::sync::mpsc::Receiver;
use std::sync::mpsc::Sender;
use std::sync::mpsc::SyncSender;
use std::sync::mpsc::TrySendError;
use tokio::sync::oneshot;

/// Questions that may wait for each connection: a burst of visitors passes, a database that hangs is soon told.
const QUEUE_PER_CONNECTION: usize = 128;

type Job = Box<dyn FnOnce(&mut Worker) + Send>;

/// How much the pool has to do, and had.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Load {
    pub(super) connections: u64,
    pub(super) busy: u64,
    pub(super) waiting: u64,
    pub(super) asked: u64,
    pub(super) refused: u64,
}

/// Counts questions on their way: asked, begun, ended, and without an answer.
#[derive(Debug, Default)]
struct Counts {
    asked: AtomicU64,
    begun: AtomicU64,
    ended: AtomicU64,
    refused: AtomicU64,
}

/// Sends questions to the connections. The threads end when the last pool is dropped.
pub(super) struct Pool {
    jobs: SyncSender<Job>,
    frame: Arc<SharedFrame>,
    connections: usize,
    counts: Arc<Counts>,
}

impl Pool {
    /// Starts the threads; each connects at its first question. `alive` is dropped when the last has ended.
    pub(super) fn start(config: &Config, log: Log, alive: &Sender<()>) -> Result<Self> {
        let connections = config.serve.database_connections.max(1);
        let (jobs, queue) = std::sync::mpsc::sync_channel::<Job>(connections * QUEUE_PER_CONNECTION);
        let queue = Arc::new(Mutex::new(queue));
        let frame = Arc::new(SharedFrame::default());
        let shared = Arc::new(Shared {
            settings: config.database.clone(),
            app: config.site.app.clone(),
            frame: Arc::clone(&frame),
            log,
            outage: Mutex::new(None),
        });
        for number in 1..=connections {
            let (queue, alive) = (Arc::clone(&queue), alive.clone());
            let mut worker = Worker::new(Arc::clone(&shared));
            std::thread::Builder::new()
                .name(format!("database {number}"))
                .spawn(move || {
                    work(&queue, &mut worker);
                    drop(worker);
                    drop(alive);
                })
                .context("start a database thread")?;
        }
        Ok(Self { jobs, frame, connections, counts: Arc::default() })
    }

    /// Puts a question to one of the connections; it may be put twice where a connection turns out broken.
    pub(super) async fn ask<T: Send + 'static>(
        &self,
        question: impl Fn(&mut Store) -> Result<T> + Send + 'static,
    ) -> Result<T, Refusal> {
        let (reply, answer) = oneshot::channel();
        let counts = Arc::clone(&self.counts);
        let job: Job = Box::new(move |worker| {
            counts.begun.fetch_add(1, Ordering::Relaxed);
            // A visitor who has gone needs no answer.
            if !reply.is_closed() {
                let answer = worker.answer(&question);
                counts.refused.fetch_add(u64::from(answer.is_err()), Ordering::Relaxed);
                let _ = reply.send(answer);
            }
            counts.ended.fetch_add(1, Ordering::Relaxed);
        });
        self.jobs.try_send(job).map_err(|error| {
            self.counts.refused.fetch_add(1, Ordering::Relaxed);
            match error {
                TrySendError::Full(_) => Refusal::Busy,
                TrySendError::Disconnected(_) => Refusal::Down,
            }
        })?;
        self.counts.asked.fetch_add(1, Ordering::Relaxed);
        answer.await.unwrap_or(Err(Refusal::Failed))
    }

    /// Read without stopping anybody: the numbers are of almost the same moment.
    pub(super) fn load(&self) -> Load {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        let (ended, begun, asked) =
            (read(&self.counts.ended), read(&self.counts.begun), read(&self.counts.asked));
        Load {
            connections: self.connections as u64,
            busy: begun.saturating_sub(ended),
            waiting: asked.saturating_sub(begun),
            asked,
            refused: read(&self.counts.refused),
        }
    }

    pub(super) fn frame(&self) -> &SharedFrame {
        &self.frame
    }
}

fn work(queue: &Mutex<Receiver<Job>>, worker: &mut Worker) {
    loop {
        let job = queue.lock().unwrap_or_else(PoisonError::into_inner).recv();
        match job {
            Ok(job) => job(worker),
            Err(_) => return,
        }
    }
}
