import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Repeated } from '../../../src/refs/carried.ts';
import { pick } from '../../../src/refs/pick.ts';
import type { RefFlags } from '../../../src/refs/settings.ts';
import { expected, type RouteVector, settingsFor, VECTORS } from '../../unit/refs/vectors.ts';
import type { VirtualHost } from '../accepts/route-config.ts';
import { ENVOY_BIN } from '../lib/envoy-program.ts';
import { type RawEnvoy, sendCookies, sendRaw, startRawEnvoy } from './envoy.ts';
import { REGULAR, refHost, renderedHost } from './routes.ts';

/** All refs that at least one case selects, and some that no case selects. */
const REFS: readonly string[] = [
  ...new Set([
    ...VECTORS.flatMap(({ ref, refEach }) => [ref ?? [], refEach ?? []].flat()),
    ...['mp-1', 'mp', 'mp-101-hotfi', 'v2', 'web', 'a', 'x'.repeat(40)],
  ]),
];

/** Names of the cases that Envoy's HTTP parser refuses with 400 before it looks at any route. */
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

const flagsFor = (one: RouteVector): RefFlags => {
  const { headers, carriers } = settingsFor(one);
  return {
    serviceRouteHeader: headers.service,
    sourceRouteHeader: headers.source,
    refCarriers: ['header', ...carriers],
  };
};

/**
 * Two virtual hosts for each service and its carriers. Both have the same routes: one in the order of the refs, the
 * other (`back.…`) in the reverse order. Envoy uses the first route that matches. So if both hosts give the same
 * answer, at most one ref matches the request. A third one (`whole.…`) has the routes of a VirtualService, as they are rendered.
 */
function hosts(): VirtualHost[] {
  const firsts = new Map(VECTORS.map((one) => [hostOf(one), one]));
  return [...firsts].flatMap(([name, one]) => [
    refHost(name, one.service, REFS, settingsFor(one)),
    refHost(`back.${name}`, one.service, REFS.toReversed(), settingsFor(one)),
    renderedHost(`whole.${name}`, one.service, REFS, flagsFor(one)),
  ]);
}

describe.each<Repeated>(['joined', 'each'])(
  'a real Envoy that reads repeated headers %s',
  (how) => {
    let envoy: RawEnvoy;
    beforeAll(async () => {
      envoy = await startRawEnvoy(process.env[ENVOY_BIN] ?? '', hosts(), how);
    });
    afterAll(() => envoy?.stop());

    const ask = async (host: Host, headers: RouteVector['headers']) => [
      await sendRaw(envoy.port, hostOf(host), headers),
      await sendRaw(envoy.port, `back.${hostOf(host)}`, headers),
      await sendRaw(envoy.port, `whole.${hostOf(host)}`, headers),
    ];

    test.each(VECTORS.map((one) => [one.name, one] as const))('%s', async (name, one) => {
      const right = { status: 200, body: expected(one, how) ?? REGULAR };
      const refused = { status: 400, body: expect.anything() };
      const wanted = NOT_PARSED.includes(name) ? refused : right;
      expect(await ask(one, one.headers)).toEqual([wanted, wanted, wanted]);
    });

    test('with the headers of two cases, Envoy selects the ref that pick returns', async () => {
      const wrong: string[] = [];
      for (const headers of COMBINED) {
        const picked = pick(ALL.service, headers, settingsFor(ALL), how);
        // If the picked ref has no routes in this Envoy, the regular version answers.
        const body = picked !== undefined && REFS.includes(picked) ? picked : REGULAR;
        const bodies = (await ask(ALL, headers)).map((answer) => answer.body);
        if (bodies.some((one) => one !== body)) {
          wrong.push(`${JSON.stringify(headers)}: ${body}, but Envoy: ${bodies}`);
        }
      }
      expect(wrong).toEqual([]);
    });

    test('Envoy joins the cookies of one HTTP/2 request by semicolons', async () => {
      const send = (...cookies: string[]) =>
        sendCookies(envoy.port, 'payment-service.h-cookie', cookies);
      expect(await send('session=abc', 'x-source-route=mp-101')).toBe('mp-101');
      expect(await send('x-source-route=mp-102', 'x-source-route=mp-101')).toBe(REGULAR);
    });
  },
);

test("Envoy's HTTP parser refuses none of the cases", () => {
  const names = VECTORS.map(({ name }) => name);
  expect(NOT_PARSED.filter((name) => !names.includes(name))).toEqual([]);
  expect(NOT_PARSED).toHaveLength(0);
});
