import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { DynamicEnv } from '../../../src/api/dynamicenv.ts';
import { parseYaml } from '../../../src/k8s/yaml.ts';
import { installCrds } from '../control-plane/crds.ts';
import { type PodStandIn, startPods } from '../control-plane/pods.ts';
import { problem } from '../control-plane/poll.ts';
import {
  BRANCHES,
  flagsOf,
  MERGED_RELEASES,
  NAMESPACE_FLAG,
  RELEASES,
  renderRelease,
} from '../lib/branches.ts';
import { KUBE_VERSION } from '../lib/chart.ts';
import { type Guarded, startGuarded } from './lib/guarded.ts';
import { becomesReady, PIPELINE_USER, type RunScript, startPipeline } from './lib/pipeline.ts';

let plane: Guarded;
let pods: PodStandIn;

beforeAll(async () => {
  plane = await startGuarded(
    { ann: ['services'], bob: ['elsewhere'] },
    { config: { entryHosts: ['*.dev.example.com'] } },
  );
  await installCrds(plane, 'istio');
  pods = await startPods(plane.api);
});

afterAll(async () => {
  pods?.stop();
  await plane?.stop();
});

test('the API server accepts the manifests', async () => {
  const folder = `${BRANCHES}manifests`;
  const said = await plane.kubectl(['apply', '--dry-run=server', '--filename', folder]);
  expect(said.match(/dynamicenv\S* created/g)).toHaveLength(4);
});

test('the API server accepts the manifests of branches that are routed by merges', async () => {
  const folder = `${BRANCHES}manifests-merge`;
  const said = await plane.kubectl(['apply', '--dry-run=server', '--filename', folder]);
  expect(said.match(/virtualservicemerge\S* created/g)).toHaveLength(3);
});

const objects = (text: string) => parseYaml(text).map(({ value }) => value);

describe.each(['helm', 'helm3'] as const)('with %s', (program) => {
  test.each(
    [...RELEASES, ...MERGED_RELEASES].map(
      (release) => [`${release.folder}/${release.file}.yaml`, release] as const,
    ),
  )('the chart renders %s, and lint finds nothing', async (file, release) => {
    const rendered = await renderRelease(plane[program], release);
    const path = `${BRANCHES}${file}`;
    if (process.env['UPDATE_GOLDEN'] === '1' && program === 'helm') {
      await writeFile(path, rendered);
    }
    expect(objects(rendered)).toEqual(objects(await readFile(path, 'utf8')));
    const linted = await plane[program](['lint', '--strict', ...flagsOf(release)]);
    expect(linted).not.toMatch(/WARN|ERROR/);
  });

  test.each([
    ['a ref with capitals', { ref: 'MP-101' }, /ref/],
    ['a ref of 41 characters', { ref: 'a'.repeat(41) }, /ref/],
    ['no ref', { ref: '' }, /ref: give the ref that `dynamicenv ref BRANCH` prints/],
    ['a ttl in words', { ttl: '8 days' }, /ttl/],
    ['a time that is none', { renewedAt: 'yesterday' }, /renewedAt/],
    ['an unknown value', { imgae: 'x' }, /imgae/],
  ])('the chart refuses %s', async (_, values, message) => {
    const [, , , release] = RELEASES;
    if (release === undefined) throw new Error('no branch');
    const set = { ...release.set, ...values };
    const template = ['template', release.name, ...flagsOf({ ...release, set }), ...KUBE_VERSION];
    expect(await problem(plane[program](template))).toMatch(message);
  });

  test('the chart refuses a name of more than 40 characters, and the ref of the stable pods', async () => {
    const [, , , branch, , own] = RELEASES;
    if (branch === undefined || own === undefined) throw new Error('no branch');
    const long = ['template', 'a'.repeat(41), ...flagsOf(branch), ...KUBE_VERSION];
    expect(await problem(plane[program](long))).toMatch(/dynamicenv ref --whole SERVICE-REF/);
    const set = { ...own.set, ref: 'stable' };
    const stable = ['template', own.name, ...flagsOf({ ...own, set }), ...KUBE_VERSION];
    expect(await problem(plane[program](stable))).toMatch(
      /regular requests would reach the branch/,
    );
  });
});

/** A name that git allows. */
// biome-ignore lint/suspicious/noTemplateCurlyInString: the shell's, not JavaScript's
const NASTY = 'feature/$(touch${IFS}pwned);"\'|&,{a}=b`id`';

