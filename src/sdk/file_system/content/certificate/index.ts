import { LimitError } from "../../../../platform/limits.ts";
import { OsError } from "../../../../platform/os-error.ts";
import { TextError } from "../../../errors.ts";
import type { Namespace } from "../../../namespace.ts";
import { type Call, operation } from "../../../operation.ts";
import { array, object } from "../../../parameters.ts";
import { readerOf } from "../../effects/content.ts";
import { FileHandle, HANDLES } from "../../handles.ts";
import { ioError } from "../../os-errors.ts";
import { ask, file } from "../../resource.ts";
import { verifyChain } from "./chain.ts";
import { certificatesOf, PemError } from "./pem.ts";
import { type Certificate, CertificateError, parseCertificate } from "./x509.ts";

/** Bytes of one file of certificates, and how many such files are taken. */
const MAX_PEM_BYTES = 1024 * 1024;
const MAX_FILES = 64;

const unreadable = (reason: string) => ioError("Other", `Certificate parse error: ${reason}`);

function verify(
  call: Call,
  server: FileHandle,
  root: FileHandle,
  intermediates: readonly FileHandle[],
): void {
  // All are opened already, which the policy allows or not; that is asked of it again before anything is read.
  const readers = [root, server, ...intermediates].map((handle) => {
    const token = call.access.require(ask("open", file(handle.path)));
    return () => readPem(readerOf(token, handle));
  });
  const [roots = [], servers = [], ...others] = readers.map((read) => read());
  const [anchor] = roots;
  if (!anchor) throw unreadable("No certificates found in root CA file");
  const trusted = parse(anchor, "root certificate as trust anchor");
  const [certificate, ...bundled] = servers;
  if (!certificate) throw unreadable("No certificates found in server certificate file");
  const parsed = parse(certificate, "end-entity certificate");
  try {
    verifyChain(
      parsed,
      [...others.flat(), ...bundled].flatMap(usable),
      trusted,
      Math.floor(Date.now() / 1000),
    );
  } catch (error) {
    if (!(error instanceof CertificateError)) throw error;
    const reason = `Certificate chain verification failed: ${error.message}`;
    throw ioError("Other", `Certificate verification error: ${reason}`);
  }
}

function readPem(read: (buffer: Uint8Array, offset: number) => number): Buffer[] {
  try {
    return certificatesOf(readText(read));
  } catch (error) {
    if (error instanceof PemError) throw unreadable(`Failed to parse PEM certificates: ${error.message}`);
    if (error instanceof OsError || error instanceof LimitError) {
      throw unreadable(`Failed to read certificate file: ${error.message}`);
    }
    throw error;
  }
}

function readText(read: (buffer: Uint8Array, offset: number) => number): string {
  const buffer = Buffer.alloc(MAX_PEM_BYTES + 1);
  let length = 0;
  for (let count = 1; count > 0; length += count) count = read(buffer.subarray(length), length);
  if (length > MAX_PEM_BYTES) throw new LimitError("certificateBytes", MAX_PEM_BYTES);
  return buffer.toString("latin1", 0, length);
}

function parse(der: Buffer, what: string): Certificate {
  try {
    return parseCertificate(der);
  } catch (error) {
    if (error instanceof CertificateError) throw unreadable(`Failed to parse ${what}: ${error.message}`);
    throw error;
  }
}

/** A certificate between that cannot be read is as one that is not there. */
function usable(der: Buffer): Certificate[] {
  try {
    return [parseCertificate(der)];
  } catch (error) {
    if (error instanceof CertificateError) return [];
    throw error;
  }
}

const common = { source: "IoErrorKind", returns: "()", checks: ["fs:open File(<each file>)"] } as const;

const verifyCert = operation({
  ...common,
  name: "verify_cert",
  parameters: [object(HANDLES.file), object(HANDLES.file, "root_ca")],
  summary: "Verifies that the certificate of a server was signed by a root authority.",
  errors: ["Other"],
  example: 'dir.open_file("mail.pem", reading).verify_cert(dir.open_file("root.pem", reading))',
  perform: (call, server, root) => {
    verify(call, server, root, []);
    return null;
  },
});

const verifyCertChain = operation({
  ...common,
  name: "verify_cert_chain",
  parameters: [object(HANDLES.file), object(HANDLES.file, "root_ca"), array("intermediates")],
  summary:
    "Verifies that the certificate of a server leads over intermediate authorities to a root authority.",
  errors: ["Other"],
  example:
    'dir.open_file("app.pem", reading).verify_cert_chain(dir.open_file("root.pem", reading), [dir.open_file("ca.pem", reading)])',
  perform: (call, server, root, intermediates) => {
    const files = intermediates.filter((item) => item instanceof FileHandle);
    if (files.length < intermediates.length) {
      throw new TextError("Array with non-file-handle elements (expecting Array<RcFileHandle>)");
    }
    if (files.length > MAX_FILES) throw unreadable(`more than ${MAX_FILES} files of certificates`);
    verify(call, server, root, files);
    return null;
  },
});

export const certificateNamespaces: readonly Namespace[] = [
  { types: [], constants: [], operations: [verifyCert, verifyCertChain] },
];
