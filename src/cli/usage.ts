import type { Command, Option } from "./command.ts";
import { COMMANDS, HELP } from "./commands.ts";

/** Under which name the program was called; as `rex-runner` it has one command, which is not named. */
export interface Program {
  readonly name: string;
  readonly dropIn: boolean;
}

/** One line that says how `command` is called. */
export function usageOf({ name, dropIn }: Program, command: Command): string {
  return `Usage: ${name} ${dropIn ? command.usage.replace("run ", "") : command.usage}`;
}

/** Help for one command. */
export function commandHelp(program: Program, command: Command): string {
  return [
    `${command.summary}.`,
    "",
    usageOf(program, command),
    "",
    "Options:",
    ...columns([...command.options, HELP].map((option) => [optionName(option), option.summary])),
    "",
  ].join("\n");
}

/** Help for the program. */
export function programHelp({ name }: Program): string {
  return [
    "Runs Rhai scripts that have no access to the host but what a Cedar policy permits.",
    "",
    `Usage: ${name} COMMAND [options]`,
    "",
    "Commands:",
    ...columns(COMMANDS.map((command) => [command.name, command.summary])),
    "",
    `\`${name} help COMMAND\` has the options of a command.`,
    "",
  ].join("\n");
}

const optionName = ({ name, short, value }: Option): string =>
  `${short === undefined ? "   " : `-${short},`} --${name}${value === undefined ? "" : ` ${value}`}`;

function columns(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, summary]) => `  ${name.padEnd(width)}  ${summary}`);
}
