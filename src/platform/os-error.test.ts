import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { constants } from "node:os";
import { OsError, osError, withOsErrors } from "./os-error.ts";

test("says what the C library says, with the number", () => {
  expect(osError(constants.errno.ENOENT)).toMatchObject({
    code: "ENOENT",
    errno: constants.errno.ENOENT,
    message: `No such file or directory (os error ${constants.errno.ENOENT})`,
  });
  expect(new OsError("ENOTEMPTY").message).toBe(
    `Directory not empty (os error ${constants.errno.ENOTEMPTY})`,
  );
});

test("of two names for a number, one with a text", () => {
  expect(osError(constants.errno.EWOULDBLOCK).code).toBe("EAGAIN");
  expect(osError(constants.errno.EOPNOTSUPP).message).toStartWith("Operation not supported");
});

test("a number that has no name", () => {
  expect(osError(4000).message).toBe("Unknown error 4000 (os error 4000)");
});

test("turns errors of node:fs into its own", () => {
  const failing = (): unknown => withOsErrors(() => readFileSync("/nonexistent"));
  expect(failing).toThrow(OsError);
  expect(failing).toThrow(/^No such file or directory \(os error \d+\)$/);
});

test("leaves other errors, and results, as they are", () => {
  const error = new RangeError("other");
  expect(() =>
    withOsErrors(() => {
      throw error;
    }),
  ).toThrow(error);
  expect(withOsErrors(() => 1)).toBe(1);
});
