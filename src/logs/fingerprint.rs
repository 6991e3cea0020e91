//! Short names for long content, the same in every version of sitekeep: they are kept in the state.

/// Bytes at the start of a log by which it is recognised, whatever its name and inode have become.
pub(super) const HEAD_LENGTH: usize = 1024;

/// FNV-1a in 128 bits, as hexadecimal (<http://www.isthe.com/chongo/tech/comp/fnv/>).
pub(super) fn fingerprint(bytes: &[u8]) -> String {
    let mut hash: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
    for &byte in bytes {
        hash ^= u128::from(byte);
        hash = hash.wrapping_mul(0x0000_0000_0100_0000_0000_0000_0000_013b);
    }
    format!("{hash:032x}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fingerprint_is_the_published_one() {
        assert_eq!(fingerprint(b""), "6c62272e07bb014262b821756295c58d");
        assert_eq!(fingerprint(b"foobar"), "343e1662793c64bf6f0d3597ba446f18");
    }
}
