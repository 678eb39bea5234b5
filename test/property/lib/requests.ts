import { RE2JS } from 're2js';
import type { IstioMatch } from '../../../src/api/dynamicenv.ts';
import type { HostRequest } from '../../../src/istio/evaluate.ts';
import type { StringMatch } from '../../../src/istio/types.ts';
import { MATCHES } from './env-choice.ts';
import { ROUTED_HOSTS } from './manifests.ts';

type Headers = Record<string, string>;

/** For each regex: a value that matches it, and a similar value that does not. */
const REGEX_SAMPLES: Record<string, [string, string]> = { 'b.b': ['bxb', 'bxbx'] };

function sample({ exact, prefix, regex }: StringMatch): [string, string] {
  if (exact !== undefined) return [exact, `${exact}x`];
  if (prefix !== undefined) return [`${prefix}z`, prefix.slice(0, -1)];
  return REGEX_SAMPLES[regex ?? ''] ?? ['', ''];
}

/** A cookie or a member of baggage among others, and one that is not meant. */
function memberSample(key: string, value: string, separator: string): [string, string] {
  return [`a=1${separator} ${key}=${value}`, `x${key}=${value}${separator}${key}=${value}x`];
}

/** Headers for a match: some that match, and variants with one header wrong, in another case, or missing. */
function headersFor({ headers = {}, cookie, baggage }: IstioMatch): Headers[] {
  const entries: [string, [string, string]][] = [
    ...Object.entries(headers).map(([name, value]): [string, [string, string]] => [
      name.toLowerCase(),
      sample(value),
    ]),
    ...(cookie ? [['cookie', memberSample(cookie.name, cookie.exact, ';')] as never] : []),
    ...(baggage
      ? [['baggage', memberSample(baggage.key, encodeURIComponent(baggage.exact), ',')] as never]
      : []),
  ];
  const fitting = Object.fromEntries(entries.map(([name, [good]]) => [name, good]));
  const misses = entries.flatMap(([name, [good, bad]]) => {
    const { [name]: _, ...without } = fitting;
    return [without, { ...fitting, [name]: bad }, { ...fitting, [name]: good.toUpperCase() }];
  });
  return [fitting, ...misses];
}

function unique<T>(items: readonly T[]): T[] {
  return [...new Map(items.map((item) => [JSON.stringify(item), item])).values()];
}

const HEADERS: Headers[] = unique([{}, { user: 'carol' }, ...MATCHES.flatMap(headersFor)]);

type Caller = Pick<HostRequest, 'gateway' | 'sourceLabels' | 'sourceNamespace'>;
const WEB: Caller = { gateway: 'mesh', sourceNamespace: 'shop', sourceLabels: { app: 'web' } };
const OTHER: Caller = { gateway: 'mesh', sourceNamespace: 'other', sourceLabels: { app: 'x' } };
const GATEWAY: Caller = { gateway: 'edge/gw', sourceLabels: { app: 'gateway' } };

const FRONT = 'front.example.com';
const PLACES: [host: string, path: string, callers: Caller[]][] = [
  ...ROUTED_HOSTS.map((host): [string, string, Caller[]] => [host, '/', [WEB, OTHER]]),
  [ROUTED_HOSTS[0] ?? '', '/reports/1', [WEB]],
  [ROUTED_HOSTS[0] ?? '', '/?x=2&debug=12', [WEB]],
  [FRONT, '/backend/1', [GATEWAY, WEB]],
  [FRONT, '/web', [GATEWAY]],
];

/** All requests that are evaluated after each change of routes. */
export const REQUESTS: readonly HostRequest[] = PLACES.flatMap(([host, path, callers]) =>
  callers.flatMap((caller) =>
    HEADERS.map((headers) => ({
      host,
      path,
      headers,
      method: 'GET',
      scheme: 'http',
      authority: host,
      ...caller,
    })),
  ),
);

/** True if the request satisfies the match. It is implemented as simply as possible, for comparison. */
export function satisfies(request: HostRequest, match: IstioMatch): boolean {
  const headersFit = Object.entries(match.headers ?? {}).every(([name, wanted]) =>
    fits(request.headers[name.toLowerCase()], wanted),
  );
  const labelsFit = Object.entries(match.sourceLabels ?? {}).every(
    ([key, value]) => request.sourceLabels?.[key] === value,
  );
  return headersFit && labelsFit && parametersFit(request, match) && membersFit(request, match);
}

function parametersFit({ path }: HostRequest, { queryParams = {} }: IstioMatch): boolean {
  const sent = new URLSearchParams(path.split('?')[1] ?? '');
  return Object.entries(queryParams).every(([name, wanted]) =>
    fits(sent.get(name) ?? undefined, wanted),
  );
}

/** The requests above have no quotation marks, and no properties of members. */
function membersFit({ headers }: HostRequest, { cookie, baggage }: IstioMatch): boolean {
  const has = (list: string, separator: string, wanted: string) =>
    list.split(separator).some((one) => decodeURIComponent(one.trim()) === wanted);
  return (
    (!cookie || has(headers['cookie'] ?? '', ';', `${cookie.name}=${cookie.exact}`)) &&
    (!baggage || has(headers['baggage'] ?? '', ',', `${baggage.key}=${baggage.exact}`))
  );
}

function fits(got: string | undefined, { exact, prefix, regex }: StringMatch): boolean {
  if (got === undefined) return false;
  if (exact !== undefined) return got === exact;
  if (prefix !== undefined) return got.startsWith(prefix);
  return RE2JS.matches(regex ?? '', got);
}

export function requestText({ host, path, headers, sourceLabels, gateway }: HostRequest): string {
  const { app } = sourceLabels ?? {};
  return `request to ${host}${path} from ${app} via ${gateway} with ${JSON.stringify(headers)}`;
}
