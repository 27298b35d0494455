import { ioError } from "../os-errors.ts";

/** Goes before what gdb prints of the variable of that number. */
const MARK = "variable";
const MARK_LINE = new RegExp(`^${MARK} (\\d+)$`);
const VALUE = /^\$\d+\s*=\s*(.*)$/s;

/**
 * Commands of gdb that print the variables of a frame. gdb tells of those that are missing on another stream, so a
 * mark before each says which are there.
 */
export function variableCommands(
  thread: number | undefined,
  frame: number,
  names: readonly string[],
): string[] {
  return [
    ...(thread === undefined ? [] : [`thread ${thread}`]),
    `f ${frame}`,
    ...names.flatMap((name, index) => [`echo ${MARK} ${index}\\n`, `p ${name}`]),
  ];
}

/**
 * Refuses what is more than an expression over the core: gdb's own functions, whose names begin with `$`, run programs
 * (`$_shell`), and a line break could begin another command.
 * @throws {SdkError} `InvalidArguments`
 */
export function expectVariable(name: string): void {
  const calls = name.includes("$") && name.includes("(");
  if (!calls && !/\p{Cc}/u.test(name)) return;
  throw ioError("InvalidArguments", `Invalid arguments: not the name of a variable: ${name}`);
}

/** Values by name, of those of `names` that were printed. */
export function parseVariables(output: string, names: readonly string[]): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  let name: string | undefined;
  for (const text of output.split("\n")) {
    const line = text.trim();
    const mark = MARK_LINE.exec(line);
    if (mark) name = names[Number(mark[1])];
    const value = VALUE.exec(line)?.[1];
    if (name === undefined || value === undefined) continue;
    values.set(name, value.trim());
    name = undefined;
  }
  return values;
}
