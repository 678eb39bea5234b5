import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { loadValidator } from '../../../src/crds.ts';
import { problem } from '../control-plane/poll.ts';
import { suiteCluster } from './lib/suite-cluster.ts';

const EXAMPLES = fileURLToPath(new URL('../../../examples/shop/', import.meta.url));

test('the API server accepts the examples, and kubectl get de prints the columns', async () => {
  const { kubectl } = await suiteCluster();
  await kubectl(['create', 'namespace', 'shop']);
  await kubectl(['apply', '-f', EXAMPLES]);
  const shown = await kubectl(['get', 'de']);
  expect(shown).toMatch(/^NAME +STATUS +DESIRED +CURRENT +AGE +EXPIRES$/m);
  await kubectl(['delete', '-f', EXAMPLES]);
});

test('the API server refuses a DynamicEnv without matches, and names the field', async () => {
  const { kubectl } = await suiteCluster();
  const env = {
    apiVersion: 'riskified.com/v1alpha1',
    kind: 'DynamicEnv',
    metadata: { name: 'no-matches' },
    spec: { istioMatches: [], subsets: [{ name: 'backend', namespace: 'shop' }] },
  };
  const created = kubectl(['create', '-f', '-'], { input: env });
  await expect(created).rejects.toThrow('spec.istioMatches');
});

test.each([
  ['\\x{100}', 'must consist of printable ASCII'],
  ['\\pL', 'must consist of printable ASCII'],
  ['é', 'must consist of printable ASCII'],
  [`(?:${'a'.repeat(900)}){1000}`, 'is too costly for every proxy'],
  ['.{0,999}'.repeat(8), 'is too costly for every proxy'],
])(
  'the API server refuses 16 × 16 regexes that proxies would refuse, in less than 5 s: %.20s',
  async (regex, words) => {
    const { kubectl } = await suiteCluster();
    const headers = Object.fromEntries(Array.from({ length: 16 }, (_, i) => [`x-${i}`, { regex }]));
    const env = {
      apiVersion: 'riskified.com/v1alpha1',
      kind: 'DynamicEnv',
      metadata: { name: 'costly' },
      spec: {
        istioMatches: Array.from({ length: 16 }, () => ({ headers })),
        subsets: [{ name: 'backend', namespace: 'shop', containers: [{ image: 'backend:2' }] }],
      },
    };
    const before = performance.now();
    await expect(kubectl(['create', '-f', '-'], { input: env })).rejects.toThrow(words);
    expect(performance.now() - before).toBeLessThan(5000);
  },
);

test.each([
  ...[
    '3d',
    '1d1h1m1s',
    '99999d99999h99999m99999s',
    '8 days',
    '',
    '0',
    '0h',
    '1h1d',
    '100000s',
    '3d\n',
    '٣d',
  ].map((ttl) => ({ ttl })),
  ...[
    'payments-team',
    'João Araújo (QA)',
    'नेहा',
    '@maria',
    '',
    ' a',
    'a\nb',
    'a\u202eb',
    '$(id)',
  ].map((owner) => ({ owner })),
])('the API server says the same as this program about %j', async (life) => {
  const { kubectl } = await suiteCluster();
  const env = {
    apiVersion: 'riskified.com/v1alpha1',
    kind: 'DynamicEnv',
    metadata: { name: 'life-time' },
    spec: {
      istioMatches: [{ headers: { user: { exact: 'a' } } }],
      subsets: [{ name: 'backend', namespace: 'shop', containers: [{ image: 'backend:2' }] }],
      ...life,
    },
  };
  const validator = await loadValidator('dynamicenvs.riskified.com');
  const { errors } = validator.validate(env);
  const said = await problem(kubectl(['create', '--dry-run=server', '-f', '-'], { input: env }));
  expect(said === undefined).toBe(errors.length === 0);
  for (const { message } of errors) expect(said).toContain(message);
});
