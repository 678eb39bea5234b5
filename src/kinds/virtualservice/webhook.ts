import { ENV_LABEL_PREFIX, ENVS_ANNOTATION, PLAN_ANNOTATION } from '../../api/marks.ts';
import { isInjectedRouteName } from '../../api/route-name.ts';
import type { WebhookDefinition } from '../../hooks/webhook.ts';
import type { VirtualService } from '../../istio/types.ts';
import { isMap } from '../../k8s/json-map.ts';
import type { KubeObject } from '../../k8s/object.ts';

export const VIRTUAL_SERVICE_WEBHOOK: WebhookDefinition = {
  path: '/admission/virtualservices',
  resources: [{ apiVersion: 'networking.istio.io/v1', resource: 'virtualservices' }],
  isConcerned: hasOurMarks,
};

function hasOurMarks(object: KubeObject): boolean {
  const { annotations = {}, labels = {} } = object.metadata;
  const routes = (object as VirtualService).spec?.http ?? [];
  return (
    PLAN_ANNOTATION in annotations ||
    ENVS_ANNOTATION in annotations ||
    Object.keys(labels).some((label) => label.startsWith(ENV_LABEL_PREFIX)) ||
    (Array.isArray(routes) &&
      routes.some((route) => isMap(route) && isInjectedRouteName(route['name'])))
  );
}
