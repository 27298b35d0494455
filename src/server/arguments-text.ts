/**
 * The member `arguments` of a JSON text, as a JSON text again. Its numbers stay as they were written: an integer of 64
 * bits does not fit a JavaScript number.
 */
export function argumentsText(body: string): string {
  // ECMA-262's JSON.parse source text access and JSON.rawJSON, which TypeScript does not declare yet.
  const { parse, rawJSON } = JSON as unknown as {
    parse(
      text: string,
      revive: (key: string, value: unknown, context: { source?: string }) => unknown,
    ): unknown;
    rawJSON(text: string): unknown;
  };
  const exact = parse(body, (_key, value, { source }) =>
    typeof value === "number" && source !== undefined ? rawJSON(source) : value,
  );
  // The caller has checked that it is an object.
  return JSON.stringify((exact as { arguments?: unknown }).arguments ?? {});
}
