import { UsageError } from '../../errors.ts';
import { headerKey } from '../../istio/header-name.ts';
import type { Call } from '../../trace/trace.ts';

/** RFC 9110, 9.1: a method is a token; by convention in capitals, which distinguishes it from a URL. */
const METHOD = /^[A-Z]+$/;
/** RFC 9110, 5.6.2. */
const HEADER_NAME = /^[!#$%&'*+\-.^_`|~A-Za-z0-9]+$/;
const PORTS: Record<string, number> = { 'http:': 80, 'https:': 443 };

/** Reads `[METHOD] URL …` as requests with the same headers. A method applies to all URLs up to the next method. */
export function readCalls(words: readonly string[], headers: readonly string[]): Call[] {
  const { host, ...fields } = readHeaders(headers);
  const calls: Call[] = [];
  let method = 'GET';
  for (const word of words) {
    if (METHOD.test(word)) method = word;
    else calls.push(callOf(method, word, fields, host));
  }
  const last = words.at(-1);
  if (last !== undefined && calls.length > 0 && METHOD.test(last)) {
    throw new UsageError(`${last}: a URL must follow the method, such as http://backend.shop/path`);
  }
  if (calls.length > 0) return calls;
  throw new UsageError('a URL is missing, such as http://backend.shop/path; see --help');
}

function callOf(
  method: string,
  text: string,
  headers: Record<string, string>,
  host: string | undefined,
): Call {
  const url = urlOf(text);
  return {
    method,
    url: text,
    scheme: url.protocol.slice(0, -1),
    authority: host ?? url.host,
    port: url.port === '' ? (PORTS[url.protocol] ?? 80) : Number(url.port),
    path: `${url.pathname}${url.search}`,
    headers,
  };
}

function urlOf(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !(url.protocol in PORTS) || url.hostname === '') {
    throw new UsageError(
      `"${text}": expected a URL such as http://backend.shop/path, or a method in capitals before one`,
    );
  }
  if (url.username === '' && url.password === '') return url;
  throw new UsageError(`"${text}": a URL with a user cannot be traced; use -H 'authorization: …'`);
}

/** Headers as in curl: `name: value`. Several with one name are joined by commas, as Envoy compares them. */
function readHeaders(given: readonly string[]): Record<string, string> {
  const headers = new Map<string, string>();
  for (const text of given) {
    const colon = text.indexOf(':');
    const name = headerKey(text.slice(0, colon).trim());
    const value = text.slice(colon + 1).trim();
    if (colon <= 0 || !HEADER_NAME.test(name) || /[\r\n\0]/.test(value)) {
      throw new UsageError(`-H: expected 'name: value', got "${text}"`);
    }
    if (name === 'host' && value === '') {
      throw new UsageError(`-H: expected a host name after "host:", got "${text}"`);
    }
    const before = headers.get(name);
    headers.set(name, before === undefined ? value : `${before},${value}`);
  }
  return Object.fromEntries(headers);
}
