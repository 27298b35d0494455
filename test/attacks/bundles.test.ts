/** Attacks on the way of a bundle to a device. The device is a process of its own each time: all that it knows is on its disk; rows 82 to 89. */
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { gzipSync } from "node:zlib";
import { inDays, inPem, metadataPath, rewritten, type TestKey, testKey } from "../../src/bundle/testing.ts";
import { type Attack, BundleWorld } from "../support/bundle-world.ts";

let world: BundleWorld;
beforeEach(async () => {
  world = await BundleWorld.begin();
});
afterEach(() => world.end());

const publish = (world: BundleWorld): void => world.publish();
const [key, other] = [testKey(), testKey("ecdsa-sha2-nistp256")];
const keys =
  (threshold: number, ...own: readonly TestKey[]) =>
  (world: BundleWorld) => {
    world.repository.setKeys("targets", own, threshold);
    world.repository.publish("root");
    world.publish();
  };

const SIGNATURES: readonly Attack[] = [
  {
    attack: "signatures stripped",
    by: (world) => {
      world.publish();
      world.tamper("timestamp", (text) => text.replace(/"signatures":\[.*?\]/, '"signatures":[]'));
    },
    code: "bad_signature",
    twin: "as they were made",
    as: publish,
  },
  {
    attack: "signed by another key",
    by: (world) => {
      world.repository.signers.set("targets", [testKey()]);
      world.publish();
    },
    code: "bad_signature",
    twin: "by another key, too",
    as: (world) => {
      const signers = world.repository.signers.get("targets") ?? [];
      world.repository.signers.set("targets", [testKey(), ...signers]);
      world.publish();
    },
  },
  {
    attack: "one key under two ids for a threshold of two",
    by: keys(2, key, rewritten(key, { "x-owner": "somebody" })),
    code: "metadata_invalid",
    twin: "two keys",
    as: keys(2, key, other),
  },
  {
    attack: "one key in two forms for a threshold of two",
    by: keys(2, key, inPem(key)),
    code: "metadata_invalid",
    twin: "one of the forms",
    as: keys(2, inPem(key), other),
  },
  {
    attack: "one signature twice",
    by: (world) => {
      keys(2, key, other)(world);
      world.tamper("targets", (text) => {
        const { signatures, signed } = JSON.parse(text);
        return JSON.stringify({ signatures: [signatures[0], signatures[0]], signed });
      });
    },
    code: "metadata_invalid",
    twin: "one of each",
    as: keys(2, other, key),
  },
  {
    attack: "a scheme that is not taken",
    by: keys(1, testKey("rsassa-pss-sha256")),
    code: "bad_signature",
    twin: "beside one that is",
    as: keys(1, testKey("rsassa-pss-sha256"), other),
  },
  {
    attack: "a key that says another scheme than its own",
    by: keys(1, rewritten(key, { keytype: "ecdsa", scheme: "ecdsa-sha2-nistp256" }), other),
    code: "metadata_invalid",
    twin: "its own",
    as: keys(1, key, other),
  },
];

const OLD: readonly Attack[] = (["timestamp", "snapshot", "targets"] as const).map((role) => ({
  attack: `an older version of ${role}`,
  by: ({ repository }) => {
    const { snapshot, timestamp } = repository;
    ({ snapshot, timestamp, targets: repository.targetsOf("targets") })[role].version = 1;
    repository.serve(role);
    if (role === "targets") repository.publish("snapshot");
    if (role !== "timestamp") repository.publish("timestamp");
  },
  code: "rollback",
  twin: "another bundle under a newer version",
  as: publish,
}));

const LONG_AGO = new Date("2000-01-01T00:00:00Z");
const TIME: readonly Attack[] = [
  {
    attack: "metadata that has expired",
    by: (world) => {
      world.repository.timestamp.expires = inDays(-1);
      world.publish();
    },
    code: "expired",
    twin: "that has not",
    as: publish,
  },
  {
    attack: "metadata that has expired, and a clock that is set back",
    by: (world) => {
      world.repository.timestamp.expires = inDays(-31);
      world.publish();
      world.now = LONG_AGO;
    },
    code: "expired",
    twin: "the clock alone",
    as: (world) => {
      world.publish();
      world.now = LONG_AGO;
    },
  },
  {
    attack: "a server that stands still",
    by: (world) => world.wait(8),
    code: "expired",
    twin: "that goes on",
    as: (world) => {
      world.wait(8);
      world.repository.timestamp.expires = inDays(20);
      world.publish();
    },
  },
];

const MIXED: readonly Attack[] = [
  {
    attack: "a new timestamp, and an old snapshot under the new name",
    by: (world) => {
      const old = world.repository.bytesOf("snapshot");
      world.publish();
      world.repository.files.set(metadataPath("snapshot", world.repository.snapshot.version), old);
    },
    code: "mismatch",
    twin: "all of them new",
    as: publish,
  },
  {
    attack: "another content of a bundle",
    by: (world) => {
      world.publish();
      const { files } = world.repository;
      for (const path of files.keys()) if (path.startsWith("targets/")) files.set(path, Buffer.from("evil"));
    },
    code: "mismatch",
    twin: "its own",
    as: publish,
  },
  {
    attack: "a role that the snapshot does not list",
    by: (world) => {
      world.delegate("extra", ["fleet-a/*"]);
      delete world.repository.snapshot.meta["extra.json"];
      world.repository.snapshot.version += 1;
      world.repository.serve("snapshot");
      world.repository.publish("timestamp");
    },
    code: "missing",
    twin: "that it lists",
    as: (world) => world.delegate("extra", ["fleet-a/*"]),
  },
  {
    attack: "a bundle by a role for another fleet",
    by: (world) => world.delegate("other", ["fleet-b/*"]),
    code: "target_unknown",
    twin: "for its own",
    as: (world) => world.delegate("own", ["fleet-a/*"]),
  },
];

