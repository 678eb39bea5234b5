import { afterEach, describe, expect, jest, test } from '@jest/globals';
import type { FastifyInstance } from 'fastify';
import { buildAdmissionApp } from '../../src/http/admission-app.ts';
import { createMetrics } from '../../src/http/metrics.ts';
import { ADMISSION_HOOKS, HOOKS } from '../support/hooks.ts';
import { testApp } from './lib/app.ts';
import { admissionBody, BODIES, compositeBody, env } from './lib/bodies.ts';
import { answered, head, portOf, type Raw, raw } from './lib/raw.ts';

jest.setTimeout(60_000);

const REVIEW = '/admission/virtualservices';
const SYNC = '/dynamicenv/sync';
const MIB = 2 ** 20;

let open: { app?: FastifyInstance; connections: Raw[] } = { connections: [] };

afterEach(async () => {
  for (const { socket } of open.connections) socket.destroy();
  await open.app?.close();
  open = { connections: [] };
});

interface Door {
  port: number;
  metric(line: string): Promise<number>;
  /** Opens a connection, and closes it after the test. */
  dial(): Promise<Raw>;
}

async function door(kind: 'plain' | 'admission'): Promise<Door> {
  const { app: plain, service, metric } = await testApp();
  const app = kind === 'plain' ? plain : buildAdmissionApp({ hooks: ADMISSION_HOOKS, service });
  open.app = app;
  const port = await portOf(app);
  const dial = async () => {
    const one = await raw(port);
    open.connections.push(one);
    return one;
  };
  return { port, metric, dial };
}

async function health(dial: Door['dial']): Promise<string> {
  const one = await dial();
  one.send('GET /healthz HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n');
  return (await answered(one, 'ok"}')).slice(0, 12);
}

describe('the admission port', () => {
  const served = ADMISSION_HOOKS.map(({ url }) => url);
  test.each([...Object.keys(BODIES).filter((url) => !served.includes(url)), '/metrics', '/'])(
    'does not serve %s, and does not read the body of such a request',
    async (url) => {
      const { service } = await testApp();
      const app = buildAdmissionApp({ hooks: ADMISSION_HOOKS, service });
      const method = url === '/metrics' || url === '/' ? 'GET' : 'POST';
      const body = BODIES[url]?.();
      const { statusCode } = await app.inject({ method, url, ...(body && { payload: body }) });
      expect(statusCode).toBe(404);
    },
  );

  test('answers admission reviews and health checks', async () => {
    const { service, post } = await testApp();
    const app = buildAdmissionApp({ hooks: ADMISSION_HOOKS, service });
    const answer = await app.inject({ method: 'POST', url: REVIEW, payload: admissionBody() });
    expect(answer.json()).toEqual((await post(REVIEW, admissionBody())).json);
    for (const url of ['/healthz', '/readyz']) {
      expect((await app.inject({ method: 'GET', url })).statusCode).toBe(200);
    }
  });

  test('reads at most 4 MiB', async () => {
    const { service } = await testApp();
    const app = buildAdmissionApp({ hooks: ADMISSION_HOOKS, service });
    const review = JSON.stringify(admissionBody());
    const sent = (bytes: number) =>
      app.inject({
        method: 'POST',
        url: REVIEW,
        headers: { 'content-type': 'application/json' },
        payload: review + ' '.repeat(bytes - review.length),
      });
    expect((await sent(4 * MIB)).statusCode).toBe(200);
    const beyond = await sent(4 * MIB + 1);
    expect([beyond.statusCode, beyond.json()['error']]).toEqual([
      413,
      'Request body is too large: at most 4 MiB are read',
    ]);
  });
});

