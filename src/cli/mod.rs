//! The command line: what the program understands, and what every command shares.
//!
//! A command is a module with `Args` (clap) and `run(&Args, &Context) -> Result<(), Failure>`. Results go to stdout; a failure is one
//! sentence on stderr and an exit code: 2 for a request that cannot be met as it stands, 1 for a check or a device that failed.

mod bench;
mod check;
mod devices;
mod failure;
mod op;
mod output;
mod recall;
mod tune;

use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};
use portable_dsa::engine::Device;
use portable_dsa::tuning;
use tracing_subscriber::EnvFilter;

pub use failure::Failure;

/// DeepSeek Sparse Attention on every GPU.
#[derive(Debug, Parser)]
#[command(name = "dsa", version, arg_required_else_help = true, propagate_version = true, after_help = HELP)]
struct Cli {
    #[command(flatten)]
    context: Context,
    #[command(subcommand)]
    command: Command,
}

const HELP: &str = "\
Examples:
  dsa recall README.md --heads 16
  dsa devices -v
  dsa check
  dsa bench cost
  dsa tune
  dsa op top-k --input scores.safetensors --output indices.safetensors --top-k 2048

Environment:
  DSA_LOG        what to log on stderr: error, warn, info, debug, trace, or by module as in portable_dsa=debug (RUST_LOG works too)
  DSA_VARIANT    force a variant: generic, subgroup, matrix or sm90
  DSA_CACHE_DIR  where compiled kernels and what `dsa tune` measured are kept, instead of the user's cache folder; empty: nowhere";

#[derive(Debug, Subcommand)]
enum Command {
    Bench(bench::Args),
    Check(check::Args),
    Devices(devices::Args),
    Recall(recall::command::Args),
    Op(op::Args),
    Tune(tune::Args),
}

impl Command {
    fn run(&self, context: &Context) -> Result<(), Failure> {
        match self {
            Command::Bench(args) => bench::run(args, context),
            Command::Check(args) => check::run(args, context),
            Command::Devices(args) => devices::run(args, context),
            Command::Recall(args) => recall::command::run(args, context),
            Command::Op(args) => op::run(args, context),
            Command::Tune(args) => tune::run(args, context),
        }
    }
}

/// What every command is told.
#[derive(Debug, clap::Args)]
pub struct Context {
    /// Where to compute: auto, cpu, or vulkan, metal, dx12 or gl with an optional number as in vulkan:1; `dsa devices` lists what there is
    #[arg(long, global = true, value_name = "DEVICE", default_value = "auto")]
    pub device: String,
    /// Print the result as JSON
    #[arg(long, global = true)]
    pub json: bool,
}

impl Context {
    /// Opens the device that was asked for, with what `dsa tune` measured there.
    pub fn open(&self) -> Result<Device, Failure> {
        Ok(tuning::with_saved(&Device::open(&self.device)?))
    }
}

/// Runs the program.
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return usage(&error),
    };
    match start_log().and_then(|()| cli.command.run(&cli.context)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(),
    }
}

/// Logs to stderr what `DSA_LOG`, or else `RUST_LOG`, asks for; nothing by default, so that an error stays one sentence.
fn start_log() -> Result<(), Failure> {
    let given =
        ["DSA_LOG", "RUST_LOG"].into_iter().find_map(|name| Some((name, std::env::var(name).ok().filter(|value| !value.is_empty())?)));
    let Some((name, directives)) = given else { return Ok(()) };
    let filter = EnvFilter::try_new(&directives)
        .map_err(|error| Failure::refused(format!("{name} is `{directives}`: {error}; write a level such as debug, or module=level")))?;
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).log_internal_errors(false).init();
    Ok(())
}

/// Answers what clap did not accept as a command: help and version as they are, a mistake in one sentence.
fn usage(error: &clap::Error) -> ExitCode {
    use clap::error::ErrorKind;
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            // A reader that went away does not matter here.
            let _ = error.print();
            ExitCode::from(if error.use_stderr() { 2 } else { 0 })
        }
        _ => Failure::refused(one_sentence(&error.render().to_string())).report(),
    }
}

/// clap's message without its layout: what is wrong, its tip, and whose help to read.
fn one_sentence(message: &str) -> String {
    let mut sentence = String::new();
    let mut command = Cli::command().get_name().to_owned();
    for paragraph in message.split("\n\n") {
        let words: Vec<&str> = paragraph.split_whitespace().collect();
        match words.first().copied() {
            Some("error:") => sentence = words[1..].join(" "),
            Some("tip:") => sentence = format!("{sentence}; {}", words.join(" ")),
            Some("Usage:") => {
                let name = words[1..].iter().take_while(|word| word.starts_with(|first: char| first.is_ascii_lowercase()));
                command = name.copied().collect::<Vec<_>>().join(" ");
            }
            _ => {}
        }
    }
    format!("{sentence}; see `{command} --help`")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_definition_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn every_command_shows_an_example() {
        fn visit(command: &clap::Command) {
            let mut command = command.clone();
            let help = command.render_long_help().to_string();
            assert!(help.contains("Example"), "{} has no example", command.get_name());
            command.get_subcommands().filter(|command| command.get_name() != "help").for_each(visit);
        }
        let mut cli = Cli::command();
        cli.build();
        visit(&cli);
    }

    #[test]
    fn usage_mistakes_are_one_sentence() {
        let sentence = |args: &[&str]| one_sentence(&Cli::try_parse_from(args).unwrap_err().render().to_string());
        assert_eq!(
            sentence(&["dsa", "op", "top-k"]),
            "the following required arguments were not provided: --input <FILE> --output <FILE>; see `dsa op top-k --help`"
        );
        assert_eq!(
            sentence(&["dsa", "devices", "--jsn"]),
            "unexpected argument '--jsn' found; tip: a similar argument exists: '--json'; see `dsa devices --help`"
        );
        assert!(!sentence(&["dsa", "op", "top-q"]).contains('\n'));
    }
}
