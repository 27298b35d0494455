import { Char, EnumValue, FunctionPointer, HostObject, Thrown, type Value } from "rhai-wasm";
import type { Objects } from "./objects.ts";
import type { Reader } from "./reader.ts";
import type { Types } from "./types.ts";
import type { Writer } from "./writer.ts";

/** First byte of a value; `codec.rs` is the other side. */
const TAG = {
  unit: 0,
  false: 1,
  true: 2,
  integer: 3,
  float: 4,
  string: 5,
  char: 6,
  array: 7,
  map: 8,
  blob: 9,
  function: 10,
  enum: 11,
  object: 12,
  text: 13,
  unsigned: 14,
} as const;

const I64_MAX = 2n ** 63n - 1n;
const I64_MIN = -(2n ** 63n);
const U64_MAX = 2n ** 64n - 1n;

/** Values as bytes and back. Arrays and maps nest as deep as `codec.rs` lets them leave a script. */
export class ValueCodec {
  constructor(
    private readonly types: Types,
    private readonly objects: Objects,
  ) {}

  write(out: Writer, value: Value): void {
    switch (typeof value) {
      case "string":
        out.u8(TAG.string).text(value);
        return;
      case "bigint":
        if (value >= I64_MIN && value <= I64_MAX) out.u8(TAG.integer).i64(value);
        else if (value > 0n && value <= U64_MAX) out.u8(TAG.unsigned).i64(BigInt.asIntN(64, value));
        else throw new RangeError(`${value} does not fit 64 bits`);
        return;
      case "boolean":
        out.u8(value ? TAG.true : TAG.false);
        return;
      case "number":
        out.u8(TAG.float).f64(value);
        return;
      case "object":
        if (value === null) out.u8(TAG.unit);
        else this.writeObject(out, value);
        return;
      default:
        throw new TypeError(`${typeof value} cannot cross to a script`);
    }
  }

  private writeObject(out: Writer, value: Value & object): void {
    if (Array.isArray(value)) {
      out.u8(TAG.array).u32(value.length);
      for (const item of value) this.write(out, item);
    } else if (value instanceof Map) {
      out.u8(TAG.map).u32(value.size);
      for (const [key, item] of value) this.write(out.text(key), item);
    } else if (value instanceof HostObject) {
      out.u8(TAG.object).u16(this.types.indexOfObject(value)).u32(this.objects.add(value));
    } else if (value instanceof EnumValue) {
      out.u8(TAG.enum).u16(this.types.indexOf(value.type)).u16(value.ordinal);
    } else if (value instanceof Uint8Array) {
      out.u8(TAG.blob).raw(value);
    } else if (value instanceof Char) {
      out.u8(TAG.char).u32(value.text.codePointAt(0) ?? 0);
    } else if (value instanceof FunctionPointer) {
      throw new Thrown(`function ${value.name} cannot be kept by the host`);
    } else {
      throw new TypeError(`${(value as object).constructor.name} cannot cross to a script`);
    }
  }

  read(from: Reader): Value {
    const tag = from.u8();
    switch (tag) {
      case TAG.unit:
        return null;
      case TAG.false:
        return false;
      case TAG.true:
        return true;
      case TAG.integer:
        return from.i64();
      case TAG.float:
        return from.f64();
      case TAG.string:
      case TAG.text:
        return from.text();
      case TAG.char:
        return new Char(String.fromCodePoint(from.u32()));
      case TAG.array:
        return this.readValues(from);
      case TAG.map:
        return this.readMap(from);
      case TAG.blob:
        return from.raw();
      case TAG.function:
        return new FunctionPointer(from.u32(), from.text());
      case TAG.enum:
        return this.types.enumeration(from.u16(), from.u16());
      case TAG.object:
        from.u16();
        return this.objects.get(from.u32());
      case TAG.unsigned:
        return from.u64();
      default:
        throw new Error(`unknown tag ${tag}`);
    }
  }

  /** A count, then as many values. */
  readValues(from: Reader): Value[] {
    const values: Value[] = [];
    for (let left = from.u32(); left > 0; left--) values.push(this.read(from));
    return values;
  }

  private readMap(from: Reader): Map<string, Value> {
    const map = new Map<string, Value>();
    for (let left = from.u32(); left > 0; left--) map.set(from.text(), this.read(from));
    return map;
  }
}
