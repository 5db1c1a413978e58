//! Several files as one: a ZIP archive in which nothing is compressed (PKWARE's APPNOTE 6.3, sections 4.3 to 4.5).
//!
//! Crates that write archives bring tables and codecs of many times this size into the page. Texts of more than 4 GB
//! in all don't fit; a page holds no such texts.

/// A file of an archive: its name, with folders before it, and its text.
pub type TextFile = (String, String);

/// Version 2.0 of the format, which knows folders.
const VERSION: u16 = 20;
/// Names are UTF-8.
const FLAGS: u16 = 1 << 11;
const STORED: u16 = 0;
/// The first of January 1980, the format's own beginning: the same files make the same bytes.
const DATE: u16 = 1 << 5 | 1;

/// The bytes of the archive.
#[must_use]
pub fn zip(files: &[TextFile]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut directory = Vec::new();
    for (name, text) in files {
        let at = size(out.len());
        let mut common = Vec::new();
        for number in [VERSION, FLAGS, STORED, 0, DATE] {
            common.extend(number.to_le_bytes());
        }
        for number in [crc32(text.as_bytes()), size(text.len()), size(text.len())] {
            common.extend(number.to_le_bytes());
        }
        common.extend(short(name.len()).to_le_bytes());
        // No extra field.
        common.extend([0; 2]);

        out.extend(b"PK\x03\x04");
        out.extend(&common);
        out.extend(name.as_bytes());
        out.extend(text.as_bytes());

        directory.extend(b"PK\x01\x02");
        directory.extend(VERSION.to_le_bytes());
        directory.extend(&common);
        // No comment, the first disk, no attributes.
        directory.extend([0; 10]);
        directory.extend(at.to_le_bytes());
        directory.extend(name.as_bytes());
    }
    let (at, length, count) = (size(out.len()), size(directory.len()), short(files.len()));
    out.extend(directory);
    out.extend(b"PK\x05\x06");
    // One disk.
    out.extend([0; 4]);
    out.extend(count.to_le_bytes());
    out.extend(count.to_le_bytes());
    out.extend(length.to_le_bytes());
    out.extend(at.to_le_bytes());
    // No comment.
    out.extend([0; 2]);
    out
}

fn size(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

fn short(length: usize) -> u16 {
    u16::try_from(length).unwrap_or(u16::MAX)
}

/// The checksum of ISO 3309, four bits at a time: a table of 16 numbers instead of 256.
fn crc32(bytes: &[u8]) -> u32 {
    const TABLE: [u32; 16] = table();
    let step = |crc: u32, bits: u32| TABLE[((crc ^ bits) & 15) as usize] ^ (crc >> 4);
    !bytes.iter().fold(u32::MAX, |crc, byte| step(step(crc, u32::from(*byte)), u32::from(*byte) >> 4))
}

const fn table() -> [u32; 16] {
    let mut table = [0; 16];
    let mut at = 0;
    while at < table.len() {
        let mut crc = at as u32;
        let mut bit = 0;
        while bit < 4 {
            crc = if crc & 1 == 1 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 };
            bit += 1;
        }
        table[at] = crc;
        at += 1;
    }
    table
}

#[cfg(test)]
mod tests {
    use rawzip::{CompressionMethod, ZipArchive};

    use super::*;

    #[test]
    fn the_checksum_is_the_standards() {
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
        assert_eq!(crc32(b""), 0);
    }

    #[test]
    fn another_reader_finds_every_file_as_it_was() {
        let files: Vec<TextFile> = [("a.json", "{}"), ("traces/b–ü.txt", "Zwölf.\n"), ("empty.txt", "")]
            .map(|(name, text)| (name.to_owned(), text.to_owned()))
            .to_vec();
        let bytes = zip(&files);
        let archive = ZipArchive::from_slice(&bytes).unwrap();
        let mut entries = archive.entries();
        for (name, text) in &files {
            let entry = entries.next_entry().unwrap().unwrap();
            assert_eq!(entry.file_path().try_normalize().unwrap().as_ref(), name);
            assert_eq!(entry.compression_method(), CompressionMethod::STORE);
            let found = archive.get_entry(entry.wayfinder()).unwrap();
            assert_eq!(found.data(), text.as_bytes());
            let mut checked = found.verifying_reader(found.data());
            assert_eq!(std::io::read_to_string(&mut checked).unwrap(), *text, "the checksum is right");
        }
        assert!(entries.next_entry().unwrap().is_none());
    }

    #[test]
    fn without_files_it_is_an_archive_all_the_same() {
        assert!(ZipArchive::from_slice(&zip(&[])).unwrap().entries().next_entry().unwrap().is_none());
    }
}
