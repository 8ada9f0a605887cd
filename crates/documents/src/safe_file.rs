//! What a file must not bring into an office: content that runs, a second file inside, more than it seems to hold. Pure.
//!
//! A picture loses what it says of its maker and place; every other file stays as it is, or is refused. What cannot be
//! looked through is refused, too.

use std::io::{Cursor, Read};

use flate2::read::ZlibDecoder;
use img_parts::jpeg::Jpeg;
use img_parts::png::Png;
use img_parts::{Bytes, ImageEXIF};
use quick_xml::events::{BytesStart, Event};
use zip::ZipArchive;

use crate::xml::{attribute, each_event};

/// What a file is, by its first bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileKind {
    Pdf,
    Png,
    Jpeg,
    /// DOCX, XLSX and other packages of XML parts (ISO/IEC 29500-2).
    Package,
}

impl FileKind {
    pub fn of(bytes: &[u8]) -> Option<Self> {
        let starts: [(&[u8], FileKind); 4] = [
            (b"%PDF-", FileKind::Pdf),
            (b"\x89PNG\r\n\x1a\n", FileKind::Png),
            (b"\xff\xd8\xff", FileKind::Jpeg),
            (b"PK\x03\x04", FileKind::Package),
        ];
        starts.into_iter().find(|(start, _)| bytes.starts_with(start)).map(|(_, kind)| kind)
    }
}

/// Why a file is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum UnsafeFile {
    #[error("it holds something that runs when it is opened: {0}")]
    Active(&'static str),
    #[error("a second file is hidden in it")]
    TwoInOne,
    #[error("it is too large when it is unpacked or shown")]
    TooLarge,
    #[error("it is locked with a password")]
    Locked,
    #[error("it is broken")]
    Broken,
}

/// Maximum bytes of a package when unpacked.
const UNPACKED: u64 = 100 << 20;
/// Maximum bytes of a PDF's packed lists of objects.
const LISTS: u64 = 32 << 20;
/// Maximum bytes that one byte of a package may become.
const RATIO: u64 = 100;
const PARTS: usize = 1_000;
/// Maximum pixels of a picture: an A3 sheet at 600 dots an inch has 70 million.
const PIXELS: u64 = 120_000_000;

/// The file as it may be kept. A kind that is not known is not looked at.
pub fn made_safe(bytes: Vec<u8>) -> Result<Vec<u8>, UnsafeFile> {
    let kind = FileKind::of(&bytes);
    if kind.is_some_and(|kind| kind != FileKind::Package) && ends_as_archive(&bytes) {
        return Err(UnsafeFile::TwoInOne);
    }
    match kind {
        Some(FileKind::Pdf) => pdf(&bytes).map(|()| bytes),
        Some(FileKind::Package) => package(&bytes).map(|()| bytes),
        Some(FileKind::Png) => png(bytes),
        Some(FileKind::Jpeg) => jpeg(bytes),
        None => Ok(bytes),
    }
}

/// Whether an unpacker would find an archive in it: it looks for the record that ends one, from the end.
fn ends_as_archive(bytes: &[u8]) -> bool {
    const RECORD: usize = 22;
    const COMMENT: usize = 1 << 16;
    let tail = bytes.get(bytes.len().saturating_sub(RECORD + COMMENT)..).unwrap_or_default();
    tail.windows(RECORD).any(|record| record.starts_with(b"PK\x05\x06"))
}

/// Values of a PDF by which something runs or another file comes along, each behind the key that it must stand behind
/// (ISO 32000-2 7.11.4, 12.6.4, 13.7): an address in a text may have the same words.
const ACTIVE: [(&str, &str); 5] =
    [("S", "JavaScript"), ("S", "Launch"), ("S", "ImportData"), ("Subtype", "RichMedia"), ("Type", "EmbeddedFile")];
/// Keys that have such values.
const ACTIVE_KEYS: [&str; 2] = ["XFA", "EmbeddedFiles"];
/// Most packed lists of objects that are looked through; a page or two make one.
const MOST_LISTS: usize = 10_000;
/// A dictionary of such a list is a few dozen bytes.
const DICTIONARY: usize = 4 << 10;

