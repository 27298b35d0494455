import { LIMITS, LimitError } from "../../../platform/limits.ts";
import type { Namespace } from "../../namespace.ts";
import { integer } from "../../parameters.ts";
import { fromPlatform, ioError } from "../os-errors.ts";
import { flags } from "./flags.ts";
import { helper } from "./helper.ts";

const seqFlags = flags({ module: "seq", numbered: { step: { parameters: ["n"], example: "3" } } });

function sequence(start: bigint, end: bigint, step: bigint): bigint[] {
  if (step === 0n) throw invalid("seq: step cannot be zero");
  const count = (end - start) / step + 1n;
  const wrongWay = step > 0n ? end < start : end > start;
  if (wrongWay) return [];
  // They are made at once, before the engine can count them.
  if (count > LIMITS.arrayItems) throw fromPlatform(new LimitError("arrayItems", LIMITS.arrayItems));
  return Array.from({ length: Number(count) }, (_, index) => start + BigInt(index) * step);
}

const invalid = (reason: string) => ioError("InvalidArguments", `Invalid arguments: ${reason}`);

export const seqNamespace: Namespace = {
  ...seqFlags.namespace,
  operations: [
    ...seqFlags.namespace.operations,
    ...helper({
      name: "seq",
      flags: seqFlags,
      parameters: [integer("start"), integer("end")],
      returns: "Array<i64>",
      summary: "Counts from `start` to `end`, both included, by `step`.",
      checks: [],
      errors: ["InvalidArguments", "FileContentTooLargeError"],
      example: { args: "1, 10", flags: "seq::step(3)" },
      perform: (_call, given, start, end) => sequence(start, end, given.numbers("step")?.[0] ?? 1n),
    }),
  ],
};
