export const FORBIDDEN_HEADER = 'x-forbidden';
const NAME = 'no-forbidden-route';

/** A policy of the API server: no VirtualService has an http route that matches this header. */
export function refusingPolicy(): object[] {
  const api = { apiVersion: 'admissionregistration.k8s.io/v1' };
  const rule = {
    apiGroups: ['networking.istio.io'],
    apiVersions: ['*'],
    operations: ['CREATE', 'UPDATE'],
    resources: ['virtualservices'],
  };
  const hasHeader = `has(m.headers) && '${FORBIDDEN_HEADER}' in m.headers`;
  const hasMatch = `has(r.match) && r.match.exists(m, ${hasHeader})`;
  return [
    {
      ...api,
      kind: 'ValidatingAdmissionPolicy',
      metadata: { name: NAME },
      spec: {
        failurePolicy: 'Fail',
        matchConstraints: { resourceRules: [rule] },
        validations: [
          {
            expression: `!has(object.spec.http) || !object.spec.http.exists(r, ${hasMatch})`,
            message: `${NAME}: no route may match ${FORBIDDEN_HEADER}`,
          },
        ],
      },
    },
    {
      ...api,
      kind: 'ValidatingAdmissionPolicyBinding',
      metadata: { name: NAME },
      spec: { policyName: NAME, validationActions: ['Deny'] },
    },
  ];
}
