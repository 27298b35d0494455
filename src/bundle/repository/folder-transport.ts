import { BundleError } from "../errors.ts";
import type { Answer, Transport } from "../transport/transport.ts";
import type { Folder } from "./folder.ts";

/** The files below a folder, as a static host would serve them. */
export class FolderTransport implements Transport {
  /**
   * @param top of what is served, below the folder
   * @param added files that are not there yet, by their paths in the folder
   */
  constructor(
    private readonly folder: Folder,
    private readonly top: string,
    private readonly added: ReadonlyMap<string, Uint8Array> = new Map(),
  ) {}

  async get(path: string, { maxBytes }: { readonly maxBytes: number }): Promise<Answer> {
    const place = `${this.top}/${path.split("/").map(decodeURIComponent).join("/")}`;
    const body = this.added.get(place) ?? this.folder.read(place, maxBytes);
    if (body === undefined) return { status: 404 };
    if (body.length <= maxBytes) return { status: 200, body };
    throw new BundleError("too_large", `${place} has more than the ${maxBytes} bytes that it may have`);
  }
}
