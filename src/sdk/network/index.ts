/** HTTP requests, connections, and the network of this machine. */
import { parameterOutOfRange } from "../conversion.ts";
import { kindsOf } from "../error-kinds.ts";
import type { Namespace } from "../namespace.ts";
import { operation } from "../operation.ts";
import { integer, object, text } from "../parameters.ts";
import { recordType } from "../record.ts";
import { Client, Request, Response, SEND_CHECKS, send } from "./client.ts";
import { connectNamespace } from "./connect.ts";
import { enumerationNamespaces } from "./enumerations.ts";
import { helperNamespace } from "./helpers.ts";
import { interfaceNamespaces } from "./interfaces.ts";
import { statisticsOperations } from "./statistics-operations.ts";
import { statisticsNamespaces } from "./statistics-types.ts";

const SOURCE = "NetworkErrorKind";
const PATH = "rust_safe_network::client";
const CLIENT = {
  name: "Client",
  typeOf: `${PATH}::Client`,
  class: Client,
  example: { variable: "client", expression: "Client()" },
};
const REQUEST = {
  name: "Request",
  typeOf: `${PATH}::Request`,
  class: Request,
  example: { variable: "request", expression: 'client.get("http://127.0.0.1:8080/")' },
};

const common = { source: SOURCE, checks: [] } as const;

const operations = [
  operation({
    ...common,
    name: "Client",
    parameters: [],
    returns: CLIENT.name,
    summary: "Makes a client.",
    example: "Client()",
    perform: () => new Client(),
  }),
  operation({
    ...common,
    name: "max_text_bytes",
    parameters: [object(CLIENT), integer("size")],
    returns: CLIENT.name,
    summary: "Makes a client that cuts the text of responses behind so many bytes.",
    example: "Client().max_text_bytes(65536)",
    perform: (_call, _client, size) => {
      if (size >= 0n) return new Client(size);
      throw parameterOutOfRange("size");
    },
  }),
  operation({
    ...common,
    name: "get",
    parameters: [object(CLIENT), text("url")],
    returns: REQUEST.name,
    summary: "Makes a GET request, which `send` sends.",
    example: 'client.get("http://127.0.0.1:8080/health")',
    perform: (_call, { maxTextBytes }, url) => new Request(url, maxTextBytes),
  }),
  operation({
    ...common,
    name: "send",
    waits: true,
    parameters: [object(REQUEST)],
    returns: "Response",
    summary: "Sends the request and follows redirects.",
    checks: SEND_CHECKS,
    errors: ["RequestError", "Other"],
    example: "request.send()",
    perform: (call, request) => send(call, request),
  }),
];

/** As the reference shows the method of a request. */
const METHOD = "Get";

export const networkNamespaces: readonly Namespace[] = [
  kindsOf(SOURCE),
  { types: [CLIENT], constants: [], operations },
  recordType({
    ...REQUEST,
    fields: {
      url: { type: "String", get: ({ url }) => url },
      method: { type: "String", get: () => METHOD },
      max_text_size: { type: "i64 or ()", get: ({ maxTextBytes }) => maxTextBytes ?? null },
    },
  }),
  recordType({
    name: "Response",
    typeOf: `${PATH}::Response`,
    class: Response,
    example: { variable: "response", expression: "request.send()" },
    fields: {
      text: { type: "String", get: ({ text }) => text },
      status: { type: "i64", get: ({ status }) => BigInt(status) },
    },
  }),
  connectNamespace,
  ...enumerationNamespaces,
  ...statisticsNamespaces,
  statisticsOperations,
  ...interfaceNamespaces,
  helperNamespace,
];
