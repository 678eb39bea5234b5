import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { IstioMatch, Workload } from '../../../src/api/dynamicenv.ts';
import { type SemanticSettings, semanticRefusals } from '../../../src/api/semantic.ts';
import { problem, until } from '../control-plane/poll.ts';
import type { PermissionValues, PolicyValues } from '../lib/policies.ts';
import { envOf, type Guarded, MATCH, send, startGuarded, workload } from './lib/guarded.ts';

const DENIED =
  "ValidatingAdmissionPolicy 'dynamicenv-spec' with binding 'dynamicenv-spec' denied request: ";

let guarded: Guarded;

beforeAll(async () => {
  guarded = await startGuarded({ ann: ['team-a'] });
});

afterAll(() => guarded?.stop());

type Spec = Parameters<typeof envOf>[1];

/** The refusal when Ann creates an env, without the prefix of every refusal; undefined if the env is accepted. */
async function told(spec: Spec, name = 'x'): Promise<string | undefined> {
  const created = send(guarded.as('ann'), 'create', envOf(name, spec), '--dry-run=server');
  return (await problem(created))?.replace(/^.* denied request: /s, '');
}

/** Applies the values, and waits until the answer about `spec` is `expected` (undefined: accepted). */
async function configured(
  { config, ...policies }: PolicyValues & Pick<PermissionValues, 'config'>,
  spec: Spec,
  expected?: string,
): Promise<void> {
  await guarded.configure({ policies, ...(config && { config }) });
  await until(30, async () => {
    const said = await told(spec);
    return said === expected ? undefined : (said ?? 'the env is accepted');
  });
}

const SETTINGS: SemanticSettings = {
  versionLabel: 'version',
  defaultVersion: 'shared',
  allowedHeaderNames: [],
  subsetName: 'x',
};

/** The messages of the sync hook about the same spec. It validates too, because a cluster may have no policies. */
function hookSays(spec: Spec, settings: Partial<SemanticSettings> = {}): string {
  return semanticRefusals(envOf('x', spec), { ...SETTINGS, ...settings })
    .map(({ path, message }) => `${path}: ${message}`)
    .join('; ');
}

const backend = workload('team-a');
const two = { ...backend, name: 'two' };
const withMatches = (...istioMatches: IstioMatch[]): Spec => ({ istioMatches, subsets: [backend] });

test('a Deployment that is both subset and consumer is refused, with the message of the hook', async () => {
  const spec = { subsets: [two, backend], consumers: [{ ...backend, name: 'three' }, backend] };
  const words =
    'spec.consumers[1]: Deployment team-a/backend is listed at spec.subsets[1], too: it can have one clone only, take one out';
  expect(await told(spec)).toBe(words);
  expect(hookSays(spec)).toBe(words);
  const apart = { subsets: [backend], consumers: [two] };
  expect(await told(apart)).toBeUndefined();
});

describe('a match that selects requests of all users is refused', () => {
  const schema = 'The DynamicEnv "x" is invalid: ';

  test.each([':path', ':authority', 'Host', 'method'])('by the header %s', async (name) => {
    const said = await told(withMatches(MATCH, { headers: { [name]: { prefix: '/' } } }));
    expect(said).toContain(`${schema}spec.istioMatches[1].headers: `);
    expect(said).toContain(
      "part of everybody's requests: match a header that only your requests carry",
    );
  });

  test.each(['.*', 'a?', '', '(a|)', '^', '$'])('by the regex %j', async (regex) => {
    const said = await told(withMatches({ headers: { user: { regex } } }));
    expect(said).toContain(`${schema}spec.istioMatches[0].headers[user].regex: Invalid value`);
    expect(said).toContain(
      'it would take requests of others; narrow it to what only your requests carry',
    );
  });
});

const replicas = (count: number): Workload => ({ ...backend, replicas: count });
const image = (name: string): Workload => ({ ...backend, containers: [{ image: name }] });

