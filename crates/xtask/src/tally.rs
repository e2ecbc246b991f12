//! How many tests passed and failed, read from the closing lines that the runners print themselves.

/// The runners whose closing lines are understood.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Runner {
    /// `cargo nextest run`: `Summary [   1.2s] 3 tests run: 2 passed (1 slow), 1 failed, 0 skipped`.
    Nextest,
    /// `cargo test`: `test result: ok. 3 passed; 0 failed; 1 ignored; …`, once for each test binary.
    Cargo,
    /// `node --test`: `ℹ pass 3` and its siblings, or `# pass 3` in its TAP form.
    Node,
}

/// Tests counted; what was left out (skipped, ignored, filtered, to do) is counted too, because it fails a run.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Tally {
    pub passed: u64,
    pub failed: u64,
    pub left_out: u64,
}

impl Tally {
    /// Takes in one line of a runner's output, without colours. Lines that are no closing line change nothing.
    pub fn read(&mut self, runner: Runner, line: &str) {
        match runner {
            Runner::Nextest => self.read_nextest(line),
            Runner::Cargo => self.read_cargo(line),
            Runner::Node => self.read_node(line),
        }
    }

    /// There is one closing line: a later one (a test may print such a thing when it fails) replaces an earlier one.
    fn read_nextest(&mut self, line: &str) {
        let Some((_, summary)) = line.trim_start().strip_prefix("Summary [").and_then(|rest| rest.split_once("] "))
        else {
            return;
        };
        let Some((ran, counts)) = summary.split_once(" run: ") else { return };
        let mut tally = Tally::default();
        // "3/8 tests" when the run was cut short.
        let ran = ran.split(' ').next().unwrap_or_default();
        if let Some((done, all)) = ran.split_once('/') {
            tally.left_out += number(all).saturating_sub(number(done));
        }
        for (count, word) in counted(&without_parentheses(counts), ',') {
            match word.as_str() {
                "passed" => tally.passed += count,
                "skipped" => tally.left_out += count,
                // failed, timed out, exec failed: anything else did not pass.
                _ => tally.failed += count,
            }
        }
        *self = tally;
    }

    fn read_cargo(&mut self, line: &str) {
        let Some(result) = line.strip_prefix("test result: ") else { return };
        let counts = result.split_once(". ").map_or("", |(_, counts)| counts);
        for (count, word) in counted(counts, ';') {
            match word.as_str() {
                "passed" => self.passed += count,
                "failed" => self.failed += count,
                "ignored" | "filtered out" => self.left_out += count,
                _ => {}
            }
        }
    }

    fn read_node(&mut self, line: &str) {
        let Some(rest) = line.strip_prefix("ℹ ").or_else(|| line.strip_prefix("# ")) else { return };
        let Some((word, count)) = rest.split_once(' ') else { return };
        let Ok(count) = count.trim().parse::<u64>() else { return };
        match word {
            "pass" => self.passed += count,
            "fail" | "cancelled" => self.failed += count,
            "skipped" | "todo" => self.left_out += count,
            _ => {}
        }
    }
}

/// `2 passed, 1 timed out` as (2, "passed"), (1, "timed out"); what does not begin with a number is passed over.
fn counted(text: &str, separator: char) -> Vec<(u64, String)> {
    text.split(separator)
        .filter_map(|piece| piece.trim().split_once(' '))
        .filter_map(|(count, word)| Some((count.parse().ok()?, word.trim().to_owned())))
        .collect()
}

fn number(text: &str) -> u64 {
    text.parse().unwrap_or(0)
}

fn without_parentheses(text: &str) -> String {
    let mut depth = 0_usize;
    text.chars()
        .filter(|character| {
            match character {
                '(' => depth += 1,
                ')' => {
                    depth = depth.saturating_sub(1);
                    return false;
                }
                _ => {}
            }
            depth == 0
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tally(runner: Runner, lines: &[&str]) -> Tally {
        let mut tally = Tally::default();
        for line in lines {
            tally.read(runner, line);
        }
        tally
    }

    #[test]
    fn nextest_counts_all_that_did_not_pass_as_failed() {
        let summary = "     Summary [   1.104s] 9 tests run: 5 passed (1 slow, 2 leaky), 2 failed, 1 timed out, 1 exec failed, 3 skipped";
        assert_eq!(tally(Runner::Nextest, &[summary]), Tally { passed: 5, failed: 4, left_out: 3 });
        assert_eq!(
            tally(Runner::Nextest, &["     Summary [   0.004s] 1 test run: 1 passed, 0 skipped"]),
            Tally { passed: 1, failed: 0, left_out: 0 }
        );
    }

    #[test]
    fn nextest_cut_short_leaves_tests_out() {
        let summary = "     Summary [   0.014s] 3/8 tests run: 2 passed, 1 failed, 0 skipped";
        assert_eq!(tally(Runner::Nextest, &[summary]), Tally { passed: 2, failed: 1, left_out: 5 });
    }

    #[test]
    fn the_last_nextest_summary_counts() {
        let lines =
            ["Summary [ 0.1s] 1 test run: 1 passed, 0 skipped", "Summary [ 0.1s] 2 tests run: 2 passed, 0 skipped"];
        assert_eq!(tally(Runner::Nextest, &lines).passed, 2);
    }

    #[test]
    fn cargo_adds_up_over_its_binaries() {
        let lines = [
            "running 2 tests",
            "test result: ok. 2 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s",
            "test result: FAILED. 3 passed; 1 failed; 1 ignored; 0 measured; 2 filtered out; finished in 0.10s",
        ];
        assert_eq!(tally(Runner::Cargo, &lines), Tally { passed: 5, failed: 1, left_out: 3 });
    }

    #[test]
    fn node_is_read_in_both_its_forms() {
        let spec = [
            "ℹ tests 6",
            "ℹ suites 2",
            "ℹ pass 2",
            "ℹ fail 1",
            "ℹ cancelled 1",
            "ℹ skipped 1",
            "ℹ todo 1",
            "ℹ duration_ms 38",
        ];
        let tap: Vec<String> = spec.iter().map(|line| line.replace('ℹ', "#")).collect();
        let tap: Vec<&str> = tap.iter().map(String::as_str).collect();
        for lines in [&spec[..], &tap] {
            assert_eq!(tally(Runner::Node, lines), Tally { passed: 2, failed: 2, left_out: 2 });
        }
    }

    #[test]
    fn other_lines_count_nothing() {
        for runner in [Runner::Nextest, Runner::Cargo, Runner::Node] {
            assert_eq!(tally(runner, &["5 passed", "# passing 5", "test result of 5 passed", ""]), Tally::default());
        }
    }
}
