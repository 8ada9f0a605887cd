//! A file encrypted piece by piece with XChaCha20-Poly1305: the STREAM construction (Hoang, Reyhanitabar, Rogaway, Vizár
//! 2015). The nonce of a piece is a random prefix, its number, and whether it is the last, so that pieces can be neither
//! exchanged nor left out, and one is read without those before it.

use std::io::{Error as IoError, ErrorKind, Read, Result as IoResult, Seek, SeekFrom, Write};

use chacha20poly1305::aead::Aead;
use chacha20poly1305::{XChaCha20Poly1305, XNonce};

use super::key::{KEY_ID, SealingKey, field_key_id};

const PREFIX: usize = 19;
const HEADER: usize = 32 + KEY_ID + PREFIX;
/// Bytes of a piece before it is encrypted.
const PIECE: usize = 1 << 16;
/// By how much a piece grows.
const TAG: usize = 16;

/// What is encrypted; it stands at the beginning of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SealedKind {
    Backup,
    /// A paper, or whatever else people uploaded.
    Attachment,
}

impl SealedKind {
    fn magic(self) -> &'static [u8; 32] {
        match self {
            SealedKind::Backup => b"ngoaivu-backup xchacha20 form 1\n",
            SealedKind::Attachment => b"ngoaivu-paper xchacha20 form 01\n",
        }
    }
}

fn damaged() -> IoError {
    IoError::new(ErrorKind::InvalidData, "a piece cannot be decrypted")
}

fn nonce(prefix: &[u8; PREFIX], number: u64, last: bool) -> IoResult<XNonce> {
    let number =
        u32::try_from(number).map_err(|_| IoError::new(ErrorKind::FileTooLarge, "too long to be encrypted"))?;
    let mut nonce = [0; PREFIX + 5];
    let parts = prefix.iter().copied().chain(number.to_be_bytes()).chain([u8::from(last)]);
    nonce.iter_mut().zip(parts).for_each(|(to, byte)| *to = byte);
    Ok(nonce.into())
}

/// Writes so many bytes of something encrypted.
pub fn encrypt(
    kind: SealedKind,
    plain: &mut impl Read,
    bytes: u64,
    to: &mut impl Write,
    key: &SealingKey,
) -> IoResult<()> {
    let (cipher, prefix) = (key.cipher(), rand::random::<[u8; PREFIX]>());
    to.write_all(kind.magic())?;
    to.write_all(&key.id())?;
    to.write_all(&prefix)?;
    let mut left = bytes;
    for number in 0.. {
        let bytes = left.min(PIECE as u64);
        left -= bytes;
        let mut piece = Vec::with_capacity(PIECE);
        (&mut *plain).take(bytes).read_to_end(&mut piece)?;
        let sealed = cipher.encrypt(&nonce(&prefix, number, left == 0)?, piece.as_slice()).map_err(|_| damaged())?;
        to.write_all(&sealed)?;
        if left == 0 {
            break;
        }
    }
    Ok(())
}

/// Whether a file is encrypted, and if so, with which key and prefix.
#[derive(Clone, Copy)]
pub enum Envelope {
    Plain,
    Encrypted { key_id: [u8; KEY_ID], prefix: [u8; PREFIX] },
}

impl Envelope {
    /// Whether a file is encrypted by this key.
    pub fn is_by(&self, key: &SealingKey) -> bool {
        matches!(self, Envelope::Encrypted { key_id, .. } if *key_id == key.id())
    }

    /// Whether a file is encrypted by the key of this id, as field keys are called.
    pub fn names(&self, id: &str) -> bool {
        matches!(self, Envelope::Encrypted { key_id, .. } if field_key_id(key_id) == id)
    }

    /// Reads the beginning of a file, and goes back to it.
    pub fn of(kind: SealedKind, file: &mut (impl Read + Seek)) -> IoResult<Self> {
        let mut header = Vec::with_capacity(HEADER);
        file.take(HEADER as u64).read_to_end(&mut header)?;
        file.seek(SeekFrom::Start(0))?;
        let parts = header.strip_prefix(kind.magic()).and_then(|rest| rest.split_first_chunk::<KEY_ID>());
        Ok(match parts.and_then(|(id, rest)| Some((*id, *rest.first_chunk::<PREFIX>()?))) {
            Some((key_id, prefix)) => Envelope::Encrypted { key_id, prefix },
            None => Envelope::Plain,
        })
    }
}

/// Reads what was encrypted, from any place in it.
pub struct Decrypted<R> {
    from: R,
    cipher: XChaCha20Poly1305,
    prefix: [u8; PREFIX],
    pieces: u64,
    bytes: u64,
    at: u64,
    /// The piece that was read last, and its number.
    open: Option<(u64, Vec<u8>)>,
}

impl<R> Decrypted<R> {
    /// Bytes before they were encrypted.
    pub fn length(&self) -> u64 {
        self.bytes
    }
}

