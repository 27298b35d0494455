import type { Access } from "./types.ts";

/** An access whose policy can be another from one request to the next: `current` says which it is. */
export function currentAccess(current: () => Access): Access {
  return {
    get principal() {
      return current().principal;
    },
    require: (request) => current().require(request),
    permit: (request) => current().permit(request),
    vetoes: (action, within) => current().vetoes(action, within),
    tentative: () => currentAccess(() => current().tentative()),
    as: (name) => currentAccess(() => current().as(name)),
  };
}
