import { domainToASCII } from "node:url";
import { DnsError } from "./error.ts";

const MAX_LABEL = 63;
const MAX_NAME = 255;

/** A name of the domain name system. */
export interface Name {
  /** In lower case, without the dot at the end. */
  readonly labels: readonly string[];
  /** It was given with a dot at its end: nothing is to be added to it. */
  readonly absolute: boolean;
}

/** @throws {DnsError} when `text` is no name that can be asked for */
export function parseName(text: string): Name {
  const absolute = text === "" || text.endsWith(".");
  const body = text.replace(/\.$/, "");
  const labels = body === "" ? [] : body.split(".").map(parseLabel);
  const length = wireLength(labels.map(asciiOf));
  if (length > MAX_NAME) throw new DnsError(`name label data exceed 255: ${length}`);
  return { labels, absolute };
}

/** The bytes that labels take in a message. */
const wireLength = (labels: readonly string[]): number =>
  labels.reduce((bytes, label) => bytes + label.length + 1, 1);

function parseLabel(label: string): string {
  const blank = /[\s\p{Cc}]/u.exec(label);
  if (blank) throw new DnsError(`unrecognized char: ${blank[0]}`);
  if (label === "*") return label;
  if (label.startsWith("_")) return serviceLabel(label);
  if (/[^a-z0-9-]/i.test(label.replace(/[^\p{ASCII}]/gu, ""))) throw notALabel();
  if (/^-/.test(label) || label === "") throw new DnsError(`Malformed label: ${label}`);
  const ascii = asciiOf(label);
  if (ascii === "") throw notALabel();
  if (ascii.length > MAX_LABEL) throw new DnsError(`label bytes exceed 63: ${ascii.length}`);
  return label.toLowerCase();
}

/** Names of services begin with an underscore; no other name has one, and they have nothing that is not ASCII. */
function serviceLabel(label: string): string {
  if (!/^[\w-]+$/.test(label)) throw new DnsError(`Malformed label: ${label}`);
  if (label.length > MAX_LABEL) throw new DnsError(`label bytes exceed 63: ${label.length}`);
  return label.toLowerCase();
}

const notALabel = (): DnsError => new DnsError("Label contains invalid characters: Err(Errors)");

/** The label as it is sent: what is not ASCII in Punycode. Empty where there is no such form. */
export function asciiOf(label: string): string {
  const isPlain = /^[\x20-\x7e]*$/.test(label) && !label.toLowerCase().startsWith("xn--");
  return isPlain ? label.toLowerCase() : domainToASCII(label);
}

/** The name with a dot at its end, as messages have it. */
export const shown = (labels: readonly string[]): string => `${labels.join(".")}.`;