describe('limits that the administrator can set', () => {
  const SHOP = 'registry.example.com/shop/';
  const elsewhere = (path: string, name: string) =>
    `${path}: image ${name} begins with none of what the administrator allows: ${SHOP}, docker.io/a@: push it to such a place, and name it there`;

  test('by default only the number of pods is limited', async () => {
    const spec = { subsets: [replicas(20), two], consumers: [{ ...image('evil'), name: 'c' }] };
    await configured({}, spec);
    const words =
      'spec.subsets[0].replicas: 21 pods are asked for, but the administrator allows 20: lower it, or ask the administrator';
    expect(await told({ subsets: [replicas(21)] })).toBe(words);
    expect(hookSays({ subsets: [replicas(21)] }, { maxReplicas: 20 })).toBe(words);
    await configured({ limits: { replicas: 0 } }, { subsets: [replicas(1000)] });
    expect(hookSays({ subsets: [replicas(1000)] }, { maxReplicas: 0 })).toBe('');
  });

  test('a largest ttl and an owner, with the messages of the hook', async () => {
    const long =
      'spec.ttl: 169h is asked for, but the administrator allows 7d: shorten it, or ask the administrator; the annotation riskified.com/renewed-at starts it anew';
    const none =
      'spec.ttl: the administrator requires a life time of at most 7d: add one, or ask the administrator';
    const nobody =
      'spec.owner: the administrator requires an owner: write whom to ask about this environment, for example a team or an address';
    const by = (more: Spec): Spec => ({ subsets: [backend], ...more });
    expect(await told(by({ ttl: '99999d' }))).toBeUndefined();
    await configured({ config: { maxTtl: '7d' } }, by({}), none);
    expect(hookSays(by({}), { maxTtl: '7d' })).toBe(none);
    expect(await told(by({ ttl: '169h' }))).toBe(long);
    expect(hookSays(by({ ttl: '169h' }), { maxTtl: '7d' })).toBe(long);
    for (const ttl of ['7d', '168h', '08m', '6d23h59m60s', '604800s', '00007d']) {
      // More than five digits are no ttl.
      const expected = ttl === '604800s' ? expect.stringContaining('at most 5 digits') : undefined;
      expect([ttl, await told(by({ ttl }))]).toEqual([ttl, expected]);
    }
    expect(await told(by({ ttl: '6d23h59m61s' }))).toContain('6d23h59m61s is asked for');
    await configured({ config: { requireOwner: true } }, by({}), nobody);
    expect(hookSays(by({}), { requireOwner: true })).toBe(nobody);
    expect(await told(by({ owner: 'João (QA)' }))).toBeUndefined();
  });

  test('headers of all requests are refused unless allowedCommonHeaders allows them, with the message of the hook', async () => {
    const words = (name: string) =>
      `spec.istioMatches[1].headers[${name}]: everybody's requests carry it: match a header that only yours carry, or ask the administrator to allow it (allowed-common-headers)`;
    const by = (name: string) => withMatches(MATCH, { headers: { [name]: { prefix: 'a' } } });
    // Before, an owner was required: only what is accepted now shows that this has ended.
    await configured({}, by('cookie'));
    for (const name of [
      'User-Agent',
      'accept',
      'X-Request-Id',
      'x-forwarded-for',
      'traceparent',
      'Sec-CH-UA',
    ]) {
      expect([name, await told(by(name))]).toEqual([name, words(name)]);
      expect(hookSays(by(name))).toBe(words(name));
    }
    for (const name of [
      'cookie',
      'baggage',
      'x-user-agent',
      'accepts',
      `accept-${'a'.repeat(60)}`,
    ]) {
      expect([name, await told(by(name)), hookSays(by(name))]).toEqual([name, undefined, '']);
    }
    await configured({ config: { allowedCommonHeaders: ['user-Agent'] } }, by('User-Agent'));
    expect(hookSays(by('User-Agent'), { allowedCommonHeaders: ['user-agent'] })).toBe('');
    expect(await told(by('accept'))).toBe(words('accept'));
    await configured({ config: { allowedHeaderNames: ['ACCEPT', 'user'] } }, by('accept'));
    expect(hookSays(by('accept'), { allowedHeaderNames: ['accept', 'user'] })).toBe('');
  });

  test('hosts of entries that are not listed, with the message of the hook', async () => {
    const at = (host: string): Spec => ({ ...withMatches(MATCH), entries: [{ host }] });
    const none =
      'spec.entries[0].host: links lead people to envs only at hosts that the administrator lists (entry-hosts), and none is listed: ask for shop.example.com, or take the entry out';
    await configured({ config: { entryHosts: [] } }, at('shop.example.com'), none);
    expect(hookSays(at('shop.example.com'))).toBe(none);
    const entryHosts = ['shop.example.com', 'http://*.dev.example.com'];
    const words =
      'spec.entries[0].host: the administrator allows entries at these hosts only: shop.example.com, *.dev.example.com';
    await configured({ config: { entryHosts } }, at('dev.example.com'), words);
    for (const host of ['dev.example.com', 'xdev.example.com', 'a.shop.example.com']) {
      expect([host, await told(at(host)), hookSays(at(host), { entryHosts })]).toEqual([
        host,
        words,
        words,
      ]);
    }
    for (const host of ['shop.example.com', 'shop.dev.example.com', 'a.b.dev.example.com']) {
      expect([host, await told(at(host)), hookSays(at(host), { entryHosts })]).toEqual([
        host,
        undefined,
        '',
      ]);
    }
  });

  test('allowed header names, with the message of the hook', async () => {
    const allowedHeaderNames = ['User', 'x-env'];
    const words =
      'spec.istioMatches[1].headers[other]: the administrator allows these headers only: user, x-env';
    const spec = withMatches(MATCH, {
      headers: { 'X-Env': { exact: 'a' }, other: { exact: 'a' } },
    });
    await configured({ config: { allowedHeaderNames } }, spec, words);
    expect(hookSays(spec, { allowedHeaderNames: ['user', 'x-env'] })).toBe(words);
    const allowed = withMatches({ headers: { USER: { exact: 'a' }, 'x-env': { exact: 'a' } } });
    expect(await told(allowed)).toBeUndefined();
    expect(await told(withMatches({ sourceLabels: { app: 'a' } }))).toBeUndefined();
    const others = withMatches(
      { cookie: { name: 'other', exact: 'a' } },
      { baggage: { key: 'other', exact: 'a' } },
      { queryParams: { other: { exact: 'a' } } },
    );
    expect(await told(others)).toBeUndefined();
    const refOnly: Spec = { ref: 'mp-101', subsets: [backend], istioMatches: undefined as never };
    expect(await told(refOnly)).toBeUndefined();
    const tooMany = { ...refOnly, consumers: [backend] };
    expect(await told(tooMany)).toContain('it can have one clone only');
  });

  test('the number of Deployments', async () => {
    const words =
      'spec.subsets, spec.consumers: 3 Deployments are listed, but the administrator allows 2 per DynamicEnv: take some out, or ask the administrator';
    const three = { subsets: [backend, two], consumers: [{ ...two, name: 'c' }] };
    await configured({ limits: { workloads: 2 } }, three, words);
    expect(await told({ subsets: [backend], consumers: [two] })).toBeUndefined();
  });

  test('the number of pods of a Deployment', async () => {
    const words = (path: string) =>
      `${path}.replicas: 4 pods are asked for, but the administrator allows 3: lower it, or ask the administrator`;
    const limits = { replicas: 3 };
    await configured({ limits }, { subsets: [two, replicas(4)] }, words('spec.subsets[1]'));
    const consumer = { subsets: [two], consumers: [replicas(4)] };
    expect(await told(consumer)).toBe(words('spec.consumers[0]'));
    expect(await told({ subsets: [replicas(3)] })).toBeUndefined();
  });

  test('the prefixes of images', async () => {
    const limits = { imagePrefixes: [SHOP, 'docker.io/a@'] };
    const bad = elsewhere('spec.subsets[0]', 'evil');
    await configured({ limits }, { subsets: [image('evil')] }, bad);
    const near = 'registry.example.com/shopping/x';
    expect(await told({ subsets: [image(near)] })).toBe(elsewhere('spec.subsets[0]', near));
    const init: Workload = { ...image(`${SHOP}x`), initContainers: [{ image: 'docker.io/a:1' }] };
    const second = { subsets: [image(`${SHOP}x`)], consumers: [{ ...init, name: 'c' }] };
    expect(await told(second)).toBe(elsewhere('spec.consumers[0]', 'docker.io/a:1'));
    // A prefix that ends in `:` or `@` must be followed by a tag or a digest. If a `/` follows, the prefix is only the
    // name of a registry, and the image is another one.
    const nginx = { limits: { imagePrefixes: ['nginx:', 'nginx@', 'r.example.com:5000/a:'] } };
    const of = (name: string): Spec => ({ subsets: [image(name)] });
    await configured(nginx, of('nginx:1.27'));
    for (const name of ['nginx@sha256:0a', 'nginx:1@sha256:0a', 'r.example.com:5000/a:1']) {
      expect([name, await told(of(name))]).toEqual([name, undefined]);
    }
    for (const name of ['nginx:5000/x', 'nginx', 'nginx-evil:1', 'r.example.com:5000/a:1/b']) {
      expect(await told(of(name))).toContain(`image ${name} begins with none of`);
    }
    await configured({ limits }, of('evil'), bad);
    const containers = [{ containerName: 'a', image: `${SHOP}x` }, { args: ['b'] }];
    expect(await told({ subsets: [{ ...backend, containers }] })).toBeUndefined();
  });

  test('set later: an existing env above the limit can be deleted, and its metadata can be changed', async () => {
    const ann = guarded.as('ann');
    await configured({}, { subsets: [replicas(4)] });
    await send(ann, 'create', envOf('old', { subsets: [replicas(4)] }));
    const words = await limitedToOne();
    await ann(['annotate', 'de', 'old', 'riskified.com/force-removal=true']);
    await expect(send(ann, 'replace', envOf('old', { subsets: [replicas(5)] }))).rejects.toThrow(
      `${DENIED}${words.replace('4 pods', '5 pods')}`,
    );
    await ann(['delete', 'de', 'old']);
  });
});