describe.each(['helm', 'helm3'] as const)(
  'the pipeline, with %s and the rights of rbac.yaml',
  (program) => {
    let run: RunScript;
    const values = (...files: string[]) => ({
      VALUES: files.map((file) => `${BRANCHES}values/${file}.yaml`).join(' '),
    });
    const envs = async () => {
      const { items } = JSON.parse(await plane.kubectl(['get', 'de', '-o', 'json']));
      return items as DynamicEnv[];
    };
    const names = async () => (await envs()).map(({ metadata }) => metadata.name);
    const deployments = async () => {
      const path = 'jsonpath={range .items[*]}{.metadata.name}:{..image}{" "}{end}';
      const text = await plane.kubectl(['get', 'deployments', ...NAMESPACE_FLAG, '-o', path]);
      return text.replaceAll(/registry[^:]*:/g, '').trim();
    };
    const deploy = async (env: string, variables: Record<string, string>) => {
      const deployed = run('deploy-branch.sh', { IMAGE_TAG: 'one', OWNER: 'maria', ...variables });
      await Promise.all([deployed, becomesReady(plane, env)]);
      return deployed;
    };

    beforeAll(async () => {
      run = await startPipeline(plane, program);
    });

    test('deploys the stable version, of which there is no candidate yet', async () => {
      await run('promote.sh', { IMAGE_TAG: '1.4.0', ...values('payment-service') });
      expect(await deployments()).toBe('payment-service:1.4.0');
    });

    test('deploys a branch, says how to send requests to it, and renews it with the next push', async () => {
      const branch = { BRANCH: 'feature/mp-101-new-form', ...values('payment-service-branch') };
      const said = await deploy('payment-service-mp-101', branch);
      expect(said).toContain('`x-service-route: payment-service:mp-101`');
      expect(said).toContain('https://shop.dev.example.com/?x-source-route=mp-101\n');
      expect(said).toContain('It expires at 2026-01-04T00:00:00Z.');
      const [first] = await envs();
      expect(first?.spec).toMatchObject({ ref: 'mp-101', ttl: '3d', owner: 'maria' });
      const key = 'riskified.com/renewed-at';
      expect(Date.parse(first?.metadata.annotations?.[key] ?? '')).toBeLessThanOrEqual(Date.now());
      await deploy('payment-service-mp-101', { ...branch, IMAGE_TAG: 'two', OWNER: '[bot], 1=2' });
      const [second] = await envs();
      expect(second?.spec.subsets?.[0]?.containers?.[0]?.image).toMatch(/:two$/);
      expect(second?.spec.owner).toBe('bot---1-2');
      expect(second?.metadata.uid).toBe(first?.metadata.uid);
    });

    test('refuses a second branch of the ticket in this service, and does not remove the first one for it', async () => {
      const other = { BRANCH: 'fix/MP-101-typo', ...values('payment-service-branch') };
      const refusal = await problem(run('deploy-branch.sh', { IMAGE_TAG: 'x', ...other }));
      expect(refusal).toContain(
        'is there for "services payment-service mp-101 feature/mp-101-new-form" already, not for "services payment-service mp-101 fix/MP-101-typo"',
      );
      await run('destroy-branch.sh', other);
      expect(await names()).toEqual(['payment-service-mp-101']);
    });

    test('refuses a service and a ref that together have the name of another branch', async () => {
      const other = { SERVICE: 'payment', BRANCH: 'service-mp-101' };
      expect(await problem(run('deploy-branch.sh', { IMAGE_TAG: 'x', ...other }))).toContain(
        'already, not for "services payment service-mp-101 service-mp-101"',
      );
      await run('destroy-branch.sh', other);
      expect(await names()).toEqual(['payment-service-mp-101']);
    });

    test('leaves the stable version alone that has the name of a service and a ref', async () => {
      const other = { SERVICE: 'payment', BRANCH: 'service', ...values('payment-service-branch') };
      const refusal = await problem(run('deploy-branch.sh', { IMAGE_TAG: 'x', ...other }));
      expect(refusal).toMatch(
        /release payment-service in namespace services is of chart service-\S+, not a branch of payment: rename the branch/,
      );
      await run('destroy-branch.sh', other);
      expect(await deployments()).toBe('payment-service:1.4.0');
    });

    test('refuses a branch that is called rc', async () => {
      const refusal = await problem(run('deploy-branch.sh', { IMAGE_TAG: 'x', BRANCH: 'rc' }));
      expect(refusal).toBe('branch rc: the ref rc is for the release candidate: rename the branch');
    });

    test('no character of a branch name has a meaning', async () => {
      const branch = { BRANCH: NASTY, ...values('payment-service-branch') };
      const deployed = run('deploy-branch.sh', { IMAGE_TAG: 'x', ...branch });
      let env = '';
      while (env === '') env = (await names()).find((name) => name.includes('touch')) ?? '';
      await Promise.all([deployed, becomesReady(plane, env)]);
      const found = (await envs()).find(({ metadata }) => metadata.name === env);
      expect(found?.metadata.annotations?.['branch']).toBe(NASTY);
      expect(env.length).toBeLessThanOrEqual(40);
      await run('destroy-branch.sh', branch);
      expect(await names()).toEqual(['payment-service-mp-101']);
      expect([existsSync('pwned'), existsSync(join(BRANCHES, 'pwned'))]).toEqual([false, false]);
    });

    test('deploys the candidate with a Deployment of its own, and promotes it', async () => {
      const candidate = values('payment-service-rc');
      await deploy('payment-service-rc', { REF: 'rc', IMAGE_TAG: '1.5.0', ...candidate });
      expect(await deployments()).toBe('payment-service:1.4.0 payment-service-rc:1.5.0');
      const older = run('promote.sh', { IMAGE_TAG: '1.4.9', ...values('payment-service') });
      expect(await problem(older)).toContain(
        '1.4.9 is not the release candidate of payment-service: that is 1.5.0.',
      );
      expect(await deployments()).toBe('payment-service:1.4.0 payment-service-rc:1.5.0');
      await run('promote.sh', { IMAGE_TAG: '1.5.0', ...values('payment-service') });
      expect(await deployments()).toBe('payment-service:1.5.0');
      expect(await names()).toEqual(['payment-service-mp-101']);
    });

    test('refuses to promote what is no candidate; a second time, of what is stable already, is no error', async () => {
      const other = run('promote.sh', { IMAGE_TAG: '1.4.0', ...values('payment-service') });
      expect(await problem(other)).toContain('that is none, and 1.5.0 is stable.');
      await run('promote.sh', { IMAGE_TAG: '1.5.0', ...values('payment-service') });
      expect(await deployments()).toBe('payment-service:1.5.0');
    });

    test('keeps the candidate if the new stable version does not start', async () => {
      const candidate = values('payment-service-rc');
      await deploy('payment-service-rc', { REF: 'rc', IMAGE_TAG: '1.6.0', ...candidate });
      const repair = pods.failPods('services/payment-service');
      const promoted = run('promote.sh', {
        IMAGE_TAG: '1.6.0',
        TIMEOUT: '3s',
        ...values('payment-service'),
      });
      expect(await problem(promoted)).toContain('timed out');
      expect(await names()).toEqual(['payment-service-mp-101', 'payment-service-rc']);
      repair();
      await run('promote.sh', { IMAGE_TAG: '1.6.0', ...values('payment-service') });
      expect(await deployments()).toBe('payment-service:1.6.0');
    });

    test('removes the branch; a second time, and of a branch that never was, is no error', async () => {
      const branch = { BRANCH: 'feature/mp-101-new-form' };
      await run('destroy-branch.sh', branch);
      await run('destroy-branch.sh', branch);
      await run('destroy-branch.sh', { BRANCH: 'never' });
      expect(await names()).toEqual([]);
    });

    test('cannot route in another namespace', async () => {
      const env = {
        apiVersion: 'riskified.com/v1alpha1',
        kind: 'DynamicEnv',
        metadata: { name: 'foreign' },
        spec: {
          ref: 'x',
          subsets: [{ name: 'a', namespace: 'elsewhere', containers: [{ image: 'x' }] }],
        },
      };
      const create = ['create', '-f', '-', `--as=${PIPELINE_USER}`];
      expect(await problem(plane.kubectl(create, { input: env }))).toContain(
        'may not create Deployments in namespace "elsewhere"',
      );
    });

    afterAll(() =>
      plane.kubectl(['delete', 'deployment,service,secret,vs,dr', '--all', ...NAMESPACE_FLAG]),
    );
  },
);

