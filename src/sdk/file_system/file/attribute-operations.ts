import type { Namespace } from "../../namespace.ts";
import { operation } from "../../operation.ts";
import { integer, object } from "../../parameters.ts";
import { DiskUsageEntry } from "../directory/index.ts";
import { diskUsageOptions, setOwnershipOptions } from "../directory/options.ts";
import { metadataFrom, ownershipFrom } from "../entry/metadata.ts";
import { HANDLES } from "../handles.ts";
import { changeOwner, changePermissions, fileStatus, fileUsage, lastModified } from "./attributes.ts";

const self = object(HANDLES.file);
const stat = { source: "IoErrorKind", checks: ["fs:stat File(<file>)"] } as const;

const operations = [
  operation({
    ...stat,
    name: "metadata",
    parameters: [self],
    returns: "Metadata",
    summary: "Reads type, size, times, owner and permissions.",
    perform: (call, handle) => metadataFrom(fileStatus(call, handle), handle.path),
  }),
  operation({
    ...stat,
    name: "get_ownership",
    parameters: [self],
    returns: "Ownership",
    summary: "Reads owner and group.",
    only: "unix",
    perform: (call, handle) => ownershipFrom(fileStatus(call, handle)),
  }),
  operation({
    ...stat,
    name: "get_last_modified_time",
    parameters: [self],
    returns: "i64",
    summary: "Reads when the content was last changed, in nanoseconds since the epoch.",
    only: "unix",
    perform: lastModified,
  }),
  operation({
    ...stat,
    name: "disk_usage",
    parameters: [self, diskUsageOptions.parameter],
    returns: "DiskUsageEntry",
    summary: "Measures the file.",
    only: "unix",
    perform: (call, handle, { values }) =>
      new DiskUsageEntry(handle.path, fileUsage(call, handle, values.apparent_size), 1n),
  }),
  operation({
    name: "chmod",
    source: "IoErrorKind",
    parameters: [self, integer("permissions")],
    returns: "()",
    summary: "Sets the permission bits, 0 to 0o777.",
    checks: ["fs:chmod File(<file>)"],
    only: "unix",
    perform: (call, handle, permissions) => {
      changePermissions(call, handle, permissions);
      return null;
    },
  }),
  operation({
    name: "set_ownership",
    source: "IoErrorKind",
    parameters: [self, setOwnershipOptions.parameter],
    returns: "()",
    summary: "Gives the file another owner or group, by name.",
    checks: ["fs:chown File(<file>)"],
    only: "linux",
    perform: (call, handle, { values: { user, group } }) => {
      changeOwner(call, handle, { user, group });
      return null;
    },
  }),
];

export const attributeNamespace: Namespace = { types: [], constants: [], operations };