fn pdf(bytes: &[u8]) -> Result<(), UnsafeFile> {
    let head = bytes.get(..bytes.len().min(1_024)).unwrap_or_default().to_ascii_lowercase();
    if [b"<html".as_slice(), b"<script", b"<!doctype"].iter().any(|mark| find(&head, mark).is_some()) {
        return Err(UnsafeFile::TwoInOne);
    }
    let mut lists = Vec::new();
    each_name(bytes, &mut |before, name, behind| {
        // Lists of objects that are packed (7.5.7).
        if name == "ObjStm" && before == "Type" {
            lists.push(behind);
        }
        let encrypted = name == "Encrypt" && begins_value(bytes, behind);
        if encrypted { Err(UnsafeFile::Locked) } else { refuse_active(bytes, before, name, behind) }
    })?;
    if lists.len() > MOST_LISTS {
        return Err(UnsafeFile::TooLarge);
    }
    // Each list is read once, so that all of them together are not longer than the file; some may overlap.
    let mut budget = (LISTS, bytes.len().saturating_mul(4));
    for list in lists {
        let unpacked = unpacked_list(bytes, list, &mut budget)?;
        each_name(&unpacked, &mut |before, name, behind| refuse_active(&unpacked, before, name, behind))?;
    }
    Ok(())
}

/// `before` is the name that this one is the value of, or `obj` for an object that is nothing else.
fn refuse_active(bytes: &[u8], before: &str, name: &str, behind: usize) -> Result<(), UnsafeFile> {
    let is_value = |(key, value): &&(&str, &str)| *value == name && (*key == before || before == "obj");
    if let Some((_, told)) = ACTIVE.iter().find(is_value) {
        return Err(UnsafeFile::Active(told));
    }
    match ACTIVE_KEYS.iter().find(|key| **key == name && begins_value(bytes, behind)) {
        Some(told) => Err(UnsafeFile::Active(told)),
        None => Ok(()),
    }
}

/// Whether what follows a key is a reference, a list or a dictionary.
fn begins_value(bytes: &[u8], at: usize) -> bool {
    let rest = bytes.get(at..).unwrap_or_default();
    let next = rest.iter().take(DICTIONARY).find(|byte| !byte.is_ascii_whitespace());
    next.is_some_and(|byte| byte.is_ascii_digit() || matches!(byte, b'[' | b'<'))
}

/// The objects of the packed list in whose dictionary a place is. Nothing, if no list is there.
fn unpacked_list(bytes: &[u8], at: usize, (out, read): &mut (u64, usize)) -> Result<Vec<u8>, UnsafeFile> {
    let ahead = bytes.get(at..bytes.len().min(at + DICTIONARY)).unwrap_or_default();
    let Some(end) = find(ahead, b"stream") else { return Ok(Vec::new()) };
    // Keys stand in any order, before and behind.
    let back = bytes.get(at.saturating_sub(DICTIONARY)..at).unwrap_or_default();
    let begin = back.windows(3).rposition(|word| word == b"obj").unwrap_or(0);
    let dictionary = [back.get(begin..).unwrap_or_default(), ahead.get(..end).unwrap_or_default()].concat();
    let (mut packed, mut odd) = (false, false);
    each_name(&dictionary, &mut |_, name, _| {
        packed |= name == "Filter";
        odd |= matches!(name, "DecodeParms" | "Predictor" | "Crypt");
        Ok(())
    })?;
    if odd {
        return Err(UnsafeFile::Broken);
    }
    // The mark is followed by a line feed, or by a carriage return and one (7.3.8.1).
    let stream = bytes.get(at + end + 6..).unwrap_or_default();
    let stream = stream.strip_prefix(b"\r").unwrap_or(stream);
    let stream = stream.strip_prefix(b"\n").unwrap_or(stream);
    let stream = stream.get(..stream.len().min(*read)).unwrap_or_default();
    let stream = stream.get(..find(stream, b"endstream").unwrap_or(stream.len())).unwrap_or_default();
    *read = read.checked_sub(stream.len()).filter(|left| *left > 0).ok_or(UnsafeFile::TooLarge)?;
    let mut unpacked = Vec::new();
    if packed {
        ZlibDecoder::new(stream).take(*out + 1).read_to_end(&mut unpacked).map_err(|_| UnsafeFile::Broken)?;
    } else {
        unpacked.extend(stream);
    }
    *out = out.checked_sub(unpacked.len() as u64).ok_or(UnsafeFile::TooLarge)?;
    Ok(unpacked)
}

