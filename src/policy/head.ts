/** What stands before the scope of a policy. */
export interface Head {
  readonly effect: "permit" | "forbid";
  /** Value of `@id`, where it is a string without escapes. */
  readonly id: string | undefined;
  /** Where the scope begins, after its parenthesis. */
  readonly end: number;
}

/** Blanks and comments, as between any two tokens. */
const TRIVIA = /(?:\s|\/\/[^\n\r]*)*/y;
const AT = /@/y;
const NAME = /[A-Za-z_]\w*/y;
const OPEN = /\(/y;
const CLOSE = /\)/y;
const STRING = /"(?:[^"\\]|\\[\s\S])*"/y;
const PLAIN = /^"([^"\\]*)"$/;

/**
 * Reads the head of a policy token by token, each as long as it is: none is given back, so that nothing of a comment is ever
 * taken for a token. `undefined` where a token is not the expected one (Cedar knows a blank, U+0085, that is none here):
 * whoever asks must not assume anything then.
 */
export function readHead(text: string): Head | undefined {
  let at = 0;
  const take = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    const [token] = pattern.exec(text) ?? [];
    if (token === undefined) return undefined;
    at += token.length;
    TRIVIA.lastIndex = at;
    at += TRIVIA.exec(text)?.[0].length ?? 0;
    return token;
  };
  take(TRIVIA);
  let id: string | undefined;
  while (take(AT) !== undefined) {
    const name = take(NAME);
    if (name === undefined) return undefined;
    if (take(OPEN) === undefined) continue;
    const value = take(STRING);
    if (value === undefined || take(CLOSE) === undefined) return undefined;
    if (name === "id") id = PLAIN.exec(value)?.[1];
  }
  const effect = take(NAME);
  if (effect !== "permit" && effect !== "forbid") return undefined;
  // Up to the parenthesis, not beyond: a comment after it belongs to the scope.
  OPEN.lastIndex = at;
  return OPEN.test(text) ? { effect, id, end: at + 1 } : undefined;
}
