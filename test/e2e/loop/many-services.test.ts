import { expect } from '@jest/globals';
import type { ApplyStrategy } from '../../../src/simulator/metacontroller/controller.ts';
import { until } from '../control-plane/poll.ts';
import { loopTest } from '../lib/loop-test.ts';
import { startSystem } from '../lib/system.ts';

const STRATEGIES: ApplyStrategy[] = ['dynamic-apply', 'server-side-apply'];
const SERVICES = 200;
const NAMESPACE = 'many';
const VERSIONS = ['dev', 'dev.proj1'];
const IN_NAMESPACE = ['-n', NAMESPACE];

const ENVIRONMENT = {
  apiVersion: 'env.alibaba.com/v1alpha2',
  kind: 'VirtualEnvironment',
  metadata: { name: 'many' },
  spec: { envLabel: { defaultSubset: 'dev' } },
};

function objectsOf(at: number): object[] {
  const name = `service-${at}`;
  const service = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name },
    spec: { selector: { app: name }, ports: [{ name: 'http', port: 80 }] },
  };
  const workloads = VERSIONS.map((version) => {
    const labels = { app: name, 'virtual-env': version };
    return {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: `${name}-${version.replace('.', '-')}` },
      spec: {
        selector: { matchLabels: labels },
        template: {
          metadata: { labels },
          spec: { containers: [{ name: 'main', image: 'server' }] },
        },
      },
    };
  });
  return [service, ...workloads];
}

loopTest.each(STRATEGIES)(
  '200 Services of a namespace get their versions, and lose them, with %s',
  async (strategy) => {
    const { cluster, stop } = await startSystem({
      strategy,
      optionalKinds: ['virtual-environment'],
    });
    const { kubectl } = cluster;
    const count = async (kinds: string) =>
      (await kubectl([...IN_NAMESPACE, 'get', kinds, '-o', 'name'])).split('\n').filter(Boolean)
        .length;
    const writes = async () =>
      (await cluster.auditLog()).filter(
        ({ verb, objectRef }) =>
          ['create', 'update', 'patch', 'delete'].includes(verb) &&
          ['virtualservices', 'destinationrules'].includes(objectRef?.resource ?? ''),
      ).length;
    try {
      await kubectl(['create', 'namespace', NAMESPACE]);
      const items = Array.from({ length: SERVICES }, (_, at) => objectsOf(at)).flat();
      const input = { apiVersion: 'v1', kind: 'List', items };
      await kubectl([...IN_NAMESPACE, 'apply', '-f', '-'], { input });
      await kubectl([...IN_NAMESPACE, 'apply', '-f', '-'], { input: ENVIRONMENT });
      await until(300, async () => {
        const routed = await count('virtualservices');
        return routed === SERVICES ? undefined : `${routed} Services have routes`;
      });
      const isReady = ['--for=condition=Ready', 'virtualenvironment/many', '--timeout=300s'];
      await kubectl([...IN_NAMESPACE, 'wait', ...isReady]);
      const rests = [
        '--for=condition=Reconciling=false',
        'virtualenvironment/many',
        '--timeout=60s',
      ];
      await kubectl([...IN_NAMESPACE, 'wait', ...rests]);
      expect(await count('destinationrules')).toBe(SERVICES);
      const settled = await writes();
      // More pods change the status of a Deployment, and no decision.
      await kubectl([...IN_NAMESPACE, 'scale', 'deployment', '--all', '--replicas=2']);
      await until(300, async () => {
        const pods = await kubectl([...IN_NAMESPACE, 'get', 'deployments', '-o', READY]);
        const ready = pods.split(' ').filter((one) => one === '2').length;
        return ready === items.length - SERVICES ? undefined : `${ready} Deployments are ready`;
      });
      expect(await writes()).toBe(settled);
      await kubectl([...IN_NAMESPACE, 'delete', 'virtualenvironment', 'many', '--timeout=300s']);
      expect(await count('virtualservices,destinationrules')).toBe(0);
    } finally {
      await stop();
    }
  },
  900_000,
);

const READY = 'jsonpath={.items[*].status.readyReplicas}';
