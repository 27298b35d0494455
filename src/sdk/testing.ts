/** Runs operations for unit tests: with a real dispatch, and a policy that is a predicate of the test's. */
import {
  type Callback,
  CallbackFailure,
  Char,
  EnumValue,
  FunctionPointer,
  Thrown,
  type Value,
} from "rhai-wasm";
import { Denied } from "../policy/errors.ts";
import type { Access, Action, AuthorizationRequest, Authorized } from "../policy/types.ts";
import { dispatch } from "./dispatch.ts";
import type { Namespace } from "./namespace.ts";
import type { Operation, PublishedAlarm, PublishedMetric, Run } from "./operation.ts";

export interface TestRun extends Run {
  /** Every request in the order asked, as `namespace.action Type::id`; of another user behind `as <name>: `. */
  readonly asked: string[];
  readonly logs: { level: string; message: string; line: number; api?: string | undefined }[];
  readonly alarms: PublishedAlarm[];
  readonly metrics: PublishedMetric[];
}

const REFUSED = { allowed: false, policies: [], errors: [] };

export function testRun(
  allows: (request: AuthorizationRequest, principal: string) => boolean = () => true,
  forbids?: (request: AuthorizationRequest) => boolean,
): TestRun {
  const asked: string[] = [];
  const accessOf = (principal: string, prefix: string, isTentative = false): Access => {
    const permit = <A extends Action>(request: AuthorizationRequest<A>) => {
      const isAllowed = allows(request, principal);
      if (isAllowed || !isTentative) {
        asked.push(`${prefix}${request.action} ${request.resource.type}::${request.resource.id}`);
      }
      // In a test the predicate is the policy room.
      return isAllowed ? ({ request } as Authorized<A>) : undefined;
    };
    return {
      principal,
      permit,
      require: (request) => {
        const token = permit(request);
        if (!token) throw new Denied(principal, request, REFUSED);
        return token;
      },
      vetoes: (action) => forbids && ((resource) => (forbids({ action, resource }) ? REFUSED : undefined)),
      tentative: () => accessOf(principal, prefix, true),
      as: (name) => accessOf(name, `as ${name}: `),
    };
  };
  const access = accessOf('User::"tester"', "");
  const cache = new Map<string, object>();
  const run: TestRun = {
    access,
    asked,
    logs: [],
    alarms: [],
    metrics: [],
    log: (level, message, line, api) => run.logs.push({ level, message, line, api }),
    publishAlarm: (alarm) => run.alarms.push(alarm),
    publishMetric: (metric) => run.metrics.push(metric),
    once: <T extends object>(key: string, create: () => T): T => {
      if (!cache.has(key)) cache.set(key, create());
      return cache.get(key) as T;
    },
  };
  return run;
}

/** A closure of a test: `perform` receives it as a FunctionPointer, and `caller` calls it. */
export type Closure = (...args: Value[]) => Value;

/**
 * A function that calls operations of `namespaces` as a script would: `call(run, "open_file", handle, "a", options)`.
 * Overloads are told apart by the arguments' types. Errors arrive as {@link Thrown} with the script's value.
 */
export function caller(namespaces: readonly Namespace[]) {
  const types = namespaces.flatMap((namespace) => namespace.types);
  const operations = namespaces.flatMap((namespace) => namespace.operations);
  const fits = (type: string, value: Value): boolean => {
    if (type === "any") return true;
    const builtin = builtinType(value);
    if (builtin !== undefined) return builtin === type;
    if (value instanceof EnumValue) return value.type === type;
    const declared = types.find(({ name }) => name === type)?.class;
    return declared !== undefined && value instanceof declared;
  };
  const find = (name: string, args: readonly Value[]): Operation => {
    const found = operations.find(
      (operation) =>
        operation.name === name &&
        operation.parameters.length === args.length &&
        operation.parameters.every((type, index) => fits(type, args[index] as Value)),
    );
    if (!found) throw new Error(`no overload of ${name} takes (${args.map(describe).join(", ")})`);
    return found;
  };
  return (run: Run, name: string, ...args: (Value | Closure)[]): Value => {
    const closures = new Map<number, Closure>();
    const values = args.map((arg) => {
      if (typeof arg !== "function") return arg;
      closures.set(closures.size, arg);
      return new FunctionPointer(closures.size - 1, "closure");
    });
    const operation = find(name, values);
    return declaring(operation, () => {
      const result = dispatch(run, operation, values, { line: 1, column: 1 });
      if (result instanceof Promise) throw new Error(`${name} waits; call it with await`);
      return isSteps(result) ? drive(result, closures) : result;
    });
  };
}

