//! The program `plumbline`: everything it does stands in the library beside it, so that tests can call the same.

/// Memory that an assessment took goes back to the system when it is over, and many small values cost less.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    plumbline::run()
}