/// Calls `on` with each name of a PDF as it is meant (`/J#61va` is `Java`, 7.3.5), with the word that stands directly before
/// it – another name, or `obj` – and with the place behind it.
fn each_name(bytes: &[u8], on: &mut dyn FnMut(&str, &str, usize) -> Result<(), UnsafeFile>) -> Result<(), UnsafeFile> {
    /// Longer names mean nothing to anybody.
    const LONGEST: usize = 64;
    let (mut at, mut before, mut ended) = (0, String::new(), 0);
    while let Some(next) = bytes.get(at..).and_then(|rest| rest.iter().position(|byte| *byte == b'/')) {
        let between = bytes.get(ended..at + next).unwrap_or_default();
        at += next + 1;
        let mut name = String::new();
        while let Some(byte) = bytes.get(at).copied().filter(|byte| byte.is_ascii_graphic()) {
            if b"()<>[]{}/%".contains(&byte) || name.len() >= LONGEST {
                break;
            }
            let escaped = (byte == b'#')
                .then(|| bytes.get(at + 1..at + 3))
                .flatten()
                .and_then(|digits| u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok());
            name.push(char::from(escaped.unwrap_or(byte)));
            at += if escaped.is_some() { 3 } else { 1 };
        }
        if !between.iter().all(u8::is_ascii_whitespace) {
            let word = between.trim_ascii_end();
            before = if word.ends_with(b"obj") { "obj".to_owned() } else { String::new() };
        }
        on(&before, &name, at)?;
        (before, ended) = (name, at);
    }
    Ok(())
}

fn find(bytes: &[u8], what: &[u8]) -> Option<usize> {
    bytes.windows(what.len()).position(|window| window == what)
}

/// Words in the names of parts that run, or that nobody can look through.
const ACTIVE_PARTS: [(&str, &str); 5] = [
    ("vbaproject", "macro"),
    ("vbadata", "macro"),
    ("macrosheets/", "macro"),
    ("activex", "ActiveX"),
    ("embeddings/oleobject", "OLE"),
];

/// Kinds of relations that fetch something when the document is opened.
const FETCHING: [&str; 4] = ["attachedTemplate", "oleObject", "frame", "subDocument"];

fn package(bytes: &[u8]) -> Result<(), UnsafeFile> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| UnsafeFile::Broken)?;
    if archive.len() > PARTS {
        return Err(UnsafeFile::TooLarge);
    }
    let mut left = UNPACKED.min(RATIO * bytes.len() as u64);
    for at in 0..archive.len() {
        let part = archive.by_index(at).map_err(|_| UnsafeFile::Broken)?;
        let name = part.name().map_err(|_| UnsafeFile::Broken)?.to_ascii_lowercase();
        if part.is_symlink() || part.enclosed_name().is_none() {
            return Err(UnsafeFile::Broken);
        }
        if let Some((_, told)) = ACTIVE_PARTS.iter().find(|(word, _)| name.contains(word)) {
            return Err(UnsafeFile::Active(told));
        }
        // What a part says of its size may be wrong: it is unpacked to know.
        let mut part = part.take(left + 1);
        let relations = name.ends_with(".rels");
        if relations || name == "[content_types].xml" {
            let mut found = Ok(());
            let read = each_event(&mut part, &mut |event| {
                if let Event::Start(element) | Event::Empty(element) = event {
                    found = found.and_then(|()| refuse_fetching(&element));
                }
            });
            found?;
            // What was cut at the limit is broken for the reader.
            read.map_err(|_| if part.limit() == 0 { UnsafeFile::TooLarge } else { UnsafeFile::Broken })?;
        }
        std::io::copy(&mut part, &mut std::io::sink()).map_err(|_| UnsafeFile::Broken)?;
        left = part.limit().checked_sub(1).ok_or(UnsafeFile::TooLarge)?;
    }
    Ok(())
}

