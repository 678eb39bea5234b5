import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { Command } from '../control-plane/commands.ts';
import { problem, until } from '../control-plane/poll.ts';
import { envOf, type Guarded, send, startGuarded, workload } from './lib/guarded.ts';

const MANY = Array.from({ length: 21 }, (_, index) => `many-${index}`);
const PREFIX =
  "ValidatingAdmissionPolicy 'dynamicenv-authors' with binding 'dynamicenv-authors' denied";

let guarded: Guarded;
let ann: Command;
let bob: Command;

beforeAll(async () => {
  guarded = await startGuarded({ ann: ['team-a', ...MANY], bob: ['team-b'] });
  ann = guarded.as('ann');
  bob = guarded.as('bob');
});

afterAll(() => guarded?.stop());
afterEach(() => guarded.kubectl(['delete', 'de', '--all', '--wait=false']));

const inA = envOf('anns', { subsets: [workload('team-a')] });
const inB = (name: string) => envOf(name, { subsets: [workload('team-b')] });
const mayNotClone = (namespace: string) =>
  `${PREFIX} request: spec: ann may not create Deployments in namespace "${namespace}", so no DynamicEnv of theirs may clone there: take the items of that namespace out, or ask its owners to bind you a role there that may create Deployments (such as edit)`;
const mayNotChange = `${PREFIX} request: spec: this DynamicEnv clones in namespace "team-b", where ann may not create Deployments, so may neither change nor delete it: ask its owners to, or to bind you a role there that may create Deployments (such as edit)`;

test('the type check of the API server has no warning for any expression of the policies', async () => {
  await until(30, async () => {
    const all = JSON.parse(
      await guarded.kubectl(['get', 'validatingadmissionpolicies', '-o', 'json']),
    );
    const open = all.items.filter(
      ({
        metadata,
        status,
      }: {
        metadata: { generation: number };
        status?: { observedGeneration?: number };
      }) => status?.observedGeneration !== metadata.generation,
    );
    if (open.length > 0) return 'the API server has not type-checked all policies yet';
    expect(all.items).toHaveLength(6);
    for (const { status } of all.items) expect(status.typeChecking).toEqual({});
    return undefined;
  });
});

describe('in a namespace where the author may create Deployments', () => {
  test('the author may create an env, change it with every verb, and delete it', async () => {
    await send(ann, 'create', inA);
    const two = { ...workload('team-a'), name: 'two' };
    await send(ann, 'replace', envOf('anns', { subsets: [workload('team-a'), two] }));
    await ann(['patch', 'de', 'anns', '--type=merge', '-p', '{"spec":{"consumers":null}}']);
    await ann(['annotate', 'de', 'anns', 'riskified.com/force-removal=true']);
    await send(ann, 'apply', inA, '--server-side', '--force-conflicts');
    await ann(['delete', 'de', 'anns']);
  });

  test('the author may create an env with consumers', async () => {
    await send(ann, 'create', envOf('anns', { consumers: [workload('team-a')] }));
  });

  test('the author may create an env with generateName', async () => {
    const { name: _name, ...metadata } = { ...inA.metadata, generateName: 'anns-' };
    await send(ann, 'create', { ...inA, metadata });
  });
});

