import { fileURLToPath } from 'node:url';
import { expect } from '@jest/globals';
import { MERGE_GROUPS } from '../../../src/api/virtualservicemerge.ts';
import type { ApplyStrategy } from '../../../src/simulator/metacontroller/controller.ts';
import { decisionConfig } from '../../scenarios/lib/scenario.ts';
import type { AuditEvent } from '../control-plane/audit.ts';
import { until } from '../control-plane/poll.ts';
import {
  leastRules,
  mergeRules,
  metacontrollerValues,
  rulesOfComment,
} from '../lib/least-rules.ts';
import { loopTest } from '../lib/loop-test.ts';
import { METACONTROLLER_USER, type PolicyRule } from '../lib/metacontroller.ts';
import { deleteEnv, ENV, ENV_FILE, installShop, untilReady } from '../lib/shop.ts';
import { type System, type SystemOptions, startSystem } from '../lib/system.ts';

const STRATEGIES: ApplyStrategy[] = ['dynamic-apply', 'server-side-apply'];

/** Permissions of the recommended role that this test does not use. */
const IN_RESERVE = [
  // Needed only with the admission plugin OwnerReferencesPermissionEnforcement.
  'riskified.com/dynamicenvs/finalizers update',
  // Needed only to adopt a child without an owner, or to release a child whose labels somebody changed.
  'apps/deployments get',
  'networking.istio.io/destinationrules get',
  'riskified.com/routeinjections get',
  // Needed only for a DynamicEnv with events.
  ...['get', 'create', 'update', 'patch', 'delete'].map(
    (verb) => `riskified.com/subscribers ${verb}`,
  ),
];

/** The same of the additional rules for VirtualEnvironments. */
const IN_RESERVE_FOR_LEVELS = [
  'env.alibaba.com/virtualenvironments/finalizers update',
  'networking.istio.io/virtualservices get',
];

const LEVELS_FOLDER = fileURLToPath(
  new URL('../../../examples/virtual-environment', import.meta.url),
);

const CONFIGURATIONS_FOLDER = fileURLToPath(
  new URL('../../../examples/environments', import.meta.url),
);

const EVENTS = 'jsonpath={range .items[*]}{.reason}={.count} {end}';

/** Runs `work` on a system in which Metacontroller has these rules. Returns the audit events of Metacontroller. */
async function asked(
  options: SystemOptions,
  work: (system: System, log: () => Promise<AuditEvent[]>) => Promise<void>,
): Promise<AuditEvent[]> {
  const system = await startSystem(options);
  const log = async () =>
    (await system.cluster.auditLog()).filter(({ user }) => user.username === METACONTROLLER_USER);
  try {
    await work(system, log);
    // The audit log contains a watch only after the watch has ended.
    await system.killMetacontroller();
    return await log();
  } finally {
    await system.stop();
  }
}

/** Creates an env, waits until it is Ready, changes it and deletes it. Meanwhile a hook fails four times. */
async function life({ cluster, service }: System): Promise<void> {
  const { kubectl } = cluster;
  await installShop(cluster);
  service.failHook('/dynamicenv/sync', { mode: 'error', times: 4 });
  await kubectl(['apply', '-f', ENV_FILE]);
  await untilReady(cluster);
  const path = '/spec/subsets/0/containers/0/image';
  const patch = JSON.stringify([{ op: 'replace', path, value: 'backend:2' }]);
  await kubectl(['patch', 'de', ENV, '--type=json', '-p', patch]);
  await until(60, async () => {
    const clone = await kubectl(['-n', 'shop', 'get', 'deploy', `backend-${ENV}`, '-o', 'yaml']);
    return clone.includes('image: backend:2') ? undefined : 'the clone has the old image';
  });
  await untilReady(cluster);
  await deleteEnv(cluster);
  // For a repeated error, Metacontroller increases the count of the existing event, which needs the permission to patch
  // it.
  await until(60, async () => {
    const events = await kubectl(['get', 'events', '-A', '-o', EVENTS]);
    return /SyncError=[2-9]/.test(events) ? undefined : `no repeated SyncError: ${events}`;
  });
}

