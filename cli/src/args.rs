//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use spendgate_replay::field::Field;
use spendgate_replay::format::Format;

use crate::price_args::{self, Price};
use crate::values::{calls, command, instant, mapping, number, shares, thousandths, usd};

const AFTER: &str = "\
Exit codes:
  0  all is well
  1  something was found or refused: an invalid policy, bad rows in a log, failed vectors, an unknown price
  2  wrong usage, or a file that cannot be read or written";

/// Stops runaway LLM bills before the call is made.
#[derive(Debug, Parser)]
#[command(name = "spendgate", version, after_help = AFTER, max_term_width = 100)]
pub(crate) struct Cli {
    /// When to use colours; `auto` means on a terminal, and respects NO_COLOR
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub(crate) color: Color,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// When to use colours.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Color {
    Auto,
    Always,
    Never,
}

impl Color {
    pub(crate) fn apply(self) {
        match self {
            Color::Auto => {}
            Color::Always => anstream::ColorChoice::Always.write_global(),
            Color::Never => anstream::ColorChoice::Never.write_global(),
        }
    }
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Check(CheckArgs),
    Explain(Box<ExplainArgs>),
    Replay(Box<ReplayArgs>),
    Conformance(ConformanceArgs),
    Prices(PricesArgs),
    SampleLog(SampleLogArgs),
    Completions(CompletionsArgs),
}

