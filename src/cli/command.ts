/** One option of a command, as the parser and the help text need it. */
export interface Option {
  readonly name: string;
  readonly short?: string;
  /** What stands for its value in the help text; an option without is a flag. */
  readonly value?: string;
  readonly summary: string;
  readonly required?: boolean;
  /** Name of an option with which this one is not needed, and not taken. */
  readonly unless?: string;
  /** Name of an option without which this one is not taken. */
  readonly with?: string;
  /** It may be given several times. */
  readonly many?: boolean;
  readonly choices?: readonly string[];
  /** Its value may begin with a hyphen. */
  readonly hyphen?: boolean;
}

/** What the user gave to a command. */
export interface Given {
  /** Values of options by name; the empty string for a flag. Of one given several times, the last. */
  readonly options: ReadonlyMap<string, string>;
  /** All values of the options that may be given several times, by name. */
  readonly lists: ReadonlyMap<string, readonly string[]>;
  readonly operand: string | undefined;
  readonly secondOperand: string | undefined;
  /** Called as `rex-runner` is: by its name, or without a command. */
  readonly dropIn: boolean;
  /** When the program began, by `performance.now()`. */
  readonly startedAt: number;
}

/** Does the command's work and returns the exit status. */
export type Perform = (given: Given) => number | Promise<number>;

/** A command as data: what it takes, and where its code is. */
export interface Command {
  /** One word, or two of which the first is shared with others: `token create`. */
  readonly name: string;
  readonly summary: string;
  /** How it is called, after the name of the program. */
  readonly usage: string;
  /** Name of its one operand, if it takes one. */
  readonly operand?: string;
  /** The operand must be given. */
  readonly needsOperand?: boolean;
  /** Name of another one behind it, which must be given, too. */
  readonly secondOperand?: string;
  /** The operand may have several words. */
  readonly manyWords?: boolean;
  readonly options: readonly Option[];
  /** Options of which exactly one must be given. */
  readonly oneOf?: readonly string[];
  /** What cannot wait until its code is loaded. */
  readonly before?: () => void;
  /** Its code is loaded only when it is the one called. */
  readonly load: () => Promise<Perform>;
}

/** The command line is wrong: exit status 2, with the usage. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}
