import type { FaultSpec } from '../../scenarios/lib/driver.ts';
import type { Cluster } from '../control-plane/control-plane.ts';
import { until } from '../control-plane/poll.ts';
import { COLLECTIONS, isNamed } from './kinds.ts';

const ADMISSION = { apiVersion: 'admissionregistration.k8s.io/v1' };
const MESSAGE = 'the write is refused by a test';

let count = 0;

/**
 * Installs a ValidatingAdmissionPolicy that refuses writes, as the policy of an administrator could. Returns a function
 * that removes the policy. Both functions return only when the change has an effect. `verb` is create, update (also for
 * patches) or delete.
 */
export async function refuseWrites(
  cluster: Cluster,
  which: NonNullable<FaultSpec['write']>,
  message = MESSAGE,
): Promise<() => Promise<void>> {
  count += 1;
  const name = `refused-by-a-test-${count}`;
  const items = policy(name, which, message);
  await cluster.kubectl(['create', '-f', '-'], {
    input: { apiVersion: 'v1', kind: 'List', items },
  });
  await until(30, async () =>
    (await isRefused(cluster, name)) ? undefined : `the policy ${name} refuses nothing yet`,
  );
  return async () => {
    const names = [`validatingadmissionpolicybinding/${name}`, `validatingadmissionpolicy/${name}`];
    await cluster.kubectl(['delete', ...names]);
    await until(30, async () =>
      (await isRefused(cluster, name)) ? `the policy ${name} still refuses writes` : undefined,
    );
  };
}

/**
 * Whether the policy has an effect. It needs some time after its creation. So every policy also refuses a ConfigMap
 * with the policy's name, and this function tries to create that ConfigMap as a dry run.
 */
async function isRefused(cluster: Cluster, name: string): Promise<boolean> {
  return cluster.kubectl(['create', 'configmap', name, '--dry-run=server']).then(
    () => false,
    (error: Error) => {
      if (error.message.includes(name)) return true;
      throw error;
    },
  );
}

/** A VirtualService as it would be stored, that is after mutating webhooks. A deletion has no object. */
function routesToHost(host: string): string {
  const hasHost = `has(r.route) && r.route.exists(d, d.destination.host == '${host}')`;
  return `request.operation != 'DELETE' && has(object.spec.http) && object.spec.http.exists(r, ${hasHost})`;
}

function policy(
  name: string,
  { user, verb, kind, namespace, name: object, routesTo }: NonNullable<FaultSpec['write']>,
  message: string,
): object[] {
  const collections = COLLECTIONS.filter(
    (collection) => kind === undefined || isNamed(collection, kind),
  );
  const operations = verb === undefined ? ['CREATE', 'UPDATE', 'DELETE'] : [verb.toUpperCase()];
  const rules = collections.map(({ apiVersion, resource }) => ({
    apiGroups: [apiVersion.includes('/') ? apiVersion.split('/')[0] : ''],
    apiVersions: ['*'],
    resources: [resource.split('.')[0]],
    operations,
  }));
  const probe = {
    apiGroups: [''],
    apiVersions: ['v1'],
    resources: ['configmaps'],
    operations: ['CREATE'],
  };
  const facts = [
    ...(user === undefined ? [] : [`request.userInfo.username == '${user}'`]),
    ...(namespace === undefined ? [] : [`request.namespace == '${namespace}'`]),
    ...(object === undefined ? [] : [`has(request.name) && request.name == '${object}'`]),
    ...(routesTo === undefined ? [] : [routesToHost(routesTo)]),
    "request.resource.resource != 'configmaps'",
  ];
  // A request for a whole collection (deletecollection) has no name.
  const isProbe = `(has(request.name) && request.name == '${name}')`;
  const concerned = `(${facts.join(' && ')}) || ${isProbe}`;
  const spec = {
    failurePolicy: 'Fail',
    matchConstraints: { resourceRules: [...rules, probe] },
    matchConditions: [{ name: 'concerned', expression: concerned }],
    validations: [{ expression: 'false', message }],
  };
  return [
    { ...ADMISSION, kind: 'ValidatingAdmissionPolicy', metadata: { name }, spec },
    {
      ...ADMISSION,
      kind: 'ValidatingAdmissionPolicyBinding',
      metadata: { name },
      spec: { policyName: name, validationActions: ['Deny'] },
    },
  ];
}
