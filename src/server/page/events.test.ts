import { expect, test } from "bun:test";
import { Run } from "../../agent/index.ts";
import { runEvents } from "../run-events.ts";
import { eventsIn } from "./events.ts";

const log = (message: string) => ({ type: "log", level: "INFO", message, time: "now" }) as const;

const streamOf = (pieces: readonly Uint8Array[]): ReadableStream<Uint8Array> =>
  new ReadableStream({
    start(controller) {
      for (const piece of pieces) controller.enqueue(piece);
      controller.close();
    },
  });

test("what the agent writes is read again, wherever it is cut", async () => {
  const run = new Run("run_1", 'Agent::"a"', false);
  run.begin();
  run.addAll([log("one\n\nevent: end\ndata: {}"), log("zwei \u{1f600}")]);
  run.end("succeeded");
  const bytes = new Uint8Array(await new Response(runEvents(run, 0, () => undefined)).arrayBuffer());
  for (const length of [1, 7, bytes.length]) {
    const pieces = Array.from({ length: Math.ceil(bytes.length / length) }, (_, index) =>
      bytes.subarray(index * length, (index + 1) * length),
    );
    const read = [];
    for await (const event of eventsIn(streamOf(pieces))) read.push(event);
    expect(read).toEqual([...run.eventsAfter(0)]);
  }
});

test("comments are no events, and what is cut off is none", async () => {
  const text = ': still running\n\nevent: end\ndata: {}\nid: 4\n\nevent: log\ndata: {"mess';
  const read = [];
  for await (const event of eventsIn(streamOf([Buffer.from(text)]))) read.push(event);
  expect(read).toEqual([{ type: "end", id: 4 }]);
});
