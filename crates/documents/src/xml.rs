//! Reads the XML of a part, event by event, without holding the part in memory. Pure.

use std::io::{BufRead, BufReader, Cursor, Read};

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

/// Maximum bytes of a part in UTF-16, which is decoded as a whole; no office program writes such parts.
const MAX_DECODED: u64 = 16 << 20;

/// Calls `on` with each event of a part in UTF-8, or in UTF-16 with its byte order mark (ISO/IEC 29500-2 6.2.5). An error
/// says why the part is broken.
pub(crate) fn each_event(mut part: impl Read, on: &mut dyn FnMut(Event)) -> Result<(), String> {
    let mut start = Vec::new();
    part.by_ref().take(2).read_to_end(&mut start).map_err(|e| e.to_string())?;
    let decode: fn([u8; 2]) -> u16 = match start.as_slice() {
        [0xff, 0xfe] => u16::from_le_bytes,
        [0xfe, 0xff] => u16::from_be_bytes,
        _ => return events(BufReader::new(Cursor::new(start).chain(part)), on),
    };
    let mut bytes = Vec::new();
    part.take(MAX_DECODED + 1).read_to_end(&mut bytes).map_err(|e| e.to_string())?;
    if bytes.len() as u64 > MAX_DECODED {
        return Err("a part in UTF-16 is too large".into());
    }
    let units = bytes.chunks_exact(2).filter_map(|pair| pair.try_into().ok().map(decode));
    let text: String = char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect();
    events(text.as_bytes(), on)
}

fn events(part: impl BufRead, on: &mut dyn FnMut(Event)) -> Result<(), String> {
    let mut reader = Reader::from_reader(part);
    reader.config_mut().check_end_names = false;
    let mut buffer = Vec::new();
    loop {
        buffer.clear();
        match reader.read_event_into(&mut buffer).map_err(|e| e.to_string())? {
            Event::Eof => return Ok(()),
            event => on(event),
        }
    }
}

/// The value of an attribute, whatever the prefix of its name.
pub(crate) fn attribute(element: &BytesStart, name: &str) -> Option<String> {
    let found = element.attributes().with_checks(false).flatten().find(|a| a.key.local_name().as_ref() == name)?;
    Some(unescaped(&found.value))
}

/// A text without its escapes; what is wrongly escaped stays as it is.
pub(crate) fn unescaped(text: &str) -> String {
    quick_xml::escape::unescape(text).map_or_else(|_| text.to_owned(), |plain| plain.into_owned())
}
