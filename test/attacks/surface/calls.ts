import { type Operation, surface } from "../../../src/sdk/index.ts";
import { HOSTILE, PRELUDE, WRONG_TYPES } from "./hostile.ts";
import { builderOf, sample } from "./samples.ts";

/** One call that a script makes, with one argument that nobody expects. */
export interface HostileCall {
  readonly operation: Operation;
  readonly expression: string;
}

const { operations } = surface;
const SETTERS = new Map(
  operations
    .filter(({ name }) => name === "build")
    .map(({ parameters: [self = ""], returns }) => [
      returns,
      operations.filter(
        ({ parameters: [first, second = ""] }) => first === self && Object.hasOwn(HOSTILE, second),
      ),
    ]),
);

/** Every operation that takes a text, a number, a list, a map or options, with each of the hostile values in each place. */
export function hostileCalls(): HostileCall[] {
  return operations.flatMap((operation) =>
    operation.parameters.flatMap((type, index) =>
      hostileArguments(operation, type).map((hostile) => ({
        operation,
        expression: expressionOf(operation, index, hostile),
      })),
    ),
  );
}

/** What works where there is room for it. */
const TOO_COSTLY: ReadonlySet<string> = new Set(["FallocateOptions 4294967296"]);

function hostileArguments(operation: Operation, type: string): string[] {
  const values = HOSTILE[type];
  if (values) return [...values, ...WRONG_TYPES];
  const setters = SETTERS.get(type) ?? [];
  // The options' own operations have the same values in the setters.
  if (operation.name === "build") return [];
  return setters.flatMap(({ name, parameters: [, taken = ""] }) =>
    (HOSTILE[taken] ?? [])
      .filter((hostile) => !TOO_COSTLY.has(`${type} ${hostile}`))
      .map((hostile) => `${builderOf(type)}.${name}(${hostile}).build()`),
  );
}

function expressionOf(operation: Operation, at: number, hostile: string): string {
  const { kind, module, name, parameters } = operation;
  const args = parameters.map((type, index) => {
    const text = index === at ? hostile : sample(operation, index);
    if (text === undefined) throw new Error(`no sample of ${type}, a parameter of ${name}`);
    return text;
  });
  if (kind === "operator") return `(${args[0]}) ${name} (${args[1]})`;
  return `${module ? `${module}::` : ""}${name}(${args.join(", ")})`;
}

/** A script that makes the calls one by one and tells `debug` how each of them ends. */
export function scriptOf(directory: string, calls: readonly Pick<HostileCall, "expression">[]): string {
  const steps = calls.map(
    ({ expression }) =>
      `try { let value = ${expression}; debug("value"); } catch (error) { debug(ending(error)); }`,
  );
  return `const DIR = ${JSON.stringify(directory)};
${PRELUDE}
fn open_dir(path) { DirConfig().path(path).build().open(OpenDirOptions().build()) }
fn path_of(length) { let s = global::DIR + "/"; while s.len() + 200 < length { s += component(199) + "/"; } s + component(length - s.len()) }
fn ending(error) {
  if type_of(error) == "map" && "source" in error { "map " + error.source + " " + error.kind + " " + error.message }
  else if type_of(error) == "map" && "error" in error { "map Rhai " + error.error }
  else { type_of(error) + " " + error }
}
${steps.join("\n")}
`;
}
