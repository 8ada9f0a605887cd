//! A form that was sent after its session had ended, on its way through a new sign-in: the page of the sign-in carries it,
//! sealed, so that nothing of it stands there in clear and only what this installation sealed is taken back.

use crate::access::actions::AuthService;
use crate::sealing::{self, Likeness, is_sealed, with_keys};

/// How the text of such a form begins. Nothing else that is sealed is opened for a browser.
const MARK: &str = "carried form\n";

impl AuthService {
    /// The form as a page carries it; nothing where there are no keys to seal by.
    pub fn carried(&self, form: &str) -> Option<String> {
        let keys = self.db.keys()?;
        with_keys(Some(keys), || sealing::seal(&format!("{MARK}{form}"), Likeness::Hidden)).ok()
    }

    /// The form that a page carried.
    pub fn carried_back(&self, carried: &str) -> Option<String> {
        // A text in clear is nothing that this installation sealed.
        let keys = self.db.keys().filter(|_| is_sealed(carried))?;
        let opened = with_keys(Some(keys), || sealing::open(carried)).ok()?;
        opened.strip_prefix(MARK).map(str::to_owned)
    }
}