describe('an env with a Deployment of another namespace is refused', () => {
  test.each([
    ['subsets', { subsets: [workload('team-b')] }],
    ['consumers', { consumers: [workload('team-b')] }],
    [
      'consumers, with an allowed subset',
      { subsets: [workload('team-a')], consumers: [workload('team-b')] },
    ],
    ['a namespace that does not exist', { subsets: [workload('team-a'), workload('team-z')] }],
  ])('in %s', async (_where, spec) => {
    const namespace = JSON.stringify(spec).includes('team-z') ? 'team-z' : 'team-b';
    for (const flags of [[], ['--dry-run=server']]) {
      await expect(send(ann, 'create', envOf('x', spec), ...flags)).rejects.toThrow(
        mayNotClone(namespace),
      );
    }
    await expect(send(ann, 'apply', envOf('x', spec), '--server-side')).rejects.toThrow(
      mayNotClone(namespace),
    );
  });

  test('with generateName', async () => {
    const { name: _name, ...metadata } = { name: '', generateName: 'x-' };
    const created = send(ann, 'create', { ...inB('x'), metadata });
    await expect(created).rejects.toThrow(mayNotClone('team-b'));
  });

  test('also when the request impersonates the author', async () => {
    const as = ['--as=ann', '--as-group=authors'];
    const created = send(guarded.kubectl, 'create', inB('x'), ...as);
    await expect(created).rejects.toThrow(mayNotClone('team-b'));
    const asBob = send(ann, 'create', inB('x'), '--as=bob', '--validate=false');
    await expect(asBob).rejects.toThrow('cannot impersonate');
  });

  test('also when the author adds the Deployment to an existing env', async () => {
    await send(ann, 'create', inA);
    const spec = { subsets: [workload('team-a'), workload('team-b')] };
    await expect(send(ann, 'replace', envOf('anns', spec))).rejects.toThrow(mayNotClone('team-b'));
    const patch = JSON.stringify({ spec: { consumers: [workload('team-b')] } });
    const patched = ann(['patch', 'de', 'anns', '--type=merge', '-p', patch]);
    await expect(patched).rejects.toThrow(mayNotClone('team-b'));
    const applied = send(ann, 'apply', envOf('anns', spec), '--server-side', '--force-conflicts');
    await expect(applied).rejects.toThrow(mayNotClone('team-b'));
  });
});

const FORCE = 'riskified.com/force-removal';
const OTHER_MATCH = { headers: { a: { exact: 'b' } } };
const GONE = {
  apiVersion: 'v1',
  kind: 'Namespace',
  name: 'gone',
  uid: 'b1ef8b3c-0000-4000-8000-000000000000',
};

describe('the env of another team', () => {
  const version = () =>
    guarded.kubectl(['get', 'de', 'bobs', '-o', 'jsonpath={.metadata.resourceVersion}']);

  beforeAll(() =>
    guarded.kubectl([
      ...['create', 'clusterrole', 'collector', '--verb=deletecollection'],
      '--resource=dynamicenvs.riskified.com',
    ]),
  );

  const merge = (patch: object) => [
    'patch',
    'de',
    'bobs',
    '--type=merge',
    '-p',
    JSON.stringify(patch),
  ];

  const inputs: Record<string, object> = {
    replace: envOf('bobs', { subsets: [workload('team-a')] }),
    apply: envOf('bobs', { consumers: [workload('team-a')] }),
  };

  test.each([
    ['replace', ['replace', '-f', '-']],
    ['replace --force, which deletes it first', ['replace', '--force', '-f', '-']],
    ['apply', ['apply', '-f', '-']],
    ['server-side apply', ['apply', '--server-side', '--force-conflicts', '-f', '-']],
    [
      "a patch that changes its subsets to the author's namespace",
      merge({ spec: { subsets: [workload('team-a')] } }),
    ],
    ['a patch of its matches', merge({ spec: { istioMatches: [OTHER_MATCH] } })],
    ['deletion', ['delete', 'de', 'bobs']],
    ['deletion with --cascade=orphan', ['delete', 'de', 'bobs', '--cascade=orphan']],
    ['deletion in the foreground', ['delete', 'de', 'bobs', '--cascade=foreground']],
    [
      'the annotation force-removal, which skips the drain',
      ['annotate', 'de', 'bobs', `${FORCE}=true`],
    ],
    ['a label by which a GitOps tool prunes', ['label', 'de', 'bobs', 'argocd.argoproj.io/x=y']],
    [
      'an owner reference to a deleted object, which makes it garbage',
      merge({ metadata: { ownerReferences: [GONE] } }),
    ],
    ['the finalizer orphan', merge({ metadata: { finalizers: ['orphan'] } })],
    ['a finalizer that nobody removes', merge({ metadata: { finalizers: ['example.com/x'] } })],
    ['a patch of managedFields', merge({ metadata: { managedFields: [{}] } })],
  ])('is protected from %s', async (_attempt, args) => {
    await send(bob, 'create', inB('bobs'));
    const before = await version();
    const input = inputs[args[0] ?? ''] ?? '';
    await expect(ann(args, { input })).rejects.toThrow(mayNotChange);
    expect(await version()).toBe(before);
  });

  test('is protected from deletecollection by a user who has that verb', async () => {
    await guarded.kubectl([
      'create',
      'clusterrolebinding',
      'collector',
      '--clusterrole=collector',
      '--user=ann',
    ]);
    await send(bob, 'create', inB('bobs'));
    const path = '/apis/riskified.com/v1alpha1/dynamicenvs';
    const all = ['delete', '--raw', path];
    await until(10, async () => {
      const said = (await problem(ann(all))) ?? 'done';
      return said.includes('cannot deletecollection') ? said : undefined;
    });
    await expect(ann(all)).rejects.toThrow(mayNotChange);
    expect(await version()).not.toBe('');
  });

  test('keeps its finalizer during its deletion: only Metacontroller may remove it', async () => {
    await send(bob, 'create', inB('bobs'));
    await guarded.metacontroller(merge({ metadata: { finalizers: ['metacontroller.io/x'] } }));
    await bob(['delete', 'de', 'bobs', '--wait=false']);
    await expect(ann(merge({ metadata: { finalizers: null } }))).rejects.toThrow(mayNotChange);
    await guarded.metacontroller(merge({ metadata: { finalizers: null } }));
    await guarded.kubectl(['wait', '--for=delete', 'de/bobs', '--timeout=20s']);
  });
});

