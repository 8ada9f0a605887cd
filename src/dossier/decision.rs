//! The signed decision on a dossier: its document, exceptions, corrections and annotations. Pure.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::dossier::differences::AmendmentKind;
use kernel::id::Id;
use kernel::text::number_key;
use kernel::time::Day;
use kernel::words::{Body, DecisionVerdict, FindingCode, PaperRef, SignedAs};

/// The signed decision: quyết định cử đoàn, văn bản cho phép đón đoàn.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Decision {
    pub verdict: DecisionVerdict,
    pub body: Body,
    pub document: DecisionPaper,
    pub note: Option<String>,
    #[schema(value_type = String)]
    pub decided_by: Id,
    pub waivers: Vec<Waived>,
    /// Conditions of the approval.
    #[serde(default)]
    pub conditions: Vec<String>,
    /// Corrections on the document; the original stays.
    pub corrections: Vec<DecisionCorrection>,
    /// Changes of one kind, signed and sealed on the document (TT 04/2020/TT-BNG Đ.4 k.1).
    #[serde(default)]
    pub annotations: Vec<Annotation>,
    /// Other dossiers whose decision had the same number in the same year when this one was recorded: one document for
    /// several delegations, or a typing mistake.
    #[serde(default)]
    pub same_number: Vec<SameNumber>,
}

/// Another dossier with the number of a decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SameNumber {
    #[schema(value_type = String)]
    pub delegation_id: Id,
    /// The number of that dossier.
    pub number: Option<String>,
}

impl Decision {
    /// The valid number and date: a correction with the same symbol replaces the original ones.
    pub fn standing(&self) -> (&str, Day) {
        let symbol = |number: &str| number_key(number).split_once('/').map(|(_, symbol)| symbol.to_owned());
        let own = symbol(&self.document.number);
        let corrected = self.corrections.iter().rev().find(|c| own.is_some() && symbol(&c.document.number) == own);
        let document = (self.document.number.as_str(), self.document.date);
        corrected.map_or(document, |c| (c.document.number.as_str(), c.document.date))
    }
}

/// Number, date and form of signature (NĐ 30/2020/NĐ-CP Đ.13).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"number": "2481/QĐ-UBND", "date": "2026-11-22", "signed_as": "direct"}))]
pub struct DecisionPaper {
    #[schema(min_length = 1, max_length = 200)]
    pub number: String,
    pub date: NaiveDate,
    pub signed_as: SignedAs,
}

impl DecisionPaper {
    /// Its number and date.
    pub fn reference(&self) -> PaperRef {
        PaperRef { number: self.number.clone(), date: self.date }
    }
}

/// An exception from a limit (chấp thuận ngoại lệ).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Waiver {
    pub finding: FindingCode,
    #[schema(min_length = 1, max_length = 4000)]
    pub reason: String,
}

/// An exception that was given: from which finding, why, and under which rule (chấp thuận ngoại lệ).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Waived {
    pub finding: FindingCode,
    pub reason: String,
    #[serde(default)]
    pub limit: Option<i64>,
    #[serde(default)]
    pub actual: Option<i64>,
    #[serde(default)]
    pub citation: Option<String>,
    /// The body that gave it.
    #[serde(default)]
    pub body: Option<Body>,
}

/// A change annotated on the decision, which keeps its number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Annotation {
    /// Ordinal of the amendment.
    pub amendment: i64,
    pub kinds: Vec<AmendmentKind>,
    pub date: NaiveDate,
    pub reason: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = Correction)]
pub struct DecisionCorrection {
    pub document: PaperRef,
    pub reason: String,
}