impl<R: Read + Seek> Decrypted<R> {
    /// `None` if the file was encrypted with another key.
    pub fn new(mut from: R, key: &SealingKey, key_id: [u8; KEY_ID], prefix: [u8; PREFIX]) -> IoResult<Option<Self>> {
        if key.id() != key_id {
            return Ok(None);
        }
        let whole = from.seek(SeekFrom::End(0))?.saturating_sub(HEADER as u64);
        let pieces = whole.div_ceil((PIECE + TAG) as u64);
        let bytes = whole.checked_sub(pieces * TAG as u64).filter(|_| pieces > 0).ok_or_else(damaged)?;
        let mut found = Decrypted { from, cipher: key.cipher(), prefix, pieces, bytes, at: 0, open: None };
        // Of nothing, nobody would read the piece that says so.
        if bytes == 0 {
            found.piece(0)?;
        }
        Ok(Some(found))
    }

    fn piece(&mut self, number: u64) -> IoResult<&[u8]> {
        if self.open.as_ref().is_none_or(|(open, _)| *open != number) {
            self.from.seek(SeekFrom::Start(HEADER as u64 + number * (PIECE + TAG) as u64))?;
            let mut sealed = Vec::with_capacity(PIECE + TAG);
            (&mut self.from).take((PIECE + TAG) as u64).read_to_end(&mut sealed)?;
            let nonce = nonce(&self.prefix, number, number + 1 == self.pieces)?;
            let piece = self.cipher.decrypt(&nonce, sealed.as_slice()).map_err(|_| damaged())?;
            self.open = Some((number, piece));
        }
        Ok(self.open.as_ref().map_or(&[], |(_, piece)| piece))
    }
}

impl<R: Read + Seek> Read for Decrypted<R> {
    fn read(&mut self, room: &mut [u8]) -> IoResult<usize> {
        if self.at >= self.bytes || room.is_empty() {
            return Ok(0);
        }
        let within = usize::try_from(self.at % PIECE as u64).unwrap_or(0);
        let rest = self.piece(self.at / PIECE as u64)?.get(within..).unwrap_or_default();
        let mut copied = 0;
        room.iter_mut().zip(rest).for_each(|(to, byte)| {
            *to = *byte;
            copied += 1;
        });
        self.at += copied as u64;
        Ok(copied)
    }
}

/// Where to go in an archive of so many bytes, from a place in it.
pub fn sought(to: SeekFrom, at: u64, bytes: u64) -> IoResult<u64> {
    let place = match to {
        SeekFrom::Start(place) => Some(place),
        SeekFrom::Current(by) => at.checked_add_signed(by),
        SeekFrom::End(by) => bytes.checked_add_signed(by),
    };
    place.filter(|place| *place <= bytes).ok_or_else(|| ErrorKind::InvalidInput.into())
}

impl<R: Read + Seek> Seek for Decrypted<R> {
    fn seek(&mut self, to: SeekFrom) -> IoResult<u64> {
        self.at = sought(to, self.at, self.bytes)?;
        Ok(self.at)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    #[test]
    fn what_was_encrypted_is_read_from_any_place_and_nothing_of_it_can_be_moved() {
        let key = SealingKey::parse(&SealingKey::make()).unwrap();
        for length in [0, 1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE] {
            let plain: Vec<u8> = (0..length).map(|n| (n * 7 % 251) as u8).collect();
            let mut sealed = Vec::new();
            encrypt(SealedKind::Backup, &mut plain.as_slice(), length as u64, &mut sealed, &key).unwrap();
            let open = |sealed: &[u8], key: &SealingKey| {
                let mut from = Cursor::new(sealed.to_vec());
                let Envelope::Encrypted { key_id, prefix } = Envelope::of(SealedKind::Backup, &mut from).unwrap()
                else {
                    panic!("plain")
                };
                Decrypted::new(from, key, key_id, prefix)
            };
            let read = |sealed: &[u8]| {
                let mut found = Vec::new();
                open(sealed, &key)?.unwrap().read_to_end(&mut found).map(|_| found)
            };
            assert!(read(&sealed).unwrap() == plain, "{length}");
            let (mut middle, at) = (open(&sealed, &key).unwrap().unwrap(), length / 2);
            middle.seek(SeekFrom::End(-(at as i64))).unwrap();
            let mut rest = Vec::new();
            middle.read_to_end(&mut rest).unwrap();
            assert!(rest == plain[length - at..], "{length}");
            assert!(open(&sealed, &SealingKey::parse(&SealingKey::make()).unwrap()).unwrap().is_none(), "another key");
            let mut flipped = sealed.clone();
            *flipped.last_mut().unwrap() ^= 1;
            assert!(read(&flipped).is_err());
            if length > 2 * PIECE {
                // Without the last piece, and with two exchanged.
                assert!(read(&sealed[..HEADER + 2 * (PIECE + TAG)]).is_err());
                let mut exchanged = sealed.clone();
                exchanged[HEADER..HEADER + 2 * (PIECE + TAG)].rotate_left(PIECE + TAG);
                assert!(read(&exchanged).is_err());
            }
        }
    }
}