async function limitedToOne(): Promise<string> {
  const words =
    'spec.subsets[0].replicas: 4 pods are asked for, but the administrator allows 1: lower it, or ask the administrator';
  await configured({ limits: { replicas: 1 } }, { subsets: [replicas(4)] }, words);
  return words;
}

test('the largest env that the API allows is within the CEL cost budget of all policies', async () => {
  const list = (length: number, of: (index: number) => string) =>
    Array.from({ length }, (_, i) => of(i));
  const imagePrefixes = list(32, (i) => `registry.example.com/${i}/`);
  const allowedHeaderNames = list(32, (i) => `x-header-${i}`);
  const limits = { workloads: 64, replicas: 9, imagePrefixes };
  const many = replicas(10);
  const words = `spec.subsets[0]: image x begins with none of what the administrator allows: ${imagePrefixes.join(', ')}: push it to such a place, and name it there`;
  await configured(
    { config: { allowedHeaderNames }, limits },
    { istioMatches: greatMatches(), subsets: [backend] },
    words,
  );
  const containers = list(16, (i) => `c${i}`).map((containerName) => ({
    containerName,
    image: 'registry.example.com/31/x',
  }));
  const workloads = (prefix: string) =>
    list(32, (i) => `${prefix}${i}`).map((name) => ({
      ...many,
      name,
      replicas: 9,
      containers,
      initContainers: containers,
    }));
  const spec = { istioMatches: greatMatches(), subsets: workloads('s'), consumers: workloads('c') };
  expect(await told(spec)).toBeUndefined();
});

