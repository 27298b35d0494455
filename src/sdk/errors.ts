import { EnumValue, Thrown, type TypeDefinition, type Value } from "rhai-wasm";

/**
 * Kinds of error by source module, as scripts compare them (`e.kind == IoErrorKind::NotFound`).
 * The order gives the ordinals; constants of the module are made of the same list.
 */
export const ERROR_KINDS = {
  IoErrorKind: [
    "InvalidPath",
    "InvalidArguments",
    "InvalidFileMode",
    "ValidationError",
    "DirectoryOpenError",
    "DirectoryError",
    "FileError",
    "DestinationFileNotEmptyError",
    "NotFound",
    "DirectoryNotEmpty",
    "PermissionDenied",
    "AuthorizationError",
    "IdentityResolutionError",
    "UnsupportedOperationError",
    "FileContentTooLargeError",
    "FileCopyError",
    "FileReadError",
    "EntryTypeMismatchError",
    "IoError",
    "TryFromIntError",
    "RustixError",
    "Utf8Error",
    "CallbackError",
    "ProcessNamespaceFatalError",
    "Other",
  ],
  CommonUtilsErrorKind: ["ParseError", "InvalidArguments", "FormatError", "Other"],
  NetworkErrorKind: ["PermissionDenied", "AuthorizationError", "RequestError", "Other"],
  SysteminfoErrorKind: [
    "PermissionDenied",
    "AuthorizationError",
    "IoError",
    "InvalidParameter",
    "InvalidValue",
    "PrivilegeError",
    "CapsError",
    "Other",
    "ProcFsError",
  ],
  DiskinfoErrorKind: [
    "InvalidPath",
    "PermissionDenied",
    "AuthorizationError",
    "SystemError",
    "TryFromIntError",
    "IoError",
    "Other",
    "NixError",
  ],
  ProcessErrorKind: [
    "ProcessNotFound",
    "PidNamespaceOperationError",
    "NamespaceOperationError",
    "PermissionDenied",
    "AuthorizationError",
    "ValidationError",
    "CallbackExecutionError",
    "ProcessEnumerationError",
    "DBusError",
    "PrivilegeError",
    "ServiceNotFound",
    "Other",
  ],
} as const;

export type ErrorSource = keyof typeof ERROR_KINDS;
export type ErrorKind<S extends ErrorSource> = (typeof ERROR_KINDS)[S][number];

/** The enumeration types of the kinds: `e.kind` of an error of that source. */
export const ERROR_TYPES: { readonly [S in ErrorSource]: TypeDefinition } = {
  IoErrorKind: {
    name: "RhaiSafeIoErrorKind",
    debug: "rhai_safe_io::errors::RhaiSafeIoErrorKind",
    values: ERROR_KINDS.IoErrorKind,
    shows: "variable's name",
  },
  CommonUtilsErrorKind: {
    name: "RhaiCommonUtilsErrorKind",
    debug: "rhai_sdk_common_utils::errors::RhaiCommonUtilsErrorKind",
    values: ERROR_KINDS.CommonUtilsErrorKind,
    shows: "variable's name",
  },
  NetworkErrorKind: {
    name: "RhaiNetworkErrorKind",
    debug: "rhai_safe_network::errors::RhaiNetworkErrorKind",
    values: ERROR_KINDS.NetworkErrorKind,
    shows: "variable's name",
  },
  SysteminfoErrorKind: {
    name: "RhaiSysteminfoErrorKind",
    debug: "rhai_safe_system_info::errors::RhaiSysteminfoErrorKind",
    values: ERROR_KINDS.SysteminfoErrorKind,
    shows: "variable's name",
  },
  DiskinfoErrorKind: {
    name: "RhaiDiskinfoErrorKind",
    debug: "rhai_safe_disk_info::errors::RhaiDiskinfoErrorKind",
    values: ERROR_KINDS.DiskinfoErrorKind,
    shows: "variable's name",
  },
  ProcessErrorKind: {
    name: "RhaiSafeProcessMgmtErrorKind",
    debug: "rhai_safe_process_mgmt::errors::RhaiSafeProcessMgmtErrorKind",
    values: ERROR_KINDS.ProcessErrorKind,
    shows: "variable's name",
  },
};

/** An error of an SDK operation. Scripts catch it as `#{kind, message, source}`. */
export class SdkError<S extends ErrorSource = ErrorSource> extends Error {
  override readonly name = "SdkError";
  constructor(
    readonly source: S,
    readonly kind: ErrorKind<S>,
    message: string,
  ) {
    super(message);
  }
}

/** An error that scripts catch as a plain string (builders, conversions, some helpers). */
export class TextError extends Error {
  override readonly name = "TextError";
}

/** `kind` of `source` as the value that scripts compare. */
export function errorKind<S extends ErrorSource>(source: S, kind: ErrorKind<S>): EnumValue {
  const kinds: readonly string[] = ERROR_KINDS[source];
  return new EnumValue(ERROR_TYPES[source].name, kinds.indexOf(kind), kind);
}

/** The map that a script catches. */
export function errorMap<S extends ErrorSource>(source: S, kind: ErrorKind<S>, message: string): Value {
  return new Map<string, Value>([
    ["kind", errorKind(source, kind)],
    ["message", message],
    ["source", source],
  ]);
}

/** `error` in the form in which it crosses to the script; what is no error of the SDK stays as it is. */
export function toThrown(error: unknown): unknown {
  if (error instanceof SdkError) return new Thrown(errorMap(error.source, error.kind, error.message));
  if (error instanceof TextError) return new Thrown(error.message);
  return error;
}