/// Refuses a relation that fetches, and the content type of a document with macros.
fn refuse_fetching(element: &BytesStart) -> Result<(), UnsafeFile> {
    let value = |name: &str| attribute(element, name).unwrap_or_default();
    if value("ContentType").to_ascii_lowercase().contains("macroenabled") {
        return Err(UnsafeFile::Active("macro"));
    }
    let kind = value("Type");
    let fetches = FETCHING.iter().any(|word| kind.rsplit('/').next() == Some(*word));
    if fetches && value("TargetMode").eq_ignore_ascii_case("external") && !is_local(&value("Target")) {
        return Err(UnsafeFile::Active("link"));
    }
    Ok(())
}

/// Whether a target is on the disk of whoever opens the document: Word names the template there that it was made from.
fn is_local(target: &str) -> bool {
    let drive =
        |path: &str| path.as_bytes().first().is_some_and(u8::is_ascii_alphabetic) && path.get(1..2) == Some(":");
    let path = target.strip_prefix("file:///").unwrap_or(target);
    drive(path) || !(path.contains(':') || path.starts_with(['\\', '/']))
}

fn few_pixels(width: u32, height: u32) -> Result<(), UnsafeFile> {
    if u64::from(width) * u64::from(height) > PIXELS { Err(UnsafeFile::TooLarge) } else { Ok(()) }
}

/// A picture that cannot be taken apart: a viewer may still show what is left of it, so that it must tell nothing.
fn untold(bytes: Vec<u8>) -> Result<Vec<u8>, UnsafeFile> {
    let told = [b"Exif\0".as_slice(), b"eXIf", b"tEXt", b"zTXt", b"iTXt", b"http://ns.adobe.com/xap"];
    if told.iter().any(|mark| find(&bytes, mark).is_some()) { Err(UnsafeFile::Broken) } else { Ok(bytes) }
}

/// Chunks of a PNG with texts, places and times (PNG 3rd edition 11.3); a picture looks the same without them.
const TOLD_IN_PNG: [[u8; 4]; 5] = [*b"tEXt", *b"zTXt", *b"iTXt", *b"eXIf", *b"tIME"];

fn png(bytes: Vec<u8>) -> Result<Vec<u8>, UnsafeFile> {
    let mut picture = match Png::from_bytes(Bytes::from(bytes.clone())) {
        Ok(picture) => picture,
        Err(_) => return untold(bytes),
    };
    let header = picture.chunk_by_type(*b"IHDR").map(|chunk| chunk.contents().clone()).ok_or(UnsafeFile::Broken)?;
    let side = |at: usize| Some(u32::from_be_bytes(header.get(at..at + 4)?.try_into().ok()?));
    let (width, height) = side(0).zip(side(4)).ok_or(UnsafeFile::Broken)?;
    few_pixels(width, height)?;
    picture.chunks_mut().retain(|chunk| !TOLD_IN_PNG.contains(&chunk.kind()));
    Ok(picture.encoder().bytes().to_vec())
}

/// Markers of a JPEG (ISO/IEC 10918-1 B.1.1.3).
mod marker {
    /// JFIF, colour profile, Adobe: how the picture looks.
    pub const LOOKS: [u8; 3] = [0xe0, 0xe2, 0xee];
    pub const APPLICATION: std::ops::RangeInclusive<u8> = 0xe0..=0xef;
    pub const COMMENT: u8 = 0xfe;
    pub const SCAN: u8 = 0xda;
    pub const END: u8 = 0xd9;
    pub const FRAME: std::ops::RangeInclusive<u8> = 0xc0..=0xcf;
    /// In the range of frames, but none: tables, and a reserved one.
    pub const NO_FRAME: [u8; 3] = [0xc4, 0xc8, 0xcc];
}

