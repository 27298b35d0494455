import { didYouMean } from "../policy/suggestion.ts";
import { type Given, UsageError } from "./command.ts";
import { COMMANDS, INTERNAL_COMMANDS } from "./commands.ts";
import { print } from "./terminal.ts";
import { commandHelp, programHelp } from "./usage.ts";

const PROGRAM = { name: "remit", dropIn: false };

/** `remit help [COMMAND]` */
export function showHelp({ operand }: Given): number {
  print(operand === undefined ? programHelp(PROGRAM) : commandHelp(PROGRAM, findCommand(operand)));
  return 0;
}

/** The command of this name. @throws {UsageError} with the names that are near it */
export function findCommand(name: string) {
  const found = [...COMMANDS, ...INTERNAL_COMMANDS].find((command) => command.name === name);
  if (found) return found;
  const near = didYouMean(
    name,
    COMMANDS.map((command) => command.name),
  );
  throw new UsageError(`unknown command '${name}'${near}`);
}
