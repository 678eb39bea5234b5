import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { processorTime } from '../../../bench/lib/process.ts';
import { jsonBytes } from '../../../src/k8s/canonical.ts';
import type { RefFlags } from '../../../src/refs/settings.ts';
import { MAX_OBJECT_BYTES } from '../../../src/virtualservice/routes/limits.ts';
import { ENVOY_BIN } from '../lib/envoy-program.ts';
import { recordFigure } from '../lib/figures.ts';
import { send } from '../lib/request.ts';
import { type RawEnvoy, startRawEnvoy } from '../refs/envoy.ts';
import { answeringHost, HOST_NAME, LAST, refOf, routesWithRefs } from './many-refs.ts';

const ROUTES = 20;
const REFS = 60;
/** Copies for two carriers are larger: those of 60 refs do not fit into an object. */
const BAGGAGE_REFS = 25;
const REQUESTS = 4000;
/** The requests are sent in rounds, one Envoy after the other, so that all of them see the same machine. */
const ROUNDS = 10;
const AT_ONCE = 8;
const SECTION = `What refs on ${ROUTES} routes cost in Envoy`;

type Headers = Readonly<Record<string, string>>;
const PLAIN: Headers = {
  'user-agent': 'Mozilla/5.0 (X11; Linux x86_64)',
  accept: 'application/json',
  'x-request-id': '6d1c1b2e-3a47-4f0e-9d52-0f4a4cf1f3a1',
};
const COOKIES = Array.from({ length: 20 }, (_, index) => `name-${index}=${'v'.repeat(80)}`);
const TRACED = { ...PLAIN, baggage: 'user=alice,session=6d1c1b2e', cookie: COOKIES.join('; ') };

interface Case {
  what: string;
  refs: number;
  carriers: RefFlags['refCarriers'];
  headers: Headers;
}

/** Every request goes to the last base route. */
const CASES: readonly Case[] = [
  { what: 'without refs', refs: 0, carriers: ['header'], headers: PLAIN },
  { what: `${REFS} refs in headers (default)`, refs: REFS, carriers: ['header'], headers: PLAIN },
  {
    what: 'the same, request with a ref for another service',
    refs: REFS,
    carriers: ['header'],
    headers: { ...PLAIN, 'x-service-route': 'frontend:mp-7' },
  },
  {
    what: `${BAGGAGE_REFS} refs in headers and baggage`,
    refs: BAGGAGE_REFS,
    carriers: ['header', 'baggage'],
    headers: PLAIN,
  },
  {
    what: 'the same, request with baggage and 1.8 KB of cookies',
    refs: BAGGAGE_REFS,
    carriers: ['header', 'baggage'],
    headers: TRACED,
  },
];

describe('processor time of a request that selects no ref', () => {
  const envoys: RawEnvoy[] = [];

  beforeAll(async () => {
    for (const { refs, carriers } of CASES) {
      const http = routesWithRefs(ROUTES, refs, carriers);
      // All copies fit into the object.
      expect(http.length).toBe(ROUTES * (refs * carriers.length + 1));
      envoys.push(
        await startRawEnvoy(process.env[ENVOY_BIN] ?? '', [answeringHost(http)], 'joined'),
      );
    }
  }, 120_000);
  afterAll(async () => {
    for (const envoy of envoys) await envoy.stop();
  });

  const ask = async (port: number, headers: Headers) => {
    const request = { method: 'GET', authority: HOST_NAME, path: '/', headers };
    const { status, body } = await send(port, request);
    return `${status} ${body}`;
  };

  test('the last of the refs has its route, and all other requests take the last base route', async () => {
    for (const [index, { refs, headers }] of CASES.entries()) {
      const port = envoys[index]?.port ?? 0;
      expect(await ask(port, headers)).toBe(`200 ${LAST}`);
      if (refs === 0) continue;
      const own = await ask(port, { ...PLAIN, 'x-source-route': refOf(refs - 1) });
      expect(own).toContain(`200 dynamic-environment-branch-${refs - 1}-backend-`);
    }
  });

  test('figures', async () => {
    const times = async () => Promise.all(envoys.map(({ pid }) => processorTime(pid)));
    const sendRound = async (port: number, headers: Headers) => {
      for (let sent = 0; sent < REQUESTS / ROUNDS; sent += AT_ONCE) {
        await Promise.all(Array.from({ length: AT_ONCE }, () => ask(port, headers)));
      }
    };
    const before = await times();
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const [index, { headers }] of CASES.entries()) {
        await sendRound(envoys[index]?.port ?? 0, headers);
      }
    }
    const after = await times();
    const micros = after.map((time, index) => ((time - (before[index] ?? 0)) * 1000) / REQUESTS);
    const [base = Number.NaN] = micros;
    for (const [index, { what }] of CASES.entries()) {
      const time = micros[index] ?? Number.NaN;
      const value = index === 0 ? micro(time) : compared(time, base);
      recordFigure({ section: SECTION, what, value });
      process.stderr.write(`${what}: ${value}\n`);
      // Only that something was measured: other programs on the machine change the figures.
      expect(time).toBeGreaterThan(0);
    }
  }, 300_000);
});

test.each([CASES[1], CASES[3]].flatMap((one) => (one ? [[one.what, one] as const] : [])))(
  'size of a VirtualService with %s',
  (what, { refs, carriers }) => {
    const bytes = jsonBytes(routesWithRefs(ROUTES, refs, carriers));
    const value = `${(bytes / 1024).toFixed(0)} KiB, ${(bytes / ROUTES / refs).toFixed(0)} bytes for each ref and route`;
    recordFigure({ section: SECTION, what: `size of a VirtualService with ${what}`, value });
    expect(bytes).toBeLessThan(MAX_OBJECT_BYTES);
  },
);

function micro(time: number): string {
  return `${time.toFixed(0)} µs`;
}

function compared(time: number, base: number): string {
  return `${micro(time)}, ${micro(time - base)} more, ${(time / base).toFixed(1)} times`;
}
