import { BundleError } from "../errors.ts";
import type { Answer, Transport } from "./transport.ts";

/** Files that are here already: what came in a pack. */
export class MemoryTransport implements Transport {
  /** @param files by their paths in the repository, as {@link Transport.get} takes them */
  constructor(private readonly files: ReadonlyMap<string, Uint8Array>) {}

  get(path: string, { maxBytes }: { readonly maxBytes: number }): Promise<Answer> {
    const body = this.files.get(path);
    if (body === undefined) return Promise.resolve({ status: 404 });
    if (body.length > maxBytes) {
      const why = `${path} has more than the ${maxBytes} bytes that it may have`;
      return Promise.reject(new BundleError("too_large", why));
    }
    return Promise.resolve({ status: 200, body });
  }
}
