const MASK = "***";
/** Longest id that is kept whole; the rest of a longer one is left out, with its length. */
const MAX_ID = 4096;

/** `id` of a resource of that type as it may be remembered: without what a URL carries of secrets. */
export function masked(type: string, id: string): string {
  const shown = type.startsWith("network::") ? maskedUrl(id) : id;
  return shown.length <= MAX_ID ? shown : `${shown.slice(0, MAX_ID)}… (${shown.length} characters)`;
}

/** User and password, and the values of the query and of the fragment, are where URLs carry secrets. */
function maskedUrl(id: string): string {
  const url = URL.parse(id);
  if (url === null || url.host === "") return id;
  const before = `${url.protocol}//${url.username === "" ? "" : `${MASK}@`}${url.host}${url.pathname}`;
  const names = [...url.searchParams.keys()].map((name) => `${encodeURIComponent(name)}=${MASK}`);
  const query = names.length === 0 ? "" : `?${names.join("&")}`;
  return `${before}${query}${url.hash === "" ? "" : `#${MASK}`}`;
}
