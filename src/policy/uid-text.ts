import type { EntityUid } from "./types.ts";

/** An entity as Cedar writes it: `Agent::"assistant"`. The id is shown as it is, not escaped. */
export const uidText = ({ type, id }: EntityUid): string => `${type}::"${id}"`;

const UID = /^([A-Za-z_]\w*(?:::[A-Za-z_]\w*)*)::"((?:[^"\\]|\\[\s\S])*)"$/;
/** Escapes of Cedar's strings. */
const ESCAPE = /\\(?:x([0-7][0-9A-Fa-f])|u\{([0-9A-Fa-f]{1,6})\}|([\s\S]))/g;
const ESCAPED: { readonly [character: string]: string } = {
  n: "\n",
  r: "\r",
  t: "\t",
  "0": "\0",
  "\\": "\\",
  '"': '"',
  "'": "'",
};

/** The entity that `text` names as Cedar writes it, with escapes; `undefined` if it names none. */
export function parseUid(text: string): EntityUid | undefined {
  const [, type, written] = UID.exec(text) ?? [];
  if (type === undefined || written === undefined) return undefined;
  let valid = true;
  const id = written.replace(ESCAPE, (_, byte?: string, code?: string, character?: string) => {
    const point = Number.parseInt(byte ?? code ?? "", 16);
    const meant = character === undefined ? characterOf(point) : ESCAPED[character];
    valid &&= meant !== undefined;
    return meant ?? "";
  });
  return valid ? { type, id } : undefined;
}

const isSurrogate = (point: number): boolean => point >= 0xd800 && point <= 0xdfff;

const characterOf = (point: number): string | undefined =>
  point > 0x10ffff || isSurrogate(point) ? undefined : String.fromCodePoint(point);