/** Creates merges of both groups while the webhook is away, so that Metacontroller sets their label. Changes and deletes them. */
async function lifeOfMerges({ cluster, service }: System): Promise<void> {
  const { kubectl } = cluster;
  await installShop(cluster);
  const apply = (group: string, value: string) =>
    kubectl(['apply', '-f', '-'], {
      input: {
        apiVersion: `${group}/v1alpha1`,
        kind: 'VirtualServiceMerge',
        metadata: { name: 'branch', namespace: 'shop' },
        spec: {
          target: { name: 'backend' },
          patch: {
            http: [
              {
                match: [{ headers: { branch: { exact: value } } }],
                route: [{ destination: { host: 'branch' } }],
              },
            ],
          },
        },
      },
    });
  const routes = () => kubectl(['get', 'vs', 'backend', '-n', 'shop', '-o', 'yaml']);
  const untilMerged = () =>
    Promise.all(
      MERGE_GROUPS.map((group) =>
        kubectl([
          ...['wait', '--for=condition=Merged', `virtualservicemerges.${group}/branch`],
          ...['-n', 'shop', '--timeout=120s'],
        ]),
      ),
    );
  const open = await service.loseWebhook();
  for (const group of MERGE_GROUPS) await apply(group, `one-${group}`);
  await open();
  await untilMerged();
  for (const group of MERGE_GROUPS) await apply(group, `two-${group}`);
  await until(120, async () => {
    const text = await routes();
    return MERGE_GROUPS.every((group) => text.includes(`two-${group}`)) ? undefined : text;
  });
  await untilMerged();
  for (const group of MERGE_GROUPS)
    await kubectl(['delete', `virtualservicemerges.${group}`, 'branch', '-n', 'shop']);
  await until(120, async () => {
    const text = await routes();
    return text.includes('virtual-service-merge-') ? text : undefined;
  });
}

/** Creates the example of VirtualEnvironments, renames its header, and deletes it. */
async function lifeOfLevels({ cluster: { kubectl } }: System): Promise<void> {
  const inNamespace = ['-n', 'store'];
  await kubectl(['create', 'namespace', 'store']);
  await kubectl([...inNamespace, 'apply', '-f', LEVELS_FOLDER]);
  const isReady = ['--for=condition=Ready', 'virtualenvironments', '--all', '--timeout=120s'];
  await kubectl([...inNamespace, 'wait', ...isReady]);
  const name = (await kubectl([...inNamespace, 'get', 'virtualenvironments', '-o', 'name'])).trim();
  const patch = JSON.stringify({ spec: { envHeader: { name: 'x-other' } } });
  await kubectl([...inNamespace, 'patch', name, '--type=merge', '-p', patch]);
  await until(120, async () => {
    const text = await kubectl([...inNamespace, 'get', 'virtualservices', '-o', 'yaml']);
    return text.includes('x-other') ? undefined : text;
  });
  await kubectl([...inNamespace, 'delete', name, '--timeout=120s']);
  const left = await kubectl([
    ...inNamespace,
    'get',
    'virtualservices,destinationrules',
    '-o',
    'name',
  ]);
  expect(left).toBe('');
}

async function lifeOfConfigurations({ cluster: { kubectl } }: System): Promise<void> {
  await kubectl(['create', 'namespace', 'market']);
  await kubectl(['apply', '-f', CONFIGURATIONS_FOLDER]);
  await kubectl(['wait', '--for=condition=Ready', 'de/polina', '--timeout=120s']);
  const patch = JSON.stringify({ spec: { environment: 'uat' } });
  await kubectl(['patch', 'de', 'polina', '--type=merge', '-p', patch]);
  await kubectl([
    'wait',
    '--for=create',
    'deployment/payments-polina',
    '-n',
    'market',
    '--timeout=120s',
  ]);
  await kubectl(['wait', '--for=condition=Ready', 'de/polina', '--timeout=120s']);
  await kubectl(['delete', 'de', 'polina', '--timeout=120s']);
  const isUnused = ['--for=jsonpath={.status.inUse}=false', 'denv/uat', '--timeout=120s'];
  await kubectl(['wait', ...isUnused]);
  const clones = ['deployments,destinationrules', '-n', 'market', '-l', 'dynamic-env'];
  expect(await kubectl(['get', ...clones, '-o', 'name'])).toBe('');
}

/**
 * The permissions that a request needed, as `group/resource verb`. A watch with sendInitialEvents also needs `list`.
 */
function namesOf(event: Asked): string[] {
  const name = nameOf(event);
  const isList = event.requestURI.includes('sendInitialEvents=true');
  return isList ? [name, name.replace(/ watch$/, ' list')] : [name];
}

function nameOf({ verb, objectRef: { apiGroup = '', resource, subresource } }: Asked): string {
  return `${apiGroup}/${[resource, subresource].filter(Boolean).join('/')} ${verb}`;
}

/** The permissions of these rules, in the same form. */
function granted(rules: readonly PolicyRule[]): string[] {
  return rules.flatMap(({ apiGroups: [group], resources, verbs }) =>
    resources.flatMap((resource) => verbs.map((verb) => `${group}/${resource} ${verb}`)),
  );
}

