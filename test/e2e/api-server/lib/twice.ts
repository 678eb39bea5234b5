import type { KubeObject } from '../../../../src/k8s/object.ts';

interface Expression {
  expression: string;
}

/** A ValidatingAdmissionPolicy or its binding. */
export interface PolicyObject extends KubeObject {
  spec: Partial<Record<'matchConditions' | 'variables' | 'validations', Expression[]>>;
}

/** The policy with each expression evaluated twice, so that it costs double. */
export function twice({ spec, ...rest }: PolicyObject): object {
  const changed = (list: Expression[] | undefined, double: (expression: string) => string) =>
    list?.map((one) => ({
      ...one,
      expression: double(one.expression),
    }));
  const both = (expression: string) => `(${expression}) && (${expression})`;
  const second = (expression: string) => `[${expression}, ${expression}][1]`;
  return {
    ...rest,
    spec: {
      ...spec,
      ...(spec.matchConditions && { matchConditions: changed(spec.matchConditions, both) }),
      ...(spec.variables && { variables: changed(spec.variables, second) }),
      ...(spec.validations && { validations: changed(spec.validations, both) }),
    },
  };
}
