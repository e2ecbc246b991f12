//! The program `plumbline`: everything it does stands in the library beside it, so that tests can call the same.

fn main() -> std::process::ExitCode {
    plumbline::run()
}