type Asked = AuditEvent & { objectRef: NonNullable<AuditEvent['objectRef']> };
const isAboutObjects = (event: AuditEvent): event is Asked => event.objectRef !== undefined;
const refused = (events: readonly AuditEvent[]) =>
  events.filter(({ responseStatus }) => responseStatus?.code === 403);

loopTest(
  'the recommended role is enough to create, change and delete an env, and has no unnecessary permission',
  async () => {
    const rules = await leastRules();
    const used = new Set<string>();
    for (const strategy of STRATEGIES) {
      const events = await asked({ strategy, rules }, life);
      expect([strategy, ...refused(events).filter(isAboutObjects).map(nameOf)]).toEqual([strategy]);
      for (const name of events.filter(isAboutObjects).flatMap(namesOf)) used.add(name);
    }
    expect(granted(rules).filter((name) => !used.has(name))).toEqual(IN_RESERVE);
  },
  600_000,
);

loopTest(
  'with the additional rules for VirtualServiceMerges it is enough for those of both groups, and has no unnecessary permission for them',
  async () => {
    const config = decisionConfig({ mergeGroups: MERGE_GROUPS });
    const additional = await mergeRules();
    const rules = [...(await leastRules()), ...additional];
    const used = new Set<string>();
    for (const strategy of STRATEGIES) {
      const options = { strategy, rules, config, mergeGroups: MERGE_GROUPS };
      const events = await asked(options, lifeOfMerges);
      expect([strategy, ...refused(events).filter(isAboutObjects).map(nameOf)]).toEqual([strategy]);
      for (const name of events.filter(isAboutObjects).flatMap(namesOf)) used.add(name);
    }
    expect(granted(additional).filter((name) => !used.has(name))).toEqual([]);
  },
  600_000,
);

loopTest(
  'with the additional rules for VirtualEnvironments it is enough for these, and has no unnecessary permission for them',
  async () => {
    const additional = await rulesOfComment('the kind `virtual-environment`');
    const rules = [...(await leastRules()), ...additional];
    const used = new Set<string>();
    for (const strategy of STRATEGIES) {
      const options = { strategy, rules, optionalKinds: ['virtual-environment'] as const };
      const events = await asked(options, lifeOfLevels);
      expect([strategy, ...refused(events).filter(isAboutObjects).map(nameOf)]).toEqual([strategy]);
      for (const name of events.filter(isAboutObjects).flatMap(namesOf)) used.add(name);
    }
    expect(granted(additional).filter((name) => !used.has(name))).toEqual(IN_RESERVE_FOR_LEVELS);
  },
  600_000,
);

loopTest(
  'with the additional rules for Environments it is enough for these, and has no unnecessary permission for them',
  async () => {
    const additional = await rulesOfComment('the kind `environment`');
    const rules = [...(await leastRules()), ...additional];
    const used = new Set<string>();
    for (const strategy of STRATEGIES) {
      const options = { strategy, rules, optionalKinds: ['environment'] as const };
      const events = await asked(options, lifeOfConfigurations);
      expect([strategy, ...refused(events).filter(isAboutObjects).map(nameOf)]).toEqual([strategy]);
      for (const name of events.filter(isAboutObjects).flatMap(namesOf)) used.add(name);
    }
    expect(granted(additional).filter((name) => !used.has(name))).toEqual([]);
  },
  600_000,
);

loopTest(
  'without one verb of the role, the API server refuses that request',
  async () => {
    const rules = (await leastRules()).map(({ verbs, ...rule }) =>
      rule.resources.includes('virtualservices')
        ? { ...rule, verbs: verbs.filter((verb) => verb !== 'update') }
        : { ...rule, verbs },
    );
    const missing = 'networking.istio.io/virtualservices update';
    const events = await asked(
      { strategy: 'server-side-apply', rules },
      async ({ cluster }, log) => {
        await installShop(cluster);
        await cluster.kubectl(['apply', '-f', ENV_FILE]);
        await until(120, async () =>
          refused(await log()).length > 0 ? undefined : 'nothing was refused so far',
        );
      },
    );
    expect(new Set(refused(events).filter(isAboutObjects).map(nameOf))).toEqual(new Set([missing]));
  },
  300_000,
);

loopTest('the recommended flags are the flags that the suites use', async () => {
  const { commandArgs } = await metacontrollerValues();
  for (const flag of ['--client-go-qps=200', '--client-go-burst=400', '--workers=20']) {
    expect(commandArgs).toContain(flag);
  }
  expect(commandArgs).toContain('--apply-strategy=server-side-apply');
});
