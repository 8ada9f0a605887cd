//! The body of `POST /assessments`, and how it becomes a case.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::kernel::country::country;
use crate::kernel::violation::Violations;
use crate::kernel::words::{
    Bloc, Document, FundingSource, ManagedBy, MemberRole, PassportKind, Personnel, PostLevel, Procedure, Purpose,
};
use crate::regulation::case::{Case, Passport, Stop, Traveller};

/// Procedures that can be asked about.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AskedProcedure {
    Outbound,
    PrivateTravel,
}

/// A question to a regulation. Nothing of it is stored. `regulation` names a text, or `jurisdiction` a province.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "procedure": "outbound", "regulation": "an-giang-2017", "received_on": "2017-03-06",
  "departure_date": "2017-04-10", "return_date": "2017-04-14", "purpose": "study_visit",
  "funding": ["host"], "in_plan": true, "enterprise_invites_by_name": false,
  "stops": [{"country": "TH", "days": 5}],
  "travellers": [{"ref": "a", "role": "head", "post_level": "division_head", "managed_by": "agency",
     "personnel": "civil_servant", "party_member": true, "provincial_committee_member": false,
     "key_leader": false, "locality": "so-khcn", "under_discipline": false, "missions_this_year": 0,
     "bloc": "state", "relative_of": null, "passport": {"kind": "ordinary", "expires_on": "2021-01-01"},
     "grade": {"category": "A1", "grade": "chuyên viên", "step": "3/9", "code": "01.003"}}],
  "documents": ["request_letter", "invitation"] }))]
pub struct Question {
    pub procedure: AskedProcedure,
    #[schema(min_length = 1, max_length = 100)]
    pub regulation: Option<String>,
    #[schema(min_length = 1, max_length = 100)]
    pub jurisdiction: Option<String>,
    /// The day from which terms run if the dossier is complete.
    pub received_on: NaiveDate,
    pub departure_date: NaiveDate,
    pub return_date: NaiveDate,
    pub purpose: Purpose,
    #[schema(min_items = 1, max_items = 8)]
    pub funding: Vec<FundingSource>,
    pub in_plan: bool,
    pub enterprise_invites_by_name: bool,
    #[schema(min_items = 1, max_items = 50)]
    pub stops: Vec<AskedStop>,
    #[schema(min_items = 1, max_items = 500)]
    pub travellers: Vec<AskedTraveller>,
    #[schema(max_items = 50)]
    pub documents: Vec<Document>,
}

/// Days in one country.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AskedStop {
    /// ISO 3166-1 alpha-2.
    #[schema(min_length = 2, max_length = 2)]
    pub country: String,
    #[schema(minimum = 1, maximum = 3650)]
    pub days: i64,
}

/// One traveller of the question.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AskedTraveller {
    /// Names the traveller in the answer.
    #[schema(min_length = 1, max_length = 100)]
    pub r#ref: String,
    pub role: MemberRole,
    pub post_level: PostLevel,
    pub managed_by: ManagedBy,
    pub personnel: Personnel,
    pub party_member: bool,
    pub provincial_committee_member: bool,
    pub key_leader: bool,
    /// Unit or locality.
    #[schema(min_length = 1, max_length = 200)]
    pub locality: String,
    pub under_discipline: bool,
    /// Other official missions in the year of departure.
    #[schema(minimum = 0, maximum = 366)]
    pub missions_this_year: i64,
    pub bloc: Option<Bloc>,
    /// `ref` of the traveller he is a relative of.
    pub relative_of: Option<String>,
    pub passport: Option<AskedPassport>,
    pub grade: Option<Grade>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AskedPassport {
    pub kind: PassportKind,
    pub expires_on: NaiveDate,
}

/// Category, grade, step and grade code (loại, ngạch, bậc, mã ngạch).
#[derive(Debug, Clone, Deserialize, serde::Serialize, ToSchema, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct Grade {
    #[schema(max_length = 100)]
    pub category: String,
    #[schema(max_length = 200)]
    pub grade: String,
    #[schema(max_length = 100)]
    pub step: String,
    #[schema(max_length = 100)]
    pub code: String,
}

impl Grade {
    /// Whether all four are stated.
    pub fn is_stated(&self) -> bool {
        [&self.category, &self.grade, &self.step, &self.code].iter().all(|part| !part.trim().is_empty())
    }
}

