import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { KubeObject } from '../../../src/k8s/object.ts';
import { matchesSelector } from '../../../src/k8s/selector.ts';

/** A request to the API server, with the fields of an audit log. */
export interface Asked {
  verb: string;
  /** For example `deployments.apps`. */
  resource: string;
  /** '' for requests to all namespaces, and for cluster-scoped resources. */
  namespace: string;
  name: string;
}

export interface FakeServerOptions {
  objects?: readonly KubeObject[];
  /** Returns true for requests that the user may not send. */
  isDenied?: (asked: Asked) => boolean;
  /** Plural names of resources that the server does not serve. */
  unserved?: readonly string[];
  /** API groups that discovery names. */
  groups?: readonly string[];
  /** Maximum number of objects in one page of a list. */
  pageSize?: number;
  /** If set, it answers every request. */
  answer?: (request: IncomingMessage, response: ServerResponse) => void;
}

export interface FakeServer {
  url: string;
  /** All requests in order, such as `list deployments.apps shop`. */
  asked: string[];
  headers: IncomingMessage['headers'][];
  close: () => Promise<void>;
}

const USER = 'jane';
const PATH =
  /^\/(?:api|apis\/(?<group>[^/]+))\/(?<version>v[^/]+)(?:\/namespaces\/(?<namespace>[^/]+))?\/(?<plural>[a-z]+)(?:\/(?<name>[^/]+))?$/;

/** An API server for reading only: lists in pages, single objects, and errors with the texts of a real one. */
export async function fakeApiServer(options: FakeServerOptions): Promise<FakeServer> {
  const asked: string[] = [];
  const headers: IncomingMessage['headers'][] = [];
  const server = createServer((request, response) => {
    headers.push(request.headers);
    if (options.answer) options.answer(request, response);
    else send(response, replyTo(request, options, asked));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, asked, headers, close: () => close(server) };
}

function close(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}

interface Reply {
  code: number;
  /** A string is sent as it is. */
  body: object | string;
}

interface Question extends Asked {
  group: string;
  plural: string;
  apiVersion: string;
}

function questionOf({ method, url }: IncomingMessage): Question {
  const { pathname } = new URL(url ?? '', 'http://server');
  const parts = PATH.exec(pathname)?.groups ?? {};
  const { group = '', version = '', namespace = '', plural = '', name = '' } = parts;
  const read = name === '' ? 'list' : 'get';
  return {
    verb: method === 'GET' ? read : String(method),
    resource: group === '' ? plural : `${plural}.${group}`,
    apiVersion: group === '' ? version : `${group}/${version}`,
    ...{ namespace, name, group, plural },
  };
}

function replyTo(
  request: IncomingMessage,
  { objects = [], isDenied = () => false, unserved = [], groups = [], pageSize }: FakeServerOptions,
  log: string[],
): Reply {
  const asked = /^\/apis\/([^/]+)\/v[^/]+$/.exec(request.url ?? '')?.[1];
  if (asked !== undefined && groups.includes(asked)) {
    return { code: 200, body: { kind: 'APIResourceList', apiVersion: 'v1' } };
  }
  const question = questionOf(request);
  const { verb, resource, namespace, name, plural, apiVersion } = question;
  log.push([verb, resource, namespace, name].filter(Boolean).join(' '));
  if (plural === '' || unserved.includes(plural))
    return { code: 404, body: '404 page not found\n' };
  if (isDenied(question)) return { code: 403, body: forbidden(question) };
  const found = objects.filter(
    (object) =>
      object.apiVersion === apiVersion &&
      pluralOf(object) === plural &&
      (namespace === '' || object.metadata.namespace === namespace),
  );
  if (name === '') {
    const query = new URL(request.url ?? '', 'http://server').searchParams;
    return { code: 200, body: listOf(found, query, apiVersion, pageSize) };
  }
  const one = found.find(({ metadata }) => metadata.name === name);
  return one ? { code: 200, body: one } : { code: 404, body: notFound(question) };
}

function listOf(
  found: readonly KubeObject[],
  query: URLSearchParams,
  apiVersion: string,
  pageSize: number | undefined,
): object {
  const label = query.get('labelSelector');
  const matchExpressions = label === null ? [] : [{ key: label, operator: 'Exists' as const }];
  const chosen = found.filter(({ metadata }) =>
    matchesSelector({ matchExpressions }, metadata.labels),
  );
  const start = Number(query.get('continue') ?? 0);
  const end = start + Math.min(Number(query.get('limit')), pageSize ?? Number.POSITIVE_INFINITY);
  const page = chosen.slice(start, end);
  return {
    kind: 'List',
    apiVersion,
    metadata: { resourceVersion: '1', ...(end < chosen.length ? { continue: String(end) } : {}) },
    // In lists of built-in kinds, items have no apiVersion and kind.
    items: page.map(({ apiVersion: version, kind, ...rest }) =>
      version.includes('.') ? { apiVersion: version, kind, ...rest } : rest,
    ),
  };
}

function pluralOf({ kind }: KubeObject): string {
  return `${kind.toLowerCase()}s`;
}

function status(code: number, reason: string, message: string, details: object): object {
  const head = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure' };
  return { ...head, message, reason, details, code };
}

/** The exact answer of kube-apiserver to a forbidden request. */
function forbidden({ verb, resource, namespace, name, group, plural: kind }: Question): object {
  const what = name === '' ? resource : `${resource} "${name}"`;
  const where = namespace === '' ? 'at the cluster scope' : `in the namespace "${namespace}"`;
  return status(
    403,
    'Forbidden',
    `${what} is forbidden: User "${USER}" cannot ${verb} resource "${kind}" in API group "${group}" ${where}`,
    { ...(name && { name }), group, kind },
  );
}

function notFound({ resource, name, group, plural: kind }: Question): object {
  return status(404, 'NotFound', `${resource} "${name}" not found`, { name, group, kind });
}

function send(response: ServerResponse, { code, body }: Reply): void {
  const isText = typeof body === 'string';
  response.writeHead(code, { 'content-type': isText ? 'text/plain' : 'application/json' });
  response.end(isText ? body : JSON.stringify(body));
}
