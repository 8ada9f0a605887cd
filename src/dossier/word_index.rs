//! Which dossiers may have a word in their text: what a search looks at instead of every dossier. Pure.

use std::collections::HashMap;

use memchr::memmem;

/// Words, and the dossiers whose text has them.
///
/// It only ever learns: of a text that changed it keeps the words from before. So it may name too many dossiers, never too
/// few, and whoever asks still compares the texts.
pub struct WordIndex {
    /// Most dossiers by which a word narrows a search.
    most: usize,
    /// Every word once, each behind a line feed: one pass over them finds all that contain a part.
    words: String,
    /// Where each word begins.
    starts: Vec<u32>,
    numbers: HashMap<Box<str>, u32>,
    /// By the number of the word: the numbers of the texts, or none once there are too many to narrow anything.
    texts: Vec<Option<Vec<u32>>>,
    of_agency: HashMap<i64, Option<Vec<u32>>>,
    /// The dossier of each text, and the text of each dossier.
    dossiers: Vec<i64>,
    known: HashMap<i64, u32>,
}

impl WordIndex {
    pub fn new(most: usize) -> Self {
        WordIndex {
            most,
            words: String::new(),
            starts: Vec::new(),
            numbers: HashMap::new(),
            texts: Vec::new(),
            of_agency: HashMap::new(),
            dossiers: Vec::new(),
            known: HashMap::new(),
        }
    }

    /// Adds the folded text of a dossier, or the one that it has now.
    pub fn add(&mut self, dossier: i64, agency: i64, text: &str) {
        let next = u32::try_from(self.dossiers.len()).unwrap_or(u32::MAX);
        let number = *self.known.entry(dossier).or_insert(next);
        if number == next {
            self.dossiers.push(dossier);
        }
        note(self.of_agency.entry(agency).or_insert_with(|| Some(Vec::new())), number, self.most);
        for word in text.split_whitespace() {
            let at = match self.numbers.get(word) {
                Some(at) => *at,
                None => self.learn(word),
            };
            if let Some(texts) = usize::try_from(at).ok().and_then(|at| self.texts.get_mut(at)) {
                note(texts, number, self.most);
            }
        }
    }

    fn learn(&mut self, word: &str) -> u32 {
        let at = u32::try_from(self.texts.len()).unwrap_or(u32::MAX);
        self.starts.push(u32::try_from(self.words.len()).unwrap_or(u32::MAX));
        self.words.push('\n');
        self.words.push_str(word);
        self.numbers.insert(word.into(), at);
        self.texts.push(Some(Vec::new()));
        at
    }

    /// The dossiers that may have every one of these words in their text, or in the name of their agency; none if that
    /// would be too many to be of use. Each word comes with the agencies in whose names it stands.
    pub fn narrow(&self, words: &[(String, Vec<i64>)]) -> Option<Vec<i64>> {
        let mut found: Option<Vec<u32>> = None;
        for (word, agencies) in words {
            let Some(own) = self.having(word, agencies) else { continue };
            found = Some(match found {
                Some(all) => all.into_iter().filter(|text| own.binary_search(text).is_ok()).collect(),
                None => own,
            });
        }
        let dossier = |text: u32| usize::try_from(text).ok().and_then(|at| self.dossiers.get(at)).copied();
        let mut dossiers: Vec<i64> = found?.into_iter().filter_map(dossier).collect();
        dossiers.sort_unstable();
        dossiers.dedup();
        Some(dossiers)
    }

    /// The texts that have one word, in order; none if they are too many.
    fn having(&self, part: &str, agencies: &[i64]) -> Option<Vec<u32>> {
        let mut all: Vec<u32> = Vec::new();
        for agency in agencies {
            let Some(texts) = self.of_agency.get(agency) else { continue };
            all.extend(texts.as_ref()?);
        }
        let mut last = None;
        for at in memmem::find_iter(self.words.as_bytes(), part.as_bytes()) {
            // A match lies inside one word, for no word has a line feed.
            let word = self.starts.partition_point(|start| usize::try_from(*start).unwrap_or(usize::MAX) < at);
            if last.replace(word) != Some(word) {
                all.extend(self.texts.get(word.checked_sub(1)?)?.as_ref()?);
                if all.len() > self.most {
                    all.sort_unstable();
                    all.dedup();
                }
            }
            if all.len() > self.most {
                return None;
            }
        }
        all.sort_unstable();
        all.dedup();
        (all.len() <= self.most).then_some(all)
    }
}

/// Notes a text once, in the order of their numbers; forgets all of them once they are too many.
fn note(texts: &mut Option<Vec<u32>>, number: u32, most: usize) {
    let Some(all) = texts else { return };
    if let Err(place) = all.binary_search(&number) {
        all.insert(place, number);
    }
    if all.len() > most {
        *texts = None;
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Whatever was added and changed: nobody is missing whose text has all the words, and nobody is named whose texts
        /// never had them.
        #[test]
        fn nobody_is_missing(
            texts in proptest::collection::vec((1i64..6, 1i64..3, "[ab]{1,3}( [abc]{1,3}){0,3}"), 0..12),
            words in proptest::collection::vec("[abc]{1,3}", 1..4),
            most in 1usize..8,
        ) {
            let mut index = WordIndex::new(most);
            let mut stand: BTreeMap<i64, (i64, String)> = BTreeMap::new();
            let mut ever: BTreeMap<i64, String> = BTreeMap::new();
            for (dossier, agency, text) in &texts {
                index.add(*dossier, *agency, text);
                stand.insert(*dossier, (*agency, text.clone()));
                *ever.entry(*dossier).or_default() += &format!(" {text} of{agency}");
            }
            let named = |word: &String| if word == "a" { vec![1] } else { vec![] };
            let asked: Vec<(String, Vec<i64>)> = words.iter().map(|word| (word.clone(), named(word))).collect();
            let has = |agency: i64, text: &str| {
                asked.iter().all(|(word, agencies)| text.contains(word.as_str()) || agencies.contains(&agency))
            };
            let found: Vec<i64> = stand.iter().filter(|(_, (agency, text))| has(*agency, text)).map(|(id, _)| *id).collect();
            if let Some(narrowed) = index.narrow(&asked) {
                prop_assert!(found.iter().all(|id| narrowed.contains(id)), "{found:?} {narrowed:?}");
                let rare = |id: &i64| asked.iter().any(|(word, agencies)| {
                    ever[id].contains(word.as_str()) || agencies.iter().any(|a| ever[id].contains(&format!("of{a}")))
                });
                prop_assert!(narrowed.iter().all(rare));
                prop_assert!(narrowed.len() <= most);
            } else {
                let many = |word: &String| texts.iter().filter(|(_, _, text)| text.contains(word.as_str())).count();
                let agency = texts.iter().filter(|(_, agency, _)| *agency == 1).count();
                let too_many = |word: &String| many(word) + usize::from(word == "a") * agency > most;
                prop_assert!(words.iter().all(too_many));
            }
        }
    }
}
