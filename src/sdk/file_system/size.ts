import { EnumValue, HostObject } from "rhai-wasm";
import type { Namespace } from "../namespace.ts";
import { operation } from "../operation.ts";
import { enumeration, integer } from "../parameters.ts";

/** Units in the order of their ordinals: constant, name and bytes. */
const UNITS = [
  ["BYTES", "Bytes", 1n],
  ["KILOBYTES", "Kilobytes", 1000n],
  ["KIBIBYTES", "Kibibytes", 1024n],
  ["MEGABYTES", "Megabytes", 1000n ** 2n],
  ["MEBIBYTES", "Mebibytes", 1024n ** 2n],
  ["GIGABYTES", "Gigabytes", 1000n ** 3n],
  ["GIBIBYTES", "Gibibytes", 1024n ** 3n],
] as const;

const MAX_I64 = 2n ** 63n - 1n;

export const SIZE_UNIT = {
  name: "SizeUnit",
  typeOf: "rust_safe_io::options::SizeUnit",
  values: UNITS.map(([, name]) => name),
  compares: false,
  shows: "type",
} as const;

const constants = UNITS.map(([constant, name], ordinal) => ({
  module: SIZE_UNIT.name,
  name: constant,
  value: new EnumValue(SIZE_UNIT.name, ordinal, name),
}));

/** `SizeUnit::BYTES`, what sizes without a unit are in. */
export const BYTES = new EnumValue(SIZE_UNIT.name, 0, UNITS[0][1]);

/** Bytes that `value` of `unit` are; the largest number of a script where that is more. */
export function bytesOf(value: bigint, unit: EnumValue): bigint {
  const [, , factor] = UNITS[unit.ordinal] ?? UNITS[0];
  const bytes = value * factor;
  if (bytes > MAX_I64) return MAX_I64;
  return bytes < -MAX_I64 ? -MAX_I64 : bytes;
}

/** Sizes from `min` to `max`, both included; without a bound where it is `undefined`. */
export class SizeRange extends HostObject {
  constructor(
    readonly min: bigint | undefined,
    readonly max: bigint | undefined,
    private readonly unit: EnumValue,
  ) {
    super();
  }

  /** Whether a file of so many bytes is in it. */
  includes(bytes: bigint): boolean {
    if (this.min !== undefined && bytes < bytesOf(this.min, this.unit)) return false;
    return this.max === undefined || bytes <= bytesOf(this.max, this.unit);
  }
}

export const SIZE_RANGE = {
  name: "SizeRange",
  typeOf: "rust_safe_io::options::SizeRange",
  class: SizeRange,
  example: { variable: "large", expression: "SizeRange::min_only(1, SizeUnit::MEGABYTES)" },
} as const;

const common = { module: SIZE_RANGE.name, source: "text", checks: [], returns: SIZE_RANGE.name } as const;
const unit = enumeration(SIZE_UNIT, "unit");

export const sizeNamespace: Namespace = {
  types: [SIZE_UNIT, SIZE_RANGE],
  constants,
  operations: [
    operation({
      ...common,
      name: "min_only",
      parameters: [integer("min"), unit],
      summary: "Sizes of at least `min`.",
      example: "SizeRange::min_only(1, SizeUnit::MEGABYTES)",
      perform: (_call, min, unit) => new SizeRange(min, undefined, unit),
    }),
    operation({
      ...common,
      name: "max_only",
      parameters: [integer("max"), unit],
      summary: "Sizes of at most `max`.",
      example: "SizeRange::max_only(512, SizeUnit::KIBIBYTES)",
      perform: (_call, max, unit) => new SizeRange(undefined, max, unit),
    }),
    operation({
      ...common,
      name: "between",
      parameters: [integer("min"), integer("max"), unit],
      summary: "Sizes from `min` to `max`, both included.",
      example: "SizeRange::between(1, 10, SizeUnit::MEGABYTES)",
      perform: (_call, min, max, unit) => new SizeRange(min, max, unit),
    }),
  ],
};
