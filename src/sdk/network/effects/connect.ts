import {
  connectTo,
  formatAddress,
  lookupHost,
  spelledAddress,
  type Target,
  unmapped,
} from "../../../platform/network.ts";
import type { Authorized } from "../../../policy/types.ts";
import { expectFor } from "../../authorized.ts";
import { Descriptor } from "../../file_system/descriptor.ts";

export type { Target } from "../../../platform/network.ts";

type Connect = Authorized<"network.connect">;

/** The address that `host` is, in the one spelling that policies know; `undefined` of a name. No effect. */
export function canonicalAddress(host: string): string | undefined {
  const address = spelledAddress(host);
  return address && formatAddress(unmapped(address));
}

/** The address of `target` in the one spelling that policies know. */
export const shownTarget = ({ address }: Target): string => formatAddress(unmapped(address));

/** The addresses of `host`. The name is not resolved again: the first is what is connected to. */
export async function targetsOf(token: Connect, host: string): Promise<readonly Target[]> {
  expectFor(token, host);
  const address = spelledAddress(host);
  return address ? [{ address, scope: 0 }] : lookupHost(host);
}

/** Connects to `target`, the address of `host`. It is one of the descriptors that scripts hold. */
export async function open(
  token: Connect,
  host: string,
  protocol: "tcp" | "udp",
  target: Target,
  port: number,
): Promise<Descriptor> {
  expectFor(token, host);
  const { fd, close } = await connectTo(protocol, target, port);
  return new Descriptor(fd, close);
}
