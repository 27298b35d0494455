/**
 * Values that cross between a Rhai script and the host.
 *
 * | Rhai | here |
 * |---|---|
 * | `()` | `null` |
 * | `bool` | `boolean` |
 * | `i64` (and `u64` above `i64::MAX`) | `bigint` |
 * | `f64` | `number` |
 * | `String` | `string` (lone surrogates become U+FFFD) |
 * | `char` | {@link Char} |
 * | `Array` | `Value[]` |
 * | object map | `Map<string, Value>`: script text chooses the keys, so never a plain object |
 * | `Blob` | `Uint8Array` |
 * | `Fn`/closure | {@link FunctionPointer} |
 * | constants such as `Signal::SIGTERM` | {@link EnumValue} |
 * | a handle or record of the host | an instance of a {@link HostObject} class named in the manifest |
 */
export type Value =
  | null
  | boolean
  | bigint
  | number
  | string
  | Char
  | Value[]
  | Map<string, Value>
  | Uint8Array
  | FunctionPointer
  | EnumValue
  | HostObject;

/** One Unicode scalar value. */
export class Char {
  constructor(readonly text: string) {}
}

/** A Rhai function pointer. It can be called only by a {@link Callback} of the call that received it. */
export class FunctionPointer {
  constructor(
    readonly id: number,
    readonly name: string,
  ) {}
}

/** One value of an enumeration; compared by `type` and `ordinal`, printed as `name`. */
export class EnumValue {
  constructor(
    readonly type: string,
    readonly ordinal: number,
    readonly name: string,
  ) {}
}

/**
 * Base of every class whose instances a script can hold. The script has only a reference;
 * `release` is called once, when the script dropped its last reference or the run ended.
 */
export abstract class HostObject {
  release(): void {}
}
