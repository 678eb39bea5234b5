import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, jest, test } from '@jest/globals';
import type { DynamicEnv } from '../../../src/api/dynamicenv.ts';
import type { Subscriber } from '../../../src/api/subscriber.ts';
import type { KubeObject } from '../../../src/k8s/object.ts';
import type { Deployment } from '../../../src/k8s/workload.ts';
import { parseYaml } from '../../../src/k8s/yaml.ts';
import { previewed } from '../../cli/lib/in-process.ts';

jest.setTimeout(60_000);

const path = (name: string) => fileURLToPath(new URL(`../../../${name}`, import.meta.url));
const text = (name: string) => readFileSync(path(name), 'utf8');

test('examples/messages: the env is ready, and the consumers of its order-service are live', async () => {
  const answer = await previewed('-f', path('examples/messages/manifests'), '-o', 'json');
  const { items } = JSON.parse(answer.text) as { items: KubeObject[] };
  const [env] = items.filter(({ kind }) => kind === 'DynamicEnv') as DynamicEnv[];
  expect([answer.code, answer.notes, env?.status?.state]).toEqual([0, '', 'ready']);
  const { events } = env?.status?.subsetsStatus?.['shop/order-service'] ?? {};
  expect(events).toMatchObject({ phase: 'Live' });
  expect(events?.message).toBeUndefined();
  const [subscriber] = items.filter(({ kind }) => kind === 'Subscriber') as Subscriber[];
  expect(subscriber?.spec).toMatchObject({ ref: 'mp-101', services: ['order-service'] });
  const clone = items.find(({ metadata }) => metadata.name === 'order-service-mp-101');
  const [container] = (clone as Deployment | undefined)?.spec.template.spec?.containers ?? [];
  expect(container?.env?.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['DYNAMICENV_REF', 'DYNAMICENV_FEED', 'WEB_URL', 'VERSION']),
  );
});

test('the example is installed from the pack of this version of the library', () => {
  const library = JSON.parse(text('clients/typescript/package.json')) as { version: string };
  const { dependencies } = JSON.parse(text('examples/messages/package.json')) as {
    dependencies: Record<string, string>;
  };
  expect(dependencies['@dynamicenv/messages']).toBe(
    `file:dynamicenv-messages-${library.version}.tgz`,
  );
});

test('docs/messages.md: its YAML is what the example has', () => {
  const blocks = [...text('docs/messages.md').matchAll(/```yaml\n([\s\S]*?)```/g)].map(
    ([, block = '']) => parseYaml(block)[0]?.value as KubeObject & { spec: object },
  );
  const manifest = (name: string, kind: string) =>
    parseYaml(text(`examples/messages/manifests/${name}.yaml`))
      .map(({ value }) => value as KubeObject)
      .find((object) => object.kind === kind);
  const base = manifest('order-service', 'Deployment') as Deployment;
  const [optIn] = blocks as unknown as Deployment[];
  expect(base.metadata.labels).toMatchObject(optIn?.metadata.labels ?? { no: 'label' });
  const [documented] = optIn?.spec.template.spec?.containers ?? [];
  const [own] = base.spec.template.spec?.containers ?? [];
  expect(own?.env).toEqual(expect.arrayContaining(documented?.env ?? ['none']));
  const env = manifest('dynamicenv', 'DynamicEnv') as DynamicEnv;
  const subset = (blocks[1] as unknown as DynamicEnv).spec.subsets?.[0];
  expect(env.spec.subsets).toEqual(
    expect.arrayContaining([expect.objectContaining(subset ?? { no: 'subset' })]),
  );
});
