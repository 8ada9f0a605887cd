//! Columns whose texts are sealed ([`crate::sealing`]). Their type, [`Ciphertext`], takes nothing else, so that no query can
//! write or compare a plain text by mistake.

use std::ops::Deref;

use diesel::backend::Backend;
use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::pg::Pg;
use diesel::serialize::{self, IsNull, Output, ToSql};
use diesel::sql_types::{HasSqlType, Text, TypeMetadata};
use diesel::sqlite::Sqlite;

use crate::db::connection::MultiBackend;
use crate::db::schema::Ciphertext;
use crate::error::{Error, Result};
use crate::sealing::{self, Likeness};

/// A text in such a column. It derefs to what was sealed, and says nothing of itself in logs.
#[derive(Clone, AsExpression, FromSqlRow)]
#[diesel(sql_type = Ciphertext)]
pub struct SealedText {
    plain: String,
    stored: String,
}

impl SealedText {
    /// A text that can be looked for: equal texts are sealed alike.
    pub fn alike(plain: &str) -> Result<Self> {
        SealedText::of(plain, Likeness::Alike)
    }

    /// A text of which nothing can be seen.
    pub fn hidden(plain: &str) -> Result<Self> {
        SealedText::of(plain, Likeness::Hidden)
    }

    fn of(plain: &str, likeness: Likeness) -> Result<Self> {
        let stored = sealing::seal(plain, likeness).map_err(|e| Error::Internal(e.to_string()))?;
        Ok(SealedText { plain: plain.to_owned(), stored })
    }

    /// Every way in which a text may be stored that can be looked for: while keys are exchanged, by the old one, too.
    pub fn forms(plain: &str) -> Vec<Self> {
        let forms = sealing::forms(plain);
        forms.into_iter().map(|stored| SealedText { plain: plain.to_owned(), stored }).collect()
    }

    pub fn into_plain(self) -> String {
        self.plain
    }
}

impl Deref for SealedText {
    type Target = str;

    fn deref(&self) -> &str {
        &self.plain
    }
}

impl PartialEq for SealedText {
    fn eq(&self, other: &Self) -> bool {
        self.plain == other.plain
    }
}

impl Eq for SealedText {}

impl std::fmt::Debug for SealedText {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SealedText(***)")
    }
}

impl<DB: Backend> FromSql<Ciphertext, DB> for SealedText
where
    String: FromSql<Text, DB>,
{
    fn from_sql(bytes: DB::RawValue<'_>) -> deserialize::Result<Self> {
        let stored = <String as FromSql<Text, DB>>::from_sql(bytes)?;
        Ok(SealedText { plain: sealing::open(&stored)?, stored })
    }
}

impl ToSql<Ciphertext, Sqlite> for SealedText {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        <str as ToSql<Text, Sqlite>>::to_sql(&self.stored, out)
    }
}

impl ToSql<Ciphertext, Pg> for SealedText {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        <str as ToSql<Text, Pg>>::to_sql(&self.stored, out)
    }
}

impl ToSql<Ciphertext, MultiBackend> for SealedText {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, MultiBackend>) -> serialize::Result {
        out.set_value((Text, self.stored.as_str()));
        Ok(IsNull::No)
    }
}

impl HasSqlType<Ciphertext> for MultiBackend {
    fn metadata(lookup: &mut Self::MetadataLookup) -> <MultiBackend as TypeMetadata>::TypeMetadata {
        MultiBackend::lookup_sql_type::<Ciphertext>(lookup)
    }
}
