/** How a request carries links: its path, and its headers. */
export interface Carried {
  path: string;
  headers: Record<string, string>;
}

type Make = (ref: string, other: string) => Carried;

const SOURCE = 'x-source-route';
const SERVICE = 'x-service-route';

const byPath = (path: string, headers: Record<string, string> = {}): Carried => ({ path, headers });
const byCookie = (cookie: string, headers: Record<string, string> = {}): Carried => ({
  path: '/',
  headers: { cookie, ...headers },
});

/** Requests by a link of the ref, by its cookie, or by its header. `other`: a ref that some env has at some time, too. */
export const WITH_LINK: readonly Make[] = [
  (ref) => byPath(`/?${SOURCE}=${ref}`),
  (ref) => byPath(`/reports?page=2&${SOURCE}=${ref}`),
  (ref, other) => byPath(`/?${SOURCE}=${ref}`, { cookie: `${SOURCE}=${other}` }),
  (ref, other) => byPath(`/?${SOURCE}=${ref}`, { [SOURCE]: other }),
  (ref) => byCookie(`${SOURCE}=${ref}`),
  (ref) => byCookie(`a=b; ${SOURCE}="${ref}"; c=d`),
  (ref) => byPath('/', { [SOURCE]: ref }),
];

/** Requests that leave an env, that almost have its link or cookie, or whose headers select something else. All are for the base. */
export const WITHOUT_LINK: readonly Make[] = [
  () => byPath('/'),
  (ref) => byPath(`/?${SOURCE}=`, { cookie: `${SOURCE}=${ref}` }),
  (ref) => byPath(`/?${SOURCE}=${ref}x`),
  (ref) => byPath(`/?my-${SOURCE}=${ref}`),
  (ref) => byCookie(`${SOURCE}=${ref}x`),
  (ref) => byCookie(`my-${SOURCE}=${ref}`),
  (ref) => byCookie(`${SOURCE}=${ref}`, { [SOURCE]: 'mp-9' }),
  (ref) => byCookie(`${SOURCE}=${ref}`, { [SERVICE]: 'frontend:mp-9' }),
];

/** The value of the parameter; undefined without it. */
export function parameterOf(path: string): string | undefined {
  return new URL(path, 'http://any').searchParams.get(SOURCE) ?? undefined;
}

/** The ref in the cookie, if no header comes before it. */
export function cookieOf(headers: Readonly<Record<string, string>>): string | undefined {
  if (headers[SOURCE] !== undefined || headers[SERVICE] !== undefined) return undefined;
  const pairs = (headers['cookie'] ?? '').split('; ').map((pair) => pair.split('='));
  return pairs.find(([name]) => name === SOURCE)?.[1]?.replaceAll('"', '');
}
