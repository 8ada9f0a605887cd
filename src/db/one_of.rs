//! `column IN (ids)` with one bound value, whatever the number of ids.

use diesel::expression::{AppearsOnTable, Expression, SelectableExpression, ValidGrouping, is_aggregate};
use diesel::pg::Pg;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::result::QueryResult;
use diesel::sql_types::{Array, BigInt, Bool, Text};
use diesel::sqlite::Sqlite;

/// A column that is one of these ids: see [`one_of`].
#[derive(Debug, Clone, QueryId)]
pub struct OneOf<C> {
    column: C,
    ids: Ids,
}

#[derive(Debug, Clone, QueryId)]
struct Ids {
    all: Vec<i64>,
    json: String,
}

/// `column IN (ids)` for statements of every request: `eq_any` writes a placeholder for each id on SQLite, so that the
/// statement is prepared anew each time.
pub fn one_of<C: Expression<SqlType = BigInt>>(column: C, ids: &[i64]) -> OneOf<C> {
    // Numbers alone: nothing that JSON would have to escape.
    let json = format!("[{}]", ids.iter().map(i64::to_string).collect::<Vec<_>>().join(","));
    OneOf { column, ids: Ids { all: ids.to_vec(), json } }
}

impl<C> Expression for OneOf<C> {
    type SqlType = Bool;
}

impl<C, QS> AppearsOnTable<QS> for OneOf<C> where C: AppearsOnTable<QS> {}

impl<C, QS> SelectableExpression<QS> for OneOf<C> where C: SelectableExpression<QS> {}

impl<C> ValidGrouping<()> for OneOf<C> {
    type IsAggregate = is_aggregate::No;
}

impl<C: QueryFragment<Sqlite>> QueryFragment<Sqlite> for OneOf<C> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        self.column.walk_ast(out.reborrow())?;
        out.push_sql(" IN (SELECT value FROM json_each(");
        out.push_bind_param::<Text, _>(&self.ids.json)?;
        out.push_sql("))");
        Ok(())
    }
}

impl<C: QueryFragment<Pg>> QueryFragment<Pg> for OneOf<C> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        self.column.walk_ast(out.reborrow())?;
        out.push_sql(" = ANY(");
        out.push_bind_param::<Array<BigInt>, _>(&self.ids.all)?;
        out.push_sql(")");
        Ok(())
    }
}
