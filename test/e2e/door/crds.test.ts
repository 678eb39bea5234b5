import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { door } from './lib/door.ts';

const EXAMPLES = fileURLToPath(new URL('../../../examples/', import.meta.url));

test('the examples are accepted, and shown as people look for them', async () => {
  const { kubectl } = await door();
  await kubectl(['create', 'namespace', 'shop']);
  await kubectl(['apply', '--recursive', '-f', EXAMPLES]);
  const shown = await kubectl(['get', 'de']);
  expect(shown).toMatch(/^NAME +STATUS +DESIRED +CURRENT +AGE$/m);
  await kubectl(['delete', '--recursive', '-f', EXAMPLES]);
});

test('a DynamicEnv without matches is refused by the field', async () => {
  const { kubectl } = await door();
  const env = {
    apiVersion: 'riskified.com/v1alpha1',
    kind: 'DynamicEnv',
    metadata: { name: 'no-matches' },
    spec: { istioMatches: [], subsets: [{ name: 'backend', namespace: 'shop' }] },
  };
  const created = kubectl(['create', '-f', '-'], { input: env });
  await expect(created).rejects.toThrow('spec.istioMatches');
});
