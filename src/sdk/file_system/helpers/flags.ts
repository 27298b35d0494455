import { EnumValue, HostObject, type Value } from "rhai-wasm";
import type { Namespace } from "../../namespace.ts";
import { operation } from "../../operation.ts";
import { integer } from "../../parameters.ts";
import { typeNameOf } from "../../type-names.ts";
import { ioError } from "../os-errors.ts";

/** A function of the module that makes a flag with numbers. */
interface NumberedInput {
  readonly parameters: readonly string[];
  readonly short?: readonly string[];
  /** Numbers of a call. */
  readonly example: string;
}

interface FlagsInput<F extends string, N extends string> {
  /** Name of the module that holds the flags, and the start of its type's name. */
  readonly module: string;
  /** Constants of the module: names, each with its short forms. */
  readonly constants?: { readonly [K in F]: readonly string[] };
  readonly numbered?: { readonly [K in N]: NumberedInput };
}

/** The flags of one call. */
export interface Flags<F extends string, N extends string> {
  has(name: F): boolean;
  /** Numbers of the first flag `name`. */
  numbers(name: N): readonly bigint[] | undefined;
}

/** A flag with numbers, of the flags type `type`. */
class Numbered extends HostObject {
  constructor(
    readonly type: string,
    readonly flag: string,
    readonly numbers: readonly bigint[],
  ) {
    super();
  }
}

/**
 * The flags of a helper: a module of constants (`grep::count`, `grep::c`) and of functions that make flags with
 * numbers (`grep::max_count(3)`). Helpers take them in an array, which `parse` reads.
 */
export function flags<F extends string = never, N extends string = never>(input: FlagsInput<F, N>) {
  const { module } = input;
  const name = `${module.charAt(0).toUpperCase()}${module.slice(1)}Flag`;
  const constants: readonly [string, readonly string[]][] = Object.entries(input.constants ?? {});
  const numbered: readonly [string, NumberedInput][] = Object.entries(input.numbered ?? {});
  const Flag = class extends Numbered {};

  const namespace: Namespace = {
    types: [
      {
        name,
        debug: `rhai_safe_io::command::${module}::${name}`,
        values: constants.map(([flag]) => flag),
        compares: false,
        shows: "type",
        class: Flag,
      },
    ],
    constants: constants.flatMap(([flag, short], ordinal) =>
      [flag, ...short].map((constant) => ({
        module,
        name: constant,
        value: new EnumValue(name, ordinal, flag),
      })),
    ),
    operations: numbered.flatMap(([flag, { parameters, short = [], example }]) =>
      [flag, ...short].map((spelling) =>
        operation({
          name: spelling,
          module,
          source: "text",
          parameters: parameters.map(integer),
          returns: name,
          summary: `The flag \`${flag}\` of \`${module}\`.`,
          checks: [],
          example: `${module}::${spelling}(${example})`,
          perform: (_call, ...numbers) => new Flag(name, flag, numbers),
        }),
      ),
    ),
  };

  /** @throws {SdkError} kind `Other` when `values` holds anything but flags of this helper */
  const parse = (values: readonly Value[] = []): Flags<F, N> => {
    const set = new Set<string>();
    const first = new Map<string, readonly bigint[]>();
    for (const value of values) {
      if (value instanceof EnumValue && value.type === name) set.add(value.name);
      else if (value instanceof Flag) first.set(value.flag, first.get(value.flag) ?? value.numbers);
      else throw ioError("Other", `${module}: expected ${name} flag, got ${typeNameOf(value)}`);
    }
    return { has: (flag) => set.has(flag), numbers: (flag) => first.get(flag) };
  };
  return { namespace, parse };
}
