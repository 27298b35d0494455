/**
 * As `JSON.parse`, but numbers are what `JSON.stringify` writes as they were written here: an integer of 64 bits does not
 * fit a JavaScript number. For what is handed on, not for what is calculated with. @throws {SyntaxError}
 */
export function parseExactly(text: string): unknown {
  // ECMA-262's JSON.parse source text access and JSON.rawJSON, which TypeScript does not declare yet.
  const { parse, rawJSON } = JSON as unknown as {
    parse(
      text: string,
      revive: (key: string, value: unknown, context: { source?: string }) => unknown,
    ): unknown;
    rawJSON(text: string): unknown;
  };
  return parse(text, (_key, value, { source }) =>
    typeof value === "number" && source !== undefined ? rawJSON(source) : value,
  );
}
