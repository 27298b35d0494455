import type { EnumValue, FunctionPointer, HostObject, Value } from "./value.ts";

/** Built-in Rhai types by the name that signatures use; any other name is a {@link TypeDefinition}. */
export type BuiltinType =
  | "()"
  | "any"
  | "bool"
  | "i64"
  | "f64"
  | "char"
  | "String"
  | "Array"
  | "Map"
  | "Blob"
  | "FnPtr";

/** A type of the host's own that scripts can hold. */
export interface TypeDefinition {
  /** Unique in the manifest; used in signatures and by {@link EnumValue.type}. */
  readonly name: string;
  /** What `type_of` and "Function not found" show. Defaults to `name`. */
  readonly typeOf?: string;
  /** What a value of it shows inside an array, a map or an error. Defaults to `typeOf`. */
  readonly debug?: string;
  /** For an enumeration: names by ordinal. */
  readonly values?: readonly string[];
  /** Whether an enumeration comes with `==` and `!=`. Defaults to true. */
  readonly compares?: boolean;
  /**
   * What `to_string` of an enumeration shows: the value's name, that name unless the value is a constant, or the type
   * as for any other type of the host. Defaults to `name`; `to_debug` always shows the type.
   */
  readonly shows?: "name" | "variable's name" | "type";
  /** For an object: the class of its instances. */
  readonly class?: abstract new (
    ...args: never[]
  ) => HostObject;
}

/** A constant `module::name`. */
export interface ConstantDefinition {
  readonly module: string;
  readonly name: string;
  readonly value: EnumValue | bigint | number | string | boolean;
}

/**
 * One overload of something a script can call.
 * - `function`: `name(a, b)`, and `a.name(b)`, which are the same in Rhai; with `module`: `module::name(a)`
 * - `getter`: `a.name`; one parameter
 * - `operator`: `a name b`; two parameters
 */
export interface FunctionDefinition {
  readonly name: string;
  readonly kind: "function" | "getter" | "operator";
  readonly module?: string;
  /** Type names, receiver first. */
  readonly parameters: readonly string[];
  /** The host answers with a promise; the run is suspended until it settles. */
  readonly waits?: boolean;
}

/** Everything of the host's that an engine registers; `functions[i]` is called as operation `i`. */
export interface Manifest {
  readonly types: readonly TypeDefinition[];
  readonly constants: readonly ConstantDefinition[];
  readonly functions: readonly FunctionDefinition[];
}

/** Where in the script a call stands; line and column count from 1, 0 when unknown. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/**
 * Yielded by a host function that is a generator, to have the script's closure called. The value that the
 * closure returns is the result of `yield`; what it throws is thrown at the `yield` as {@link CallbackFailure}.
 * The engine calls it from inside Rhai, never from JavaScript, so a suspended host function may await.
 */
export class Callback {
  constructor(
    readonly fn: FunctionPointer,
    readonly args: readonly Value[],
  ) {}
}

/** What a closure threw: Rhai's text of the error, and the value where it was a `throw`. */
export class CallbackFailure extends Error {
  override readonly name = "CallbackFailure";
  constructor(
    message: string,
    readonly value: Value,
  ) {
    super(message);
  }
}

/** Thrown by a host function to throw `value` in the script, which can catch it. */
export class Thrown extends Error {
  override readonly name = "Thrown";
  constructor(readonly value: Value) {
    super("thrown to the script");
  }
}

/** Thrown by a host function to end the run; the script cannot catch it. */
export class Terminated extends Error {
  override readonly name = "Terminated";
}

/** A value now, a value later (only of a function that {@link FunctionDefinition.waits}), or steps with callbacks. */
export type HostResult = Value | Promise<Value> | Generator<Callback, Value, Value>;

/** A module's source, and the name under which it is loaded once and shown in errors. */
export interface ModuleSource {
  readonly name: string;
  readonly source: string;
}

/** What an engine asks of the host while a script runs. */
export interface Host {
  /** Calls operation `manifest.functions[operation]`. */
  call(operation: number, args: Value[], position: Position): HostResult;
  /** The script called `debug(value)`; `text` is the value's debug text. */
  debug(text: string, position: Position): void;
  /**
   * The script, or the module `importer`, imports `path`: returns the source, `undefined` where there is no such
   * module, or throws {@link Thrown}.
   */
  importModule(path: string, importer: string | undefined, position: Position): ModuleSource | undefined;
}
