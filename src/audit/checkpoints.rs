//! Signed checkpoints of the trail, kept beside the database and not in it: whoever rewrites the rows cannot rewrite them.
//!
//! A checkpoint is a signed note with the number of rows and the root of their tree (C2SP tlog-checkpoint). Its key is a
//! file that only the server reads.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::Duration;
use serde::{Deserialize, Serialize};

use crate::audit::merkle::{self, NodeHash, TreeEdge};
use crate::audit::note::{NoteSigner, verified};
use crate::audit::trail_rows::{hashes_after, tip};
use crate::db::Conn;
use crate::error::{Error, Result};
use crate::private_files::{self, beside};
use kernel::time::{Moment, rfc3339};

/// Checkpoints are written at most so often.
const EVERY: Duration = Duration::seconds(10);
/// Rows that are read at a time.
const BATCH: i64 = 20_000;
/// The file beside the checkpoints with what the last one was made of.
const EDGE: &str = "edge.json";

/// What a checkpoint says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedPoint {
    pub size: u64,
    pub root: NodeHash,
}

impl SignedPoint {
    fn text(&self, origin: &str) -> String {
        format!("{origin}\n{}\n{}\n", self.size, STANDARD.encode(self.root))
    }

    /// Reads a checkpoint that one of these keys signed.
    pub fn read(note: &str, verifiers: &[String]) -> Option<Self> {
        let mut lines = verified(note, verifiers)?.lines().skip(1);
        let (size, root) = (lines.next()?.parse().ok()?, STANDARD.decode(lines.next()?).ok()?);
        Some(SignedPoint { size, root: root.try_into().ok()? })
    }
}

/// A line of a file of checkpoints.
#[derive(Serialize, Deserialize)]
struct WrittenNote {
    at: String,
    note: String,
}

/// What the last checkpoint was made of, so that a start goes on from there and does not read the whole trail. It is believed
/// because its root was signed.
#[derive(Serialize, Deserialize)]
struct WrittenEdge {
    note: String,
    /// In base64.
    peaks: Vec<String>,
    /// Hash of the last row.
    last: String,
}

/// The files of the checkpoints and of their keys, beside the attachments.
#[derive(Clone)]
pub struct CheckpointFiles {
    keys: PathBuf,
    folder: PathBuf,
}

/// Signs and writes checkpoints.
#[derive(Clone)]
pub struct TrailKeeper {
    pub files: CheckpointFiles,
    origin: Arc<str>,
    known: Arc<Mutex<KnownTrail>>,
    /// When this server last wrote a checkpoint, in seconds since 1970; apart, because what is known is locked while it is read.
    signed_at: Arc<AtomicI64>,
}

/// What was read and written so far.
#[derive(Default)]
struct KnownTrail {
    edge: TreeEdge,
    /// Hash of the last row that was read.
    last: String,
    /// Size of the last checkpoint that was written, and when.
    written: u64,
    written_at: Option<Moment>,
}

fn failed(what: &Path, error: impl std::fmt::Display) -> Error {
    Error::Internal(format!("{}: {error}", what.display()))
}

impl CheckpointFiles {
    pub fn of(attachments: &Path) -> Self {
        let place = beside(attachments);
        CheckpointFiles { keys: place.join("keys"), folder: place.join("checkpoints") }
    }

    /// The public keys that signed here, the newest last.
    pub fn verifiers(&self) -> Vec<String> {
        let text = std::fs::read_to_string(self.keys.join("trail.pub")).unwrap_or_default();
        text.lines().map(str::to_owned).collect()
    }

    /// All checkpoints that were written, the smallest first; a note that none of the keys signed is an error.
    pub fn written(&self) -> Result<Vec<SignedPoint>> {
        let Ok(listed) = std::fs::read_dir(&self.folder) else { return Ok(Vec::new()) };
        let verifiers = self.verifiers();
        let mut points = Vec::new();
        for entry in listed.flatten().filter(|e| e.path().extension().is_some_and(|kind| kind == "jsonl")) {
            let file = entry.path();
            let text = std::fs::read_to_string(&file).map_err(|e| failed(&file, e))?;
            // A line that is not whole was cut when the server stopped, and written again after its start.
            for line in text.lines().filter_map(|line| serde_json::from_str::<WrittenNote>(line).ok()) {
                let point = SignedPoint::read(&line.note, &verifiers);
                points.push(point.ok_or_else(|| failed(&file, "a checkpoint bears no signature of this server"))?);
            }
        }
        points.sort_by_key(|point| point.size);
        Ok(points)
    }

