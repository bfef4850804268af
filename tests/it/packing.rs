//! What `build.rs` makes of the page's files.

use std::fs;
use std::io::Read;
use std::path::Path;

#[expect(dead_code, clippy::print_stdout, reason = "its main talks to cargo, only the packing is tried here")]
#[path = "../../build.rs"]
mod build;

const SCRIPT: &str = "export const greeting = 'hello, hello, hello, hello, hello, hello, hello';\n";

/// The Rust text for a folder with these files, and the folder that the compressed forms are in.
fn packed(files: &[(&str, &str)]) -> (Result<String, String>, tempfile::TempDir) {
    let root = tempfile::tempdir().unwrap();
    let out = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let file = root.path().join(path);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
    }
    (build::pack(root.path(), out.path()), out)
}

fn version(text: &str) -> &str {
    text.split("VERSION: &str = \"").nth(1).unwrap().split('"').next().unwrap()
}

#[test]
fn compressed_forms_hold_the_very_file() {
    let (text, out) = packed(&[("js/app.js", SCRIPT)]);
    assert!(text.unwrap().contains("path: \"js/app.js\", mime: \"text/javascript; charset=utf-8\""));
    let mut from_gzip = String::new();
    let gzip = fs::File::open(out.path().join("0.gz")).unwrap();
    flate2::read::GzDecoder::new(gzip).read_to_string(&mut from_gzip).unwrap();
    let mut from_brotli = String::new();
    let brotli = fs::File::open(out.path().join("0.br")).unwrap();
    brotli::Decompressor::new(brotli, 4096).read_to_string(&mut from_brotli).unwrap();
    assert_eq!((from_gzip.as_str(), from_brotli.as_str()), (SCRIPT, SCRIPT));
}

#[test]
fn scripts_and_styles_travel_without_comments_and_indentation_and_keep_their_line_numbers() {
    let script = "// Says.\nif (a) {\n  /** Of\n   * two. */\n  b(\"// no comment\"); // stays\n}\n/* one */ c();\n";
    let style = "/* Says. */\np {\n  a: b;\n}\n";
    let (text, out) = packed(&[("a.js", script), ("b.css", style), ("c.svg", "<a>\n  <!-- b -->\n</a>")]);
    let text = text.unwrap();
    let lean = |number: u32| fs::read_to_string(out.path().join(format!("{number}.lean"))).unwrap();
    assert_eq!(lean(0), "\nif (a) {\n\n\nb(\"// no comment\"); // stays\n}\n/* one */ c();\n");
    assert_eq!(lean(1), "\np {\na: b;\n}\n");
    assert!(text.contains("0.lean") && text.contains("1.lean") && !text.contains("2.lean"));
}

#[test]
fn any_change_makes_another_version_and_no_change_does_not() {
    let of = |files| packed(files).0.unwrap();
    let first = of(&[("a.css", "p {}"), ("b.css", "q {}")]);
    for other in [
        of(&[("a.css", "p {}"), ("b.css", "r {}")]),
        of(&[("a.css", "p {}"), ("c.css", "q {}")]),
        of(&[("a.css", "q {}"), ("b.css", "p {}")]),
        of(&[("a.css", "p {}")]),
        of(&[]),
    ] {
        assert_ne!(version(&first), version(&other));
    }
    assert_eq!(version(&first), version(&of(&[("b.css", "q {}"), ("a.css", "p {}")])));
}

#[test]
fn what_gains_nothing_stays_as_it_is() {
    let (text, out) = packed(&[("tiny.css", "p{}"), ("photo.png", SCRIPT)]);
    assert_eq!(text.unwrap().matches("gzip: None, brotli: None").count(), 2);
    assert_eq!(fs::read_dir(out.path()).unwrap().count(), 0);
}

#[test]
fn an_ending_without_a_media_type_stops_the_build() {
    let (text, _out) = packed(&[("page.xyz", "?")]);
    assert!(text.unwrap_err().contains("page.xyz"));
}

#[test]
fn hidden_files_are_not_packed_and_a_missing_folder_is_empty() {
    let (text, out) = packed(&[(".gitkeep", ""), (".cache/x.js", "1")]);
    assert!(text.unwrap().contains("[Asset; 0]"));
    assert!(build::pack(Path::new("/nowhere/assets"), out.path()).unwrap().contains("[Asset; 0]"));
}
