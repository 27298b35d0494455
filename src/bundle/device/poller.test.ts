import { afterEach, expect, test } from "bun:test";
import { BundleError } from "../errors.ts";
import type { Poll } from "../schedule.ts";
import { Poller } from "./poller.ts";

const MINUTE = 60_000;
const often: Poll = { intervalMs: 1, spread: 0, firstMs: 1, backoff: { firstMs: 1, mostMs: 2 } };
const seldom: Poll = {
  intervalMs: MINUTE,
  spread: 0,
  firstMs: MINUTE,
  backoff: { firstMs: MINUTE, mostMs: MINUTE },
};
const failure = new BundleError("unreachable", "nobody is there");

let poller: Poller;
afterEach(() => poller.stop());

/** What asks as often as wanted, and tells when it has. */
function asking(poll: Poll, answer: () => Promise<BundleError | undefined>) {
  let count = 0;
  const waiting: { readonly at: number; readonly done: () => void }[] = [];
  poller = new Poller({
    poll,
    ask: async () => {
      count++;
      for (const { done } of waiting.filter(({ at }) => at === count)) done();
      return answer();
    },
    random: () => 1,
  });
  return {
    count: () => count,
    asked: (at: number) => new Promise<void>((done) => (count >= at ? done() : waiting.push({ at, done }))),
  };
}

test("it asks again, whether it was answered or not", async () => {
  for (const answer of [undefined, failure]) {
    const { asked } = asking(often, async () => answer);
    poller.start();
    await asked(3);
    await poller.stop();
  }
});

test("it asks at once when somebody wants it", async () => {
  const { count } = asking(seldom, async () => failure);
  poller.start();
  expect(await poller.now()).toBe(failure);
  expect(count()).toBe(1);
});

test("it never asks twice at the same time", async () => {
  let open = 0;
  let most = 0;
  const { count } = asking(seldom, async () => {
    most = Math.max(most, ++open);
    await Bun.sleep(1);
    open--;
    return undefined;
  });
  await Promise.all([poller.now(), poller.now(), poller.now()]);
  expect([most, count()]).toEqual([1, 3]);
});

test("after its end it does not ask, and its end waits for what goes on", async () => {
  let isOver = false;
  const { count, asked } = asking(often, async () => {
    await Bun.sleep(5);
    isOver = true;
    return undefined;
  });
  poller.start(true);
  await asked(1);
  await poller.stop();
  expect(isOver).toBe(true);
  await poller.now();
  expect(count()).toBe(1);
});
