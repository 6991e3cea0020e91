//! A secret typed on the terminal without being shown.

use crate::error::Error;
use crate::error::Kind;
use anyhow::Context;
use anyhow::Result;
use rustix::termios::LocalModes;
use rustix::termios::OptionalActions;
use rustix::termios::Termios;
use rustix::termios::tcgetattr;
use rustix::termios::tcsetattr;
use std::fs::File;
use std::io::Read;
use std::io::Write;

const INTERRUPT: u8 = 3;
const END: u8 = 4;
const BACKSPACES: [u8; 2] = [8, 127];
const CLEAR: u8 = 21;

/// Gives the terminal its former ways back.
struct Quiet {
    terminal: File,
    before: Termios,
}

impl Drop for Quiet {
    fn drop(&mut self) {
        // A terminal that is gone needs none.
        let _ = tcsetattr(&self.terminal, OptionalActions::Flush, &self.before);
    }
}

/// Asks on the terminal of this process, whatever its input and output are.
///
/// # Errors
/// When there is no terminal (a usage error without a hint), or Ctrl-C was typed.
pub fn ask(prompt: &str) -> Result<String> {
    let terminal = File::options().read(true).write(true).open("/dev/tty");
    let terminal = terminal.map_err(|_| Error::new(Kind::Usage, "there is no terminal to ask on"))?;
    let before = tcgetattr(&terminal).context("look at the terminal")?;
    let mut quiet = before.clone();
    // Letter by letter, so that Ctrl-C cannot end the process before the terminal is itself again.
    quiet.local_modes -= LocalModes::ECHO | LocalModes::ICANON | LocalModes::ISIG;
    tcsetattr(&terminal, OptionalActions::Flush, &quiet).context("hide what is typed")?;
    let mut quiet = Quiet { terminal, before };
    write!(quiet.terminal, "{prompt} ").context("ask on the terminal")?;
    let typed = read(&mut quiet.terminal);
    // The line's end was not shown either.
    let _ = writeln!(quiet.terminal);
    let typed = typed?;
    String::from_utf8(typed).map_err(|_| Error::new(Kind::Usage, "what was typed is not UTF-8").into())
}

fn read(terminal: &mut impl Read) -> Result<Vec<u8>> {
    let mut typed: Vec<u8> = Vec::new();
    let mut byte = [0];
    loop {
        if terminal.read(&mut byte).context("read from the terminal")? == 0 {
            return Ok(typed);
        }
        match byte[0] {
            b'\n' | b'\r' | END => return Ok(typed),
            INTERRUPT => {
                return Err(Error::new(Kind::Interrupted(2), "interrupted: nothing was changed").into());
            }
            CLEAR => typed.clear(),
            one if BACKSPACES.contains(&one) => {
                // A letter of several bytes goes whole.
                while typed.pop().is_some_and(|byte| byte & 0xc0 == 0x80) {}
            }
            one => typed.push(one),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_can_be_corrected_and_given_up() {
        assert_eq!(read(&mut "abé\u{7f}c\n rest".as_bytes()).expect("typed"), b"abc");
        assert_eq!(read(&mut "wrong\u{15}right\r".as_bytes()).expect("typed"), b"right");
        let given_up = read(&mut "abc\u{3}".as_bytes()).expect_err("given up");
        assert!(crate::error::is_interruption(&given_up));
    }
}
