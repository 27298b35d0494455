import { parseArgs } from "node:util";
import { didYouMean } from "../policy/suggestion.ts";
import { type Command, type Option, UsageError } from "./command.ts";
import { HELP } from "./commands.ts";

/** What stands on the command line after the command; `help` when help is asked for, wherever it stands. */
export interface Parsed {
  readonly help: boolean;
  readonly options: ReadonlyMap<string, string>;
  readonly lists: ReadonlyMap<string, readonly string[]>;
  readonly operand: string | undefined;
  readonly secondOperand: string | undefined;
}

/**
 * Parses the arguments of `command`. One that `--help` stands among is not checked further.
 * @throws {UsageError}
 */
export function parseCommandLine(command: Command, args: readonly string[]): Parsed {
  const known = [...command.options, HELP];
  const { tokens } = parseArgs({
    args: [...args],
    // Node's own errors show its rules instead of ours.
    strict: false,
    tokens: true,
    allowPositionals: true,
    options: Object.fromEntries(
      known.map(({ name, short, value }) => [
        name,
        {
          type: value === undefined ? "boolean" : "string",
          ...(short === undefined ? {} : { short }),
        } as const,
      ]),
    ),
  });
  const options = new Map<string, string>();
  const lists = new Map<string, readonly string[]>();
  const operands: string[] = [];
  for (const token of tokens) {
    if (token.kind === "option-terminator") continue;
    if (token.kind === "positional") {
      if (operands.length >= mostOperands(command)) throw unexpected(token.value, []);
      operands.push(token.value);
      continue;
    }
    const option = known.find(({ name }) => name === token.name);
    if (!option) throw unexpected(token.rawName, fitting(known, args));
    if (option === HELP) return { help: true, options, lists, ...named(command, operands) };
    const value = givenValue(option, token);
    if (option.many) lists.set(option.name, [...(lists.get(option.name) ?? []), value]);
    else if (options.has(option.name)) throw new UsageError(`${shown(option)} is given more than once`);
    options.set(option.name, value);
  }
  expectAll(command, options);
  const given = named(command, operands);
  for (const [name, value] of [
    [command.needsOperand && command.operand, given.operand],
    [command.secondOperand, given.secondOperand],
  ]) {
    if (name && value === undefined) throw new UsageError(`${name} is missing`);
  }
  return { help: false, options, lists, ...given };
}

function mostOperands({ operand, secondOperand, manyWords = false }: Command): number {
  if (manyWords) return Number.POSITIVE_INFINITY;
  return [operand, secondOperand].filter((name) => name !== undefined).length;
}

function named(
  { manyWords }: Command,
  operands: readonly string[],
): Pick<Parsed, "operand" | "secondOperand"> {
  const [operand, secondOperand] = operands;
  return manyWords && operand !== undefined
    ? { operand: operands.join(" "), secondOperand: undefined }
    : { operand, secondOperand };
}

interface OptionToken {
  readonly rawName: string;
  readonly value?: string | undefined;
  readonly inlineValue?: boolean | undefined;
}

function givenValue(option: Option, { rawName, value, inlineValue }: OptionToken): string {
  if (option.value === undefined) {
    if (value === undefined) return "";
    throw new UsageError(`${shown(option)} takes no value`);
  }
  const forgotten = inlineValue !== true && /^-./.test(value ?? "") && option.hyphen !== true;
  if (value === undefined || forgotten) throw new UsageError(`${shown(option)} needs a value`);
  // As in `-o=json`; of a long name, the parser takes the sign itself.
  const given = inlineValue === true && !rawName.startsWith("--") ? value.replace(/^=/, "") : value;
  if (option.choices && !option.choices.includes(given)) {
    const choices = option.choices.join(", ");
    throw new UsageError(
      `'${given}' is no value of ${shown(option)}; it takes ${choices}${didYouMean(given, option.choices)}`,
    );
  }
  return given;
}

function expectAll({ options, oneOf = [] }: Command, given: ReadonlyMap<string, string>): void {
  for (const option of options) {
    const other = options.find(({ name }) => name === option.unless && given.has(name));
    if (other && given.has(option.name)) {
      throw new UsageError(`${shown(option)} and ${shown(other)} exclude each other`);
    }
    const needed = options.find(({ name }) => name === option.with && !given.has(name));
    if (needed && given.has(option.name)) {
      throw new UsageError(`${shown(option)} is taken with ${shown(needed)} only`);
    }
    if (option.required && !other && !given.has(option.name)) {
      throw new UsageError(`${shown(option)} is missing`);
    }
  }
  const alternatives = options.filter(
    ({ name, with: needed }) => oneOf.includes(name) && (needed === undefined || given.has(needed)),
  );
  const count = alternatives.filter(({ name }) => given.has(name)).length;
  const names = alternatives.map(shown);
  if (alternatives.length > 0 && count === 0) throw new UsageError(`${names.join(" or ")} is missing`);
  if (count > 1) throw new UsageError(`${names.join(" and ")} exclude each other`);
}

/** What can be meant: not what goes with an option that is not given. */
const fitting = (known: readonly Option[], args: readonly string[]): readonly Option[] =>
  known.filter(({ with: needed }) => needed === undefined || args.includes(`--${needed}`));

function unexpected(argument: string, known: readonly Option[]): UsageError {
  const near = didYouMean(
    argument,
    known.map(({ name }) => `--${name}`),
  );
  return new UsageError(`unexpected argument '${argument}'${near}`);
}

const shown = ({ name, value }: Option): string => `--${name}${value === undefined ? "" : ` ${value}`}`;
