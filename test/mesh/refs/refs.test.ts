import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Repeated } from '../../../src/refs/carried.ts';
import { pick } from '../../../src/refs/pick.ts';
import { expected, type RouteVector, settingsFor, VECTORS } from '../../unit/refs/vectors.ts';
import type { VirtualHost } from '../accepts/route-config.ts';
import { ENVOY_BIN } from '../lib/envoy-program.ts';
import { type RawEnvoy, sendCookies, sendRaw, startRawEnvoy } from './envoy.ts';
import { REGULAR, refHost } from './routes.ts';

/** All refs that a case selects, and some that none does. */
const REFS: readonly string[] = [
  ...new Set([
    ...VECTORS.flatMap(({ ref, refEach }) => [ref ?? [], refEach ?? []].flat()),
    ...['mp-1', 'mp', 'mp-101-hotfi', 'v2', 'web', 'a', 'x'.repeat(40)],
  ]),
];

/** What Envoy's HTTP parser itself refuses, so that no route is asked. */
const NOT_PARSED: readonly string[] = [];

type Host = Pick<RouteVector, 'service' | 'carriers'>;
const hostOf = ({ service, carriers }: Host) => `${service}.${['h', ...carriers].join('-')}`;

const ALL: Host = { service: 'payment-service', carriers: ['baggage', 'cookie'] };
const SHORT = VECTORS.filter(({ headers }) => JSON.stringify(headers).length < 1000);
const COMBINED = SHORT.flatMap((one, index) =>
  [1, 7, 31, 97].map((step) => {
    const other = SHORT[(index + step) % SHORT.length] ?? one;
    return [...one.headers, ...other.headers];
  }),
);

/**
 * With the refs in one order, and in the other (`back`): who is first of all that match, and who is last. Where they are the same,
 * no two match.
 */
function hosts(): VirtualHost[] {
  const firsts = new Map(VECTORS.map((one) => [hostOf(one), one]));
  return [...firsts].flatMap(([name, one]) => [
    refHost(name, one.service, REFS, settingsFor(one)),
    refHost(`back.${name}`, one.service, REFS.toReversed(), settingsFor(one)),
  ]);
}

describe.each<Repeated>(['joined', 'each'])('a real Envoy, repeated headers %s', (how) => {
  let envoy: RawEnvoy;
  beforeAll(async () => {
    envoy = await startRawEnvoy(process.env[ENVOY_BIN] ?? '', hosts(), how);
  });
  afterAll(() => envoy?.stop());

  const ask = async (host: Host, headers: RouteVector['headers']) => [
    await sendRaw(envoy.port, hostOf(host), headers),
    await sendRaw(envoy.port, `back.${hostOf(host)}`, headers),
  ];

  test.each(VECTORS.map((one) => [one.name, one] as const))('%s', async (name, one) => {
    const right = { status: 200, body: expected(one, how) ?? REGULAR };
    const refused = { status: 400, body: expect.anything() };
    const wanted = NOT_PARSED.includes(name) ? refused : right;
    expect(await ask(one, one.headers)).toEqual([wanted, wanted]);
  });

  test('the headers of any two cases together: what pick says', async () => {
    const wrong: string[] = [];
    for (const headers of COMBINED) {
      const picked = pick(ALL.service, headers, settingsFor(ALL), how);
      // Of refs that have no routes here the regular version answers.
      const body = picked !== undefined && REFS.includes(picked) ? picked : REGULAR;
      const bodies = (await ask(ALL, headers)).map((answer) => answer.body);
      if (bodies.some((one) => one !== body)) {
        wrong.push(`${JSON.stringify(headers)}: ${body}, but Envoy: ${bodies}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  test('the cookies of one HTTP/2 request are one header, with semicolons', async () => {
    const send = (...cookies: string[]) =>
      sendCookies(envoy.port, 'payment-service.h-cookie', cookies);
    expect(await send('session=abc', 'x-source-route=mp-101')).toBe('mp-101');
    expect(await send('x-source-route=mp-102', 'x-source-route=mp-101')).toBe(REGULAR);
  });
});

test('so many cases for which no route is asked', () => {
  const names = VECTORS.map(({ name }) => name);
  expect(NOT_PARSED.filter((name) => !names.includes(name))).toEqual([]);
  expect(NOT_PARSED).toHaveLength(0);
});
