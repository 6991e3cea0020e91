//! Writes a gzip file on all cores: blocks are packed in parallel and written in order, in bounded memory.

use super::member::MEMBER_LENGTH;
use super::member::Member;
use super::member::Packer;
use super::member::Packing;
use anyhow::Context;
use anyhow::Result;
use anyhow::anyhow;
use flate2::Crc;
use std::io::Write;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::mpsc;
use std::thread;

/// Blocks between the reader and the writer, each of up to 1 MiB.
const IN_FLIGHT: usize = 12;

/// What was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Written {
    pub(super) length: u64,
    /// CRC-32 of the compressed file, to compare with what is read back.
    pub(super) crc: u32,
}

struct Job {
    raw: Vec<u8>,
    packing: Packing,
    reply: mpsc::Sender<Member>,
}

/// Takes the bytes of the file in order.
pub(super) struct Blocks {
    current: Vec<u8>,
    packing: Packing,
    begun: bool,
    jobs: mpsc::Sender<Job>,
    order: mpsc::SyncSender<mpsc::Receiver<Member>>,
    spare: mpsc::Receiver<Vec<u8>>,
}

impl Blocks {
    /// Adds bytes; a member ends where the packing changes.
    ///
    /// # Errors
    /// When the writer has stopped; its own error says why.
    pub(super) fn write(&mut self, mut bytes: &[u8], packing: Packing) -> Result<()> {
        if packing != self.packing {
            self.flush()?;
            self.packing = packing;
        }
        while !bytes.is_empty() {
            let room = MEMBER_LENGTH - self.current.len();
            let (now, later) = bytes.split_at(room.min(bytes.len()));
            self.current.extend_from_slice(now);
            bytes = later;
            if self.current.len() == MEMBER_LENGTH {
                self.flush()?;
            }
        }
        Ok(())
    }

    fn flush(&mut self) -> Result<()> {
        if !self.current.is_empty() {
            self.send()?;
        }
        Ok(())
    }

    fn send(&mut self) -> Result<()> {
        let mut next = self.spare.try_recv().unwrap_or_else(|_| Vec::with_capacity(MEMBER_LENGTH));
        next.clear();
        let raw = std::mem::replace(&mut self.current, next);
        let (reply, receiver) = mpsc::channel();
        self.order.send(receiver).map_err(|_| stopped())?;
        self.jobs.send(Job { raw, packing: self.packing, reply }).map_err(|_| stopped())?;
        self.begun = true;
        Ok(())
    }

    fn finish(mut self) -> Result<()> {
        // An empty file is one empty member.
        if self.current.is_empty() && self.begun { Ok(()) } else { self.send() }
    }
}

fn stopped() -> anyhow::Error {
    anyhow!("a thread of the compressor has stopped")
}

/// Writes to `sink` what `fill` puts into the blocks.
///
/// # Errors
/// Those of `fill`, and of the sink (a full disk).
pub(super) fn write<T>(
    sink: &mut (impl Write + Send),
    fill: impl FnOnce(&mut Blocks) -> Result<T>,
) -> Result<(T, Written)> {
    let (jobs, queue) = mpsc::channel();
    let (order, ordered) = mpsc::sync_channel(IN_FLIGHT);
    let (used, spare) = mpsc::channel();
    let queue = Arc::new(Mutex::new(queue));
    let cores = thread::available_parallelism().map_or(1, usize::from).min(IN_FLIGHT);
    thread::scope(|scope| {
        for _ in 0..cores {
            let queue = Arc::clone(&queue);
            scope.spawn(move || pack_all(&queue));
        }
        // The workers alone hold the queue: should all of them die, what waits for them is told.
        drop(queue);
        let writer = scope.spawn(move || write_all(sink, &ordered, &used));
        let mut blocks = Blocks {
            current: Vec::with_capacity(MEMBER_LENGTH),
            packing: Packing::Deflated,
            begun: false,
            jobs,
            order,
            spare,
        };
        let filled = fill(&mut blocks).and_then(|value| blocks.finish().map(|()| value));
        let written = writer.join().map_err(|_| stopped())?;
        match (filled, written) {
            // The writer's error is the cause where both failed: filling then met a closed channel.
            (_, Err(error)) | (Err(error), Ok(_)) => Err(error),
            (Ok(value), Ok(written)) => Ok((value, written)),
        }
    })
}