/** What `operation` comes to, which waits. Errors arrive as {@link Thrown} with the script's value. */
export async function waitFor(run: Run, operation: Operation, args: readonly Value[]): Promise<Value> {
  try {
    // Those that wait have no steps.
    return (await dispatch(run, operation, args, { line: 1, column: 1 })) as Value;
  } catch (error) {
    throw declared(operation, error);
  }
}

function declaring<T>(operation: Operation, act: () => T): T {
  try {
    return act();
  } catch (error) {
    throw declared(operation, error);
  }
}

/** `error`; one that fails the test where the documentation of `operation` does not tell of it. */
function declared({ name, source, checks, denials, errors = [] }: Operation, error: unknown): unknown {
  if (!(error instanceof Thrown)) return error;
  const { value } = error;
  const kind = value instanceof Map ? value.get("kind") : undefined;
  const denied = checks.length > 0;
  if (kind instanceof EnumValue) {
    const ofDenials = denials === undefined ? ["PermissionDenied", "AuthorizationError"] : [denials];
    const kinds = denied ? [...errors, ...ofDenials] : errors;
    return kinds.includes(kind.name) ? error : undeclared(name, kind.name, error);
  }
  const isKnown = source !== "text" || errors.length > 0 || (denied && DENIAL.test(String(value)));
  return isKnown ? error : undeclared(name, `"${value}"`, error);
}

const DENIAL = /Permission denied|Authorization check failed/;

const undeclared = (name: string, thrown: string, cause: unknown): Error =>
  new Error(`${name} throws ${thrown}, which its errors do not name`, { cause });

function drive(steps: Generator<Callback, Value, Value>, closures: ReadonlyMap<number, Closure>): Value {
  let step = steps.next(null);
  while (!step.done) {
    const { fn, args } = step.value;
    const closure = closures.get(fn.id);
    if (!closure) throw new Error("a closure of another call");
    let value: Value;
    try {
      value = closure(...args);
    } catch (error) {
      step = steps.throw(new CallbackFailure(String(error), error instanceof Thrown ? error.value : null));
      continue;
    }
    step = steps.next(value);
  }
  return step.value;
}

function isSteps(result: unknown): result is Generator<Callback, Value, Value> {
  return typeof result === "object" && result !== null && "next" in result && !(result instanceof Map);
}

function builtinType(value: Value): string | undefined {
  if (value === null) return "()";
  if (value instanceof Char) return "char";
  if (value instanceof FunctionPointer) return "FnPtr";
  if (value instanceof Map) return "Map";
  if (value instanceof Uint8Array) return "Blob";
  if (Array.isArray(value)) return "Array";
  const name = { bigint: "i64", number: "f64", string: "String", boolean: "bool" } as const;
  return name[typeof value as keyof typeof name];
}

const describe = (value: Value): string => builtinType(value) ?? value?.constructor.name ?? "()";

/** What `action` throws to the script; fails when it does not throw. */
export function thrownBy(action: () => unknown): Value {
  try {
    action();
  } catch (error) {
    if (error instanceof Thrown) return error.value;
    throw error;
  }
  throw new Error("expected an error for the script");
}

/** `message` of the error map, or the text, that `action` throws. */
export function messageOf(action: () => unknown): string {
  const value = thrownBy(action);
  return value instanceof Map ? String(value.get("message")) : String(value);
}
