//! The Merkle tree over the rows of the trail (RFC 6962 §2.1): one root stands for all rows, and a short path proves that a
//! row is among them. Pure.

use sha2::{Digest, Sha256};

pub type NodeHash = [u8; 32];

/// The leaf of a row: over the hash that seals it.
pub fn leaf(row_hash: &str) -> NodeHash {
    let mut hasher = Sha256::new();
    hasher.update([0]);
    hasher.update(row_hash.as_bytes());
    hasher.finalize().into()
}

fn node(left: &NodeHash, right: &NodeHash) -> NodeHash {
    let mut hasher = Sha256::new();
    hasher.update([1]);
    hasher.update(left);
    hasher.update(right);
    hasher.finalize().into()
}

/// The right edge of a growing tree: enough to add leaves and to know the root.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TreeEdge {
    size: u64,
    /// Roots of the full subtrees from left to right, each smaller than the one before.
    peaks: Vec<NodeHash>,
}

impl TreeEdge {
    /// The edge of a tree of this size; `None` if it would have another number of subtrees.
    pub fn of(size: u64, peaks: Vec<NodeHash>) -> Option<Self> {
        (u32::try_from(peaks.len()) == Ok(size.count_ones())).then_some(TreeEdge { size, peaks })
    }

    pub fn size(&self) -> u64 {
        self.size
    }

    pub fn peaks(&self) -> &[NodeHash] {
        &self.peaks
    }

    pub fn push(&mut self, leaf: NodeHash) {
        let mut root = leaf;
        // Every trailing one bit of the size is a full subtree of the same height, to be joined.
        for _ in 0..self.size.trailing_ones() {
            if let Some(left) = self.peaks.pop() {
                root = node(&left, &root);
            }
        }
        self.peaks.push(root);
        self.size += 1;
    }

    /// The root; of an empty tree, the hash of nothing.
    pub fn root(&self) -> NodeHash {
        let mut peaks = self.peaks.iter().rev();
        match peaks.next() {
            None => Sha256::digest([]).into(),
            Some(last) => peaks.fold(*last, |right, left| node(left, &right)),
        }
    }
}

/// Where a tree of this size is split: the largest power of two below it.
fn split(size: usize) -> usize {
    let half = size.next_power_of_two() / 2;
    half.max(1)
}

fn root_of(leaves: &[NodeHash]) -> NodeHash {
    let mut edge = TreeEdge::default();
    leaves.iter().for_each(|leaf| edge.push(*leaf));
    edge.root()
}

/// The path of the leaf at `index`, from the bottom up; `None` if there is no such leaf.
pub fn path(leaves: &[NodeHash], index: usize) -> Option<Vec<NodeHash>> {
    match leaves {
        _ if index >= leaves.len() => None,
        [_] => Some(Vec::new()),
        _ => {
            let (left, right) = leaves.split_at(split(leaves.len()));
            let (mut below, beside) = match index.checked_sub(left.len()) {
                None => (path(left, index)?, root_of(right)),
                Some(index) => (path(right, index)?, root_of(left)),
            };
            below.push(beside);
            Some(below)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As RFC 9162 §2.1.3.2 says that somebody outside checks a path.
    fn proves(leaf: NodeHash, index: u64, size: u64, path: &[NodeHash], root: NodeHash) -> bool {
        let (mut place, mut last, mut found) = (index, size - 1, leaf);
        for beside in path {
            if last == 0 {
                return false;
            }
            if place & 1 == 1 || place == last {
                found = node(beside, &found);
                while place & 1 == 0 && place != 0 {
                    place >>= 1;
                    last >>= 1;
                }
            } else {
                found = node(&found, beside);
            }
            place >>= 1;
            last >>= 1;
        }
        last == 0 && found == root
    }

    #[test]
    fn every_row_of_every_small_tree_is_proved_and_no_other() {
        let leaves: Vec<NodeHash> = (0..70).map(|n| leaf(&n.to_string())).collect();
        for size in 1..=leaves.len() {
            let tree = &leaves[..size];
            let root = root_of(tree);
            for (index, leaf) in tree.iter().enumerate() {
                let path = path(tree, index).unwrap();
                assert!(proves(*leaf, index as u64, size as u64, &path, root), "{index} of {size}");
                assert!(!proves(leaves[(index + 1) % 70], index as u64, size as u64, &path, root));
            }
            assert_eq!(path(tree, size), None);
        }
    }

    #[test]
    fn roots_are_those_of_the_standard() {
        // The vectors of RFC 6962's reference implementation, whose leaves are bytes.
        let data: [&[u8]; 8] = [
            &[],
            &[0x00],
            &[0x10],
            &[0x20, 0x21],
            &[0x30, 0x31],
            &[0x40, 0x41, 0x42, 0x43],
            &[0x50, 0x51, 0x52, 0x53, 0x54, 0x55, 0x56, 0x57],
            &[0x60, 0x61, 0x62, 0x63, 0x64, 0x65, 0x66, 0x67, 0x68, 0x69, 0x6a, 0x6b, 0x6c, 0x6d, 0x6e, 0x6f],
        ];
        let mut edge = TreeEdge::default();
        let hex = |hash: NodeHash| hash.iter().map(|b| format!("{b:02x}")).collect::<String>();
        assert_eq!(hex(edge.root()), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
        for bytes in data {
            let mut hasher = Sha256::new();
            hasher.update([0]);
            hasher.update(bytes);
            edge.push(hasher.finalize().into());
        }
        assert_eq!(hex(edge.root()), "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328");
    }
}