impl Question {
    /// The case, or every fault.
    pub fn into_case(self) -> Result<Case, Violations> {
        let mut faults = Violations::default();
        self.check(&mut faults);
        faults.finish()?;
        Ok(Case {
            procedure: match self.procedure {
                AskedProcedure::Outbound => Procedure::Outbound,
                AskedProcedure::PrivateTravel => Procedure::PrivateTravel,
            },
            received_on: self.received_on,
            departure: self.departure_date,
            returning: self.return_date,
            purpose: self.purpose,
            funding: self.funding.into_iter().collect::<BTreeSet<FundingSource>>(),
            in_plan: self.in_plan,
            enterprise_invites_by_name: self.enterprise_invites_by_name,
            stops: self.stops.into_iter().map(|s| Stop { country: s.country, days: s.days }).collect(),
            travellers: self.travellers.into_iter().map(AskedTraveller::into_traveller).collect(),
            documents: self.documents.into_iter().collect(),
        })
    }

    fn check(&self, faults: &mut Violations) {
        check_dates(self.departure_date, self.return_date, faults);
        if self.regulation.is_some() == self.jurisdiction.is_some() {
            faults.add(
                "/regulation",
                "one_of_two",
                "Cần đúng một trong regulation, jurisdiction.",
                "Exactly one of regulation and jurisdiction is needed.",
            );
        }
        for (index, stop) in self.stops.iter().enumerate() {
            check_country(&stop.country, &format!("/stops/{index}/country"), faults);
        }
        let heads = self.travellers.iter().filter(|t| t.role == MemberRole::Head).count();
        check_heads(heads, "/travellers", faults);
        let mut seen = BTreeSet::new();
        for (index, traveller) in self.travellers.iter().enumerate() {
            let pointer = format!("/travellers/{index}");
            if !seen.insert(&traveller.r#ref) {
                faults.add(format!("{pointer}/ref"), "repeated", "Mã thành viên lặp lại.", "The ref stands twice.");
            }
            let related = traveller.relative_of.as_ref();
            if related.is_some_and(|r| *r == traveller.r#ref || !self.travellers.iter().any(|t| t.r#ref == *r)) {
                faults.add(
                    format!("{pointer}/relative_of"),
                    "unknown_member",
                    "Không có thành viên này.",
                    "There is no such traveller.",
                );
            }
        }
    }
}

/// Return before departure, and trips longer than any delegation.
pub fn check_dates(departure: NaiveDate, returning: NaiveDate, faults: &mut Violations) {
    faults.require(
        returning >= departure,
        "/return_date",
        "returns_before_departure",
        "Ngày về trước ngày đi.",
        "The return is before the departure.",
    );
    faults.require(
        (returning - departure).num_days() <= 3_650,
        "/return_date",
        "too_long",
        "Chuyến đi quá dài.",
        "The trip is too long.",
    );
    let known = |d: NaiveDate| (1990..=2100).contains(&chrono::Datelike::year(&d));
    faults.require(
        known(departure),
        "/departure_date",
        "out_of_range",
        "Năm phải từ 1990 đến 2100.",
        "The year must be 1990 to 2100.",
    );
    faults.require(
        known(returning),
        "/return_date",
        "out_of_range",
        "Năm phải từ 1990 đến 2100.",
        "The year must be 1990 to 2100.",
    );
}

pub fn check_country(code: &str, pointer: &str, faults: &mut Violations) {
    faults.require(
        country(code).is_some(),
        pointer,
        "unknown_country",
        "Không có mã nước này (ISO 3166-1).",
        "There is no such country code (ISO 3166-1).",
    );
    faults.require(
        code != "VN",
        pointer,
        "home_country",
        "Nước đến không thể là Việt Nam.",
        "A stop abroad cannot be in Viet Nam.",
    );
}

pub fn check_heads(heads: usize, pointer: &str, faults: &mut Violations) {
    faults.require(
        heads == 1,
        pointer,
        "one_head",
        "Đoàn phải có đúng một trưởng đoàn.",
        "A delegation has exactly one head.",
    );
}

impl AskedTraveller {
    fn into_traveller(self) -> Traveller {
        Traveller {
            reference: self.r#ref,
            role: self.role,
            post_level: self.post_level,
            managed_by: self.managed_by,
            personnel: self.personnel,
            bloc: self.bloc.unwrap_or(Bloc::State),
            party_member: self.party_member,
            provincial_committee_member: self.provincial_committee_member,
            key_leader: self.key_leader,
            locality: self.locality,
            under_discipline: self.under_discipline,
            missions_this_year: self.missions_this_year,
            relative_of: self.relative_of,
            passport: self.passport.map(|p| Passport { kind: p.kind, expires_on: p.expires_on }),
            grade_stated: self.grade.is_some_and(|g| g.is_stated()),
            overlapping: Vec::new(),
        }
    }
}
