//! Suppression of small cells in published statistics: no number of 1 to 4 people is shown or can be computed. Pure.

/// The largest number of people that is suppressed (TS PII-08).
pub const FEW: i64 = 4;

/// Takes the people in each row of a table and in total; returns for each row, and for the total, whether to hide it.
///
/// Rows of one to four people are hidden. As long as hidden numbers could be computed from the total and the visible
/// rows (only one hidden row, or several with few people together), the smallest visible row is hidden too.
pub fn hidden(rows: &[i64], total: i64) -> (Vec<bool>, bool) {
    let few = |n: i64| (1..=FEW).contains(&n);
    if few(total) {
        return (vec![true; rows.len()], true);
    }
    let mut hidden: Vec<bool> = rows.iter().map(|n| few(*n)).collect();
    loop {
        let gone: Vec<i64> = rows.iter().zip(&hidden).filter(|(_, h)| **h).map(|(n, _)| *n).collect();
        let safe = gone.is_empty() || (gone.len() > 1 && gone.iter().sum::<i64>() > FEW);
        if safe {
            return (hidden, false);
        }
        let next = (0..rows.len()).filter(|at| hidden.get(*at) == Some(&false)).min_by_key(|at| rows.get(*at).copied());
        match next.and_then(|at| hidden.get_mut(at)) {
            Some(place) => *place = true,
            // No other row is left to hide, so the total must be hidden: it would reveal the number.
            None => return (hidden, true),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_small_cell_takes_its_complement_along() {
        assert_eq!(hidden(&[100, 50, 3], 153), (vec![false, true, true], false));
        assert_eq!(hidden(&[100, 2, 1], 103), (vec![true, true, true], false));
        assert_eq!(hidden(&[100, 4, 3], 107), (vec![false, true, true], false));
        assert_eq!(hidden(&[3], 3), (vec![true], true));
        assert_eq!(hidden(&[100, 50], 150), (vec![false, false], false));
        assert_eq!(hidden(&[], 0), (vec![], false));
    }

    proptest! {
        #[test]
        fn nothing_of_one_to_four_people_can_be_reckoned(rows in proptest::collection::vec(1i64..40, 0..8)) {
            let total: i64 = rows.iter().sum();
            let (gone, whole) = hidden(&rows, total);
            for (n, hidden) in rows.iter().zip(&gone) {
                prop_assert!(*hidden || *n > FEW);
            }
            let rest: i64 = rows.iter().zip(&gone).filter(|(_, h)| **h).map(|(n, _)| *n).sum();
            let many = gone.iter().filter(|h| **h).count();
            prop_assert!(whole || many == 0 || (many > 1 && rest > FEW), "{rows:?} {gone:?}");
        }
    }
}