describe('an env with 20 namespaces', () => {
  const spec = (names: readonly string[]) => ({ subsets: names.map((name) => workload(name)) });

  test('is checked in all of them', async () => {
    await send(ann, 'create', envOf('anns', spec(MANY.slice(0, 20))));
    const last = spec([...MANY.slice(0, 19), 'team-b']);
    const said = mayNotClone('team-b').replaceAll(
      "'dynamicenv-authors'",
      "'dynamicenv-authors-more'",
    );
    await expect(send(ann, 'create', envOf('x', last))).rejects.toThrow(said);
    await ann(['delete', 'de', 'anns']);
  });

  test('is the maximum: the namespaces before and after a write count together', async () => {
    const words = (count: number) =>
      `${PREFIX} request: spec.subsets, spec.consumers, spec.scope: this write concerns ${count} namespaces, before and after it, but your right to create Deployments can be checked in 20 only: split the DynamicEnv, change it in steps, or ask a cluster administrator`;
    await expect(send(ann, 'create', envOf('anns', spec(MANY)))).rejects.toThrow(words(21));
    await send(ann, 'create', envOf('anns', spec(MANY.slice(0, 15))));
    const moved = send(ann, 'replace', envOf('anns', spec(MANY.slice(6))));
    await expect(moved).rejects.toThrow(words(21));
    await send(ann, 'replace', envOf('anns', spec(MANY.slice(5, 20))));
    await send(guarded.kubectl, 'replace', envOf('anns', spec(MANY)));
    await expect(ann(['delete', 'de', 'anns'])).rejects.toThrow(words(21));
  });

  test('and the maximum number of Deployments is within the CEL cost budget', async () => {
    const list = (prefix: string) =>
      Array.from({ length: 32 }, (_, index) => ({
        ...workload(MANY[index % 20] ?? ''),
        name: `${prefix}-${index}`,
      }));
    const great = (prefix: string) =>
      envOf('anns', { subsets: list(`s${prefix}`), consumers: list(`c${prefix}`) });
    await send(ann, 'create', great('1'));
    await send(ann, 'replace', great('2'));
    await ann(['delete', 'de', 'anns']);
  });
});
