//! How issued documents write bodies, attachments, duties, posts and dates. Pure.

use kernel::words::{Body, Document, DutyCode, SignedAs};

/// The name of a body.
pub fn body_name(body: Body) -> &'static str {
    match body {
        Body::AgencyHead => "Thủ trưởng cơ quan",
        Body::Dofa => "Cơ quan ngoại vụ của tỉnh",
        Body::DofaDirector => "Thủ trưởng cơ quan ngoại vụ",
        Body::PpcOffice => "Văn phòng UBND tỉnh",
        Body::Ppc => "Ủy ban nhân dân tỉnh",
        Body::PpcChair => "Chủ tịch Ủy ban nhân dân tỉnh",
        Body::PeopleCouncilStandingBody => "Thường trực Hội đồng nhân dân tỉnh",
        Body::PartyOffice => "Văn phòng Tỉnh ủy",
        Body::PartyPersonnelBoard => "Ban Tổ chức Tỉnh ủy",
        Body::PartyStandingSecretariat => "Thường trực Tỉnh ủy",
        Body::PartyStandingBoard => "Ban Thường vụ Tỉnh ủy",
        Body::CentralSecretariat => "Ban Bí thư",
        Body::PrimeMinister => "Thủ tướng Chính phủ",
        Body::HomeAffairsDept => "Sở Nội vụ",
        Body::ProvincialPolice => "Công an tỉnh",
        Body::BorderGuard => "Bộ đội Biên phòng tỉnh",
        Body::ProvincialMilitaryCommand => "Bộ Chỉ huy quân sự tỉnh",
        Body::CommuneChair => "Chủ tịch Ủy ban nhân dân cấp xã",
        Body::OwnCentralAgency => "cơ quan chủ quản ở trung ương",
        Body::Mofa => "Bộ Ngoại giao",
        Body::Mps => "Bộ Công an",
        Body::ProvincialTax => "Thuế tỉnh",
        Body::Customs => "Hải quan",
        Body::SocialInsurance => "Bảo hiểm xã hội tỉnh",
    }
}

/// The post of the head of an office, derived from the kind of office in its name.
pub fn head_of(office: &str) -> &'static str {
    let posts = [
        ("Sở ", "Giám đốc"),
        ("Trung tâm ", "Giám đốc"),
        ("Ủy ban nhân dân ", "Chủ tịch"),
        ("Văn phòng ", "Chánh Văn phòng"),
        ("Ban ", "Trưởng ban"),
    ];
    posts.iter().find(|(kind, _)| office.starts_with(kind)).map_or("Thủ trưởng cơ quan", |(_, post)| post)
}

/// The lines above a signature (NĐ 30/2020/NĐ-CP Đ.13): on whose behalf, and the post.
pub fn signature_lines(body: Body, signed_as: SignedAs, office: &str) -> Vec<String> {
    let post = match body {
        Body::Ppc | Body::PpcChair | Body::CommuneChair => "CHỦ TỊCH".to_owned(),
        Body::Dofa | Body::DofaDirector | Body::HomeAffairsDept => "GIÁM ĐỐC".to_owned(),
        _ => head_of(office).to_uppercase(),
    };
    match (signed_as, body) {
        (SignedAs::Tm, _) | (SignedAs::Direct, Body::Ppc) => {
            vec![format!("TM. {}", office.to_uppercase()), post]
        }
        (SignedAs::Direct, _) => vec![post],
        (SignedAs::Kt, _) => vec![format!("KT. {post}"), format!("PHÓ {post}")],
        (SignedAs::Tuq, _) => vec![format!("TUQ. {post}")],
        (SignedAs::Tl, _) => vec![format!("TL. {post}")],
    }
}

/// The name of a kind of attachment.
pub fn document_name(document: Document) -> &'static str {
    match document {
        Document::RequestLetter => "Văn bản đề nghị",
        Document::Invitation => "Thư mời",
        Document::InvitationTranslation => "Bản dịch thư mời",
        Document::Programme => "Chương trình",
        Document::ParticipantList => "Danh sách trích ngang",
        Document::CostEstimate => "Dự toán kinh phí",
        Document::PartyConsent => "Ý kiến của cấp ủy",
        Document::LeaveApplication => "Đơn xin nghỉ phép",
        Document::GuestList => "Danh sách khách",
        Document::DelegationScheme => "Đề án",
        _ => "Tài liệu khác",
    }
}

/// The name of a duty after a delegation.
pub fn duty_name(code: &str) -> &'static str {
    match code.parse() {
        // A decision says to whom the passport goes back.
        Ok(DutyCode::PassportReturn) => "Nộp lại hộ chiếu cho cơ quan quản lý",
        code => code.map_or("Việc khác sau chuyến đi", DutyCode::vi),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn posts_are_written_as_offices_write_them() {
        let lines = |office| signature_lines(Body::AgencyHead, SignedAs::Kt, office);
        assert_eq!(lines("Sở Y tế"), ["KT. GIÁM ĐỐC", "PHÓ GIÁM ĐỐC"]);
        assert_eq!(lines("Trường Đại học Mẫu")[0], "KT. THỦ TRƯỞNG CƠ QUAN");
    }
}
