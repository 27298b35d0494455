import { SdkError } from "../../errors.ts";
import type { Namespace } from "../../namespace.ts";
import { integer } from "../../parameters.ts";
import { flags } from "./flags.ts";
import { helper } from "./helper.ts";

/** Numbers that one call makes at most: they are made at once, before any limit of the engine can stop them. */
const MAX_NUMBERS = 1_000_000n;

const seqFlags = flags({ module: "seq", numbered: { step: { parameters: ["n"] } } });

function sequence(start: bigint, end: bigint, step: bigint): bigint[] {
  if (step === 0n) throw invalid("seq: step cannot be zero");
  const count = (end - start) / step + 1n;
  const wrongWay = step > 0n ? end < start : end > start;
  if (wrongWay) return [];
  if (count > MAX_NUMBERS) throw invalid(`seq: more than ${MAX_NUMBERS} numbers`);
  return Array.from({ length: Number(count) }, (_, index) => start + BigInt(index) * step);
}

const invalid = (reason: string) =>
  new SdkError("IoErrorKind", "InvalidArguments", `Invalid arguments: ${reason}`);

export const seqNamespace: Namespace = {
  ...seqFlags.namespace,
  operations: [
    ...seqFlags.namespace.operations,
    ...helper({
      name: "seq",
      flags: seqFlags,
      parameters: [integer("start"), integer("end")],
      returns: "Array",
      summary: "Counts from `start` to `end`, both included, by `step`.",
      checks: [],
      perform: (_call, given, start, end) => sequence(start, end, given.numbers("step")?.[0] ?? 1n),
    }),
  ],
};
