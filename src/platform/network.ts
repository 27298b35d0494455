/** The network as the system has it. */

export { type Address, formatAddress, parseAddress, spelledAddress, unmapped } from "./network/address.ts";
export { connectTo, type OpenConnection } from "./network/connect.ts";
export { type Interfaces, interfaces } from "./network/interfaces.ts";
export { lookupHost, type Target } from "./network/lookup.ts";
export { type SocketOwner, socketOwners } from "./network/socket-owners.ts";
export type { InternetSocket, LocalSocket, Table } from "./network/socket-tables.ts";
export { readInternetTable, readLocalTable } from "./network/socket-tables.ts";
