/** Text that begins a certificate and does not end it, or whose base64 is none. */
export class PemError extends Error {
  override readonly name = "PemError";
}

const BEGIN = /^-----BEGIN ([^-]*)-----$/;

/** The certificates in PEM text (RFC 7468), as DER; what is between and around them is skipped. */
export function certificatesOf(text: string): Buffer[] {
  const found: Buffer[] = [];
  const lines = text.split("\n").map((line) => line.trim());
  for (let index = 0; index < lines.length; index++) {
    const label = BEGIN.exec(lines[index] ?? "")?.[1];
    if (label === undefined) continue;
    const end = lines.indexOf(`-----END ${label}-----`, index);
    if (end < 0) throw new PemError(`missing section end marker: [${[...Buffer.from(label)].join(", ")}]`);
    if (label === "CERTIFICATE") found.push(decode(lines.slice(index + 1, end).join("")));
    index = end;
  }
  return found;
}

function decode(base64: string): Buffer {
  const wrong = /[^A-Za-z0-9+/=]/.exec(base64)?.[0];
  if (wrong !== undefined)
    throw new PemError(`base64 decode error: InvalidCharacter(${wrong.charCodeAt(0)})`);
  if (base64.length % 4 !== 0 || !/^[^=]*={0,2}$/.test(base64)) {
    throw new PemError("base64 decode error: InvalidTrailingPadding");
  }
  return Buffer.from(base64, "base64");
}
