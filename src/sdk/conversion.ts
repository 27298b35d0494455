import { TextError } from "./errors.ts";

/** What Rust says of an integer that its type does not hold. */
export const OUT_OF_RANGE = "out of range integral type conversion attempted";

export const MAX_U32 = 0xffff_ffffn;

/** The error of a setter whose value its type does not hold. */
export const setterOutOfRange = (setter: string): TextError =>
  new TextError(`Parameter conversion failed for ${setter}: ${OUT_OF_RANGE}`);

/** The error of a parameter whose value its type does not hold. */
export const parameterOutOfRange = (parameter: string): TextError =>
  new TextError(`Parameter '${parameter}' conversion failed: ${OUT_OF_RANGE}`);

/** `value` as Rust's unsigned type with this maximum. @throws {TextError} */
export function unsigned(parameter: string, value: bigint, maximum = MAX_U32): number {
  if (value >= 0n && value <= maximum) return Number(value);
  throw parameterOutOfRange(parameter);
}