/** 16 matches of 16 headers and 16 parameters, each with a regex of maximum length, and with the longest names and values. */
function greatMatches(): IstioMatch[] {
  const conditions = Object.fromEntries(
    Array.from({ length: 16 }, (_, i) => [
      `X-Header-${i}`,
      { regex: `${'(a|b)'.repeat(204)}${i}` },
    ]),
  );
  const cookie = { name: 'c'.repeat(64), exact: 'v'.repeat(200) };
  const baggage = { key: 'k'.repeat(64), exact: 'v'.repeat(64) };
  return Array.from({ length: 16 }, () => ({
    headers: conditions,
    queryParams: conditions,
    cookie,
    baggage,
  }));
}

describe('with a CustomResourceDefinition without rules (an older version) the policy refuses', () => {
  beforeAll(async () => {
    const path =
      '/apis/apiextensions.k8s.io/v1/customresourcedefinitions/dynamicenvs.riskified.com';
    const definition = await guarded.api.call<{ spec: object }>('GET', path);
    const text = JSON.stringify(definition, (key, value) =>
      key === 'x-kubernetes-validations' ? undefined : value,
    );
    await guarded.api.call('PUT', path, { body: JSON.parse(text) });
    await until(30, async () =>
      (await told({ subsets: [] }))?.includes('is invalid')
        ? 'the CustomResourceDefinition still has its rules'
        : undefined,
    );
  });

  test.each<[NonNullable<IstioMatch['headers']>, string]>([
    [{ ':path': { prefix: '/' } }, '[:path]: is part of'],
    [{ ok: { exact: 'a' }, AUTHORITY: { exact: 'a' } }, '[AUTHORITY]: is part of'],
    [{ user: { regex: '.*' } }, '[user].regex: matches the empty string, so it would take'],
    [{ user: { regex: '^(me)?$' } }, '[user].regex: matches the empty string, so it would take'],
    [{ user: { regex: '\\x{100}' } }, '[user].regex: proxies would refuse it'],
    [{ user: { regex: '\\pL+' } }, '[user].regex: proxies would refuse it'],
    [{ user: { regex: 'é' } }, '[user].regex: proxies would refuse it'],
    [{ user: { regex: `(?:${'a'.repeat(900)}){1000}` } }, '[user].regex: proxies would refuse it'],
    [{ user: { regex: `${'.{0,999}'.repeat(100)}0` } }, '[user].regex: proxies would refuse it'],
  ])('%j', async (headers, words) => {
    const said = await told(withMatches(MATCH, { headers }));
    expect(said).toContain(`spec.istioMatches[1].headers${words}`);
    expect(said).toMatch(
      /(: match a header that|; narrow it to what) only your requests carry$|instead of large counts in braces$/,
    );
  });
});