/// Check policy files: valid, or each fault with its path
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  spendgate check policy.json
  spendgate check policies/*.json
  cat policy.json | spendgate check -

For editors that check while you type there is a JSON Schema, docs/schemas/policy.schema.json; it
knows the structure, this command everything.")]
pub(crate) struct CheckArgs {
    /// Policy files; `-` is standard input
    #[arg(required = true, value_name = "POLICY")]
    pub(crate) policies: Vec<PathBuf>,
    /// A price that the policies may rely on, in USD per million tokens
    #[arg(long = "price", value_name = "MODEL=INPUT,OUTPUT[,CACHED]", value_parser = price_args::parse)]
    pub(crate) prices: Vec<Price>,
    /// Print the findings as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// Explain which budgets apply to a call, which decides, and why
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  spendgate explain --policy policy.json --user user_4421 --tier free
  spendgate explain --policy policy.json --user u1 --model gpt-4o --usd 0.05
  spendgate explain --policy policy.json --tier pro --at 2026-02-28T23:59:59Z")]
pub(crate) struct ExplainArgs {
    /// The policy file
    #[arg(long, value_name = "FILE")]
    pub(crate) policy: PathBuf,
    /// Whose money it is
    #[arg(long, value_name = "ID")]
    pub(crate) user: Option<String>,
    /// The user's plan
    #[arg(long, value_name = "NAME")]
    pub(crate) tier: Option<String>,
    /// The customer the user belongs to
    #[arg(long, value_name = "ID")]
    pub(crate) org: Option<String>,
    /// The part of the application
    #[arg(long, value_name = "NAME")]
    pub(crate) feature: Option<String>,
    /// The conversation
    #[arg(long, value_name = "ID")]
    pub(crate) session: Option<String>,
    /// Who is called
    #[arg(long, value_name = "NAME")]
    pub(crate) provider: Option<String>,
    /// The model that is asked for
    #[arg(long, value_name = "NAME")]
    pub(crate) model: Option<String>,
    /// What the call is expected to cost, in USD
    #[arg(long, value_name = "USD", allow_negative_numbers = true, value_parser = usd)]
    pub(crate) usd: Option<i64>,
    /// Tokens that will be sent
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = number::<u32>)]
    pub(crate) input_tokens: Option<u32>,
    /// Tokens that are expected back
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = number::<u32>)]
    pub(crate) output_tokens: Option<u32>,
    /// When the call is made (RFC 3339); now unless given
    #[arg(long, value_name = "TIME", value_parser = instant)]
    pub(crate) at: Option<i64>,
    /// A price over the table's, in USD per million tokens
    #[arg(long = "price", value_name = "MODEL=INPUT,OUTPUT[,CACHED]", value_parser = price_args::parse)]
    pub(crate) prices: Vec<Price>,
    /// Print the answer as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// Replay past usage through a policy: what it would have blocked, warned of and saved
///
/// Reads CSV or JSON logs, replays every row at its time through the engine that decides live calls,
/// and reports. Rows have to be in the order of their times, up to a day late; several files are
/// merged by time. Memory grows with users, not with rows.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  spendgate replay --policy policy.json usage.csv
  spendgate replay --policy policy.json --format litellm spend-logs.json --html report.html
  spendgate replay --policy now.json --compare stricter.json usage.csv
  spendgate replay --policy policy.json --map user=customer_id --map cost=usd_total usage.csv
  gunzip -c usage.jsonl.gz | spendgate replay --policy policy.json --json - > report.json

  A trace without users or models, filled in by a seeded draw:
  spendgate replay --policy policy.json --format azure --model gpt-4o --users 1000 --zipf 1.1 \\
      --tiers free=90,pro=9,enterprise=1 --seed 7 trace.csv

Fields that --map can name:
  time, user, tier, org, feature, session, provider, model, input, output, cached, cache_write, cost, calls

Exit codes:
  0  every row was replayed
  1  some rows could not be used (the report is about the others), or the policy is invalid
  2  wrong usage, or a file that cannot be read or written; nothing is printed or written then")]
pub(crate) struct ReplayArgs {
    /// Usage logs; `-` is standard input
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// The policy; without one everything is allowed and only added up
    #[arg(long, value_name = "FILE")]
    pub(crate) policy: Option<PathBuf>,
    /// A second policy, to put beside the first
    #[arg(long, value_name = "FILE")]
    pub(crate) compare: Option<PathBuf>,

    /// The kind of log
    #[arg(long, value_name = "FORMAT", default_value = "auto", value_parser = format_names(), help_heading = "Log")]
    pub(crate) format: Format,
    /// Read a field from this column, key or path
    #[arg(long = "map", value_name = "FIELD=COLUMN", value_parser = mapping, help_heading = "Log")]
    pub(crate) maps: Vec<(Field, String)>,
    /// Read all rows into memory and sort them by time first
    #[arg(long, help_heading = "Log")]
    pub(crate) sort: bool,
    /// Stop at the first row that cannot be used
    #[arg(long, help_heading = "Log")]
    pub(crate) strict: bool,
    /// A price over the table's, in USD per million tokens
    #[arg(long = "price", value_name = "MODEL=INPUT,OUTPUT[,CACHED]", value_parser = price_args::parse, help_heading = "Log")]
    pub(crate) prices: Vec<Price>,
    /// Price all calls by their tokens, also where the log has a cost
    #[arg(long, help_heading = "Log")]
    pub(crate) reprice: bool,

    /// Draw a user from this many where a row names none
    #[arg(long, value_name = "N", default_value_t = 0, allow_negative_numbers = true, value_parser = number::<u32>, help_heading = "Where the log is silent")]
    pub(crate) users: u32,
    /// Zipf's exponent of that draw, 0 to 10: 0 is even, 1.1 a heavy tail
    #[arg(long, value_name = "S", default_value = "1.1", allow_negative_numbers = true, value_parser = thousandths, help_heading = "Where the log is silent")]
    pub(crate) zipf: u32,
    /// Give each user without a tier one of these, by share
    #[arg(long, value_name = "NAME=SHARE,…", value_parser = shares, help_heading = "Where the log is silent")]
    pub(crate) tiers: Option<Shares>,
    /// The model of rows that name none
    #[arg(long, value_name = "NAME", help_heading = "Where the log is silent")]
    pub(crate) model: Option<String>,
    /// The seed of the draws
    #[arg(long, value_name = "N", default_value_t = 0, allow_negative_numbers = true, value_parser = number::<u64>, help_heading = "Where the log is silent")]
    pub(crate) seed: u64,

    /// Print the report as JSON
    #[arg(long, help_heading = "Report")]
    pub(crate) json: bool,
    /// Write the report as one HTML file
    #[arg(long, value_name = "FILE", help_heading = "Report")]
    pub(crate) html: Option<PathBuf>,
    /// How many users to list by name
    #[arg(long, value_name = "N", default_value_t = 10, allow_negative_numbers = true, value_parser = clap::value_parser!(u32).range(0..=1000), help_heading = "Report")]
    pub(crate) top: u32,
}

/// Tiers and their shares.
#[derive(Debug, Clone)]
pub(crate) struct Shares(pub(crate) Vec<(String, u64)>);

/// Run conformance vectors against this engine, or against a program
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  spendgate conformance tests/vectors
  SPENDGATE_VECTORS=more/vectors spendgate conformance tests/vectors
  spendgate conformance --on 'node my-engine.js --quiet' tests/vectors

A program reads JSON lines and answers each with one: docs/conformance.md says how. `spendgate
conformance --serve` is such a program.")]
pub(crate) struct ConformanceArgs {
    /// Folders or files of vectors; folders in SPENDGATE_VECTORS (colon-separated) are added
    #[arg(value_name = "DIR")]
    pub(crate) paths: Vec<PathBuf>,
    /// Run them on this program, which answers JSON lines; words and quotes as in a shell
    #[arg(long, value_name = "COMMAND", value_parser = command)]
    pub(crate) on: Option<CommandLine>,
    /// Answer JSON lines with this engine, as a program that --on names
    #[arg(long, conflicts_with_all = ["paths", "on"])]
    pub(crate) serve: bool,
}

/// A program and its arguments.
#[derive(Debug, Clone)]
pub(crate) struct CommandLine {
    pub(crate) program: String,
    pub(crate) arguments: Vec<String>,
}

/// Show what a model costs, and how its name is understood
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  spendgate prices gpt-4o
  spendgate prices openai/gpt-4o-2024-08-06 --at 2024-09-01
  spendgate prices claude-sonnet-4-5 --provider bedrock --json")]
pub(crate) struct PricesArgs {
    /// Names of models
    #[arg(required = true, value_name = "MODEL", value_parser = clap::builder::NonEmptyStringValueParser::new())]
    pub(crate) models: Vec<String>,
    /// Who is called
    #[arg(long, value_name = "NAME")]
    pub(crate) provider: Option<String>,
    /// The date or time of the price (RFC 3339); now unless given
    #[arg(long, value_name = "DATE", value_parser = instant)]
    pub(crate) at: Option<i64>,
    /// Print the prices as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// Write a made-up usage log, to try things out with
#[derive(Debug, Args)]
#[command(after_help = "\
The log is CSV with time, user, tier, feature, model, input_tokens, output_tokens and cached_tokens: \
a month of calls by heavy-tailed users in three tiers, with a free user who takes too much and \
an agent that falls into a loop of retries. The same seed gives the same log.

Examples:
  spendgate sample-log --out usage.csv
  spendgate sample-log --calls 1000000 --seed 3 | spendgate replay --policy policy.json -")]
pub(crate) struct SampleLogArgs {
    /// How many calls
    #[arg(long, value_name = "N", default_value_t = 50_000, allow_negative_numbers = true, value_parser = calls)]
    pub(crate) calls: u32,
    /// How many users
    #[arg(long, value_name = "N", default_value_t = 1_200, allow_negative_numbers = true, value_parser = clap::value_parser!(u32).range(10..=10_000_000))]
    pub(crate) users: u32,
    /// The seed
    #[arg(long, value_name = "N", default_value_t = 7, allow_negative_numbers = true, value_parser = number::<u64>)]
    pub(crate) seed: u64,
    /// The file to write; standard output unless given
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
}

/// Print completions for a shell
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  spendgate completions bash > ~/.local/share/bash-completion/completions/spendgate
  spendgate completions zsh > ~/.zfunc/_spendgate
  spendgate completions fish > ~/.config/fish/completions/spendgate.fish")]
pub(crate) struct CompletionsArgs {
    /// The shell
    #[arg(value_enum)]
    pub(crate) shell: clap_complete::Shell,
}

fn format_names() -> impl clap::builder::TypedValueParser<Value = Format> {
    use clap::builder::TypedValueParser as _;
    clap::builder::PossibleValuesParser::new(Format::ALL.map(Format::as_str))
        .map(|name| Format::parse(&name).unwrap_or_default())
}
