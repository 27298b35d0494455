import { takeHangups } from "../platform/hangups.ts";
import { BUNDLE_COMMANDS } from "./bundle/commands.ts";
import type { Command, Option } from "./command.ts";
import { agentOptions, client, json } from "./options.ts";
import { REPOSITORY_COMMANDS } from "./repo/commands.ts";

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
  unless: "agent",
  summary: "The Cedar policy",
};

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
    {
      name: "name",
      value: "NAME",
      with: "agent",
      summary: "An approved script of the agent, instead of a file",
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
    {
      name: "strict",
      unless: "agent",
      summary: "Refuse a policy that does not pass strict validation",
    },
    { name: "timeout", value: "SECONDS", summary: "End the script after this time" },
    { name: "agent", summary: "Let the agent run it, under the agent's policy" },
    ...client.map((option) => ({ ...option, with: "agent" })),
  ],
  oneOf: ["script-file", "eval", "name"],
  load: async () => (await import("./run.ts")).run,
};

/** What the agent and tests start; it is in no help text. */
export const INTERNAL_COMMANDS: readonly Command[] = [
  {
    name: "runner",
    summary: "Run scripts for the agent",
    usage: "runner --state DIR --log-level LEVEL --decision-bytes BYTES --executable PATH",
    options: [
      { name: "state", value: "DIR", required: true, summary: "The state directory" },
      { name: "policy", value: "NAME", summary: "Name of the policy in it" },
      { name: "log-level", value: "LEVEL", required: true, summary: "The least level that is logged" },
      { name: "decision-bytes", value: "BYTES", required: true, summary: "Of the decision log" },
      { name: "executable", value: "PATH", required: true, summary: "The agent's own" },
      { name: "keep", value: "PATH", many: true, summary: "A file that no script changes" },
      { name: "listen", value: "ADDRESS", summary: "Where the agent listens" },
    ],
    load: async () => (await import("./runner.ts")).runner,
  },
  {
    name: "tuf-client",
    summary: "Be the client of TUF that its conformance suite tests",
    usage: "tuf-client --metadata-dir DIR [options] init ROOT|refresh|download",
    operand: "ACTION",
    needsOperand: true,
    manyWords: true,
    options: [
      { name: "metadata-dir", value: "DIR", required: true, summary: "Where the trusted metadata is" },
      { name: "metadata-url", value: "URL", summary: "Where the repository's metadata is" },
      { name: "target-base-url", value: "URL", summary: "Where its targets are" },
      { name: "target-name", value: "PATH", many: true, hyphen: true, summary: "A target to download" },
      { name: "target-dir", value: "DIR", summary: "Where downloaded targets are put" },
    ],
    load: async () => (await import("./tuf-client.ts")).tufClient,
  },
  {
    name: "check-bundle",
    summary: "Check a bundle for the agent before it is activated",
    usage: "check-bundle --path FILE --sha256 HEX --fleet NAME --channel NAME",
    options: ["path", "sha256", "fleet", "channel"].map((name) => ({
      name,
      value: "TEXT",
      required: true,
      summary: "What it must be",
    })),
    load: async () => (await import("./bundle/check.ts")).checkCommand,
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
    before: takeHangups,
    load: async () => (await import("./serve.ts")).serve,
  },
  {
    name: "status",
    summary: "Show how the agent is",
    usage: "status [--json]",
    options: [...client, json],
    load: async () => (await import("./agent/status.ts")).showStatus,
  },
  {
    name: "page",
    summary: "Show the address of the operator page, with a code for one login",
    usage: "page [--open]",
    options: [{ name: "open", summary: "Open it in the browser of this desktop" }, ...client],
    load: async () => (await import("./agent/page.ts")).showPage,
  },
  {
    name: "kill",
    summary: "Stop all runs, and let none begin until resume; also without the agent's help",
    usage: "kill [--reason TEXT]",
    options: [{ name: "reason", value: "TEXT", hyphen: true, summary: "What for" }, ...client],
    load: async () => (await import("./agent/kill.ts")).kill,
  },
  {
    name: "resume",
    summary: "Let runs begin again after kill",
    usage: "resume",
    options: client,
    load: async () => (await import("./agent/kill.ts")).resume,
  },
  {
    name: "approvals",
    summary: "Show what runs wait for",
    usage: "approvals [--json]",
    options: [...client, json],
    load: async () => (await import("./agent/approvals.ts")).showApprovals,
  },
  {
    name: "approvals approve",
    summary: "Let a run do what it waits for",
    usage: "approvals approve ID",
    operand: "ID",
    needsOperand: true,
    options: client,
    load: async () => (await import("./agent/approvals.ts")).approve,
  },
  {
    name: "approvals deny",
    summary: "Refuse what a run waits for",
    usage: "approvals deny ID",
    operand: "ID",
    needsOperand: true,
    options: client,
    load: async () => (await import("./agent/approvals.ts")).deny,
  },
  {
    name: "denials",
    summary: "Show what the agent refused, the latest first",
    usage: "denials [--limit COUNT] [--json]",
    options: [
      { name: "limit", value: "COUNT", summary: "So many at most; 50 unless given" },
      ...client,
      json,
    ],
    load: async () => (await import("./agent/denials.ts")).showDenials,
  },
  {
    name: "token create",
    summary: "Make a token for an agent, and print it; it is not to be had again",
    usage: "token create NAME [--scope SCOPE] [--autonomy LEVEL] [--group NAME]...",
    operand: "NAME",
    needsOperand: true,
    options: [
      {
        name: "scope",
        value: "SCOPE",
        choices: ["read", "run", "admin"],
        summary: "read, run (default) or admin",
      },
      {
        name: "autonomy",
        value: "LEVEL",
        choices: ["0", "1", "2", "3", "4"],
        summary: "0 observes, 1 asks (default), 2 and 3 act within limits, 4 acts",
      },
      { name: "group", value: "NAME", many: true, summary: "A group that it is in, for policies" },
      ...agentOptions,
    ],
    load: async () => (await import("./agent/token.ts")).createToken,
  },
  {
    name: "token list",
    summary: "Show the tokens, without their secrets",
    usage: "token list [--json]",
    options: [...agentOptions, json],
    load: async () => (await import("./agent/token.ts")).listTokens,
  },
  {
    name: "token revoke",
    summary: "Make a token void",
    usage: "token revoke NAME",
    operand: "NAME",
    needsOperand: true,
    options: agentOptions,
    load: async () => (await import("./agent/token.ts")).revokeToken,
  },
  {
    name: "config check",
    summary: "Check a configuration file",
    usage: "config check [FILE] [--json]",
    operand: "FILE",
    options: [json],
    load: async () => (await import("./config-check.ts")).checkConfiguration,
  },
  {
    name: "doctor",
    summary: "Look for what is wrong with this host",
    usage: "doctor [--json]",
    options: [...client, json],
    load: async () => (await import("./doctor.ts")).doctor,
  },
  {
    name: "audit verify",
    summary: "Check that nobody changed the decision log",
    usage: "audit verify [--json]",
    options: [...agentOptions, json],
    load: async () => (await import("./audit-verify.ts")).verifyAudit,
  },
  {
    name: "mcp",
    summary: "Be an MCP server on standard input and output, for the agent that runs",
    usage: "mcp",
    options: client,
    load: async () => (await import("./mcp.ts")).mcp,
  },
  ...REPOSITORY_COMMANDS,
  {
    name: "validate",
    summary: "Check a policy strictly against the schema",
    usage: "validate -p PATH [--json]",
    options: [policyFile, json],
    load: async () => (await import("./validate.ts")).validatePolicy,
  },
  ...BUNDLE_COMMANDS,
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
    manyWords: true,
    options: [],
    load: async () => (await import("./help.ts")).showHelp,
  },
];