const VERSIONS: readonly Attack[] = ["9007199254740992", "1.5", '"2"', "-1", "null", "1e400"].map(
  (version) => ({
    attack: `version ${version}`,
    by: (world) => {
      world.publish();
      world.tamper("timestamp", (text) =>
        text.replace(/"version":\d+,"expires"/, `"version":${version},"expires"`),
      );
      expect(Buffer.from(world.repository.bytesOf("timestamp")).toString()).toContain(
        `"version":${version},`,
      );
    },
    code: "metadata_invalid",
    twin: "a large one",
    as: (world) => {
      world.repository.timestamp.version = Number.MAX_SAFE_INTEGER - 1;
      world.publish();
    },
  }),
);

const CHANGES: { readonly [what: string]: (text: string) => string | Uint8Array } = {
  "a member that occurs twice": (text) => text.replace('"signed":{', '"signed":{"version":9,'),
  "the same, escaped": (text) => text.replace('"signed":{', '"signed":{"\\u0076ersion":9,'),
  "a BOM": (text) => `\ufeff${text}`,
  "bytes that are no UTF-8": (text) => Buffer.concat([Buffer.from(text), Buffer.of(0xc0, 0x80)]),
};
const TEXTS: readonly Attack[] = Object.entries(CHANGES).map(([attack, change]) => ({
  attack,
  by: (world) => {
    world.publish();
    world.tamper("timestamp", change);
  },
  code: "metadata_invalid",
  twin: "other line ends",
  as: (world) => {
    world.publish();
    world.tamper("timestamp", (text) => text.replaceAll(",", ",\r\n"));
  },
}));

const whole = (headers: Record<string, string>) => (world: BundleWorld) =>
  world.download((response) => response.writeHead(200, headers).end("next"));
const DOWNLOADS: readonly Attack[] = [
  {
    attack: "one that is cut off",
    by: (world) =>
      world.download((response) => {
        response.writeHead(200, { "content-length": "4" }).write("ne");
        response.socket?.end();
      }),
    code: "incomplete",
    twin: "a whole one",
    as: whole({ "content-length": "4" }),
  },
  {
    attack: "one without end",
    by: (world) =>
      world.download((response) => {
        const timer = setInterval(() => response.write("next"), 1);
        response.on("close", () => clearInterval(timer));
      }),
    code: "too_large",
    twin: "one whose length nobody says",
    as: whole({ "transfer-encoding": "chunked" }),
  },
  {
    attack: "one that does not go on",
    by: (world) =>
      world.download((response) => response.writeHead(200, { "content-length": "4" }).write("n")),
    code: "timeout",
    twin: "one that comes in pieces",
    as: (world) =>
      world.download((response) => {
        response.writeHead(200, { "content-length": "4" }).write("ne");
        response.end("xt");
      }),
  },
  {
    attack: "one that goes on for ever, a header at a time",
    by: (world) =>
      world.download(({ socket }) => {
        socket?.write("HTTP/1.1 200 OK\r\n");
        const timer = setInterval(() => socket?.write("a: b\r\n"), 50);
        socket?.on("close", () => clearInterval(timer));
      }),
    code: "timeout",
    twin: "one with some headers",
    as: whole({ a: "b", c: "d" }),
  },
  {
    attack: "a redirect to another host",
    by: (world) =>
      world.download((response) => response.writeHead(302, { location: "http://127.0.0.99:9/x" }).end()),
    code: "redirect",
    twin: "to the same one",
    as: (world) =>
      world.download((response) => {
        world.repository.files.set("elsewhere", Buffer.from("next"));
        world.server.instead = () => false;
        response.writeHead(302, { location: "/elsewhere" }).end();
      }),
  },
  {
    attack: "a little that is much when it is unpacked",
    by: (world) =>
      world.download((response) =>
        response
          .writeHead(200, { "content-encoding": "gzip" })
          .end(gzipSync(Buffer.alloc(1e7)).subarray(0, 4)),
      ),
    code: "encoding",
    twin: "as it is",
    as: whole({ "content-encoding": "identity" }),
  },
  {
    attack: "the page of a network that wants to be signed in to",
    by: (world) => {
      world.publish();
      world.server.instead = (_, response) => {
        response.writeHead(200, { "content-type": "text/html" }).end("<html>");
        return true;
      };
    },
    code: "captive_portal",
    twin: "once that is done",
    as: publish,
  },
];

describe.each<[string, readonly Attack[]]>([
  ["signatures", SIGNATURES],
  ["versions that were", OLD],
  ["time", TIME],
  ["mixtures", MIXED],
  ["versions that are none", VERSIONS],
  ["texts that are read in two ways", TEXTS],
  ["downloads", DOWNLOADS],
])("%s", (_, attacks) => {
  describe.each(attacks.map((one) => [one.attack, one] as const))("%s", (_, { by, code, twin, as }) => {
    test("is refused, again and again", async () => {
      by(world);
      expect([await world.poll(), await world.poll()]).toEqual([code, code]);
    });

    test(`${twin}: is taken`, async () => {
      as(world);
      expect(await world.poll()).toBe("next");
    });
  });
});
