const MASK = "***";
/** Bytes of an id that are kept; the rest of a longer one is left out, with its length. */
const MAX_ID = 4096;
/** Bytes of a text that says what was wrong with a policy. */
const MAX_TEXT = 256;

/** `id` of a resource of that type as it may be remembered: without what a URL carries of secrets. */
export function masked(type: string, id: string): string {
  return cut(type.startsWith("network::") ? maskedUrl(id) : id, MAX_ID);
}

/** What Cedar says, in which resources are named as it writes them. */
export const maskedText = (text: string): string =>
  cut(
    text.replace(
      /(network::\w+::)"((?:[^"\\]|\\.)*)"/g,
      (_, type: string, id: string) => `${type}"${maskedUrl(id)}"`,
    ),
    MAX_TEXT,
  );

/** `text` with so many bytes at most, and then with how long it was. */
export function cut(text: string, maxBytes: number): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= maxBytes) return text;
  // Half of a character at the end is none.
  const kept = new TextDecoder().decode(bytes.subarray(0, maxBytes), { stream: true });
  return `${kept}… (${text.length} characters)`;
}

/** Whether something of an id was left out because it may be secret: all that URLs have in those places is. */
export function isMasked(type: string, id: string): boolean {
  const url = type.startsWith("network::") ? URL.parse(id) : null;
  return url !== null && url.host !== "" && [url.username, url.search, url.hash].some((part) => part !== "");
}

/** User and password, and the values of the query and of the fragment, are where URLs carry secrets. */
function maskedUrl(id: string): string {
  const url = URL.parse(id);
  // What is no URL may still have been meant as one.
  if (url === null || url.host === "")
    return id.replace(/\/\/[^/?#]*@/, `//${MASK}@`).replace(/([?#])[\s\S]+$/, `$1${MASK}`);
  const before = `${url.protocol}//${url.username === "" ? "" : `${MASK}@`}${url.host}${url.pathname}`;
  const names = [...url.searchParams.keys()].map((name) => `${encodeURIComponent(name)}=${MASK}`);
  const query = names.length === 0 ? "" : `?${names.join("&")}`;
  return `${before}${query}${url.hash === "" ? "" : `#${MASK}`}`;
}
