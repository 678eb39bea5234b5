import { afterEach, describe, expect, test } from '@jest/globals';
import type { FastifyInstance } from 'fastify';
import { kindsFlag } from '../../src/config.ts';
import { loadValidator } from '../../src/crds.ts';
import { readFlags } from '../../src/flags.ts';
import { kindsOn, loadHooks } from '../../src/hooks/kind.ts';
import { buildApp } from '../../src/http/app.ts';
import { type DecisionConfig, KINDS } from '../../src/kinds/kinds.ts';
import type { NoteSettings } from '../support/tiny-kind/hooks.ts';
import { NOTE } from '../support/tiny-kind/kind.ts';
import { testApp } from './lib/app.ts';
import { compositeBody, customizeBody, env } from './lib/bodies.ts';

const ALL = [...KINDS, NOTE];
const PARENT = {
  apiVersion: 'example.com/v1',
  kind: 'Note',
  metadata: { name: 'hello', namespace: 'shop', uid: 'u7' },
  spec: { text: 'world' },
};
const CONFIG_MAP = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'hello-text', namespace: 'shop' },
  data: { text: 'hello, world' },
};
const NONE = { 'ConfigMap.v1': {} };
const THERE = { 'ConfigMap.v1': { 'shop/hello-text': CONFIG_MAP } };

let app: FastifyInstance | undefined;

afterEach(() => app?.close());

/** The service with one additional kind, which `--kinds` turns on. */
async function serve(kindNames: string) {
  const { service, config } = await testApp();
  const on = kindsOn(ALL, kindsFlag(ALL).read(kindNames));
  const opened = buildApp({
    hooks: await loadHooks<DecisionConfig & NoteSettings>(on, loadValidator),
    service: {
      ...service,
      config: { ...config, ...readFlags(NOTE.flags, ['--note-prefix=hello, '], {}) },
    },
  });
  app = opened;
  return async (url: string, payload: object) => {
    const { statusCode, body } = await opened.inject({ method: 'POST', url, payload });
    return { statusCode, json: JSON.parse(body) as Record<string, unknown> };
  };
}

function note(more: object): object {
  return {
    controller: {},
    parent: PARENT,
    children: NONE,
    related: NONE,
    finalizing: false,
    ...more,
  };
}

describe('a kind that is not in src/', () => {
  test('is served beside the other kinds, has metrics under its own name, and uses its own settings', async () => {
    const post = await serve('note');
    expect((await post('/note/customize', customizeBody(PARENT))).json).toEqual({
      relatedResources: [
        { apiVersion: 'v1', resource: 'configmaps', namespace: 'shop', names: ['hello-text'] },
      ],
    });
    expect(await post('/note/sync', note({}))).toEqual({
      statusCode: 200,
      json: { status: { state: 'written' }, children: [CONFIG_MAP] },
    });
    expect((await post('/dynamicenv/sync', compositeBody({ parent: env() }))).statusCode).toBe(200);
    const metrics = await app?.inject({ method: 'GET', url: '/metrics' });
    expect(metrics?.body).toContain('_count{hook="note-sync",result="ok"} 1\n');
  });

  test('does not answer a child that Metacontroller has released, and says what to do', async () => {
    const post = await serve('note');
    const { json } = await post('/note/sync', note({ related: THERE }));
    const message = "ConfigMap hello-text is not this Note's: give it the label controller-uid=u7";
    expect(json).toEqual({ status: { state: 'blocked', message }, children: [] });
    const adopted = await post('/note/sync', note({ related: THERE, children: THERE }));
    expect(adopted.json).toEqual({ status: { state: 'written' }, children: [CONFIG_MAP] });
  });

  test('completes the removal when its child is gone', async () => {
    const post = await serve('note');
    const ask = async (children: object) =>
      (await post('/note/finalize', note({ children, finalizing: true }))).json['finalized'];
    expect([await ask(THERE), await ask(NONE)]).toEqual([false, true]);
  });

  test('refuses requests that do not have the schema', async () => {
    const post = await serve('note');
    const { statusCode, json } = await post('/note/sync', { controller: {}, parent: PARENT });
    expect([statusCode, json['field']]).toEqual([400, 'children']);
  });

  test('is not served if it is turned off', async () => {
    const post = await serve('');
    expect((await post('/note/sync', note({}))).statusCode).toBe(404);
    expect((await post('/dynamicenv/sync', compositeBody({ parent: env() }))).statusCode).toBe(200);
  });
});