fn jpeg(bytes: Vec<u8>) -> Result<Vec<u8>, UnsafeFile> {
    let mut picture = match Jpeg::from_bytes(Bytes::from(bytes.clone())) {
        Ok(picture) => picture,
        Err(_) => return untold(bytes),
    };
    let is_frame = |kind: u8| marker::FRAME.contains(&kind) && !marker::NO_FRAME.contains(&kind);
    for frame in picture.segments().iter().filter(|segment| is_frame(segment.marker())) {
        let side = |at: usize| Some(u32::from(u16::from_be_bytes(frame.contents().get(at..at + 2)?.try_into().ok()?)));
        let (height, width) = side(1).zip(side(3)).ok_or(UnsafeFile::Broken)?;
        few_pixels(width, height)?;
    }
    let turned = picture.exif().and_then(|told| orientation(&told));
    picture.segments_mut().retain(|segment| !is_told(segment.marker(), segment.contents()));
    if let Some(turned) = turned {
        picture.set_exif(Some(Bytes::from(only_orientation(turned).to_vec())));
    }
    Ok(without_rest(&picture.encoder().bytes()))
}

/// Whether a segment tells something that the picture does not show; so does a list of further pictures (MPF).
fn is_told(kind: u8, contents: &[u8]) -> bool {
    let shown = marker::LOOKS.contains(&kind) && !contents.starts_with(b"MPF\0");
    kind == marker::COMMENT || (marker::APPLICATION.contains(&kind) && !shown)
}

/// A JPEG up to its end, without segments between its scans that tell something: behind the end phones put further pictures,
/// and anybody anything.
fn without_rest(bytes: &[u8]) -> Vec<u8> {
    let mut kept = bytes.get(..2).unwrap_or_default().to_vec();
    let mut at = 2;
    let mut in_scan = false;
    while let Some(byte) = bytes.get(at).copied() {
        let kind = bytes.get(at + 1).copied().filter(|_| byte == 0xff);
        match kind {
            Some(marker::END) => {
                kept.extend([0xff, marker::END]);
                return kept;
            }
            // In a scan: an escaped byte, a mark of its lines, or a byte of it.
            Some(0 | 0xd0..=0xd7) | None if in_scan => {
                let long = if kind.is_some() { 2 } else { 1 };
                kept.extend(bytes.get(at..at + long).unwrap_or_default());
                at += long;
            }
            // Fill bytes.
            Some(0xff) => at += 1,
            Some(kind) => {
                let length = bytes.get(at + 2..at + 4).and_then(|two| two.try_into().ok()).map(u16::from_be_bytes);
                let end = at + 2 + usize::from(length.unwrap_or(2)).max(2);
                let segment = bytes.get(at..end.min(bytes.len())).unwrap_or_default();
                // Only the orientation is left of what was told before the first scan.
                if !in_scan || !is_told(kind, segment.get(4..).unwrap_or_default()) {
                    kept.extend(segment);
                }
                in_scan |= kind == marker::SCAN;
                at = end;
            }
            None => at += 1,
        }
    }
    kept
}

/// How a picture is to be turned, by its first directory (Exif 3.0 4.6.5, tag 274); `None` if it lies as it is.
fn orientation(told: &[u8]) -> Option<u8> {
    let little = told.starts_with(b"II");
    let short = |at: usize| {
        let two: [u8; 2] = told.get(at..at + 2)?.try_into().ok()?;
        Some(if little { u16::from_le_bytes(two) } else { u16::from_be_bytes(two) })
    };
    let (high, low) = if little { (short(6)?, short(4)?) } else { (short(4)?, short(6)?) };
    let directory = usize::from(high) << 16 | usize::from(low);
    let entries = usize::from(short(directory)?);
    let entry = (0..entries).map(|n| directory + 2 + 12 * n).find(|at| short(*at) == Some(274))?;
    u8::try_from(short(entry + 8)?).ok().filter(|turned| (2..=8).contains(turned))
}

