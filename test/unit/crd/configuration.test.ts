import { expect, test } from '@jest/globals';
import { loadValidators, validatorKey } from '../../../src/crds.ts';
import { CONFIGURATION_INPUTS } from '../../support/configuration-inputs.ts';

const validators = await loadValidators();

test.each(CONFIGURATION_INPUTS)('%s', (_name, object, said) => {
  const { errors, unknown } = validators[validatorKey(object)]?.validate(object) ?? {};
  expect(unknown).toEqual([]);
  if (said === undefined) return expect(errors).toEqual([]);
  const { path, message } = said;
  expect(errors).toMatchObject([{ path, message: expect.stringContaining(message) }]);
});
