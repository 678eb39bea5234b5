import { beforeAll, expect, test } from '@jest/globals';
import type { VirtualEnvironment } from '../../../src/api/virtualenvironment.ts';
import { loadValidator } from '../../../src/crds.ts';
import type { Cluster } from '../control-plane/control-plane.ts';
import { problem } from '../control-plane/poll.ts';
import { suiteCluster } from './lib/suite-cluster.ts';

const NAMESPACE = 'virtual-environments';
const RESOURCE = 'virtualenvironments.env.alibaba.com';

let cluster: Cluster;

beforeAll(async () => {
  cluster = await suiteCluster();
  await cluster.kubectl(['create', 'namespace', NAMESPACE]);
});

const environment = (name: string, spec?: object, version = 'v1alpha2') => ({
  apiVersion: `env.alibaba.com/${version}`,
  kind: 'VirtualEnvironment',
  metadata: { name, namespace: NAMESPACE },
  ...(spec === undefined ? {} : { spec }),
});

const create = (object: object, ...flags: string[]) =>
  cluster.kubectl(['create', ...flags, '-f', '-'], { input: object });

async function read(name: string, version: string): Promise<VirtualEnvironment> {
  const resource = `virtualenvironments.${version}.env.alibaba.com`;
  return JSON.parse(
    await cluster.kubectl(['get', `${resource}/${name}`, '-n', NAMESPACE, '-o', 'json']),
  );
}

const ALIASES = [{ name: 'cookie', pattern: '.*;VirtualEnv=(@);.*', placeholder: '(@)' }];

test.each([
  ['v1alpha2', 'v1alpha1'],
  ['v1alpha1', 'v1alpha2'],
])('an object that is written in %s has all fields and the defaults in %s', async (one, other) => {
  const name = `in-${one}`;
  const spec = {
    envHeader: { aliases: [{ name: 'cookie', pattern: '.*;VirtualEnv=(@);.*' }] },
    envLabel: { defaultSubset: 'dev' },
  };
  await create(environment(name, spec, one));
  expect((await read(name, other)).spec).toEqual({
    envHeader: { name: 'X-Virtual-Env', autoInject: false, aliases: ALIASES },
    envLabel: { name: 'virtual-env', splitter: '.', defaultSubset: 'dev' },
  });
});

test('without a spec there is one of defaults, and kubectl get prints the columns', async () => {
  await create(environment('plain'));
  const condition = {
    type: 'Ready',
    status: 'True',
    reason: 'Routed',
    message: 'all is well',
    lastTransitionTime: '2026-01-01T12:00:00Z',
  };
  const version = { value: 'dev', subset: 'dev', ready: true, routed: true };
  const status = {
    observedGeneration: 1,
    conditions: [condition],
    services: [{ name: 'app-js', versions: [version], message: 'x' }],
    moreServices: 3,
  };
  await cluster.kubectl([
    ...['patch', RESOURCE, 'plain', '-n', NAMESPACE, '--subresource=status', '--type=merge'],
    ...['-p', JSON.stringify({ status })],
  ]);
  expect((await read('plain', 'v1alpha1')).status).toEqual(status);
  for (const resource of [RESOURCE, 'virtualenvironments.v1alpha1.env.alibaba.com']) {
    const shown = await cluster.kubectl(['get', resource, 'plain', '-n', NAMESPACE]);
    expect(shown).toMatch(
      /^NAME +HEADER +LABEL +DEFAULT +READY +AGE\nplain +X-Virtual-Env +virtual-env +True +\d/,
    );
  }
});

const header = (name: string) => ({ envHeader: { name } });
const label = (envLabel: object) => ({ envLabel });
const alias = (...aliases: object[]) => ({ envHeader: { aliases } });

test.each<[object]>([
  ...['', 'x env', 'x-env\n', 'Host', ':authority', 'X'.repeat(257), "!#$%&'*+-.^_`|~"].map(
    (name): [object] => [header(name)],
  ),
  ...['', '..', 'é', '\t', ' ', '/', '𝒳'].map((splitter): [object] => [label({ splitter })]),
  ...['', 'a b', 'a/b/c', 'example.com/a', `${'a'.repeat(254)}/b`, 'A/b'].map((name): [object] => [
    label({ name }),
  ]),
  ...['', 'dev.', 'Dev_1', 'x'.repeat(64)].map((defaultSubset): [object] => [
    label({ defaultSubset }),
  ]),
  [alias({ name: 'a', pattern: 'x' })],
  [alias({ name: 'a', pattern: '(@)', placeholder: '' })],
  [alias({ name: 'a', pattern: '', placeholder: '' })],
  [alias({ name: 'a', pattern: '(@)(' })],
  [alias({ name: 'a', pattern: '(@)|.*' })],
  [alias({ name: 'a', pattern: '(?=a)(@)' })],
  [alias({ name: 'a', pattern: 'é(@)' })],
  [alias({ name: 'a', pattern: '【版本】|x【版本】', placeholder: '【版本】' })],
  [alias({ name: 'a', pattern: 'x(@)' }, { name: 'A', pattern: 'x(@)' })],
  [alias({ name: 'a', pattern: 'x(@)' }, { name: 'A', pattern: 'y(@)' })],
  [alias({ name: 'x-virtual-env', pattern: '' })],
  [alias({ name: 'x-virtual-env', pattern: 'x(@)' })],
  [{ envHeader: null, envLabel: null }],
])('the API server says the same as this program about %j', async (spec) => {
  const validator = await loadValidator(RESOURCE);
  for (const version of ['v1alpha2', 'v1alpha1']) {
    const object = environment('tried', spec, version);
    const { errors } = validator.validate(environment('tried', spec));
    const said = await problem(create(object, '--dry-run=server'));
    expect([said, said === undefined]).toEqual([said, errors.length === 0]);
    for (const { message } of errors) {
      // The program adds what is wrong with a regex, and has its own words for what the schema says.
      const [words = ''] = message.split(' (error parsing');
      if (!words.startsWith('must have at most')) expect(said).toContain(words);
    }
  }
});

test('16 aliases with the longest names, patterns and placeholders are checked within the cost limit', async () => {
  const aliases = Array.from({ length: 16 }, (_, i) => ({
    name: `${'x'.repeat(250)}-${i}`,
    pattern: `${'@'.repeat(64)}${'(a|b)'.repeat(89)}`,
    placeholder: '@'.repeat(64),
  }));
  await create(environment('great', alias(...aliases)), '--dry-run=server');
  const short = aliases.map((one) => ({ ...one, pattern: '@'.repeat(512), placeholder: '@' }));
  await create(environment('great', alias(...short)), '--dry-run=server');
});

test('kubectl explain is the manual', async () => {
  const explain = async (field: string) =>
    (await cluster.kubectl(['explain', `virtualenvironment${field}`])).replaceAll(/\s+/g, ' ');
  expect(await explain('')).toContain('each Service that needs it, a VirtualService');
  expect(await explain('.spec.envLabel.splitter')).toContain('from dev.proj1.me to dev.proj1');
  expect(await explain('.spec.envHeader.aliases.pattern')).toContain(
    'the whole value of the header',
  );
});
