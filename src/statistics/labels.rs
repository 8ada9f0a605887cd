//! Labels of dimensions, their values and measures. Pure.

use std::collections::HashMap;

use crate::statistics::count::Dimension;
use kernel::country::{REGIONS, country};
use kernel::id::Id;
use kernel::text::Language;

const WORDS: &[(&str, &str)] = &[
    ("official", "Công tác"),
    ("study_visit", "Học tập, khảo sát"),
    ("training", "Đào tạo, bồi dưỡng"),
    ("promotion", "Xúc tiến"),
    ("event", "Sự kiện"),
    ("border_talks", "Hội đàm biên giới"),
    ("private", "Việc riêng"),
    ("local_government", "Chính quyền địa phương"),
    ("education", "Giáo dục"),
    ("health", "Y tế"),
    ("investment", "Đầu tư"),
    ("trade", "Thương mại"),
    ("tourism", "Du lịch"),
    ("culture", "Văn hóa"),
    ("science", "Khoa học"),
    ("environment", "Môi trường"),
    ("ngo_aid", "Viện trợ phi chính phủ"),
    ("border", "Biên giới"),
    ("other", "Khác"),
    ("central_budget", "Ngân sách trung ương"),
    ("provincial_budget", "Ngân sách tỉnh"),
    ("local_budget", "Ngân sách huyện, xã"),
    ("unit_revenue", "Nguồn thu của đơn vị"),
    ("project", "Dự án"),
    ("host", "Phía mời"),
    ("enterprise", "Doanh nghiệp"),
    ("self", "Tự túc"),
    ("provincial_secretary", "Bí thư Tỉnh ủy"),
    ("people_council_chair", "Chủ tịch HĐND tỉnh"),
    ("ppc_chair", "Chủ tịch UBND tỉnh"),
    ("party_deputy_secretary", "Phó Bí thư Tỉnh ủy"),
    ("people_council_vice_chair", "Phó Chủ tịch HĐND tỉnh"),
    ("ppc_vice_chair", "Phó Chủ tịch UBND tỉnh"),
    ("department_head", "Giám đốc sở và tương đương"),
    ("department_deputy_head", "Phó Giám đốc sở và tương đương"),
    ("commune_chair", "Chủ tịch UBND xã"),
    ("commune_vice_chair", "Phó Chủ tịch UBND xã"),
    ("enterprise_head", "Lãnh đạo doanh nghiệp"),
    ("province", "Cấp tỉnh"),
    ("agency", "Cấp sở, ngành"),
    ("commune", "Cấp xã"),
    ("party", "Kênh Đảng"),
    ("state", "Kênh Nhà nước"),
    ("people", "Kênh nhân dân"),
    ("true", "Có"),
    ("false", "Không"),
    ("", "Không"),
];

/// The label of one key.
pub fn label(dimension: Dimension, key: &str, agencies: &HashMap<i64, (String, String)>, language: Language) -> String {
    let vietnamese = language == Language::Vietnamese;
    match dimension {
        Dimension::Country => country(key).map(|c| if vietnamese { c.vi } else { c.en }).unwrap_or(key).to_owned(),
        Dimension::Region => {
            let region = REGIONS.iter().find(|(code, ..)| *code == key);
            region.map_or(key, |(_, vi, en)| if vietnamese { vi } else { en }).to_owned()
        }
        Dimension::Agency => {
            let agency = key.parse::<Id>().ok().and_then(|id| agencies.get(&id.0));
            agency.map_or(key.to_owned(), |(_, name)| name.clone())
        }
        Dimension::Month => {
            let (year, month) = key.split_once('-').unwrap_or((key, ""));
            if vietnamese { format!("Tháng {}/{year}", month.trim_start_matches('0')) } else { key.to_owned() }
        }
        Dimension::Quarter => {
            let (year, quarter) = key.split_once("-Q").unwrap_or((key, ""));
            if vietnamese { format!("Quý {quarter}/{year}") } else { key.to_owned() }
        }
        _ if vietnamese => WORDS.iter().find(|(word, _)| *word == key).map_or(key, |(_, vi)| vi).to_owned(),
        _ => key.to_owned(),
    }
}

/// The column heading of a dimension.
pub fn heading(dimension: Dimension, language: Language) -> &'static str {
    if language != Language::Vietnamese {
        return dimension.into();
    }
    match dimension {
        Dimension::Country => "Nước",
        Dimension::Region => "Khu vực",
        Dimension::Agency => "Cơ quan",
        Dimension::Purpose => "Mục đích",
        Dimension::Field => "Lĩnh vực",
        Dimension::Month => "Tháng",
        Dimension::Quarter => "Quý",
        Dimension::Funding => "Nguồn kinh phí",
        Dimension::ReceptionLevel => "Cấp đón tiếp",
        Dimension::LeaderLevel => "Cấp lãnh đạo",
        Dimension::InPlan => "Trong kế hoạch",
        Dimension::Channel => "Kênh",
        Dimension::Waived => "Được chấp thuận ngoại lệ",
    }
}

/// The column heading of a measure.
pub fn measure(word: &'static str, language: Language) -> &'static str {
    if language != Language::Vietnamese {
        return word;
    }
    match word {
        "delegations" => "Số đoàn",
        "visits" => "Số lượt",
        "persons" => "Số người",
        "days" => "Số ngày",
        "cost" => "Kinh phí",
        "previous" => "cùng kỳ năm trước",
        "total" => "Tổng số",
        other => other,
    }
}
