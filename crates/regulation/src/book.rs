//! The law book: every pack in every version, found by code or by province and day. Pure.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::check::check;
use crate::pack::{Pack, PackFault, Rule};
use crate::read::sketch;
use kernel::procedure::Procedure;
use kernel::time::Day;
use kernel::violation::MAX_FAULTS;

/// Reads and checks one pack. Returns the pack, or its faults, at most [`MAX_FAULTS`].
pub fn load(source: &str, known: &[&Pack]) -> Result<Pack, Vec<PackFault>> {
    load_for(source, known, &[])
}

/// The same for an installation with procedures other than those that the law book knows.
pub fn load_for(source: &str, known: &[&Pack], more: &[Procedure]) -> Result<Pack, Vec<PackFault>> {
    let mut sketch = sketch(source)?;
    let whole = check(&sketch, known, more);
    sketch.faults.extend(whole);
    sketch.faults.sort_by_key(|f| f.line);
    sketch.faults.truncate(MAX_FAULTS);
    if sketch.faults.is_empty() { Ok(sketch.pack) } else { Err(sketch.faults) }
}

/// All packs, by code and version.
#[derive(Debug, Clone, Default)]
pub struct Book {
    packs: BTreeMap<(String, i64), Arc<Pack>>,
    choices: Vec<Choice>,
}

/// A text that an administrator chose for a province, on the basis of a document.
#[derive(Debug, Clone)]
pub struct Choice {
    pub jurisdiction: String,
    pub code: String,
    pub from: Day,
    pub document: String,
}

/// A pack with the packs it extends, one after another; rules of the first take precedence.
#[derive(Debug, Clone)]
pub struct Law {
    pub pack: Arc<Pack>,
    /// The packs below it, one after another.
    pub below: Vec<Arc<Pack>>,
    /// The pack is applied outside its period of validity, or after another one took its place.
    pub out_of_force: bool,
    /// The text before or after it that is in force instead.
    pub instead: Option<Arc<Pack>>,
    /// The province was merged into another whose text is not known, so no decider can be named.
    pub of_former_province: bool,
    /// The document by which an administrator chose it.
    pub chosen_by: Option<String>,
}

impl Law {
    /// Rules in layers: those of the text itself before those of the law it extends.
    pub fn layers(&self) -> impl Iterator<Item = &[Rule]> {
        std::iter::once(self.pack.rules.as_slice()).chain(self.below.iter().map(|p| p.rules.as_slice()))
    }

    /// Rank of a decider, 0 for the strictest; bodies that no text ranks come last.
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

    /// Whether any text belongs to this province, or names it as the successor of another.
    pub fn knows(&self, jurisdiction: &str) -> bool {
        self.latest().iter().any(|p| {
            p.jurisdiction.as_deref() == Some(jurisdiction)
                || p.successor.as_ref().is_some_and(|(s, _)| s == jurisdiction)
        })
    }

    /// Every province that a text belongs to, or names as the successor of another, in alphabetical order.
    pub fn jurisdictions(&self) -> BTreeSet<String> {
        let own = |p: &&Arc<Pack>| p.jurisdiction.clone();
        let next = |p: &&Arc<Pack>| p.successor.as_ref().map(|(code, _)| code.clone());
        let all = self.latest();
        all.iter().filter_map(own).chain(all.iter().filter_map(next)).collect()
    }

    /// The text that an administrator chose for a province on a day; the latest choice applies.
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

    /// The edition of a pack that applies on a day: the newest one in force on that day, else the newest of all.
    fn edition(&self, code: &str, day: Day) -> Option<&Arc<Pack>> {
        let all = || self.packs.range((code.to_owned(), i64::MIN)..=(code.to_owned(), i64::MAX)).map(|(_, p)| p).rev();
        all().find(|p| p.in_force_on(day)).or_else(|| all().next())
    }

    fn law(&self, pack: &Arc<Pack>, day: Day) -> Law {
        let mut below: Vec<Arc<Pack>> = Vec::new();
        let mut next = pack.extends.as_ref();
        while let Some(found) = next.and_then(|code| self.edition(code, day)) {
            if below.iter().chain([pack]).any(|known| known.code == found.code) {
                break;
            }
            below.push(Arc::clone(found));
            next = found.extends.as_ref();
        }
        let out_of_force = !pack.in_force_on(day) || self.is_replaced(pack, day);
        let instead = if out_of_force { self.instead(pack, day) } else { None };
        Law { pack: Arc::clone(pack), below, out_of_force, instead, of_former_province: false, chosen_by: None }
    }

