//! Kinds of documents that an office issues, and how they are numbered. Pure.

use crate::words;

words! {
    /// A kind of document that the system writes.
    #[schema(as = PaperKind)]
    PaperKind {
        /// Tờ trình of the requesting agency.
        Submission: "Tờ trình" / "Submission",
        /// Quyết định cử đoàn (mẫu 02/2020/NG-XNC).
        SendingDecision: "Quyết định cử đoàn" / "Sending decision",
        /// Văn bản cho phép, for private travel or for guests.
        Permission: "Văn bản cho phép" / "Letter of permission",
        /// Báo cáo kết quả.
        TripReport: "Báo cáo kết quả" / "Trip report",
        /// Công văn of the deciding body that it does not agree, with the reason.
        Refusal: "Văn bản không chấp thuận" / "Letter of refusal",
        /// Công văn of the agency that an approved delegation is put off.
        Postponement: "Văn bản hoãn đoàn" / "Letter of postponement",
        /// Công văn of the agency that an approved delegation does not go ahead.
        Cancellation: "Văn bản hủy đoàn" / "Letter of cancellation",
    }
}

impl PaperKind {
    /// The abbreviation of the kind in document numbers (NĐ 30/2020/NĐ-CP Phụ lục III); letters (công văn) have none.
    pub fn abbreviation(self) -> Option<&'static str> {
        match self {
            PaperKind::Submission => Some("TTr"),
            PaperKind::SendingDecision => Some("QĐ"),
            PaperKind::Permission | PaperKind::Refusal | PaperKind::Postponement | PaperKind::Cancellation => None,
            PaperKind::TripReport => Some("BC"),
        }
    }

    /// Whether the deciding body issues it; otherwise the requesting agency does.
    pub fn of_decider(self) -> bool {
        matches!(self, PaperKind::SendingDecision | PaperKind::Permission | PaperKind::Refusal)
    }

    /// Whether it says that the delegation does not go ahead as asked or as decided: every procedure that issues documents
    /// may need it.
    pub fn is_of_ending(self) -> bool {
        matches!(self, PaperKind::Refusal | PaperKind::Postponement | PaperKind::Cancellation)
    }

    /// Formats the number: `01/TTr-SKHCN`; for a letter `01/UBND-SNV`, with the unit that drafted it.
    pub fn number(self, ordinal: Option<i64>, office: &str, drafter: &str) -> String {
        let ordinal = ordinal.map_or_else(|| "      ".to_owned(), |n| format!("{n:02}"));
        match self.abbreviation() {
            Some(kind) => format!("{ordinal}/{kind}-{office}"),
            None if office == drafter => format!("{ordinal}/{office}"),
            None => format!("{ordinal}/{office}-{drafter}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_offices_write_them() {
        assert_eq!(PaperKind::Submission.number(Some(1), "SKHCN", "SKHCN"), "01/TTr-SKHCN");
        assert_eq!(PaperKind::SendingDecision.number(Some(123), "UBND", "SNV"), "123/QĐ-UBND");
        assert_eq!(PaperKind::Permission.number(Some(7), "UBND", "SNV"), "07/UBND-SNV");
        assert_eq!(PaperKind::TripReport.number(None, "SYT", "SYT"), "      /BC-SYT");
    }
}
