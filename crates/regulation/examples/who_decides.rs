//! Asks the sample province who decides a study visit: no database, no server.

use std::collections::BTreeSet;
use std::error::Error;

use kernel::procedure::Procedure;
use kernel::time::Day;
use kernel::words::{Bloc, Document, FundingSource, ManagedBy, MemberRole, Personnel, PostLevel, Purpose};
use regulation::assess::assess;
use regulation::case::{Case, Matter, StopDays, Traveller, TripCase, Unknown};

fn main() -> Result<(), Box<dyn Error>> {
    let calendar = regulation::holidays::calendar(None)?;
    let book = regulation::shipped().map_err(|faults| format!("{faults:?}"))?;
    let received: Day = "2026-11-23".parse()?;
    let law = book.in_force("tinh-mau", received).ok_or("no text of this province")?;

    let case = Case {
        procedure: Procedure::OUTBOUND,
        received_on: received,
        begins: "2026-12-07".parse()?,
        ends: "2026-12-11".parse()?,
        documents: BTreeSet::from([Document::RequestLetter, Document::Invitation]),
        unknown: Unknown::default(),
        matter: Matter::Trip(TripCase {
            purpose: Purpose::StudyVisit,
            funding: BTreeSet::from([FundingSource::ProvincialBudget]),
            in_plan: true,
            reminders_unanswered: 0,
            enterprise_invites_by_name: false,
            stops: vec![StopDays { country: "KR".into(), days: 5 }],
            travellers: vec![Traveller {
                reference: "head".into(),
                role: MemberRole::Head,
                post_level: PostLevel::DepartmentHead,
                managed_by: ManagedBy::PartyStandingBoard,
                personnel: Personnel::CivilServant,
                bloc: Bloc::State,
                party_member: true,
                provincial_committee_member: false,
                key_leader: false,
                locality: "so-khcn".into(),
                unit: None,
                under_discipline: false,
                missions_this_year: 2,
                relative_of: None,
                passport: None,
                grade_stated: true,
                opinions_lacking: false,
                overlapping: Vec::new(),
            }],
        }),
    };

    let answer = assess(&law, &case, &calendar);
    println!("{}: {}", law.pack.title, answer.outcome.vi());
    match &answer.decider {
        Some(decider) => println!("Quyết định: {}\n  {}", decider.body.vi(), decider.citation),
        None => println!("Chưa xác định được người quyết định."),
    }
    for step in &answer.steps {
        let due = step.due_on.map_or("chưa tính được thời hạn".to_owned(), |day| format!("đến {day}"));
        println!("  {}: {} ({due})", step.kind.vi(), step.body.vi());
    }
    for document in answer.missing() {
        println!("Thiếu: {}", document.vi());
    }
    for finding in &answer.findings {
        println!("{}: {}\n  {}", finding.severity.vi(), finding.detail.vi, finding.citation);
    }
    Ok(())
}
