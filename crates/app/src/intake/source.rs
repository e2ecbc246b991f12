//! Where a file comes from: a path or standard input, plain or gzip (told by its first two bytes).

use std::{
    fs::File,
    io::{self, BufRead, BufReader, Cursor, Read},
    path::Path,
};

use flate2::bufread::MultiGzDecoder;

use crate::Failure;

const GZIP: [u8; 2] = [0x1f, 0x8b];
const BUFFER: usize = 1 << 18;

/// Opens FILE or `-`.
pub fn open(file: &Path) -> Result<Box<dyn BufRead + Send>, Failure> {
    if file.as_os_str() == "-" {
        return unpacked(io::stdin()).map_err(|error| Failure::Failed(format!("cannot read standard input: {error}")));
    }
    let failed = |error: io::Error| Failure::Failed(format!("cannot read {}: {error}", file.display()));
    let opened = File::open(file).map_err(failed)?;
    if opened.metadata().is_ok_and(|metadata| metadata.is_dir()) {
        return Err(Failure::Failed(format!("{} is a folder, not a file", file.display())));
    }
    unpacked(opened).map_err(failed)
}

fn unpacked(mut reader: impl Read + Send + 'static) -> io::Result<Box<dyn BufRead + Send>> {
    let mut first = Vec::with_capacity(2);
    reader.by_ref().take(2).read_to_end(&mut first)?;
    let packed = first == GZIP;
    let whole = BufReader::with_capacity(BUFFER, Cursor::new(first).chain(reader));
    Ok(if packed { Box::new(BufReader::with_capacity(BUFFER, MultiGzDecoder::new(whole))) } else { Box::new(whole) })
}
