import { expect, test } from '@jest/globals';
import { loadValidators, validatorKey } from '../../../src/crds.ts';
import { CONFIGURATION_INPUTS } from '../../support/configuration-inputs.ts';
import { problem } from '../control-plane/poll.ts';
import { suiteCluster } from './lib/suite-cluster.ts';

const validators = await loadValidators();
/** Words of the schema's own checks, which the API server says in its own words. */
const OWN_WORDS = /^(must (have at most|be of type)|is required|an earlier item)/;

test.each(CONFIGURATION_INPUTS)(
  'the API server says the same as this program: %s',
  async (_name, object, wanted) => {
    const { kubectl } = await suiteCluster();
    const said = await problem(
      kubectl(['create', '--dry-run=server', '-f', '-'], { input: object }),
    );
    if (wanted === undefined) return expect(said).toBeUndefined();
    expect(said).toContain(wanted.path.replace('[A]', '.A'));
    const { errors = [] } = validators[validatorKey(object)]?.validate(object) ?? {};
    for (const { message } of errors) if (!OWN_WORDS.test(message)) expect(said).toContain(message);
  },
);

test('kubectl shows the columns of an Environment, by its short name', async () => {
  const { kubectl } = await suiteCluster();
  const environment = {
    apiVersion: 'riskified.com/v1alpha1',
    kind: 'Environment',
    metadata: { name: 'columns' },
    spec: { extends: 'dev' },
  };
  await kubectl(['create', '-f', '-'], { input: environment });
  const shown = await kubectl(['get', 'denv', 'columns']);
  expect(shown).toMatch(/^NAME +EXTENDS +IN USE +ACCEPTED +AGE$/m);
  await kubectl(['delete', 'denv', 'columns']);
});
