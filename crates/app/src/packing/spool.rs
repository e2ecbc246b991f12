//! A file that waits beside the pack until the pack can take it; it goes when it is dropped.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, BufReader, BufWriter, Seek, Write},
    path::PathBuf,
};

pub struct Spool {
    path: PathBuf,
    out: BufWriter<File>,
}

impl Spool {
    pub fn new(path: PathBuf) -> io::Result<Spool> {
        let file = OpenOptions::new().read(true).write(true).create(true).truncate(true).open(&path)?;
        Ok(Spool { path, out: BufWriter::with_capacity(1 << 16, file) })
    }

    /// Writes all of it elsewhere.
    pub fn pour(mut self, to: &mut dyn Write) -> io::Result<()> {
        self.out.flush()?;
        let file = self.out.get_mut();
        file.rewind()?;
        io::copy(&mut BufReader::with_capacity(1 << 16, file), to).map(drop)
    }
}

impl Write for Spool {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.out.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

impl Drop for Spool {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.path);
    }
}
