//! Delegations as lines of a list, with the columns in which provinces report them, read many at a time.

use diesel::prelude::*;

use crate::db::schema::dossiers;
use crate::db::{Conn, from_json};
use crate::dossier::Content;
use crate::dossier::model::{ResultsReport, Ruling};
use crate::dossier::parts::line::{DelegationLine, OwnColumns};
use crate::dossier::parts::model::{Funding, Origin};
use crate::error::Result;
use crate::statistics::dimension::Dimension;
use crate::statistics::labels::label;
use kernel::money;
use kernel::text::Language;

/// Rows that are read at a time: SQLite accepts 32,766 values in a statement.
const SOME: usize = 5_000;

type LineColumns = (i64, i64, Option<String>, String, String, Option<String>, Option<String>);

/// The lines of these delegations of a register, in the order of their ids.
pub fn lines<C: Content>(conn: &mut Conn, ids: &[i64]) -> Result<Vec<DelegationLine>> {
    let mut all = Vec::with_capacity(ids.len());
    for some in ids.chunks(SOME) {
        let rows: Vec<LineColumns> = dossiers::table
            .filter(dossiers::id.eq_any(some))
            .order(dossiers::id)
            .select((
                dossiers::id,
                dossiers::version,
                dossiers::number,
                dossiers::title,
                dossiers::content,
                dossiers::ruling,
                dossiers::report,
            ))
            .load(conn)?;
        let heads = C::heads(conn, some)?;
        for (id, version, number, title, content, ruling, report) in rows {
            let own = C::own_columns(&content)?;
            let ruling: Option<Ruling> = ruling.as_deref().map(from_json).transpose()?;
            let report: Option<ResultsReport> = report.as_deref().map(from_json).transpose()?;
            let said = line(own, report);
            let head = heads.get(&id).cloned().or(said.head.clone());
            let rule = ruling.map(|r| (r.regulation, r.regulation_version));
            all.push(DelegationLine { id, version, number, title, head, rule, ..said });
        }
    }
    Ok(all)
}

fn line(own: OwnColumns, report: Option<ResultsReport>) -> DelegationLine {
    let word = |dimension, word: &str| label(dimension, word, &Default::default(), Language::Vietnamese);
    let said = |part: fn(&Origin) -> &Option<String>| own.origin.as_ref().and_then(|o| part(o).clone());
    let kind = own.purpose.map(|p| word(Dimension::Purpose, p.word()));
    let field = own.field.map(|f| format!("lĩnh vực {}", word(Dimension::Field, f.word()).to_lowercase()));
    let activity = [kind, field].into_iter().flatten().collect::<Vec<_>>().join("; ");
    let paid = |f: &Funding| {
        let source = word(Dimension::Funding, f.source.word());
        f.amount
            .as_ref()
            .map_or(source.clone(), |m| format!("{source} ({})", money::in_vietnamese(m.amount, &m.currency)))
    };
    let funding = own.funding.iter().map(paid).collect::<Vec<_>>().join("; ");
    DelegationLine {
        id: 0,
        version: 0,
        number: None,
        title: String::new(),
        head: said(|o| &o.head),
        rule: None,
        partner: said(|o| &o.partner).or(own.partner),
        activity: said(|o| &o.activity).or((!activity.is_empty()).then_some(activity)),
        funding: said(|o| &o.funding).or((!funding.is_empty()).then_some(funding)),
        report: said(|o| &o.report).or(report.map(|_| "Đã báo cáo".to_owned())),
        note: said(|o| &o.note).or(own.note),
    }
}
