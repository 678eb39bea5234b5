import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { IstioMatch, Workload } from '../../../src/api/dynamicenv.ts';
import { type SemanticSettings, semanticRefusals } from '../../../src/api/semantic.ts';
import { problem, until } from '../control-plane/poll.ts';
import type { PolicyValues } from '../lib/policies.ts';
import { envOf, type Guarded, MATCH, send, startGuarded, workload } from './lib/guarded.ts';

const DENIED = "ValidatingAdmissionPolicy 'dynamicenv-spec' with binding 'dynamicenv-spec' denied request: ";

let guarded: Guarded;

beforeAll(async () => {
  guarded = await startGuarded({ ann: ['team-a'] });
});

afterAll(() => guarded?.stop());

type Spec = Parameters<typeof envOf>[1];

/** What ann is told about a new env, without what every refusal says; nothing if it is accepted. */
async function told(spec: Spec, name = 'x'): Promise<string | undefined> {
  const created = send(guarded.as('ann'), 'create', envOf(name, spec), '--dry-run=server');
  return (await problem(created))?.replace(/^.* denied request: /s, '');
}

/** Applies the values, and waits until ann is told this about that. */
async function configured(policies: PolicyValues, spec: Spec, expected?: string): Promise<void> {
  await guarded.configure({ policies });
  await until(30, async () => {
    const said = await told(spec);
    return said === expected ? undefined : (said ?? 'it is accepted');
  });
}

const SETTINGS: SemanticSettings = {
  versionLabel: 'version',
  defaultVersion: 'shared',
  allowedHeaderNames: [],
  subsetName: 'x',
};

/** What the hook says where there are no policies. */
function hookSays(spec: Spec, settings: Partial<SemanticSettings> = {}): string {
  return semanticRefusals(envOf('x', spec), { ...SETTINGS, ...settings })
    .map(({ path, message }) => `${path}: ${message}`)
    .join('; ');
}

const backend = workload('team-a');
const two = { ...backend, name: 'two' };
const withMatches = (...istioMatches: IstioMatch[]): Spec => ({ istioMatches, subsets: [backend] });

test('a Deployment is not both subset and consumer, in the words of the hook', async () => {
  const spec = { subsets: [two, backend], consumers: [{ ...backend, name: 'three' }, backend] };
  const words =
    'spec.consumers[1]: Deployment team-a/backend is listed at spec.subsets[1], too: it can have one clone only, take one out';
  expect(await told(spec)).toBe(words);
  expect(hookSays(spec)).toBe(words);
  const apart = { subsets: [backend], consumers: [two] };
  expect(await told(apart)).toBeUndefined();
});

describe('matches are narrow', () => {
  const schema = 'The DynamicEnv "x" is invalid: ';

  test.each([':path', ':authority', 'Host', 'method'])('not by %s', async (name) => {
    const said = await told(withMatches(MATCH, { headers: { [name]: { prefix: '/' } } }));
    expect(said).toContain(`${schema}spec.istioMatches[1].headers: `);
    expect(said).toContain(
      "part of everybody's requests: match a header that only your requests carry",
    );
  });

  test.each(['.*', 'a?', '', '(a|)', '^', '$'])('not by the regex %j', async (regex) => {
    const said = await told(withMatches({ headers: { user: { regex } } }));
    expect(said).toContain(`${schema}spec.istioMatches[0].headers.user.regex: Invalid value`);
    expect(said).toContain('it would take requests of others: narrow it to what only your requests');
  });
});

describe('with definitions of an older version, the policy itself keeps matches narrow', () => {
  beforeAll(async () => {
    const path = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions/dynamicenvs.riskified.com';
    const definition = await guarded.api.call<{ spec: object }>('GET', path);
    const text = JSON.stringify(definition, (key, value) =>
      key === 'x-kubernetes-validations' ? undefined : value,
    );
    await guarded.api.call('PUT', path, { body: JSON.parse(text) });
    await until(30, async () =>
      (await told({ subsets: [] }))?.includes('is invalid') ? 'the rules are still there' : undefined,
    );
  });

  test.each([
    [{ ':path': { prefix: '/' } }, '[:path]: is part of', ''],
    [{ ok: { exact: 'a' }, AUTHORITY: { exact: 'a' } }, '[AUTHORITY]: is part of', ''],
    [{ user: { regex: '.*' } }, '[user].regex: matches the empty string, so it would take', ''],
    [{ user: { regex: 'x|' } }, '[user].regex: matches the empty string, so it would take', ''],
  ])('%j', async (headers, words) => {
    const said = await told(withMatches(MATCH, { headers }));
    expect(said).toContain(`spec.istioMatches[1].headers${words}`);
    expect(said).toMatch(/: (match a header that only|narrow it to what only) your requests carry$/);
  });
});
