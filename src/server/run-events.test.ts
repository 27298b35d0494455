import { expect, test } from "bun:test";
import { Run } from "../agent/index.ts";
import { runEvents } from "./run-events.ts";

const started = (): Run => {
  const run = new Run("run_1", 'Agent::"a"', false);
  run.begin();
  return run;
};
const log = (message: string) => ({ type: "log", level: "INFO", message, time: "" }) as const;

test("what was kept comes first, then what happens, to the end", async () => {
  const run = started();
  let over = 0;
  const text = new Response(runEvents(run, 0, () => over++)).text();
  run.addAll([log("a\nevent: b")]);
  await Bun.sleep(1);
  run.end("succeeded");
  const events = (await text).split("\n\n").filter((event) => event !== "");
  expect(
    events.map((event) => /^event: (\w+)\ndata: .*\nid: (\d+)$/.exec(event)?.slice(1).join(" ")),
  ).toEqual(["status 1", "log 2", "status 3", "end 4"]);
  expect(over).toBe(1);
});

test("a follower that comes back gets what it lacks", async () => {
  const run = started();
  run.addAll([log("one"), log("two")]);
  run.end("succeeded");
  const text = await new Response(runEvents(run, 2, () => undefined)).text();
  expect(text).not.toContain("one");
  expect(text).toContain("two");
  expect(await new Response(runEvents(run, 99, () => undefined)).text()).toBe("");
});

test("one that goes leaves nothing behind", async () => {
  const run = started();
  let over = 0;
  const reader = runEvents(run, 0, () => over++).getReader();
  await reader.read();
  void reader.read();
  await reader.cancel();
  run.addAll([log("nobody hears it")]);
  expect(over).toBe(1);
});
