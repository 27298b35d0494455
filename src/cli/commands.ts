import type { Command, Option } from "./command.ts";

/** What every command takes. */
export const HELP: Option = { name: "help", short: "h", summary: "Show this help" };

/** Forms of a result. */
export const FORMATS = ["json", "pretty-json", "human"] as const;

/** Longest time that `--timeout` may give a script: a day. */
export const MAX_TIMEOUT_SECONDS = 86_400;

const policyFile: Option = {
  name: "policy-file",
  short: "p",
  value: "PATH",
  required: true,
  summary: "The Cedar policy",
};
const json: Option = { name: "json", summary: "Answer in JSON" };

/** The command that a command line without a command means, and all that `rex-runner` does. */
export const RUN: Command = {
  name: "run",
  summary: "Run a script under a policy",
  usage: "run -s PATH -p PATH [options]",
  options: [
    { name: "script-file", short: "s", value: "PATH", summary: "The Rhai script; - is standard input" },
    {
      name: "eval",
      short: "e",
      value: "TEXT",
      hyphen: true,
      summary: "The script itself, instead of a file",
    },
    policyFile,
    {
      name: "script-arguments-file",
      short: "a",
      value: "PATH",
      summary: 'Variables of the script, as JSON: {"name": {"stringValue": "x"}}',
    },
    {
      name: "output-format",
      short: "o",
      value: "FORMAT",
      choices: FORMATS,
      summary: "json (default), pretty-json or human",
    },
    { name: "verbose", short: "v", summary: "Logs and metrics in human output" },
    { name: "strict", summary: "Refuse a policy that does not pass strict validation" },
    { name: "timeout", value: "SECONDS", summary: "End the script after this time" },
  ],
  oneOf: ["script-file", "eval"],
  load: async () => (await import("./run.ts")).run,
};

/** What the agent starts; it is in no help text. */
export const INTERNAL_COMMANDS: readonly Command[] = [
  {
    name: "runner",
    summary: "Run scripts for the agent",
    usage: "runner --state DIR --log-level LEVEL --decision-bytes BYTES",
    options: [
      { name: "state", value: "DIR", required: true, summary: "The state directory" },
      { name: "policy", value: "NAME", summary: "Name of the policy in it" },
      { name: "log-level", value: "LEVEL", required: true, summary: "The least level that is logged" },
      { name: "decision-bytes", value: "BYTES", required: true, summary: "Of the decision log" },
    ],
    load: async () => (await import("./runner.ts")).runner,
  },
];

/** All commands, in the order of the help text. */
export const COMMANDS: readonly Command[] = [
  RUN,
  {
    name: "serve",
    summary: "Take scripts over HTTP on this machine, until it is ended",
    usage: "serve [--config FILE] [--policy PATH] [--state DIR] [--socket PATH] [--listen ADDRESS]",
    options: [
      { name: "config", value: "FILE", summary: "The configuration; the other options win over it" },
      { name: "policy", value: "PATH", summary: "Make this the active policy" },
      { name: "state", value: "DIR", summary: "Where the agent keeps its state" },
      { name: "socket", value: "PATH", summary: "The socket; DIR/remit.sock unless given" },
      { name: "listen", value: "ADDRESS", summary: "Also at 127.0.0.1:PORT or [::1]:PORT" },
    ],
    load: async () => (await import("./serve.ts")).serve,
  },
  {
    name: "validate",
    summary: "Check a policy strictly against the schema",
    usage: "validate -p PATH [--json]",
    options: [policyFile, json],
    load: async () => (await import("./validate.ts")).validatePolicy,
  },
  {
    name: "functions",
    summary: "Show what a script can call, and the checks that each call makes",
    usage: "functions [NAME] [--json]",
    operand: "NAME",
    options: [json],
    load: async () => (await import("./functions.ts")).showFunctions,
  },
  {
    name: "version",
    summary: "Show the version, the platform, the engines inside and all limits",
    usage: "version [--json]",
    options: [json],
    load: async () => (await import("./version.ts")).showVersion,
  },
  {
    name: "help",
    summary: "Show what a command does and takes",
    usage: "help [COMMAND]",
    operand: "COMMAND",
    options: [],
    load: async () => (await import("./help.ts")).showHelp,
  },
];