/// A directory with this one entry.
fn only_orientation(turned: u8) -> [u8; 26] {
    let mut told = *b"MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\0\0\0\0\0\0\0";
    if let Some(place) = told.get_mut(19) {
        *place = turned;
    }
    told
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::ZlibEncoder;
    use img_parts::jpeg::JpegSegment;
    use img_parts::png::PngChunk;
    use proptest::prelude::*;
    use zip::ZipWriter;
    use zip::write::SimpleFileOptions;

    use super::*;

    fn pdf_with(objects: &str) -> Vec<u8> {
        format!("%PDF-1.7\n1 0 obj\n<< /Type /Catalog {objects} >>\nendobj\ntrailer << /Root 1 0 R >>\n%%EOF\n")
            .into_bytes()
    }

    fn pdf_with_list(objects: &str) -> Vec<u8> {
        let mut packed = ZlibEncoder::new(Vec::new(), Compression::best());
        packed.write_all(objects.as_bytes()).unwrap();
        let mut file =
            b"%PDF-1.7\n2 0 obj\n<< /Type /ObjStm /N 1 /First 4 /Filter /FlateDecode >>\nstream\r\n".to_vec();
        file.extend(packed.finish().unwrap());
        file.extend(b"\nendstream\nendobj\n%%EOF\n");
        file
    }

    /// As Adobe writes it: keys in the order of the alphabet.
    fn pdf_with_sorted_list(objects: &str, more: &str) -> Vec<u8> {
        let mut packed = ZlibEncoder::new(Vec::new(), Compression::best());
        packed.write_all(objects.as_bytes()).unwrap();
        let mut file =
            format!("%PDF-1.7\n7 0 obj\n<<{more}/F#69lter/FlateDecode/First 4/N 1/Type/ObjStm>>stream\n").into_bytes();
        file.extend(packed.finish().unwrap());
        file.extend(b"\nendstream\nendobj\n%%EOF\n");
        file
    }

    fn package_of(parts: &[(&str, &str)]) -> Vec<u8> {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, text) in parts {
            writer.start_file(*name, SimpleFileOptions::default()).unwrap();
            writer.write_all(text.as_bytes()).unwrap();
        }
        writer.finish().unwrap().into_inner()
    }

    fn png_of(width: u32, height: u32, more: &[PngChunk]) -> Vec<u8> {
        let mut header = [width.to_be_bytes(), height.to_be_bytes()].concat();
        header.extend([8, 0, 0, 0, 0]);
        let mut chunks = vec![PngChunk::new(*b"IHDR", Bytes::from(header))];
        chunks.extend(more.iter().cloned());
        chunks.push(PngChunk::new(*b"IDAT", Bytes::from_static(b"pixels")));
        chunks.push(PngChunk::new(*b"IEND", Bytes::new()));
        let mut file = b"\x89PNG\r\n\x1a\n".to_vec();
        for chunk in chunks {
            file.extend(chunk.encoder().bytes());
        }
        file
    }

    fn jpeg_of(width: u16, height: u16, exif: Option<&[u8]>) -> Vec<u8> {
        let mut frame = vec![8];
        frame.extend(height.to_be_bytes());
        frame.extend(width.to_be_bytes());
        frame.extend([1, 1, 0x11, 0]);
        let mut file = b"\xff\xd8".to_vec();
        let mut segments =
            vec![JpegSegment::new_with_contents(0xe0, Bytes::from_static(b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0"))];
        segments
            .extend(exif.map(|told| JpegSegment::new_with_contents(0xe1, Bytes::from([b"Exif\0\0", told].concat()))));
        segments.push(JpegSegment::new_with_contents(0xfe, Bytes::from_static(b"made by CANARY")));
        segments.push(JpegSegment::new_with_contents(0xc0, Bytes::from(frame)));
        for segment in segments {
            file.extend(segment.encoder().bytes());
        }
        file.extend(b"\xff\xda\0\x08\x01\x01\0\0\x3f\0lines of the picture\xff\xd9");
        file
    }

    #[test]
    fn a_pdf_that_runs_hides_or_is_locked_is_not_taken() {
        for active in [
            "/OpenAction << /S /JavaScript /JS (app.alert(1)) >>",
            "/AA << /O << /S /J#61vaScript >> >>",
            "/A << /S /Launch /F (cmd.exe) >>",
        ] {
            assert!(matches!(made_safe(pdf_with(active)), Err(UnsafeFile::Active(_))), "{active}");
            assert!(matches!(made_safe(pdf_with_list(active)), Err(UnsafeFile::Active(_))), "packed: {active}");
            assert!(
                matches!(made_safe(pdf_with_sorted_list(active, "")), Err(UnsafeFile::Active(_))),
                "sorted: {active}"
            );
        }
        assert_eq!(made_safe(pdf_with("/Encrypt 5 0 R")), Err(UnsafeFile::Locked));
        let mut two = pdf_with("");
        two.extend(package_of(&[("a.txt", "hello")]));
        assert_eq!(made_safe(two), Err(UnsafeFile::TwoInOne));
        assert_eq!(made_safe(b"%PDF-1.7\n<html><script>x</script>".to_vec()), Err(UnsafeFile::TwoInOne));
        assert_eq!(
            made_safe(pdf_with_sorted_list("/Type /Page", "/DecodeParms<</Predictor 12>>")),
            Err(UnsafeFile::Broken)
        );
        assert!(matches!(
            made_safe(b"%PDF-1.7\n5 0 obj /JavaScript endobj\n6 0 obj <</S 5 0 R>> endobj".to_vec()),
            Err(UnsafeFile::Active(_))
        ));
        assert!(matches!(
            made_safe(pdf_with("/AcroForm << /XFA [(template) 9 0 R] >>")),
            Err(UnsafeFile::Active("XFA"))
        ));
        // Very many lists, and none.
        assert_eq!(
            made_safe([b"%PDF-1.7\n".as_slice(), &b"/Type /ObjStm ".repeat(700_000), b"stream endstream"].concat()),
            Err(UnsafeFile::TooLarge)
        );
        let address = "/A << /S /URI /URI (https://developer.mozilla.org/vi/docs/Web/JavaScript) >>";
        assert!(made_safe(pdf_with(address)).is_ok());
        let bomb = pdf_with_list(&" ".repeat(usize::try_from(LISTS).unwrap() + 1));
        assert_eq!(made_safe(bomb), Err(UnsafeFile::TooLarge));
        for plain in
            [pdf_with("/Lang (vi)"), pdf_with_list("/Type /Page /Title (JavaScript)"), b"%PDF-1.7\n%test\n".to_vec()]
        {
            assert_eq!(made_safe(plain.clone()), Ok(plain));
        }
    }

    #[test]
    fn a_package_with_macros_foreign_parts_or_too_much_is_not_taken() {
        let document = ("word/document.xml", "<w:document/>");
        let made = |parts: &[(&str, &str)]| made_safe(package_of(parts));
        assert_eq!(made(&[document, ("word/vbaProject.bin", "x")]), Err(UnsafeFile::Active("macro")));
        assert_eq!(made(&[document, ("word/activeX/activeX1.bin", "x")]), Err(UnsafeFile::Active("ActiveX")));
        let types = "<Types><Override PartName='/word/document.xml' ContentType='application/vnd.ms-word.document.macroEnabled.main+xml'/></Types>";
        assert_eq!(made(&[document, ("[Content_Types].xml", types)]), Err(UnsafeFile::Active("macro")));
        let fetching = "<Relationships><Relationship Id='r1' Type='http://schemas.openxmlformats.org/officeDocument/2006/relationships/attachedTemplate' Target='https://example.org/t.dotm' TargetMode='External'/></Relationships>";
        assert_eq!(made(&[document, ("word/_rels/settings.xml.rels", fetching)]), Err(UnsafeFile::Active("link")));
        let own = fetching.replace("https://example.org/t.dotm", r"file:///C:\Users\van-thu\Templates\CongVan.dotx");
        assert!(made(&[document, ("word/_rels/settings.xml.rels", &own)]).is_ok());
        let share = fetching.replace("https://example.org/t.dotm", r"file:///\\server\t.dotm");
        assert_eq!(made(&[document, ("word/_rels/settings.xml.rels", &share)]), Err(UnsafeFile::Active("link")));
        let link = fetching.replace("attachedTemplate", "hyperlink");
        assert!(made(&[document, ("word/_rels/document.xml.rels", &link)]).is_ok());
        assert_eq!(made(&[document, ("word/media/bomb.png", &"0".repeat(20 << 20))]), Err(UnsafeFile::TooLarge));
        let many: Vec<(String, &str)> = (0..=PARTS).map(|n| (format!("word/{n}.xml"), "<x/>")).collect();
        let many: Vec<(&str, &str)> = many.iter().map(|(name, text)| (name.as_str(), *text)).collect();
        assert_eq!(made(&many), Err(UnsafeFile::TooLarge));
        assert_eq!(made(&[document, ("../outside.xml", "<x/>")]), Err(UnsafeFile::Broken));
        assert_eq!(made_safe(b"PK\x03\x04 not an archive".to_vec()), Err(UnsafeFile::Broken));
        // What Excel writes for a printer runs nothing.
        assert!(made(&[("xl/workbook.xml", "<workbook/>"), ("xl/printerSettings/printerSettings1.bin", "x")]).is_ok());
    }

    #[test]
    fn a_picture_says_nothing_of_its_maker_and_still_stands_upright() {
        let place = PngChunk::new(*b"tEXt", Bytes::from_static(b"Comment\0CANARY"));
        let kept = made_safe(png_of(2_000, 3_000, &[place])).unwrap();
        assert_eq!(kept, png_of(2_000, 3_000, &[]));
        assert_eq!(made_safe(png_of(30_000, 30_000, &[])), Err(UnsafeFile::TooLarge));
        assert!(made_safe(b"\x89PNG\r\n\x1a\nbroken".to_vec()).is_ok());
        assert_eq!(made_safe(b"\xff\xd8\xff\xe1\xff\xffExif\0\0broken".to_vec()), Err(UnsafeFile::Broken));
        // A directory with the orientation, and a place behind it, in both orders of bytes.
        for told in [
            b"II\x2a\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0CANARY".as_slice(),
            b"MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0CANARY",
        ] {
            let kept = made_safe(jpeg_of(4_000, 3_000, Some(told))).unwrap();
            assert!(find(&kept, b"CANARY").is_none() && find(&kept, b"lines of the picture").is_some());
            let told = Jpeg::from_bytes(Bytes::from(kept)).unwrap().exif().unwrap();
            assert_eq!(orientation(&told), Some(6));
        }
        let kept = made_safe(jpeg_of(4_000, 3_000, None)).unwrap();
        assert!(Jpeg::from_bytes(Bytes::from(kept)).unwrap().exif().is_none());
        assert_eq!(made_safe(jpeg_of(30_000, 30_000, None)), Err(UnsafeFile::TooLarge));
        // What phones put behind the end, and what stands between scans.
        let whole = jpeg_of(400, 300, None);
        let clean = made_safe(whole.clone()).unwrap();
        let behind = [whole.as_slice(), b"\xff\xd8\xff\xe1\0\x0eExif\0\0CANARY\xff\xd9"].concat();
        assert_eq!(made_safe(behind).unwrap(), clean);
        let scan = b"\xff\xe1\0\x0aCANARY+!\xff\xda\0\x08\x01\x01\0\0\x3f\0more\xff\0lines\xff\xd9";
        let between = [&whole[..whole.len() - 2], scan].concat();
        let kept = made_safe(between).unwrap();
        assert!(find(&kept, b"CANARY").is_none() && find(&kept, b"more\xff\0lines\xff\xd9").is_some());
    }

    proptest! {
        /// Whatever a file holds, it is kept or refused.
        #[test]
        fn no_file_breaks_the_look_at_it(kind in 0usize..5, noise in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..20), cut in any::<prop::sample::Index>()) {
            let mut file = match kind {
                0 => pdf_with_list("/Type /Page"),
                1 => package_of(&[("word/document.xml", "<w:document/>"), ("word/_rels/document.xml.rels", "<Relationships/>")]),
                2 => png_of(20, 30, &[]),
                3 => jpeg_of(40, 30, Some(b"MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0")),
                _ => pdf_with("/Lang (vi) /#4 /#zz"),
            };
            for (at, byte) in noise {
                let place = at.index(file.len());
                file[place] = byte;
            }
            file.truncate(cut.index(file.len()) + 1);
            let _ = made_safe(file);
        }
    }
}
