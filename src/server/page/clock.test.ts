import { expect, test } from "bun:test";
import { durationText, now, takeTime, timeText } from "./clock.ts";

test("the agent's clock is followed, but not its missing milliseconds", () => {
  takeTime(new Date(Date.now() + 3_600_000).toUTCString());
  const shown = now();
  expect(Math.abs(shown - Date.now() - 3_600_000)).toBeLessThan(2000);
  takeTime(new Date(shown).toUTCString());
  takeTime(null);
  expect(Math.abs(now() - shown)).toBeLessThan(1000);
});

test("a time has its day unless that is today", () => {
  const today = new Date(2030, 0, 2, 12);
  expect(timeText(new Date(2030, 0, 2, 4, 5, 6).toISOString(), today)).toBe("04:05:06");
  expect(timeText(new Date(2029, 10, 2, 14, 5, 6).toISOString(), today)).toBe("2029-11-02 14:05:06");
});

test.each([
  [-5, "0 ms"],
  [34, "34 ms"],
  [4200, "4.2 s"],
  [59_949, "59.9 s"],
  [200_999, "3 min 20 s"],
  [7_500_000, "2 h 5 min"],
])("%d ms are %s", (milliseconds, text) => {
  expect(durationText(milliseconds)).toBe(text);
});
