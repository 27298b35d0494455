/** The addresses of `host` as the C library knows them, in its order; none where there is no such name. */
export async function lookupBySystem(host: string): Promise<readonly string[]> {
  try {
    // The other backends of Bun know nothing of nsswitch.conf, and do what variables such as RES_OPTIONS say.
    const found =
      process.versions["bun"] === undefined
        ? await (await import("node:dns/promises")).lookup(host, { all: true, verbatim: true })
        : await Bun.dns.lookup(host, { backend: "libc" });
    return found.map(({ address }) => address);
  } catch {
    return [];
  }
}
