//! A page in `docs/` whose text is written by hand, and the tables between two comments by a command.

use std::fs;
use std::path::PathBuf;

use crate::Failure;
use crate::cargo::workspace;

/// A page, and the folder in which it is.
pub(crate) struct Page {
    folder: PathBuf,
    name: &'static str,
}

impl Page {
    /// The page of this name in `docs/`.
    pub(crate) fn new(name: &'static str) -> Page {
        Page { folder: workspace().join("docs"), name }
    }

    /// Writes a file beside the page.
    pub(crate) fn write(&self, name: &str, text: &str) -> Result<(), Failure> {
        let path = self.folder.join(name);
        let folder = path.parent().unwrap_or(&self.folder);
        fs::create_dir_all(folder)
            .and_then(|()| fs::write(&path, text))
            .map_err(|error| Failure::Error(format!("cannot write {}: {error}", path.display())))
    }

    /// Prints what belongs under each name, and puts it into the page if that is wanted.
    pub(crate) fn tell(&self, sections: &[(&str, String)], writes: bool) -> Result<(), Failure> {
        for (name, text) in sections {
            println!("{name}\n\n{text}");
        }
        if !writes {
            return Ok(());
        }
        let path = self.folder.join(self.name);
        let mut page =
            fs::read_to_string(&path).map_err(|error| format!("cannot read {}: {error}", path.display()))?;
        for (name, text) in sections {
            page = replaced(&page, name, text)
                .ok_or_else(|| format!("{} has no place for `{name}`", path.display()))?;
        }
        self.write(self.name, &page)
    }
}

/// The page with another text between the comments that bear this name.
fn replaced(page: &str, name: &str, text: &str) -> Option<String> {
    let (open, close) = (format!("<!-- {name} -->\n"), format!("<!-- end of {name} -->"));
    let (before, rest) = page.split_once(&open)?;
    let (_, after) = rest.split_once(&close)?;
    Some(format!("{before}{open}\n{}\n\n{close}{after}", text.trim_end()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_between_the_comments_is_replaced() {
        let page = "a\n<!-- x -->\nold\n<!-- end of x -->\nb\n";
        assert_eq!(replaced(page, "x", "new\n").unwrap(), "a\n<!-- x -->\n\nnew\n\n<!-- end of x -->\nb\n");
        assert_eq!(replaced(&replaced(page, "x", "1").unwrap(), "x", "2"), replaced(page, "x", "2"));
        assert_eq!(replaced(page, "y", "new"), None);
    }
}
