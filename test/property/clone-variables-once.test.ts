import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import '../support/fast-check.ts';
import type { EnvVar } from '../../src/k8s/workload.ts';
import { variablesOnce } from '../../src/kinds/dynamicenv/plan/repeated-variables.ts';
import { kubeletEnv } from '../support/kubelet-env.ts';
import { deepFreeze } from '../support/objects.ts';

const name = fc.constantFrom('A', 'B', 'C');
const piece = fc.oneof(
  name.map((one) => `$(${one})`),
  fc.constantFrom('x', '$', '$$', '$$(A)', '$(', '(A)', ')', '$B'),
);
const value = fc.array(piece, { maxLength: 3 }).map((all) => all.join(''));
const variable: fc.Arbitrary<EnvVar> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ name, value }) },
  {
    weight: 1,
    arbitrary: name.map((one) => ({
      name: one,
      valueFrom: { secretKeyRef: { name: 's', key: one } },
    })),
  },
);
const envFrom = fc.dictionary(name, fc.constantFrom('from', 'other'), { maxKeys: 3 });

it('a clone has each variable once, with the value that a kubelet gives to the base', () => {
  fc.assert(
    fc.property(fc.array(variable, { maxLength: 7 }), envFrom, (env, from) => {
      const { env: once, lost } = variablesOnce()(deepFreeze(env));
      const names = once.map((one) => one.name);
      expect(new Set(names).size).toBe(names.length);
      fc.pre(lost.length === 0);
      expect(kubeletEnv(from, once)).toEqual(kubeletEnv(from, env));
    }),
    { numRuns: 3000 },
  );
});
