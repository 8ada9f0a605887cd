//! Every account of a machine may read the arguments of a process. A password among them is put into the environment, which
//! only its owner reads.

use std::ffi::OsString;
use std::io::Result;
use std::os::unix::process::CommandExt;
use std::process::Command;

/// What stands in the arguments instead.
const IN_ENVIRONMENT: &str = "env:GIVEN_DATABASE_URL";
const VARIABLE: &str = "GIVEN_DATABASE_URL";
const OPTION: &str = "--database-url=";

/// If an argument bears a password, begins the program again without it, as the same process; returns only if that failed.
pub fn without_passwords() -> Result<()> {
    let mut all = std::env::args_os();
    let name = all.next().unwrap_or_default();
    let (hidden, url) = hidden(all);
    match url {
        None => Ok(()),
        Some(url) => Err(Command::new(std::env::current_exe()?).arg0(name).args(hidden).env(VARIABLE, url).exec()),
    }
}

/// The arguments as others may read them, and the URL that was taken out.
fn hidden(all: impl Iterator<Item = OsString>) -> (Vec<OsString>, Option<String>) {
    let mut taken = None;
    let hide = |argument: OsString| {
        let text = argument.to_str().unwrap_or_default();
        let (option, url) = text.strip_prefix(OPTION).map_or(("", text), |url| (OPTION, url));
        if !bears_password(url) {
            return argument;
        }
        taken = Some(url.to_owned());
        format!("{option}{IN_ENVIRONMENT}").into()
    };
    (all.map(hide).collect(), taken)
}

fn bears_password(url: &str) -> bool {
    let Some((scheme, rest)) = url.split_once("://") else { return false };
    let owner = rest.split('/').next().and_then(|hosts| hosts.rsplit_once('@'));
    scheme.starts_with("postgres")
        && (owner.is_some_and(|(owner, _)| owner.contains(':')) || rest.contains("password="))
}

/// A URL as it was given.
pub fn given(url: &str) -> String {
    match url {
        IN_ENVIRONMENT => std::env::var(VARIABLE).unwrap_or_default(),
        url => url.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_bears_a_password_is_taken_out() {
        let seen = |all: &[&str]| {
            let (hidden, url) = hidden(all.iter().map(OsString::from));
            (hidden.into_iter().map(|one| one.into_string().unwrap()).collect::<Vec<_>>(), url)
        };
        for (url, bears) in [
            ("postgres://u:secret@h/db", true),
            ("postgres://u:se?cret@h/db", true),
            ("postgresql://u:secret@a,b/db?x=1", true),
            ("postgres://u@h/db?password=secret", true),
            ("postgres://u@h:5432/db", false),
            ("postgres://h:5432/db?options=a@b:c", false),
            ("mysql://u:secret@h/db", false),
        ] {
            let (hidden, taken) = seen(&["serve", "--database-url", url, "--listen", "127.0.0.1:1"]);
            assert_eq!(hidden[2], if bears { IN_ENVIRONMENT } else { url });
            assert_eq!(taken.as_deref(), bears.then_some(url));
            assert_eq!(seen(&[&format!("{OPTION}{url}")]).1.as_deref(), bears.then_some(url));
        }
    }
}
