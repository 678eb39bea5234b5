import { destinationRule } from '../../../src/kinds/virtual-environment/destination-rule.ts';
import { injectingFilter } from '../../../src/kinds/virtual-environment/envoy-filter.ts';
import { wantedRoutes } from '../../../src/kinds/virtual-environment/routes.ts';
import { virtualService } from '../../../src/kinds/virtual-environment/virtualservice.ts';

export const NAMESPACE = 'levels';
export const OTHER = 'others';
export const SERVICES = 100;
/** Number of simulated proxies. */
export const PROXIES = { own: 350, others: 150 } as const;
const HEADER = 'x-virtual-env';
export const LABEL = 'virtual-env';
const DEFAULT = 'dev';
const PORT = 8080;
export const ROUTES = String(PORT);

/** Values of the label: one that everybody has, and those of branches. */
export const VALUES = [DEFAULT, ...Array.from({ length: 9 }, (_, index) => `dev.proj${index + 1}`)];

/** Every second Service has two branches' versions beside the regular one. */
function versionsOf(index: number): string[] {
  const branch = (offset: number) => VALUES[1 + ((index + offset) % (VALUES.length - 1))] ?? '';
  return index % 2 === 0 ? [DEFAULT, branch(0), branch(1)] : [DEFAULT];
}

const nameOf = (index: number) => `service-${index}`;
/** The Service whose VirtualService is changed. It has one in every way. */
export const CHANGED = nameOf(0);

export function baseObjects(): object[] {
  return [
    ...[NAMESPACE, OTHER].map((name) => ({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name },
    })),
    ...Array.from({ length: SERVICES }, (_, index) => ({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: nameOf(index), namespace: NAMESPACE },
      spec: { selector: { app: nameOf(index) }, ports: [{ name: 'http', port: PORT }] },
    })),
  ];
}

const OPTIONS = { gateways: [], hosts: [], problems: [] };

/** What a VirtualEnvironment makes. Without routes that inject, Services with one version need nothing. */
export function istioObjects(injectsByRoutes: boolean): object[] {
  return Array.from({ length: SERVICES }, (_, index) => index).flatMap((index) => {
    const versions = versionsOf(index);
    if (versions.length === 1 && !injectsByRoutes) return [];
    const name = nameOf(index);
    const routed = versions.map((value) => ({
      value,
      subset: value.replaceAll('.', '-'),
      labels: { [LABEL]: value },
    }));
    const { http } = wantedRoutes({
      service: name,
      namespace: NAMESPACE,
      ports: [PORT],
      rules: {
        header: HEADER,
        aliases: [],
        autoInject: injectsByRoutes,
        label: LABEL,
        splitter: '.',
        defaultSubset: DEFAULT,
      },
      options: OPTIONS,
      routed,
      defaultSubset: DEFAULT,
      callers: injectsByRoutes ? VALUES : [],
    });
    return [
      destinationRule(name, NAMESPACE, routed, {}),
      virtualService(name, NAMESPACE, OPTIONS, http),
    ];
  });
}

export function filters(): object[] {
  const input = { owner: 'demo', namespace: NAMESPACE, header: HEADER, label: LABEL };
  return VALUES.map((value) => injectingFilter(value, input));
}