    /// What was kept under a name beside the checkpoints.
    pub(super) fn kept(&self, name: &str) -> Option<Vec<u8>> {
        std::fs::read(self.folder.join(name)).ok()
    }

    /// Keeps something under a name beside the checkpoints.
    pub(super) fn keep(&self, name: &str, bytes: &[u8]) -> std::io::Result<()> {
        private_files::create_folder(&self.folder)?;
        private_files::replace(&self.folder.join(name), bytes)
    }

    /// Moves the checkpoints of another trail out of the way; returns where they are now, if there were any.
    pub fn set_aside(&self, now: Moment) -> std::io::Result<Option<PathBuf>> {
        if !self.folder.exists() {
            return Ok(None);
        }
        let aside = self.folder.with_file_name(format!("checkpoints.before-{}", now.format("%Y%m%dT%H%M%SZ")));
        std::fs::rename(&self.folder, &aside)?;
        Ok(Some(aside))
    }
}

impl TrailKeeper {
    /// Keeps the trail of an installation, whose name the checkpoints bear.
    pub fn new(attachments: &Path, name: &str) -> Self {
        let origin = format!("{name}/trail").into();
        TrailKeeper {
            files: CheckpointFiles::of(attachments),
            origin,
            known: Arc::default(),
            signed_at: Arc::default(),
        }
    }

