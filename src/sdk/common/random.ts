import { LIMITS, LimitError } from "../../platform/limits.ts";
import { SdkError } from "../errors.ts";
import type { Namespace } from "../namespace.ts";
import { operation } from "../operation.ts";
import { integer } from "../parameters.ts";

const CHARACTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
/** A random byte below it says a character; others would make the first characters likelier. */
const FAIR = 256 - (256 % CHARACTERS.length);
/** Bytes drawn at once, the most that the generator gives. */
const DRAW = 65_536;
/** What the reference makes of a negative length. */
const DEFAULT_LENGTH = 16;

/** `length` random letters and digits of ASCII. */
export function randomAlphanumeric(length: number): string {
  const parts: string[] = [];
  const drawn = new Uint8Array(Math.min(DRAW, length * 2));
  for (let left = length; left > 0; ) {
    const characters: string[] = [];
    for (const byte of crypto.getRandomValues(drawn)) {
      if (byte < FAIR && characters.length < left)
        characters.push(CHARACTERS.charAt(byte % CHARACTERS.length));
    }
    left -= characters.length;
    parts.push(characters.join(""));
  }
  return parts.join("");
}

export const randomNamespace: Namespace = {
  types: [],
  constants: [],
  operations: [
    operation({
      name: "random_alphanumeric",
      source: "CommonUtilsErrorKind",
      parameters: [integer("length")],
      returns: "String",
      summary: "Returns random letters and digits, 16 of them for a negative length.",
      errors: ["InvalidArguments"],
      example: "random_alphanumeric(12)",
      checks: [],
      perform: (_call, length) => {
        if (length > BigInt(LIMITS.stringBytes)) {
          const { message } = new LimitError("stringBytes", LIMITS.stringBytes);
          throw new SdkError("CommonUtilsErrorKind", "InvalidArguments", `Invalid arguments: ${message}`);
        }
        return randomAlphanumeric(length < 0n ? DEFAULT_LENGTH : Number(length));
      },
    }),
  ],
};
