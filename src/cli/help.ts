import { didYouMean } from "../policy/suggestion.ts";
import { type Command, type Given, UsageError } from "./command.ts";
import { COMMANDS, INTERNAL_COMMANDS } from "./commands.ts";
import { print } from "./terminal.ts";
import { commandHelp, programHelp } from "./usage.ts";

export const HELP_FLAGS: readonly string[] = ["-h", "--help"];
const PROGRAM = { name: "remit", dropIn: false };

/** `remit help [COMMAND]` */
export function showHelp({ operand }: Given): number {
  print(operand === undefined ? programHelp(PROGRAM) : helpOf(operand.split(" ")));
  return 0;
}

/** Help for a command, or for all whose names begin with the one word. */
function helpOf(words: readonly string[]): string {
  const [first = ""] = words;
  const group = COMMANDS.filter(({ name }) => name === first || name.startsWith(`${first} `));
  if (words.length === 1 && group.length > 0) {
    return group.map((command) => commandHelp(PROGRAM, command)).join("\n");
  }
  const { command, others } = findCommand(words);
  if (others.length > 0) throw new UsageError(`unknown command '${words.join(" ")}'`);
  return commandHelp(PROGRAM, command);
}

/** A command, and what stands on the command line after its name. */
interface Found {
  readonly command: Command;
  readonly others: readonly string[];
}

/** The command that `words` begin with: the one of two words before that of one. @throws {UsageError} */
export function findCommand(words: readonly string[]): Found {
  const [name = ""] = words;
  const all = [...COMMANDS, ...INTERNAL_COMMANDS];
  for (const length of [2, 1]) {
    const wanted = words.slice(0, length).join(" ");
    const command = all.find((candidate) => candidate.name === wanted);
    if (command) return { command, others: words.slice(length) };
  }
  const inGroup = all.flatMap((command) => command.name.split(`${name} `)[1] ?? []);
  // All of a group, which is no command itself.
  const help = COMMANDS.find((command) => command.name === "help");
  if (inGroup.length > 0 && help && words.length === 2 && HELP_FLAGS.includes(words[1] ?? "")) {
    return { command: help, others: [name] };
  }
  if (inGroup.length > 0) throw wrongSubCommand(name, words[1], inGroup);
  const near = didYouMean(
    name,
    COMMANDS.map((command) => command.name),
  );
  throw new UsageError(`unknown command '${name}'${near}`);
}

function wrongSubCommand(group: string, given: string | undefined, known: readonly string[]): UsageError {
  const found = given === undefined || given.startsWith("-") ? "" : `not '${given}'`;
  const near = given === undefined ? "" : didYouMean(given, known);
  return new UsageError([`'${group}' takes ${known.join(", ")}`, found].filter(Boolean).join(", ") + near);
}
