import type { Namespace } from "../../namespace.ts";
import { operation } from "../../operation.ts";
import { integer, object } from "../../parameters.ts";
import { DiskUsageEntry } from "../directory/index.ts";
import { diskUsageOptions, setOwnershipOptions } from "../directory/options.ts";
import { metadataFrom, ownershipFrom } from "../entry/metadata.ts";
import { HANDLES } from "../handles.ts";
import { CHMOD_ERRORS, CHOWN_ERRORS, METADATA_ERRORS } from "../kinds.ts";
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
    errors: METADATA_ERRORS,
    example: "file.metadata()",
    perform: (call, handle) => metadataFrom(fileStatus(call, handle), handle.path),
  }),
  operation({
    ...stat,
    name: "get_ownership",
    parameters: [self],
    returns: "Ownership",
    summary: "Reads owner and group.",
    errors: METADATA_ERRORS,
    example: "file.get_ownership()",
    only: "unix",
    perform: (call, handle) => ownershipFrom(fileStatus(call, handle)),
  }),
  operation({
    ...stat,
    name: "get_last_modified_time",
    parameters: [self],
    returns: "i64",
    summary: "Reads when the content was last changed, in nanoseconds since the epoch.",
    errors: ["IoError"],
    example: "file.get_last_modified_time()",
    only: "unix",
    perform: lastModified,
  }),
  operation({
    ...stat,
    name: "disk_usage",
    parameters: [self, diskUsageOptions.parameter],
    returns: "DiskUsageEntry",
    summary: "Measures the file.",
    errors: ["IoError"],
    example: "file.disk_usage(DiskUsageOptions().apparent_size(true).build())",
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
    errors: CHMOD_ERRORS,
    example: "file.chmod(0o640)",
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
    errors: CHOWN_ERRORS,
    example: 'file.set_ownership(SetOwnershipOptions().user("app").group("app").build())',
    only: "linux",
    perform: (call, handle, { values: { user, group } }) => {
      changeOwner(call, handle, { user, group });
      return null;
    },
  }),
];

export const attributeNamespace: Namespace = { types: [], constants: [], operations };