describe.each([
  ['plain', SYNC, 128, 15.9],
  ['admission', REVIEW, 32, 3.9],
] as const)('bodies of open requests at the %s port', (kind, url, most, each) => {
  test(`may have ${most} MiB in total; more is refused with a message, until requests end`, async () => {
    const { dial, metric } = await door(kind);
    const announced = head(url, `content-length: ${Math.floor(each * MIB) + 1}`);
    const held: Raw[] = [];
    for (let at = 0; at < Math.floor(most / each); at += 1) held.push(await dial());
    const body = Buffer.alloc(Math.floor(each * MIB), ' ');
    for (const one of held) {
      one.send(announced);
      one.send(body);
      await new Promise((resolve) => one.socket.write('', resolve));
    }
    const beyond = await dial();
    beyond.send(announced);
    beyond.send(body);
    held.push(beyond);
    // The service refuses the request whose bytes arrive last.
    const said = await Promise.race(held.map((one) => answered(one, /together/)));
    expect(said.slice(0, 12)).toBe('HTTP/1.1 429');
    expect(said).toMatch(/^retry-after: 1\r$/im);
    expect(said).toContain(`busy: bodies under way have more than ${most} MiB together`);
    expect(await metric('dynamicenv_refusals_total{reason="Busy"}')).toBe(1);
    // Small requests are served meanwhile.
    expect(await health(dial)).toBe('HTTP/1.1 200');
    for (const one of held) one.socket.destroy();
    await Promise.all(held.map(({ ended }) => ended));
    const next = await dial();
    next.send(announced);
    next.send(body);
    next.send(' ');
    expect((await answered(next, '"error"')).slice(0, 12)).toBe('HTTP/1.1 400');
  });
});

describe.each([
  ['plain', SYNC, 16],
  ['admission', REVIEW, 4],
] as const)('a chunked body at the %s port', (kind, url, most) => {
  test('is refused as soon as it exceeds the limit, and the connection is closed', async () => {
    const { dial, metric } = await door(kind);
    const one = await dial();
    one.send(head(url, 'transfer-encoding: chunked'));
    const chunk = `100000\r\n${' '.repeat(MIB)}\r\n`;
    for (let at = 0; at < most + 2; at += 1) one.send(chunk);
    expect(await answered(one, 'too large')).toContain('HTTP/1.1 413');
    await one.ended;
    expect(await metric('dynamicenv_refusals_total{reason="Busy"}')).toBe(0);
    expect(await health(dial)).toBe('HTTP/1.1 200');
  });
});

test('a body of another content type is not read, and is no longer counted', async () => {
  const { dial, metric } = await door('admission');
  for (let at = 0; at < 12; at += 1) {
    const one = await dial();
    one.send(head(REVIEW, 'transfer-encoding: chunked').replace('json', 'yaml'));
    for (let part = 0; part < 4; part += 1) one.send(`100000\r\n${' '.repeat(MIB)}\r\n`);
    expect(await answered(one, 'Unsupported')).toContain('HTTP/1.1 415');
  }
  expect(await metric('dynamicenv_refusals_total{reason="Busy"}')).toBe(0);
});

test('pipelined requests are answered in order', async () => {
  const { dial } = await door('admission');
  const one = await dial();
  const count = 300;
  const review = (uid: string) => {
    const body = JSON.stringify(admissionBody({ uid }));
    return `${head(REVIEW, `content-length: ${Buffer.byteLength(body)}`)}${body}`;
  };
  one.send(Array.from({ length: count }, (_, at) => review(`r${at}`)).join(''));
  const said = await answered(one, `"uid":"r${count - 1}"`);
  const uids = [...said.matchAll(/"uid":"(r\d+)"/g)].map(([, uid]) => uid);
  expect(uids).toEqual(Array.from({ length: count }, (_, at) => `r${at}`));
});

test('headers that are too large: 431', async () => {
  const { dial } = await door('admission');
  const one = await dial();
  one.send(head(REVIEW, `x: ${'a'.repeat(MIB)}`));
  expect(await answered(one, '431')).toContain('HTTP/1.1 431');
});

describe('connections above the limit', () => {
  test('are refused; idle connections are closed to make room', async () => {
    const { dial } = await door('admission');
    const idle = await Promise.all(Array.from({ length: 512 }, dial));
    for (const one of idle) one.send('GET /healthz HTTP/1.1\r\nhost: a\r\n\r\n');
    await Promise.all(idle.map((one) => answered(one, 'ok"}')));
    const refused = await dial();
    await refused.ended;
    expect(refused.said()).toBe('');
    expect(await health(dial)).toBe('HTTP/1.1 200');
  });

  test('busy connections stay open', async () => {
    const { dial } = await door('admission');
    const busy = await Promise.all(Array.from({ length: 512 }, dial));
    for (const one of busy) one.send(head(REVIEW, 'content-length: 10'));
    await (await dial()).ended;
    for (const one of busy) one.send('"0123456" ');
    const answers = await Promise.all(busy.map((one) => answered(one, '"error"')));
    expect(new Set(answers.map((text) => text.slice(0, 12)))).toEqual(new Set(['HTTP/1.1 400']));
  });
});

