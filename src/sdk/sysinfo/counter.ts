/** The largest number of a script. */
const MAX_I64 = 2n ** 63n - 1n;

/** A count of the kernel's, at most the largest number that a script can have; undefined where `text` is none. */
export function counter(text: string | undefined): bigint | undefined {
  if (text === undefined || !/^\d{1,20}$/.test(text)) return undefined;
  return clamped(BigInt(text));
}

/** `value`, at least 0 and at most the largest number of a script. */
export function clamped(value: bigint): bigint {
  if (value < 0n) return 0n;
  return value > MAX_I64 ? MAX_I64 : value;
}

/** The words of a line. */
export const words = (line: string): string[] => line.split(/\s+/).filter((word) => word !== "");
