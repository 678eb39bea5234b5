import { describe, expect, test } from '@jest/globals';
import { testApp } from './lib/app.ts';
import {
  admissionBody,
  BODIES,
  compositeBody,
  customizeBody,
  decoratorBody,
  env,
} from './lib/bodies.ts';

const HOOKS = Object.entries(BODIES);

describe('every hook answers a valid request', () => {
  test.each(HOOKS)('%s', async (url, body) => {
    const { post, lines } = await testApp();
    const { statusCode, json } = await post(url, body());
    expect([statusCode, json['error']]).toEqual([200, undefined]);
    expect(lines.filter(({ level }) => level > 30)).toEqual([]);
  });

  test.each(
    ['"__proto__":{}', '"constructor":{"prototype":{}}'].flatMap((extra) =>
      HOOKS.map(([url, body]) => [extra, url, body] as const),
    ),
  )('the special key {%s,…} does not change the answer of %s', async (extra, url, body) => {
    const { app, post } = await testApp();
    const payload = JSON.stringify(body()).replace('{', `{${extra},`);
    const headers = { 'content-type': 'application/json' };
    const { statusCode, body: text } = await app.inject({ method: 'POST', url, payload, headers });
    expect([statusCode, JSON.parse(text)]).toEqual([200, (await post(url, body())).json]);
  });
});

describe('GET', () => {
  test.each(['/healthz', '/readyz'])('%s', async (url) => {
    const { app } = await testApp();
    const { statusCode, body } = await app.inject({ method: 'GET', url });
    expect([statusCode, body]).toEqual([200, '{"status":"ok"}']);
  });

  test.each(['/', '/metricz', '/dynamicenv/sync'])('%s does not exist', async (url) => {
    const { app } = await testApp();
    expect((await app.inject({ method: 'GET', url })).statusCode).toBe(404);
  });

  test('POST to an unknown URL: the error names the URL', async () => {
    const { post } = await testApp();
    const { statusCode, json } = await post('/dynamicenv/synk', {});
    expect([statusCode, json['message']]).toEqual([404, 'Route POST:/dynamicenv/synk not found']);
  });
});

describe.each(HOOKS)('what is not a valid request to %s', (url) => {
  const door = testApp();

  test.each(['{"controller":', '', 'hello'])('%j: 400', async (payload) => {
    const { app } = await door;
    const headers = { 'content-type': 'application/json' };
    const { statusCode, json } = await app.inject({ method: 'POST', url, payload, headers });
    expect(statusCode).toBe(400);
    expect(json()['error']).toEqual(expect.stringMatching(/JSON|Unexpected|[Bb]ody|prototype/));
    expect(json()['field']).toBe('body');
  });

  test.each(['null', '[]', '"text"', '3'])('%s: 400', async (payload) => {
    const { app } = await door;
    const headers = { 'content-type': 'application/json' };
    const { statusCode, json } = await app.inject({ method: 'POST', url, payload, headers });
    expect([statusCode, json()['field']]).toEqual([400, 'body']);
  });

  test('another content type: 415', async () => {
    const { app } = await door;
    for (const type of ['application/yaml', 'text/plain']) {
      const headers = { 'content-type': type };
      const response = await app.inject({ method: 'POST', url, payload: '{}', headers });
      expect([response.statusCode, response.json()]).toEqual([
        415,
        { error: 'Unsupported Media Type', field: 'Content-Type' },
      ]);
    }
  });

  test('larger than the limit: 413, from the content-length alone', async () => {
    const { app } = await door;
    const headers = {
      'content-type': 'application/json',
      'content-length': String(16 * 1024 * 1024 + 1),
    };
    const response = await app.inject({ method: 'POST', url, payload: '{}', headers });
    expect([response.statusCode, response.json()['error']]).toEqual([
      413,
      'Request body is too large: at most 16 MiB are read',
    ]);
  });
});

function without(body: object, field: string): object {
  return Object.fromEntries(Object.entries(body).filter(([key]) => key !== field));
}

const NAMELESS = { apiVersion: 'v1', kind: 'Service', metadata: {} };
const LABELLED = { ...NAMELESS, metadata: { name: 'a', labels: { a: 1 } } };

const owned = (metadata: object) => ({ ...env(), metadata: { ...env().metadata, ...metadata } });

