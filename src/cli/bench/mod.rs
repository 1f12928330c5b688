//! `dsa bench`: how fast the operations are on a device, and how the cost of a token grows with its position.

mod ceilings;
mod chart;
mod cost;
pub mod kernels;
pub mod measure;
pub mod operations;

use super::{Context, Failure};

/// Measure the operations on a device, or how the cost of a token grows with the context
#[derive(Debug, clap::Args)]
#[command(after_help = HELP)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

const HELP: &str = "\
Examples:
  dsa bench kernels
  dsa bench cost --longest 1M --svg cost.svg";

#[derive(Debug, clap::Subcommand)]
enum Command {
    Kernels(kernels::Args),
    Cost(cost::Args),
}

/// Runs the command.
pub fn run(args: &Args, context: &Context) -> Result<(), Failure> {
    match &args.command {
        Command::Kernels(args) => kernels::run(args, context),
        Command::Cost(args) => cost::run(args, context),
    }
}