test('rbac.yaml grants nothing that the pipeline has not used', async () => {
  const events = (await plane.auditLog()).filter(
    ({ user, impersonatedUser, objectRef }) =>
      user.username === PIPELINE_USER && impersonatedUser === undefined && objectRef !== undefined,
  );
  const used = new Set(
    events.map(
      ({ verb, objectRef }) => `${verb} ${objectRef?.apiGroup ?? ''}/${objectRef?.resource}`,
    ),
  );
  const refused = events.filter(({ responseStatus }) => responseStatus?.code === 403);
  expect(refused.map(({ verb, requestURI }) => `${verb} ${requestURI}`)).toEqual([]);
  const roles = objects(await readFile(`${BRANCHES}rbac.yaml`, 'utf8')) as {
    rules?: { apiGroups: string[]; resources: string[]; verbs: string[] }[];
  }[];
  const granted = roles.flatMap(({ rules = [] }) =>
    rules.flatMap(({ apiGroups: [group], resources, verbs }) =>
      resources.flatMap((resource) => verbs.map((verb) => `${verb} ${group}/${resource}`)),
    ),
  );
  // kubectl before 1.35 lists before it watches.
  const isUnused = (right: string) => !used.has(right) && !used.has(right.replace('list', 'watch'));
  expect(granted.filter(isUnused)).toEqual([]);
});
