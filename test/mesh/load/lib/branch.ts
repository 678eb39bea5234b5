import type { LocalObject } from '../../../../src/simulator/object.ts';
import { HEADER } from './request.ts';
import { NAMESPACE } from './world.ts';

/** The Deployment and the Service of a branch, as its chart installs them. The version label of its pods is the branch's name. */
export function branchObjects(branch: string): LocalObject[] {
  const name = `branch-${branch}`;
  const labels = { app: name, version: branch };
  const deployment = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: NAMESPACE, labels },
    spec: {
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: { containers: [{ name: 'backend', image: `backend:${branch}` }] },
      },
    },
  };
  const service = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace: NAMESPACE },
    spec: { selector: { app: name }, ports: [{ name: 'http', port: 80, targetPort: 8080 }] },
  };
  return [deployment, service];
}

/** A merge that leads the requests of these users to the branch, with one route for each user. */
export function mergeOf(branch: string, users: readonly string[]): LocalObject {
  const http = users.map((user) => ({
    match: [{ headers: { [HEADER]: { exact: user } } }],
    route: [{ destination: { host: `branch-${branch}` } }],
  }));
  const merge = {
    apiVersion: 'istiomerger.monime.sl/v1alpha1',
    kind: 'VirtualServiceMerge',
    metadata: { name: branch, namespace: NAMESPACE },
    spec: { target: { name: 'backend' }, patch: { http } },
  };
  return merge;
}
