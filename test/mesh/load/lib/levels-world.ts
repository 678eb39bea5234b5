import { LEAVING_ANNOTATION } from '../../../../src/api/virtualenvironment.ts';
import type { LocalObject } from '../../../../src/simulator/object.ts';
import { BASE } from './judge.ts';
import { HEADER } from './request.ts';
import { NAMESPACE, world } from './world.ts';

export { LEAVING_ANNOTATION };
export const ENVIRONMENT = 'levels';

/** One Deployment behind one Service. The VirtualEnvironment makes what Istio needs. */
export function levelsWorld(): LocalObject[] {
  return world().filter(({ apiVersion }) => !apiVersion.startsWith('networking.istio.io/'));
}

/** Its versions are the values of the label `version`, which a request selects by the header that this suite sends. */
export function virtualEnvironment(): LocalObject {
  const object = {
    apiVersion: 'env.alibaba.com/v1alpha2',
    kind: 'VirtualEnvironment',
    metadata: { name: ENVIRONMENT, namespace: NAMESPACE },
    spec: {
      envHeader: { name: HEADER, autoInject: true },
      envLabel: { name: 'version', splitter: '.', defaultSubset: BASE },
    },
  };
  return object;
}

export const deploymentOf = (version: string) => `backend-${version.replaceAll('.', '-')}`;

/** The Deployment of a version, as its pipeline installs it. */
export function versionDeployment(version: string): LocalObject {
  const labels = { app: 'backend', version };
  const object = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: deploymentOf(version), namespace: NAMESPACE },
    spec: {
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: { containers: [{ name: 'backend', image: `backend:${version}` }] },
      },
    },
  };
  return object;
}
