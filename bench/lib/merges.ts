import { TARGET_LABEL } from '../../src/api/marks.ts';
import { targetLabelValue } from '../../src/api/merged-route-name.ts';
import type { VirtualServiceMerge } from '../../src/api/virtualservicemerge.ts';
import type { KubeObject } from '../../src/k8s/object.ts';
import { NAMESPACE } from './shop.ts';
import { applied } from './stored.ts';

/**
 * VirtualServiceMerges of one service, as the charts of its branches create them: requests whose `x-service-route` selects the branch go to
 * the branch's own Service. They have the label by which their target finds them.
 */
export function mergesInto(service: string, count: number): VirtualServiceMerge[] {
  return Array.from({ length: count }, (_, at) => mergeInto(service, `mp-${100 + at}`));
}

function mergeInto(service: string, branch: string): VirtualServiceMerge {
  const regex = `^(?:.*::)?${service}:${branch}(?:::.*)?$`;
  const merge = applied({
    apiVersion: 'istiomerger.monime.sl/v1alpha1',
    kind: 'VirtualServiceMerge',
    metadata: { name: `${service}-${branch}`, namespace: NAMESPACE },
    spec: {
      target: { name: service },
      patch: {
        http: [
          {
            name: `${service}-${branch}`,
            match: [{ headers: { 'x-service-route': { regex } } }],
            route: [{ destination: { host: `${service}-${branch}`, port: { number: 80 } } }],
            timeout: '10s',
          },
        ],
      },
    },
  } as KubeObject);
  const labels = { [TARGET_LABEL]: targetLabelValue(`${NAMESPACE}/${service}`) };
  return { ...merge, metadata: { ...merge.metadata, labels } } as unknown as VirtualServiceMerge;
}