describe('texts of megabytes are shortened', () => {
  const HUGE = 'k'.repeat(10 * MIB);
  /** Shorter, because these bodies contain several such texts. */
  const LARGE = 'k'.repeat(MIB);
  const MOST = { answer: 2_000, line: 4_000 };

  test.each<[string, object]>([
    ['a key', compositeBody({ children: { [HUGE]: { a: {} } } as never })],
    ['a name', compositeBody({ parent: { ...env(), metadata: { name: 3 } }, [HUGE]: 1 } as never)],
    [
      'a key of labels',
      compositeBody({
        parent: { ...env(), metadata: { name: 'a', labels: { [HUGE]: 1 } } } as never,
      }),
    ],
    ['a text where an object is wanted', compositeBody({ parent: HUGE as never })],
  ])('%s that is wrong, in the answer and in the log', async (_name, body) => {
    const { post, lines } = await testApp();
    const { statusCode, json } = await post(SYNC, body);
    expect(statusCode).toBe(400);
    expect(JSON.stringify(json).length).toBeLessThan(MOST.answer);
    expect(lines).toHaveLength(1);
    for (const line of lines) expect(JSON.stringify(line).length).toBeLessThan(MOST.line);
  });

  test('the status of an env: short enough for the API server to store', async () => {
    const { post, lines } = await testApp();
    const parent = {
      ...env(),
      spec: {
        istioMatches: [{ headers: { [LARGE]: { exact: LARGE } } }],
        subsets: [{ name: LARGE, namespace: LARGE, [LARGE]: 1 }],
      },
    };
    const { statusCode, json } = await post(SYNC, compositeBody({ parent: parent as never }));
    expect(statusCode).toBe(200);
    expect(JSON.stringify(json).length).toBeLessThan(100_000);
    for (const line of lines) expect(JSON.stringify(line).length).toBeLessThan(MOST.line);
  });

  test('the user and the object of an admission review', async () => {
    const { post, lines } = await testApp();
    const body = admissionBody({
      userInfo: { username: LARGE },
      object: {
        apiVersion: 'networking.istio.io/v1',
        kind: 'VirtualService',
        metadata: {
          name: LARGE,
          namespace: 'shop',
          annotations: { 'riskified.com/route-injections': '[]' },
        },
        spec: {},
      } as never,
    });
    expect((await post(REVIEW, body)).statusCode).toBe(200);
    for (const line of lines) expect(JSON.stringify(line).length).toBeLessThan(MOST.line);
  });

  test('an unknown URL', async () => {
    const { app, lines } = await testApp();
    const { body, statusCode } = await app.inject({ method: 'GET', url: `/${'x'.repeat(10_000)}` });
    expect([statusCode, body.length < 500, lines]).toEqual([404, true, []]);
  });
});

test('/metrics returns the metrics of both threads in one text', async () => {
  const other = createMetrics();
  other.routesRendered.inc(3);
  other.hookSeconds.observe({ hook: 'admission-virtualservices', result: 'ok' }, 0.002);
  const { service } = await testApp();
  service.metrics.routesRendered.inc(4);
  const { buildApp } = await import('../../src/http/app.ts');
  const app = buildApp({
    hooks: HOOKS,
    service,
    otherMetrics: () => other.registry.getMetricsAsJSON(),
  });
  const { body } = await app.inject({ method: 'GET', url: '/metrics' });
  expect(body).toContain('\ndynamicenv_routes_rendered_total 7\n');
  expect(body).toContain('_count{hook="admission-virtualservices",result="ok"} 1\n');
  // The text also has metrics whose count is still 0.
  expect(body).toContain('# TYPE dynamicenv_refusals_total counter');
});