    /// Whether another text has taken the place of this one by a day.
    fn is_replaced(&self, pack: &Pack, day: Day) -> bool {
        self.packs.values().any(|p| p.replaces_on(&pack.code, day))
    }

    /// The text in force on a day among those that this one replaces, or that replace it, one after another.
    fn instead(&self, pack: &Pack, day: Day) -> Option<Arc<Pack>> {
        let mut chain = BTreeSet::from([pack.code.as_str()]);
        loop {
            let of_chain = |p: &&Arc<Pack>| {
                chain.contains(p.code.as_str()) || p.replaces.as_deref().is_some_and(|code| chain.contains(code))
            };
            let wider: BTreeSet<&str> = self
                .packs
                .values()
                .filter(of_chain)
                .flat_map(|p| [Some(p.code.as_str()), p.replaces.as_deref()])
                .flatten()
                .collect();
            if wider == chain {
                break;
            }
            chain = wider;
        }
        let mut editions = chain.into_iter().filter_map(|code| self.edition(code, day));
        editions.rfind(|p| p.in_force_on(day) && !self.is_replaced(p, day)).cloned()
    }

    /// The regulation with this code, even if it is not in force on that day.
    pub fn by_code(&self, code: &str, day: Day) -> Option<Law> {
        self.edition(code, day).map(|pack| self.law(pack, day))
    }

    /// A regulation in exactly this version.
    pub fn in_version(&self, code: &str, version: i64, day: Day) -> Option<Law> {
        self.packs.get(&(code.to_owned(), version)).map(|pack| self.law(pack, day))
    }

    /// The text that answers a question of a province: its own, or, where that says nothing of the procedure, the national
    /// text of the procedure that is in force on that day.
    pub fn answering(&self, jurisdiction: &str, procedure: Procedure, day: Day) -> Option<Law> {
        let own = self.in_force(jurisdiction, day)?;
        let decides = |rule: &Rule| rule.effect.group() == "authority" && rule.procedures.contains(&procedure);
        if own.layers().flatten().any(decides) {
            return Some(own);
        }
        let national = self.latest().into_iter().filter(|p| p.jurisdiction.is_none());
        let of_procedure = national.filter(|p| p.rules.iter().any(decides)).filter_map(|p| self.by_code(&p.code, day));
        let mut in_force = of_procedure.filter(|law| !law.out_of_force);
        Some(in_force.next().unwrap_or(own))
    }

    /// The texts that answer a province's questions about these procedures on a day, each with the texts below it; in the
    /// order of their codes.
    pub fn applying(
        &self,
        jurisdiction: &str,
        procedures: impl IntoIterator<Item = Procedure>,
        day: Day,
    ) -> Vec<Arc<Pack>> {
        let laws = procedures.into_iter().filter_map(|procedure| self.answering(jurisdiction, procedure, day));
        let packs = laws.flat_map(|law| std::iter::once(law.pack).chain(law.below));
        let by_code: BTreeMap<String, Arc<Pack>> = packs.map(|pack| (pack.code.clone(), pack)).collect();
        by_code.into_values().collect()
    }

    /// The text that an administrator chose for a province, else the edition of its regulation in force on a day. If
    /// there is none, the last one before that day, else the first one, so that a person is told what exists.
    pub fn in_force(&self, jurisdiction: &str, day: Day) -> Option<Law> {
        if let Some(law) = self.chosen(jurisdiction, day) {
            return Some(law);
        }
        let of_it = self.latest().into_iter().filter(|p| p.jurisdiction.as_deref() == Some(jurisdiction));
        let mut own: Vec<&Arc<Pack>> = of_it.filter_map(|p| self.edition(&p.code, day)).collect();
        own.sort_by_key(|p| p.in_force_from);
        let left: Vec<&Arc<Pack>> = own.iter().copied().filter(|p| !self.is_replaced(p, day)).collect();
        if !left.is_empty() {
            own = left;
        }
        if let Some(pack) = own.iter().find(|p| p.in_force_on(day)) {
            return Some(self.law(pack, day));
        }
        let before = own.iter().rev().find(|p| p.in_force_from.is_none_or(|from| from <= day)).or(own.first())?;
        let successor = before.successor.as_ref().filter(|_| before.in_force_to.is_some_and(|to| to <= day));
        // The province was merged into another, whose text applies if it is known.
        let theirs = successor.and_then(|(code, _)| self.in_force(code, day)).filter(|law| !law.out_of_force);
        Some(theirs.unwrap_or_else(|| Law { of_former_province: successor.is_some(), ..self.law(before, day) }))
    }
}
