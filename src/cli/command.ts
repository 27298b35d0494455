/** One option of a command, as the parser and the help text need it. */
export interface Option {
  readonly name: string;
  readonly short?: string;
  /** What stands for its value in the help text; an option without is a flag. */
  readonly value?: string;
  readonly summary: string;
  readonly required?: boolean;
  readonly choices?: readonly string[];
  /** Its value may begin with a hyphen. */
  readonly hyphen?: boolean;
}

/** What the user gave to a command. */
export interface Given {
  /** Values of options by name; the empty string for a flag. */
  readonly options: ReadonlyMap<string, string>;
  readonly operand: string | undefined;
  /** Called as `rex-runner` is: by its name, or without a command. */
  readonly dropIn: boolean;
  /** When the program began, by `performance.now()`. */
  readonly startedAt: number;
}

/** Does the command's work and returns the exit status. */
export type Perform = (given: Given) => number | Promise<number>;

/** A command as data: what it takes, and where its code is. */
export interface Command {
  readonly name: string;
  readonly summary: string;
  /** How it is called, after the name of the program. */
  readonly usage: string;
  /** Name of its one operand, if it takes one. */
  readonly operand?: string;
  readonly options: readonly Option[];
  /** Options of which exactly one must be given. */
  readonly oneOf?: readonly string[];
  /** Its code is loaded only when it is the one called. */
  readonly load: () => Promise<Perform>;
}

/** The command line is wrong: exit status 2, with the usage. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}
