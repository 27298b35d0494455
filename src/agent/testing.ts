/** A policy for the tests of this room, where nothing asks it. */
import type { Access } from "../policy/types.ts";

export const NO_ACCESS: Access = {
  principal: 'User::"tester"',
  permit: () => undefined,
  require: ({ action }) => {
    throw new Error(`${action} was asked for`);
  },
};
