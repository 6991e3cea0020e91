//! Work on many pictures at a time: one thread for each processor, and no more pixels at once than memory is for.

use anyhow::Result;
use std::sync::Condvar;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;
use std::sync::mpsc::sync_channel;

/// Pixels that are worked on at a time; a larger picture is worked on alone. A pixel takes about 28 bytes.
const PIXELS_AT_ONCE: u64 = 16_000_000;

/// Does `work` on every job on all processors, and hands each result to `take` on this thread, in no order.
///
/// A job comes with its pixels. The threads stop at the first error of `take`.
///
/// # Errors
/// The first of `take`.
pub(super) fn for_each<J: Send + Sync, R: Send>(
    jobs: Vec<(J, u64)>,
    work: impl Fn(&J) -> R + Sync,
    mut take: impl FnMut(J, R) -> Result<()>,
) -> Result<()> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(jobs.len());
    let queue = Mutex::new(jobs.into_iter());
    let room = Room::default();
    let (sender, results) = sync_channel(threads);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            let (sender, queue, room, work) = (sender.clone(), &queue, &room, &work);
            scope.spawn(move || {
                loop {
                    let Some((job, pixels)) = lock(queue).next() else { break };
                    let taken = room.take(pixels);
                    let result = work(&job);
                    drop(taken);
                    if sender.send((job, result)).is_err() {
                        break;
                    }
                }
            });
        }
        drop(sender);
        // Leaving this loop closes the channel, at which the threads end.
        results.into_iter().try_for_each(|(job, result)| take(job, result))
    })
}

/// The pixels that are worked on.
#[derive(Default)]
struct Room {
    used: Mutex<u64>,
    freed: Condvar,
}

struct Taken<'a> {
    room: &'a Room,
    pixels: u64,
}

impl Room {
    fn take(&self, pixels: u64) -> Taken<'_> {
        let mut used = lock(&self.used);
        while *used > 0 && used.saturating_add(pixels) > PIXELS_AT_ONCE {
            used = self.freed.wait(used).unwrap_or_else(PoisonError::into_inner);
        }
        *used = used.saturating_add(pixels);
        Taken { room: self, pixels }
    }
}

impl Drop for Taken<'_> {
    fn drop(&mut self) {
        *lock(&self.room.used) -= self.pixels;
        self.room.freed.notify_all();
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_job_is_done_once_and_an_error_ends_the_work() {
        let jobs = || (0..100_u64).map(|number| (number, 9_000_000)).collect::<Vec<_>>();
        let mut done = Vec::new();
        for_each(
            jobs(),
            |number| number * 2,
            |job, result| {
                done.push((job, result));
                Ok(())
            },
        )
        .expect("no error");
        done.sort_unstable();
        assert_eq!(done, (0..100).map(|number| (number, number * 2)).collect::<Vec<_>>());
        let mut count = 0;
        let stopped = for_each(
            jobs(),
            |number| *number,
            |_, _| {
                count += 1;
                anyhow::ensure!(count < 3, "enough");
                Ok(())
            },
        );
        assert!(stopped.is_err() && count == 3);
    }
}
