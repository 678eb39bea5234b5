import { fileURLToPath } from 'node:url';
import { describe, expect, jest, test } from '@jest/globals';
import type { DynamicEnv, WorkloadStatus } from '../../src/api/dynamicenv.ts';
import type { KubeObject } from '../../src/k8s/object.ts';
import { previewed } from './lib/in-process.ts';

jest.setTimeout(30_000);

async function statusOf(name: string): Promise<{ code: number; env: DynamicEnv }> {
  const file = fileURLToPath(new URL(`./fixtures/documented/${name}.yaml`, import.meta.url));
  const { code, text } = await previewed('-f', file, '-o', 'json');
  const { items } = JSON.parse(text) as { items: KubeObject[] };
  return { code, env: items.find(({ kind }) => kind === 'DynamicEnv') as DynamicEnv };
}

const words = (workload: WorkloadStatus | undefined) => ({
  deployment: workload?.deployment.status,
  destinationRules: workload?.destinationRules?.map(({ status }) => status),
  virtualServices: workload?.virtualServices?.map(({ status }) => status),
  errors: workload?.subsetErrors?.subset?.map(({ error }) => error),
});

/** The cases in the documentation of the operator from which this API comes; see docs/differences.md. */
describe("the status for the manifests of the operator's documentation", () => {
  test('a header or a source label, one service: everything runs', async () => {
    const { code, env } = await statusOf('one-service');
    expect([code, env.status?.state, env.status?.totalCount, env.status?.totalReady]).toEqual([
      0,
      'ready',
      1,
      1,
    ]);
    expect(words(env.status?.subsetsStatus?.['status-updates/details'])).toEqual({
      deployment: 'running',
      destinationRules: ['running'],
      virtualServices: ['running'],
      errors: undefined,
    });
  });

  test('a second service without DestinationRule and VirtualService is ignored', async () => {
    const { code, env } = await statusOf('second-service-without-rule');
    expect([code, env.status?.state, env.status?.totalReady]).toEqual([0, 'ready', 1]);
    expect(words(env.status?.subsetsStatus?.['multiple-services/details'])).toEqual({
      deployment: 'running',
      destinationRules: ['running', 'ignored-missing-destination-rule'],
      virtualServices: ['running', 'ignored-missing-virtual-service'],
      errors: undefined,
    });
  });

  test('two services, one without a rule and one without routes: degraded, with the documented status words', async () => {
    const { code, env } = await statusOf('no-common-host');
    expect([code, env.status?.state, env.status?.totalReady]).toEqual([1, 'degraded', 0]);
    expect(words(env.status?.subsetsStatus?.['no-common-host/details'])).toEqual({
      deployment: 'running',
      destinationRules: ['ignored-missing-destination-rule', 'running'],
      virtualServices: ['ignored-missing-destination-rule', 'ignored-missing-virtual-service'],
      errors: [
        "Couldn't find common active service hostname across DestinationRules and VirtualServices",
      ],
    });
  });
});
