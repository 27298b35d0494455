import { expect, test } from "bun:test";
import { parseTraceparent } from "./trace-context.ts";

const TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
const PARENT = "00f067aa0ba902b7";
const of = (version: string, rest = "") => `${version}-${TRACE}-${PARENT}-01${rest}`;

test.each([of("00"), `00-${TRACE}-${PARENT}-00`, of("01"), of("cc", "-what-comes-later"), of("fe", "-")])(
  "%s is taken",
  (header) => {
    expect(parseTraceparent(header)).toEqual({ traceId: TRACE, parentId: PARENT });
  },
);

test.each([
  undefined,
  "",
  "00",
  of("ff"),
  of("0"),
  of("000"),
  of("00", "-more"),
  of("00", "-"),
  of("01", ".more"),
  of("00").toUpperCase(),
  `00-${"0".repeat(32)}-${PARENT}-01`,
  `00-${TRACE}-${"0".repeat(16)}-01`,
  `00-${TRACE.slice(1)}-${PARENT}-01`,
  `00-${TRACE}-${PARENT}0-01`,
  `00-${TRACE}-${PARENT}`,
  `00-${TRACE}-${PARENT}-1`,
  `00-${TRACE.replace("4", "g")}-${PARENT}-01`,
  ` ${of("00")}`,
  `${of("00")}\n`,
  // Two headers of the name, as they arrive.
  `${of("00")}, ${of("00")}`,
])("%j is none", (header) => {
  expect(parseTraceparent(header)).toBeUndefined();
});
