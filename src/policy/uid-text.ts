import type { EntityUid } from "./types.ts";

/** An entity as Cedar writes it: `Agent::"assistant"`. The id is shown as it is, not escaped. */
export const uidText = ({ type, id }: EntityUid): string => `${type}::"${id}"`;
