import { expect, it } from '@jest/globals';
import { memoryText, readMemory } from '../../../../src/kinds/virtual-environment/memory.ts';
import { NOW, stamp } from '../../../support/objects.ts';

const read = (text: string | undefined) => {
  const annotations: Record<string, string> =
    text === undefined ? {} : { 'riskified.com/versions': text };
  const metadata = { name: 'app', annotations };
  const rule = { apiVersion: 'networking.istio.io/v1', kind: 'DestinationRule', metadata };
  return Object.fromEntries(readMemory(rule, NOW));
};

it('is read as it was written, with sorted keys', () => {
  const memory = {
    'dev.a': { subset: 'dev-a', subsetSince: stamp(-9), unusedSince: stamp(-3) },
    dev: { subset: 'dev', subsetSince: stamp(-9), readySince: stamp(-5) },
  };
  const text = memoryText(new Map(Object.entries(memory)));
  expect(read(text)).toEqual(memory);
  expect(text).toMatch(/^\{"dev":\{"readySince":/);
});

it.each<[string, string | undefined, object]>([
  ['no annotation', undefined, {}],
  ['no JSON', '{"dev":', {}],
  ['no object', '["dev"]', {}],
  ['null', 'null', {}],
  ['entries without a subset', '{"a":1,"b":null,"c":{},"d":{"subset":""},"e":{"subset":2}}', {}],
  ['one good entry among others', '{"a":1,"dev":{"subset":"dev"}}', { dev: { subset: 'dev' } }],
  [
    'a time that is none',
    '{"dev":{"subset":"dev","subsetSince":"yesterday","readySince":7}}',
    { dev: { subset: 'dev' } },
  ],
  [
    'a day that is none',
    '{"dev":{"subset":"dev","subsetSince":"2025-02-30T00:00:00Z"}}',
    { dev: { subset: 'dev' } },
  ],
  [
    'a time in the future',
    '{"dev":{"subset":"dev","subsetSince":"2999-01-01T00:00:00Z"}}',
    { dev: { subset: 'dev', subsetSince: stamp(0) } },
  ],
  ['more members', '{"dev":{"subset":"dev","more":1}}', { dev: { subset: 'dev' } }],
])('%s', (_, text, expected) => {
  expect(read(text)).toEqual(expected);
});

it('a key that is a member of every object is a key like others', () => {
  const text = '{"__proto__":{"subset":"x"},"constructor":{"subset":"y"}}';
  const annotations = { 'riskified.com/versions': text };
  const rule = {
    apiVersion: 'v1',
    kind: 'DestinationRule',
    metadata: { name: 'app', annotations },
  };
  expect([...readMemory(rule, NOW).keys()]).toEqual(['__proto__', 'constructor']);
});