    /// What is known; after a start, what was known before it.
    fn known(&self) -> MutexGuard<'_, KnownTrail> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.edge.size() == 0
            && let Some(written) = self.written_edge()
        {
            *known = written;
        }
        known
    }

    /// The key; made when it is first needed.
    fn signer(&self) -> Result<NoteSigner> {
        let file = self.files.keys.join("trail.key");
        if !file.exists() {
            self.make_key(&file).map_err(|e| failed(&file, e))?;
        }
        let text = private_files::read_secret(&file).map_err(|e| failed(&file, e))?;
        let secret = STANDARD.decode(text.trim()).ok().and_then(|bytes| bytes.try_into().ok());
        let secret = secret.ok_or_else(|| failed(&file, "is not a key of 32 bytes"))?;
        let signer = NoteSigner::new(&self.origin, &secret);
        // Before anything is signed: a province may get another name, and sign under it with the same key.
        let verifier = signer.verifier();
        if !self.files.verifiers().contains(&verifier) {
            let public = self.files.keys.join("trail.pub");
            let known = OpenOptions::new().create(true).append(true).open(&public);
            let added = known.and_then(|mut known| {
                known.write_all(format!("{verifier}\n").as_bytes())?;
                known.sync_all()
            });
            added.map_err(|e| failed(&public, e))?;
        }
        Ok(signer)
    }

    /// Makes the key whole or not at all; if another server makes one at the same time, the first stays.
    fn make_key(&self, file: &Path) -> std::io::Result<()> {
        private_files::create_folder(&self.files.keys)?;
        let key = STANDARD.encode(rand::random::<[u8; 32]>());
        match private_files::create_whole(file, key.as_bytes()) {
            Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => Err(error),
            _ => Ok(()),
        }
    }

    /// What the server knew that wrote the last checkpoint.
    fn written_edge(&self) -> Option<KnownTrail> {
        let written: WrittenEdge = serde_json::from_slice(&self.files.kept(EDGE)?).ok()?;
        let point = SignedPoint::read(&written.note, &self.files.verifiers())?;
        let peak = |text: &String| STANDARD.decode(text).ok()?.try_into().ok();
        let edge = TreeEdge::of(point.size, written.peaks.iter().map(peak).collect::<Option<_>>()?)?;
        let signed = edge.root() == point.root;
        signed.then_some(KnownTrail { edge, last: written.last, written: point.size, written_at: None })
    }

    /// Keeps what a checkpoint was made of. Without it the next start only takes longer.
    fn keep_edge(&self, point: &SignedPoint, note: String) {
        let known = self.known();
        if known.edge.size() != point.size {
            return;
        }
        let peaks = known.edge.peaks().iter().map(|peak| STANDARD.encode(peak)).collect();
        let edge = WrittenEdge { note, peaks, last: known.last.clone() };
        drop(known);
        let written =
            serde_json::to_vec(&edge).map_err(std::io::Error::from).and_then(|bytes| self.files.keep(EDGE, &bytes));
        if let Err(error) = written {
            tracing::warn!(%error, "the edge of the trail could not be kept");
        }
    }

    /// Reads the rows that were added: what a checkpoint says of them, and who signs it.
    fn grown(&self, conn: &mut Conn) -> Result<(SignedPoint, NoteSigner)> {
        let mut known = self.known();
        let size = i64::try_from(known.edge.size()).unwrap_or(i64::MAX);
        if size > 0 && hashes_after(conn, size - 1, 1)? != [known.last.as_str()] {
            // The database went back, by a failover or a restore: what was read is not there any more.
            *known = KnownTrail::default();
        }
        loop {
            let size = i64::try_from(known.edge.size()).unwrap_or(i64::MAX);
            let rows = hashes_after(conn, size, BATCH)?;
            let Some(last) = rows.last() else { break };
            known.last.clone_from(last);
            rows.iter().for_each(|hash| known.edge.push(merkle::leaf(hash)));
        }
        let point = SignedPoint { size: known.edge.size(), root: known.edge.root() };
        drop(known);
        Ok((point, self.signer()?))
    }

    /// When this server last wrote a checkpoint.
    pub fn signed_at(&self) -> Option<i64> {
        Some(self.signed_at.load(Ordering::Relaxed)).filter(|at| *at > 0)
    }

    /// The checkpoint of now, and the public key that it is verified with.
    pub fn now(&self, conn: &mut Conn) -> Result<(SignedPoint, String, String)> {
        let (point, signer) = self.grown(conn)?;
        let note = signer.sign(&point.text(&self.origin));
        Ok((point, note, signer.verifier()))
    }

    /// Writes a checkpoint if rows were added since the last; returns whether it did.
    pub fn write(&self, conn: &mut Conn, now: Moment) -> Result<bool> {
        let (size, recent) = {
            let known = self.known();
            (known.written, known.written_at.is_some_and(|at| at <= now && now < at + EVERY))
        };
        if recent || u64::try_from(tip(conn)?.seq).unwrap_or(0) == size {
            return Ok(false);
        }
        let (point, note, _) = self.now(conn)?;
        private_files::create_folder(&self.files.folder).map_err(|e| failed(&self.files.folder, e))?;
        let file = self.files.folder.join(format!("{}.jsonl", now.format("%Y-%m")));
        let line = WrittenNote { at: rfc3339(now), note: note.clone() };
        let line = serde_json::to_string(&line).map_err(|e| failed(&file, e))?;
        let mut kept = OpenOptions::new().create(true).append(true).open(&file).map_err(|e| failed(&file, e))?;
        // A line that was cut by a crash stays a line of its own. All in one, because another server may write here, too.
        kept.write_all(format!("\n{line}\n").as_bytes())
            .and_then(|()| kept.sync_all())
            .map_err(|e| failed(&file, e))?;
        self.signed_at.store(now.and_utc().timestamp(), Ordering::Relaxed);
        self.keep_edge(&point, note);
        let mut known = self.known();
        (known.written, known.written_at) = (point.size, Some(now));
        Ok(true)
    }
}

/// The path that proves one row to be among those of a checkpoint.
pub fn path_of(conn: &mut Conn, seq: i64, size: u64) -> Result<Option<Vec<NodeHash>>> {
    let mut leaves = Vec::new();
    loop {
        let rows = hashes_after(conn, i64::try_from(leaves.len()).unwrap_or(i64::MAX), BATCH)?;
        if rows.is_empty() {
            break;
        }
        leaves.extend(rows.iter().map(|hash| merkle::leaf(hash)));
    }
    leaves.truncate(usize::try_from(size).unwrap_or(usize::MAX));
    Ok(usize::try_from(seq - 1).ok().and_then(|index| merkle::path(&leaves, index)))
}