describe('a body of the wrong shape is refused, with the name of the field', () => {
  test.each<[string, object, string]>([
    ['/dynamicenv/customize', without(customizeBody(), 'parent'), 'parent'],
    ['/dynamicenv/customize', customizeBody({ kind: 'DynamicEnv' }), 'parent.apiVersion'],
    ['/dynamicenv/sync', without(compositeBody(), 'controller'), 'controller'],
    ['/dynamicenv/sync', without(compositeBody(), 'children'), 'children'],
    ['/dynamicenv/sync', without(compositeBody(), 'related'), 'related'],
    ['/dynamicenv/sync', without(compositeBody(), 'finalizing'), 'finalizing'],
    ['/dynamicenv/sync', compositeBody({ finalizing: 'no' }), 'finalizing'],
    ['/dynamicenv/sync', compositeBody({ children: [] }), 'children'],
    ['/dynamicenv/sync', compositeBody({ parent: null }), 'parent'],
    [
      '/dynamicenv/sync',
      compositeBody({ parent: { ...env(), metadata: { name: '' } } }),
      'parent.metadata.name',
    ],
    [
      '/dynamicenv/sync',
      compositeBody({ children: { 'Deployment.apps/v1': { 'shop/a': NAMELESS } } }),
      'children["Deployment.apps/v1"]["shop/a"].metadata.name',
    ],
    [
      '/dynamicenv/finalize',
      compositeBody({ related: { 'Service.v1': { 'shop/a': LABELLED } } }),
      'related["Service.v1"]["shop/a"].metadata.labels.a',
    ],
    [
      '/dynamicenv/sync',
      compositeBody({ parent: owned({ ownerReferences: 'x' }) }),
      'parent.metadata.ownerReferences',
    ],
    [
      '/dynamicenv/sync',
      compositeBody({ parent: owned({ managedFields: [null] }) }),
      'parent.metadata.managedFields.0',
    ],
    ['/route-injection/customize', {}, 'controller'],
    ['/route-injection/sync', without(decoratorBody(), 'object'), 'object'],
    ['/route-injection/sync', without(decoratorBody(), 'attachments'), 'attachments'],
    ['/route-injection/sync', compositeBody(), 'object'],
    ['/admission/virtualservices', compositeBody(), 'apiVersion'],
    ['/admission/virtualservices', { ...admissionBody(), apiVersion: 'v2' }, 'apiVersion'],
    ['/admission/virtualservices', without(admissionBody(), 'request'), 'request'],
    ['/admission/virtualservices', admissionBody({ uid: '' }), 'request.uid'],
    [
      '/admission/virtualservices',
      admissionBody({ operation: 'PATCH' as never }),
      'request.operation',
    ],
    [
      '/admission/virtualservices',
      admissionBody({ userInfo: {} as never }),
      'request.userInfo.username',
    ],
  ])('%s #%#: %j', async (url, body, field) => {
    const { post, metric, lines } = await testApp();
    const { statusCode, json } = await post(url, body);
    expect([statusCode, json['field']]).toEqual([400, field]);
    expect(lines).toMatchObject([{ level: 40, url, msg: json['error'] }]);
    expect(json['error']).toMatch(new RegExp(`^${field.replace(/[.[\]]/g, '\\$&')} `));
    expect(json['error']).toContain("expected Metacontroller's hook version v2");
    expect(Object.keys(json).sort()).toEqual(['error', 'field']);
    expect(await metric('dynamicenv_routes_rendered_total')).toBe(0);
  });
});

describe('an exception in our code', () => {
  // An invalid service clock causes the exception, because no caller can change the clock.
  test.each([
    ['/dynamicenv/sync', compositeBody()],
    ['/dynamicenv/finalize', compositeBody({ finalizing: true })],
  ])('%s: 500 with the message, and no children', async (url, body) => {
    const { post, lines, setNow } = await testApp();
    setNow(new Date(Number.NaN));
    const { statusCode, json } = await post(url, body);
    expect([statusCode, Object.keys(json)]).toEqual([500, ['error']]);
    expect(json['error']).toEqual(expect.stringMatching(/^.+$/));
    const [line] = lines;
    expect(lines).toHaveLength(1);
    expect(line).toMatchObject({ level: 50, msg: json['error'] });
    expect(JSON.stringify(line)).toContain('stack');
  });
});
