import { expect, it } from '@jest/globals';
import { observedSubsets } from '../../../../src/kinds/virtual-environment/observed-subsets.ts';

const LABEL = 'v';

it.each<[string, [name: string, value: string | undefined][], Record<string, string>, string[]]>([
  [
    'by label',
    [
      ['dev', 'dev'],
      ['dev-a', 'dev.a'],
    ],
    {},
    ['dev', 'dev.a'],
  ],
  [
    'by memory, even if somebody edited the label',
    [['dev-a', 'x']],
    { 'dev.a': 'dev-a' },
    ['dev.a'],
  ],
  ['without the label', [['mine', undefined]], {}, ['.mine']],
  [
    'a second one of a value',
    [
      ['dev', 'dev'],
      ['again', 'dev'],
    ],
    {},
    ['dev', '.again'],
  ],
  [
    'one of a value that is remembered with another name',
    [['again', 'dev']],
    { dev: 'dev' },
    ['.again'],
  ],
  [
    'a second one of a name',
    [
      ['dev', 'dev'],
      ['dev', 'x'],
    ],
    {},
    ['dev'],
  ],
])('%s', (_, subsets, remembered, values) => {
  const rule = {
    apiVersion: 'networking.istio.io/v1',
    kind: 'DestinationRule',
    metadata: { name: 'app' },
    spec: {
      host: 'app',
      subsets: subsets.map(([name, value]) => ({
        name,
        labels: value === undefined ? {} : { [LABEL]: value },
      })),
    },
  };
  const memory = new Map(Object.entries(remembered).map(([value, subset]) => [value, { subset }]));
  const found = [...observedSubsets(rule, memory, LABEL).values()];
  expect(found.map(({ value }) => value)).toEqual(values);
});
