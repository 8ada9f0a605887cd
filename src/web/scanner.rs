//! The virus scanner of the office, if it has one: clamd, by its `INSTREAM` command (clamd(8)). Fails closed: a file that
//! the scanner did not look at is not taken.

use std::io::{Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::time::Duration;

use crate::config::ScannerAddress;
use crate::error::{Error, Result};

/// How long connecting, and each piece sent or read, may take.
const PATIENCE: Duration = Duration::from_secs(20);
/// Bytes that are sent at a time.
const PIECE: usize = 64 << 10;
/// More of an answer is not read.
const ANSWER: u64 = 4 << 10;

/// The scanner, by where it listens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileScanner(pub ScannerAddress);

impl FileScanner {
    /// Whether the scanner has nothing against a file. Blocks.
    pub fn is_clean(&self, bytes: &[u8]) -> Result<bool> {
        let fault = |reason: String| Error::Unavailable(format!("virus scanner: {reason}"));
        let answer = self.ask(bytes).map_err(|e| fault(e.to_string()))?;
        match answer.trim_end_matches(['\0', '\n']) {
            "stream: OK" => Ok(true),
            found if found.ends_with(" FOUND") => Ok(false),
            other => Err(fault(other.to_owned())),
        }
    }

    fn ask(&self, bytes: &[u8]) -> std::io::Result<String> {
        match &self.0 {
            ScannerAddress::Tcp(address) => {
                // A name may have an address at which nobody listens, such as `::1` of `localhost`.
                let mut tried = Err(std::io::ErrorKind::AddrNotAvailable.into());
                for place in address.to_socket_addrs()? {
                    tried = TcpStream::connect_timeout(&place, PATIENCE);
                    if tried.is_ok() {
                        break;
                    }
                }
                let stream = tried?;
                stream.set_read_timeout(Some(PATIENCE))?;
                stream.set_write_timeout(Some(PATIENCE))?;
                exchange(stream, bytes)
            }
            #[cfg(unix)]
            ScannerAddress::Socket(path) => {
                let stream = std::os::unix::net::UnixStream::connect(path)?;
                stream.set_read_timeout(Some(PATIENCE))?;
                stream.set_write_timeout(Some(PATIENCE))?;
                exchange(stream, bytes)
            }
        }
    }
}

/// Sends the file in pieces, each behind its length, and reads the answer.
fn exchange(mut stream: impl Read + Write, bytes: &[u8]) -> std::io::Result<String> {
    stream.write_all(b"zINSTREAM\0")?;
    for piece in bytes.chunks(PIECE) {
        let length = u32::try_from(piece.len()).map_err(std::io::Error::other)?;
        stream.write_all(&length.to_be_bytes())?;
        stream.write_all(piece)?;
    }
    stream.write_all(&0u32.to_be_bytes())?;
    let mut answer = String::new();
    stream.take(ANSWER).read_to_string(&mut answer)?;
    Ok(answer)
}
