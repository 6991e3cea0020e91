//! A JPEG written anew from its own coefficients: the same pixels in fewer bytes.
//!
//! `unsafe`, because libjpeg's transcoding has no safe face. What makes it sound: both structs
//! are made by libjpeg's own constructors at an address that does not change, live as long as the call, and are destroyed
//! on every way out; libjpeg's errors unwind (mozjpeg-sys is built for that) to the `catch_unwind` here; the destination
//! is a buffer of a fixed size, which libjpeg never allocates anew. Outgrowing it does not unwind: the encoder would keep
//! its scans for ever, which it frees only when it has written them. An error of libjpeg's own while it writes does leave
//! those of that one damaged picture, until the program ends.

#![expect(unsafe_code, reason = "libjpeg's transcoding; reviewed, see above")]

use anyhow::Result;
use anyhow::anyhow;
use mozjpeg_sys as sys;
use std::os::raw::c_int;
use std::os::raw::c_ulong;
use std::os::raw::c_void;
use std::panic::AssertUnwindSafe;
use std::panic::catch_unwind;

/// The number of the message that libjpeg stopped with.
struct Stop(c_int);

/// Where the new JPEG goes, as libjpeg's callback finds it.
struct Room {
    start: *mut u8,
    size: usize,
    is_outgrown: bool,
}

/// Writes the coefficients of a JPEG in progressive scans, with `segments` (marker, content) behind the header.
///
/// `None` when that is not smaller than `limit` bytes.
///
/// # Errors
/// When the JPEG is damaged in any way that libjpeg notices, or of a kind that it does not know.
pub(super) fn recode(jpeg: &[u8], segments: &[(u8, Vec<u8>)], limit: usize) -> Result<Option<Vec<u8>>> {
    let mut buffer = vec![0; limit];
    let written = catch_unwind(AssertUnwindSafe(|| transcode(jpeg, segments, &mut buffer)));
    match written {
        Ok(Ok(length)) => Ok(length.filter(|length| *length < limit).map(|length| {
            buffer.truncate(length);
            buffer
        })),
        Ok(Err(warnings)) => Err(anyhow!("damaged: libjpeg found {warnings} faults in it")),
        Err(payload) => match payload.downcast_ref() {
            Some(Stop(number)) => Err(anyhow!("damaged or of an unknown kind (libjpeg's error {number})")),
            None => Err(anyhow!("libjpeg gave up on it")),
        },
    }
}

/// Returns the bytes written, or nothing where the buffer is too small for them, or the number of faults found.
fn transcode(jpeg: &[u8], segments: &[(u8, Vec<u8>)], buffer: &mut [u8]) -> Result<Option<usize>, i64> {
    if buffer.is_empty() {
        return Ok(None);
    }
    let mut reader = Reader::new();
    let mut writer = Writer::new();
    let mut room = Room { start: buffer.as_mut_ptr(), size: buffer.len(), is_outgrown: false };
    let mut place = room.start;
    let mut length = c_ulong::try_from(room.size).unwrap_or(c_ulong::MAX);
    // SAFETY: both structs were made by their constructors and stay where they are (boxed); `jpeg` and `buffer` outlive
    // them; `room`, `place` and `length` outlive `jpeg_finish_compress`, which is the last that writes to them; the
    // coefficient arrays belong to `reader`, which is destroyed after `writer` has read them.
    unsafe {
        let (source, target) = (&mut *reader.info, &mut *writer.info);
        let size = c_ulong::try_from(jpeg.len()).unwrap_or(c_ulong::MAX);
        sys::jpeg_mem_src(source, jpeg.as_ptr(), size);
        sys::jpeg_read_header(source, 1);
        let coefficients = sys::jpeg_read_coefficients(source);
        sys::jpeg_mem_dest(target, &raw mut place, &raw mut length);
        (*target.dest).empty_output_buffer = Some(outgrown);
        target.common.client_data = (&raw mut room).cast::<c_void>();
        sys::jpeg_copy_critical_parameters(source, target);
        target.optimize_coding = 1;
        sys::jpeg_write_coefficients(target, coefficients);
        for (marker, content) in segments {
            // A segment of a file is shorter than 64 KiB.
            let length = u32::try_from(content.len()).unwrap_or_default();
            sys::jpeg_write_marker(target, c_int::from(*marker), content.as_ptr(), length);
        }
        sys::jpeg_finish_compress(target);
        sys::jpeg_finish_decompress(source);
    }
    match reader.errors.num_warnings {
        0 => Ok((!room.is_outgrown).then(|| usize::try_from(length).unwrap_or(usize::MAX))),
        #[allow(clippy::useless_conversion, reason = "a C long is shorter on some machines")]
        warnings => Err(i64::from(warnings)),
    }
}

