import type { HTTPRoute } from '../../../src/istio/types.ts';

/** Interim renderer */
export interface ByHand {
  service: string;
  namespace: string;
  header: string;
  label: string;
  versions: readonly string[];
  defaultSubset?: string;
  callers: readonly string[];
  port: number;
}
export const mangled = (value: string) => value.replaceAll(/[._]/g, '-');

export function routesByHand(input: ByHand): HTTPRoute[] {
  const { service, namespace, header, label, port, callers, defaultSubset } = input;
  const versions = [...input.versions].sort(
    (one, other) => other.length - one.length || (one < other ? -1 : 1),
  );
  const to = (value?: string) => [
    {
      destination: {
        host: service,
        port: { number: port },
        ...(value === undefined ? {} : { subset: mangled(value) }),
      },
    },
  ];
  const has = defaultSubset !== undefined && versions.includes(defaultSubset);
  return [
    ...versions.map((value) => ({
      match: [
        { headers: { [header]: { exact: value } }, port },
        { headers: { [header]: { prefix: `${value}.` } }, port },
      ],
      route: to(value),
    })),
    ...[...callers]
      .sort((one, other) => other.length - one.length || (one < other ? -1 : 1))
      .map((caller) => ({
        match: [
          {
            port,
            sourceLabels: { [label]: caller },
            sourceNamespace: namespace,
            withoutHeaders: { [header]: {} },
          },
        ],
        headers: { request: { set: { [header]: caller } } },
        route: to(
          versions.find((value) => caller === value || caller.startsWith(`${value}.`)) ??
            (has ? defaultSubset : undefined),
        ),
      })),
    { match: [{ port }], route: to(has ? defaultSubset : undefined) },
  ];
}

export function objectsByHand(input: ByHand): object[] {
  const { service, namespace, label, versions } = input;
  const meta = { name: service, namespace };
  return [
    {
      apiVersion: 'networking.istio.io/v1',
      kind: 'DestinationRule',
      metadata: meta,
      spec: {
        host: service,
        subsets: versions.map((value) => ({ name: mangled(value), labels: { [label]: value } })),
      },
    },
    {
      apiVersion: 'networking.istio.io/v1',
      kind: 'VirtualService',
      metadata: meta,
      spec: { hosts: [service], http: routesByHand(input) },
    },
  ];
}
