import { HttpTransport, type Transport } from "../../bundle/index.ts";
import {
  Folder,
  FolderTransport,
  PUBLIC,
  readNamedFile,
  timeText,
  type Verified,
  verify,
} from "../../bundle/repository/index.ts";
import { LIMITS } from "../../platform/limits.ts";
import { reportingBundles } from "../bundle-errors.ts";
import { type Given, UsageError } from "../command.ts";
import { printText } from "../terminal.ts";
import { countOf } from "./options.ts";

/** `remit repo verify` */
export function verifyRepository({ options }: Given): Promise<number> {
  const seen = countOf(options, "from-version");
  const url = options.get("url");
  const base = url === undefined ? undefined : baseOf(url);
  return reportingBundles(async () => {
    const root = readNamedFile(options.get("root") ?? "", LIMITS.rootBytes);
    const look = async (transport: Transport): Promise<number> => {
      const verified = await verify(transport, {
        root,
        now: new Date(),
        ...(seen === undefined ? {} : { seen }),
      });
      printText(text(verified));
      return 0;
    };
    if (base === undefined) return await lookInto(options.get("dir") ?? "", look);
    const caFile = options.get("ca-file");
    const ca = caFile && Buffer.from(readNamedFile(caFile, LIMITS.fileBytes)).toString();
    const transport = new HttpTransport({ base, ca });
    try {
      return await look(transport);
    } finally {
      transport.close();
    }
  });
}

/** A repository, or a copy of what it serves. */
const lookInto = (path: string, look: (transport: Transport) => Promise<number>): Promise<number> =>
  Folder.use(path, {}, (folder) => {
    const isWhole = folder.names(".").includes(PUBLIC);
    return look(new FolderTransport(folder, isWhole ? PUBLIC : "."));
  });

function baseOf(url: string): URL {
  if (URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)) return new URL(url);
  throw new UsageError(`'${url}' is no value of --url URL; it takes http:// or https://`);
}

const text = ({ documents, bundles }: Verified): string =>
  [
    ...documents.map(
      ({ signed }) => `${signed._type} ${signed.version}, valid until ${timeText(signed.expires)}`,
    ),
    ...bundles.map(({ path, hashes, length }) => `${path}: ${length} bytes, SHA-256 ${hashes.sha256}`),
    "a device takes all of it",
    "",
  ].join("\n");
