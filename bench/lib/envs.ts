import type { DynamicEnv } from '../../src/api/dynamicenv.ts';
import { CONTROLLER_UID_LABEL } from '../../src/api/marks.ts';
import type { KubeObject } from '../../src/k8s/object.ts';
import { NAMESPACE, running, serviceName } from './shop.ts';
import { ago, applied, stored } from './stored.ts';

/** An env that its author applied an hour ago. `services`: indexes of the Deployments that it clones. */
export function dynamicEnv(
  name: string,
  services: readonly number[],
  selection: Pick<DynamicEnv['spec'], 'istioMatches' | 'ref' | 'entries'> = {
    istioMatches: [{ headers: { 'x-env': { exact: name } } }],
  },
): DynamicEnv {
  const env = applied(
    {
      apiVersion: 'riskified.com/v1alpha1',
      kind: 'DynamicEnv',
      metadata: { name },
      spec: {
        ...selection,
        subsets: services.map((index) => ({
          name: serviceName(index),
          namespace: NAMESPACE,
          containers: [
            {
              containerName: 'main',
              image: `registry.example.com/shop/${serviceName(index)}:1.5.0-${name}`,
              env: [{ name: 'SETTING_0', value: `https://${name}.shop.example.com` }],
            },
          ],
        })),
      },
    } as unknown as KubeObject,
    3600,
  );
  const finalizers = ['metacontroller.io/compositecontroller-dynamicenv'];
  return { ...env, metadata: { ...env.metadata, finalizers } } as unknown as DynamicEnv;
}

/** A child of the env as Metacontroller creates it (server-side apply). The pods of a clone are running. */
export function child(desired: KubeObject, env: DynamicEnv): KubeObject {
  const { apiVersion, kind, metadata } = env;
  const owner = { apiVersion, kind, name: metadata.name, uid: metadata.uid ?? '' };
  const object = stored(
    {
      ...desired,
      metadata: {
        ...desired.metadata,
        labels: { ...desired.metadata.labels, [CONTROLLER_UID_LABEL]: metadata.uid ?? '' },
        ownerReferences: [{ ...owner, controller: true, blockOwnerDeletion: true }],
      },
    },
    'metacontroller',
    'Apply',
    3000,
  );
  return desired.kind === 'Deployment' ? running(object) : object;
}

/** The env after somebody has deleted it: it has a deletionTimestamp. */
export function deleted(env: DynamicEnv): DynamicEnv {
  return { ...env, metadata: { ...env.metadata, deletionTimestamp: ago(2) } };
}
