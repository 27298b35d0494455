import {
  type InternetSocket,
  type LocalSocket,
  readInternetTable,
  readLocalTable,
  type SocketOwner,
  socketOwners,
  type Table,
} from "../../../platform/network.ts";
import type { Authorized } from "../../../policy/types.ts";
import { expectFor } from "../../authorized.ts";

export type { InternetSocket, LocalSocket, SocketOwner, Table } from "../../../platform/network.ts";

type Read = Authorized<"file_system.read">;

/** Reads the table of sockets of the Internet at `path`. */
export function internetSockets(token: Read, path: string): Table<InternetSocket> {
  expectFor(token, path);
  return readInternetTable(path);
}

/** Reads the table of local sockets at `path`. */
export function localSockets(token: Read, path: string): Table<LocalSocket> {
  expectFor(token, path);
  return readLocalTable(path);
}

/** Who holds `sockets`, by their inodes. The token is for `/proc`. */
export function owners(token: Read, sockets: ReadonlySet<bigint>): ReadonlyMap<bigint, SocketOwner> {
  expectFor(token, "/proc");
  return socketOwners(sockets);
}