fn pack_all(queue: &Mutex<mpsc::Receiver<Job>>) {
    let mut packer = Packer::new();
    loop {
        let job = queue.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(job) = job else { break };
        // Nobody waits any more after the writer failed.
        let _ = job.reply.send(packer.pack(job.raw, job.packing));
    }
}

fn write_all(
    sink: &mut impl Write,
    ordered: &mpsc::Receiver<mpsc::Receiver<Member>>,
    used: &mpsc::Sender<Vec<u8>>,
) -> Result<Written> {
    let mut sink = Counted { sink, crc: Crc::new() };
    let mut length = 0;
    for reply in ordered {
        let member = reply.recv().map_err(|_| stopped())?;
        length += member.write_to(&mut sink).context("write the archive")?;
        let _ = used.send(member.raw);
    }
    Ok(Written { length, crc: sink.crc.sum() })
}

/// Takes the checksum of what the sink accepts.
struct Counted<'a, W> {
    sink: &'a mut W,
    crc: Crc,
}

impl<W: Write> Write for Counted<'_, W> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let count = self.sink.write(bytes)?;
        self.crc.update(&bytes[..count]);
        Ok(count)
    }

    fn write_vectored(&mut self, slices: &[std::io::IoSlice<'_>]) -> std::io::Result<usize> {
        let count = self.sink.write_vectored(slices)?;
        let mut rest = count;
        for slice in slices {
            let part = rest.min(slice.len());
            self.crc.update(&slice[..part]);
            rest -= part;
        }
        Ok(count)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.sink.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::read::MultiGzDecoder;
    use std::io::Read;

    fn read(file: &[u8]) -> Vec<u8> {
        let mut back = Vec::new();
        MultiGzDecoder::new(file).read_to_end(&mut back).expect("read");
        back
    }

    #[test]
    fn order_is_kept_over_many_blocks_of_both_packings() {
        let mut expected = Vec::new();
        let mut file = Vec::new();
        let ((), written) = write(&mut file, |blocks| {
            for round in 0..200_u32 {
                let packing = if round % 3 == 0 { Packing::Stored } else { Packing::Deflated };
                let bytes: Vec<u8> =
                    (0..40_000).flat_map(|number: u32| (number ^ round).to_le_bytes()).collect();
                expected.extend_from_slice(&bytes);
                blocks.write(&bytes, packing)?;
            }
            Ok(())
        })
        .expect("write");
        assert!(read(&file) == expected);
        let mut crc = Crc::new();
        crc.update(&file);
        assert_eq!(written, Written { length: file.len() as u64, crc: crc.sum() });
    }

    #[test]
    fn nothing_is_an_empty_gzip_file() {
        let mut file = Vec::new();
        write(&mut file, |_| Ok(())).expect("write");
        assert!(!file.is_empty() && read(&file).is_empty());
    }

    /// A disk of limited size.
    struct Full(usize);

    impl Write for Full {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            if self.0 == 0 {
                return Err(std::io::ErrorKind::StorageFull.into());
            }
            let count = bytes.len().min(self.0);
            self.0 -= count;
            Ok(count)
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_full_disk_ends_the_work_with_its_own_error() {
        let error = write(&mut Full(3_000_000), |blocks| {
            loop {
                blocks.write(&[7; 10_000], Packing::Stored)?;
            }
            #[expect(unreachable_code, reason = "the type of the closure")]
            Ok(())
        })
        .expect_err("full");
        assert_eq!(
            error.downcast_ref::<std::io::Error>().map(std::io::Error::kind),
            Some(std::io::ErrorKind::StorageFull)
        );
    }

    #[test]
    fn an_error_of_the_filler_is_passed_on() {
        let result = write(&mut Vec::new(), |_| -> Result<()> { anyhow::bail!("no such file") });
        assert_eq!(result.expect_err("error").to_string(), "no such file");
    }
}
