import type { Callback, FunctionDefinition, TypeDefinition, Value } from "rhai-wasm";
import type { Access } from "../policy/types.ts";
import type { ErrorSource } from "./errors.ts";

export type LogLevel = "TRACE" | "DEBUG" | "INFO" | "WARN" | "ERROR";

/** State of one run that operations share: its log, what it published, its caches. One a run, never reused. */
export interface Run {
  readonly access: Access;
  /** Adds to the run's log. `api` is the script function that caused an SDK message. */
  log(level: LogLevel, message: string, line: number, api?: string): void;
  publishAlarm(alarm: PublishedAlarm): void;
  publishMetric(metric: PublishedMetric): void;
  /** The value under `key`, made by `create` the first time in this run; for once-a-run caches. */
  once<T extends object>(key: string, create: () => T): T;
}

export interface PublishedAlarm {
  readonly type: string;
  readonly details?: string;
}

export interface PublishedMetric {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly dimensions: ReadonlyMap<string, string>;
}

/** One call of an operation. */
export interface Call {
  readonly run: Run;
  readonly access: Access;
  readonly line: number;
  /** Logs for the script's author, attributed to this call. */
  warn(message: string): void;
}

/** A value, steps with callbacks, or of an operation that `waits` a promise. */
export type Result = Value | Promise<Value> | Generator<Callback, Value, Value>;

declare const type: unique symbol;
/** A parameter's name and type; the phantom type says what `perform` receives. */
export interface Parameter<T extends Value = Value> {
  readonly name: string;
  readonly type: string;
  readonly [type]?: T;
}

type Arguments<P extends readonly Parameter[]> = {
  -readonly [K in keyof P]: P[K] extends Parameter<infer T> ? T : never;
};

/** What a reader of `remit functions` and of the docs needs beside the signature. */
export interface Documentation {
  /** One sentence in the present tense. */
  readonly summary: string;
  /** Checks in the order they are made, as rex-style text: `fs:open File(<dir>/<name>)`. Empty: no check. */
  readonly checks: readonly string[];
  /**
   * Kinds of its source that scripts may catch besides those of a denial; of an operation with plain texts, what the
   * texts are about.
   */
  readonly errors?: readonly string[];
  /** Kind as which a denial reaches scripts, where that is another than `PermissionDenied`. */
  readonly denials?: string;
  /** A call of it in one line; what stands in it is a variable of {@link SdkType.example}. */
  readonly example: string;
  /** Where it is; elsewhere calling it is an error. */
  readonly only?: "linux" | "unix";
}

/** A type of which scripts hold values. */
export interface SdkType extends TypeDefinition {
  /** For the documentation: a variable that holds such a value, and the expression that makes it. */
  readonly example?: { readonly variable: string; readonly expression: string };
}

/** One overload that a script can call: its signature as data, and what it does. */
export interface Operation extends FunctionDefinition, Documentation {
  /** Parameter names, in the order of `parameters`. */
  readonly parameterNames: readonly string[];
  readonly returns: string;
  /** How its errors reach the script: as maps of this source, or as plain strings (`"text"`). */
  readonly source: ErrorSource | "text";
  /** It waits, but what it does is done by the thread of the script, so that it may be called within `nsenter`. */
  readonly ownThread?: true;
  readonly perform: (call: Call, args: readonly Value[]) => Result;
}

interface OperationInput<P extends readonly Parameter[]> extends Documentation {
  readonly name: string;
  readonly kind?: Operation["kind"];
  readonly module?: string;
  readonly source: ErrorSource | "text";
  readonly waits?: true;
  readonly ownThread?: true;
  readonly parameters: readonly [...P];
  readonly returns: string;
  readonly perform: (call: Call, ...args: Arguments<P>) => Result;
}

/** Makes an operation whose `perform` is typed by its parameters. The engine has matched the types before it calls. */
export function operation<const P extends readonly Parameter[]>(input: OperationInput<P>): Operation {
  const { parameters, perform, kind = "function", ...rest } = input;
  return {
    ...rest,
    kind,
    parameters: parameters.map((parameter) => parameter.type),
    parameterNames: parameters.map((parameter) => parameter.name),
    // The engine dispatches by these very types, so the arguments are what the signature says.
    perform: (call, args) => perform(call, ...(args as Arguments<P>)),
  };
}
