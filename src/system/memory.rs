//! Memory that is free goes back to the system at once.
//!
//! glibc's allocator learns from large blocks that came and went to keep the next ones, for each thread apart: a server
//! that decodes pictures on many threads then holds hundreds of megabytes of nothing.

#![cfg_attr(
    target_env = "gnu",
    expect(unsafe_code, reason = "the allocator has no safe face; reviewed, see below")
)]

/// Blocks from this size on are mapped by themselves, and unmapped when they are freed.
#[cfg(target_env = "gnu")]
const LARGE: libc::c_int = 256 * 1024;

/// Heaps that threads share, of which each keeps some room.
#[cfg(target_env = "gnu")]
const HEAPS: libc::c_int = 2;

/// Has the allocator keep little, from here on; to be called before other threads begin.
pub fn keep_little() {
    #[cfg(target_env = "gnu")]
    for (parameter, value) in
        [(libc::M_MMAP_THRESHOLD, LARGE), (libc::M_TRIM_THRESHOLD, LARGE), (libc::M_ARENA_MAX, HEAPS)]
    {
        // SAFETY: it takes two numbers, touches no memory of ours, and refuses a value by answering 0; all stays as it was
        // then.
        unsafe { libc::mallopt(parameter, value) };
    }
}
