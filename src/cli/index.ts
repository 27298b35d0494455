/** The command line: finds the command, parses its arguments, turns what goes wrong into a line and an exit status. */
import { scrub } from "../platform/environment.ts";
import { type Command, UsageError } from "./command.ts";
import { RUN } from "./commands.ts";
import { findCommand, HELP_FLAGS } from "./help.ts";
import { parseCommandLine } from "./parse.ts";
import { OutputError, print, printError } from "./terminal.ts";
import { commandHelp, type Program, programHelp, usageOf } from "./usage.ts";

const DROP_IN = "rex-runner";
const VERSION = ["-V", "--version"];

/** Runs the command that `args` name; `argv0` is the name that the program was called by. Returns the exit status. */
export async function main(argv0: string, args: readonly string[]): Promise<number> {
  const startedAt = performance.now();
  scrubEnvironment();
  const dropIn = argv0.split("/").at(-1) === DROP_IN;
  const program: Program = dropIn ? { name: DROP_IN, dropIn } : { name: "remit", dropIn };
  let command: Command | undefined;
  try {
    const [first] = args;
    if (!dropIn && (first === undefined || HELP_FLAGS.includes(first))) {
      (first === undefined ? printError : print)(programHelp(program));
      return first === undefined ? 2 : 0;
    }
    const named = !dropIn && first !== undefined && (VERSION.includes(first) || !first.startsWith("-"));
    const found = named
      ? findCommand(VERSION.includes(first) ? ["version", ...args.slice(1)] : args)
      : undefined;
    command = found?.command ?? RUN;
    const parsed = parseCommandLine(command, found?.others ?? args);
    if (parsed.help) {
      print(commandHelp(program, command));
      return 0;
    }
    command.before?.();
    const perform = await command.load();
    return await perform({ ...parsed, startedAt, dropIn: !named });
  } catch (error) {
    return report(program, command, error);
  }
}

function report(program: Program, command: Command | undefined, error: unknown): number {
  if (error instanceof UsageError) {
    const usage = command ? usageOf(program, command) : `Usage: ${program.name} COMMAND [options]`;
    printError(`error: ${error.message}\n\n${usage}\n\nFor more information, try '--help'.\n`);
    return 2;
  }
  const line = error instanceof OutputError ? error.message : `a fault of Remit: ${firstLine(error)}`;
  printError(`error: ${line}\n`);
  return 1;
}

/** Of an unforeseen error no stack trace is shown. */
const firstLine = (error: unknown): string => String(error).split("\n", 1)[0] ?? "";

/** Takes from this process the variables through which a program that it starts would load foreign code. */
function scrubEnvironment(): void {
  const kept = scrub(process.env);
  for (const name of Object.keys(process.env)) if (!(name in kept)) delete process.env[name];
}
