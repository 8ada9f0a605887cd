//! The words of a statistics query: dimensions, measures, and the date that counts. Pure.

use crate::statistics::columns::FactCell;
use kernel::country::country;
use kernel::time::Day;
use kernel::words;

words! {
    /// A dimension by which figures can be grouped.
    Dimension {
        Country: "Nước" / "Country",
        Region: "Khu vực" / "Region",
        Agency: "Cơ quan" / "Agency",
        Purpose: "Mục đích" / "Purpose",
        Field: "Lĩnh vực" / "Field",
        Month: "Tháng" / "Month",
        Quarter: "Quý" / "Quarter",
        Funding: "Nguồn kinh phí" / "Funding",
        ReceptionLevel: "Cấp đón tiếp" / "Reception level",
        LeaderLevel: "Cấp lãnh đạo" / "Level of the leader",
        InPlan: "Trong kế hoạch" / "In the annual plan",
        Channel: "Kênh" / "Channel",
        Waived: "Được chấp thuận ngoại lệ" / "Exception approved",
        /// Private travel appears only here: it is no mission of the province.
        Procedure: "Loại chuyến đi" / "Procedure",
    }

    /// A measure: what is counted of the delegations of a group.
    Measure {
        Delegations: "Số đoàn" / "Delegations",
        /// One person in one delegation (lượt).
        Visits: "Số lượt" / "Visits",
        Persons: "Số người" / "Persons",
        /// Calendar days of delegations, each delegation once however many travel.
        Days: "Số ngày của đoàn" / "Days of delegations",
        /// Days of every person of every delegation, added up.
        PersonDays: "Số ngày người" / "Person-days",
        Cost: "Kinh phí" / "Estimated cost",
        /// What was settled afterwards, in đồng.
        Settled: "Kinh phí quyết toán" / "Settled cost",
    }
}

/// Which date of a delegation assigns it to a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::EnumString, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum DateBasis {
    Travel,
    Decision,
}

impl DateBasis {
    pub fn day(self, fact: &FactCell) -> Day {
        match self {
            DateBasis::Travel => fact.travel_date,
            DateBasis::Decision => fact.decided_on,
        }
    }
}

/// The region of a country; `other` for codes that are not known, empty for none.
pub fn region(code: &str) -> &'static str {
    if code.is_empty() {
        return "";
    }
    country(code).map_or("other", |c| c.region)
}