struct Reader {
    info: Box<sys::jpeg_decompress_struct>,
    errors: Box<sys::jpeg_error_mgr>,
}

impl Reader {
    fn new() -> Self {
        // SAFETY: libjpeg's structs are plain data for which zero is valid, and its constructor fills them; `errors` is
        // boxed and lives as long as `info`.
        unsafe {
            let mut errors = unwinding();
            let mut info: Box<sys::jpeg_decompress_struct> = Box::new(std::mem::zeroed());
            info.common.err = &raw mut *errors;
            sys::jpeg_create_decompress(&raw mut *info);
            Self { info, errors }
        }
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        // SAFETY: made by its constructor, destroyed once.
        unsafe { sys::jpeg_destroy_decompress(&mut self.info) }
    }
}

struct Writer {
    info: Box<sys::jpeg_compress_struct>,
    _errors: Box<sys::jpeg_error_mgr>,
}

impl Writer {
    fn new() -> Self {
        // SAFETY: as for the reader.
        unsafe {
            let mut errors = unwinding();
            let mut info: Box<sys::jpeg_compress_struct> = Box::new(std::mem::zeroed());
            info.common.err = &raw mut *errors;
            sys::jpeg_create_compress(&raw mut *info);
            Self { info, _errors: errors }
        }
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        // SAFETY: made by its constructor, destroyed once.
        unsafe { sys::jpeg_destroy_compress(&mut self.info) }
    }
}

/// Errors that unwind in place of `exit`, and warnings that are counted in place of printed.
///
/// # Safety
/// None beyond that of libjpeg's constructor, which fills a struct for which zero is valid.
unsafe fn unwinding() -> Box<sys::jpeg_error_mgr> {
    // SAFETY: as said above.
    unsafe {
        let mut errors: Box<sys::jpeg_error_mgr> = Box::new(std::mem::zeroed());
        sys::jpeg_std_error(&mut errors);
        errors.error_exit = Some(stop);
        errors.emit_message = Some(count);
        errors
    }
}

unsafe extern "C-unwind" fn stop(info: &mut sys::jpeg_common_struct) {
    // SAFETY: libjpeg calls this with the error manager that it was given.
    let number = unsafe { (*info.err).msg_code };
    // Without the panic handler: a damaged picture is no fault of the program.
    std::panic::resume_unwind(Box::new(Stop(number)));
}

unsafe extern "C-unwind" fn count(info: &mut sys::jpeg_common_struct, level: c_int) {
    if level < 0 {
        // SAFETY: as in `stop`.
        unsafe { (*info.err).num_warnings += 1 };
    }
}

/// Lets the encoder go on at the start of the buffer, to its end.
unsafe extern "C-unwind" fn outgrown(info: &mut sys::jpeg_compress_struct) -> sys::boolean {
    // SAFETY: `transcode` put its room there and its destination, and both are there as long as the encoder writes.
    unsafe {
        let room = &mut *info.common.client_data.cast::<Room>();
        room.is_outgrown = true;
        (*info.dest).next_output_byte = room.start;
        (*info.dest).free_in_buffer = room.size;
    }
    1
}
