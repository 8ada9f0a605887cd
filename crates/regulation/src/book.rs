//! The law book: every pack in every version, found by code or by province and day. Pure.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::check::check;
use crate::pack::{Pack, PackFault, Rule};
use crate::read::sketch;
use kernel::time::Day;

/// Reads and checks one pack; all its faults, or the pack.
pub fn load(source: &str, known: &[&Pack]) -> Result<Pack, Vec<PackFault>> {
    let mut sketch = sketch(source)?;
    let whole = check(&sketch, known);
    sketch.faults.extend(whole);
    sketch.faults.sort_by_key(|f| f.line);
    if sketch.faults.is_empty() { Ok(sketch.pack) } else { Err(sketch.faults) }
}

/// All packs, by code and version.
#[derive(Debug, Clone, Default)]
pub struct Book {
    packs: BTreeMap<(String, i64), Arc<Pack>>,
    choices: Vec<Choice>,
    /// How many packs and choices were read, to know when there are more.
    pub revision: i64,
}

/// A text that an administrator chose for a province, by a document.
#[derive(Debug, Clone)]
pub struct Choice {
    pub jurisdiction: String,
    pub code: String,
    pub from: Day,
    pub document: String,
}

/// A pack with the packs it extends: its own rules go first.
#[derive(Debug, Clone)]
pub struct Law {
    pub pack: Arc<Pack>,
    pub below: Option<Arc<Pack>>,
    /// The pack is applied outside its time.
    pub out_of_force: bool,
    /// The province is no more, and no text of the one it became part of is known: nobody of it decides.
    pub of_former_province: bool,
    /// The document by which an administrator chose it.
    pub chosen_by: Option<String>,
}

impl Law {
    /// Rules in layers: those of the text itself before those of the law it stands on.
    pub fn layers(&self) -> impl Iterator<Item = &[Rule]> {
        std::iter::once(self.pack.rules.as_slice()).chain(self.below.iter().map(|p| p.rules.as_slice()))
    }

    /// Deciders from the strictest to the least.
    pub fn strictness(&self, body: kernel::words::Body) -> usize {
        let own = self.pack.strictness.iter();
        let below = self.below.iter().flat_map(|p| &p.strictness);
        own.chain(below).position(|b| *b == body).unwrap_or(usize::MAX)
    }
}

impl Book {
    pub fn add(&mut self, pack: Pack) {
        self.packs.insert((pack.code.clone(), pack.version), Arc::new(pack));
    }

    pub fn choose(&mut self, choice: Choice) {
        self.choices.push(choice);
    }

    /// Whether any text is of this province, or names it as the one it became part of.
    pub fn knows(&self, jurisdiction: &str) -> bool {
        self.latest().iter().any(|p| {
            p.jurisdiction.as_deref() == Some(jurisdiction)
                || p.successor.as_ref().is_some_and(|(s, _)| s == jurisdiction)
        })
    }

    /// What an administrator chose for a province on a day; the last choice holds.
    fn chosen(&self, jurisdiction: &str, day: Day) -> Option<Law> {
        let mut own: Vec<&Choice> =
            self.choices.iter().filter(|c| c.jurisdiction == jurisdiction && c.from <= day).collect();
        own.sort_by_key(|c| c.from);
        let choice = own.last()?;
        let law = self.law(self.edition(&choice.code, day)?, day);
        Some(Law { out_of_force: false, chosen_by: Some(choice.document.clone()), ..law })
    }

    /// The newest version of every pack.
    pub fn latest(&self) -> Vec<&Arc<Pack>> {
        let mut newest: BTreeMap<&str, &Arc<Pack>> = BTreeMap::new();
        for ((code, _), pack) in &self.packs {
            newest.insert(code, pack);
        }
        newest.into_values().collect()
    }

    pub fn find(&self, code: &str) -> Option<&Arc<Pack>> {
        self.packs.range((code.to_owned(), i64::MIN)..=(code.to_owned(), i64::MAX)).next_back().map(|(_, p)| p)
    }

    /// The edition of a pack that holds on a day: the newest of those in force then, else the newest of all.
    fn edition(&self, code: &str, day: Day) -> Option<&Arc<Pack>> {
        let all = || self.packs.range((code.to_owned(), i64::MIN)..=(code.to_owned(), i64::MAX)).map(|(_, p)| p).rev();
        all().find(|p| p.in_force_on(day)).or_else(|| all().next())
    }

    fn law(&self, pack: &Arc<Pack>, day: Day) -> Law {
        let below = pack.extends.as_ref().and_then(|code| self.edition(code, day)).cloned();
        let out_of_force = !pack.in_force_on(day);
        Law { pack: Arc::clone(pack), below, out_of_force, of_former_province: false, chosen_by: None }
    }

    /// A named regulation is applied whatever the date.
    pub fn by_code(&self, code: &str, day: Day) -> Option<Law> {
        self.edition(code, day).map(|pack| self.law(pack, day))
    }

    /// What an administrator chose for a province, else the version of its regulation in force on a day; where none is, the last one before it,
    /// then its first, so that a human is told what there is.
    pub fn in_force(&self, jurisdiction: &str, day: Day) -> Option<Law> {
        if let Some(law) = self.chosen(jurisdiction, day) {
            return Some(law);
        }
        let of_it = self.latest().into_iter().filter(|p| p.jurisdiction.as_deref() == Some(jurisdiction));
        let mut own: Vec<&Arc<Pack>> = of_it.filter_map(|p| self.edition(&p.code, day)).collect();
        own.sort_by_key(|p| p.in_force_from);
        if let Some(pack) = own.iter().find(|p| p.in_force_on(day)) {
            return Some(self.law(pack, day));
        }
        let before = own.iter().rev().find(|p| p.in_force_from.is_none_or(|from| from <= day)).or(own.first())?;
        let successor = before.successor.as_ref().filter(|_| before.in_force_to.is_some_and(|to| to <= day));
        // The province became part of another, whose text applies where one is known.
        let theirs = successor.and_then(|(code, _)| self.in_force(code, day)).filter(|law| !law.out_of_force);
        Some(theirs.unwrap_or_else(|| Law { of_former_province: successor.is_some(), ..self.law(before, day) }))
    }
}
