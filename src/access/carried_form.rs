//! A form that was sent after its session had ended, on its way through a new sign-in: the page of the sign-in carries it,
//! sealed, so that nothing of it stands there in clear and only what this installation sealed is taken back, by whom it is.

use crate::access::actions::AuthService;
use crate::access::sessions_store;
use crate::access::token::digest;
use crate::sealing::{self, Likeness, is_sealed, with_keys};

/// How the text of such a form begins. Nothing else that is sealed is opened for a browser.
const MARK: &str = "carried form\n";

impl AuthService {
    /// The form as a page carries it; nothing where there are no keys to seal by. `cookie` is that of the session that ended.
    pub fn carried(&self, form: &str, cookie: Option<&str>) -> Option<String> {
        let keys = self.db.keys()?;
        let owner = cookie.map(digest).unwrap_or_default();
        with_keys(Some(keys), || sealing::seal(&format!("{MARK}{owner}\n{form}"), Likeness::Hidden)).ok()
    }

    /// The form that a page carried, for whoever has signed in with a cookie: it is theirs, unless another person's session ended.
    pub async fn carried_back(&self, carried: &str, cookie: &str) -> Option<String> {
        // A text in clear is nothing that this installation sealed.
        let keys = self.db.keys().filter(|_| is_sealed(carried))?;
        let opened = with_keys(Some(keys), || sealing::open(carried)).ok()?;
        let (owner, form) = opened.strip_prefix(MARK)?.split_once('\n')?;
        let sessions = [owner.to_owned(), digest(cookie)];
        // Without a cookie nobody knows whose it was: it is of whoever sits at the page.
        if !owner.is_empty() {
            let own = self.db.read(move |conn| sessions_store::are_of_one_account(conn, &sessions)).await;
            own.ok().filter(|own| *own)?;
        }
        Some(form.to_owned())
    }
}
