import { fileURLToPath } from 'node:url';
import type { Command } from '../control-plane/commands.ts';
import { KUBE_VERSION } from './chart.ts';

/** Folder of the example. */
export const BRANCHES = fileURLToPath(new URL('../../../examples/branches/', import.meta.url));

/** A release of one of the example's charts; its rendered objects are in `<folder>/<file>.yaml`. */
export interface Release {
  folder: 'manifests' | 'manifests-merge';
  file: string;
  name: string;
  chart: 'service' | 'branch' | 'branch-merge';
  /** Files in `values/`. */
  values: readonly string[];
  /** What the pipeline sets. */
  set: Readonly<Record<string, string>>;
}

const NAMESPACE = 'services';

/** The namespace in which the example's services run. */
export const NAMESPACE_FLAG = ['--namespace', NAMESPACE];

const stable = (service: string, tag: string, file: string): Release => ({
  folder: 'manifests',
  file,
  name: service,
  chart: 'service',
  values: [service],
  set: { 'image.tag': tag },
});

const branch = (
  service: string,
  branchName: string,
  ref: string,
  own: readonly string[] = [],
): Release => ({
  folder: 'manifests',
  file: `${service}-${ref}`,
  name: `${service}-${ref}`,
  chart: 'branch',
  values: [`${service}-branch`, ...own],
  set: {
    service,
    ref,
    branch: branchName,
    'image.tag': ref,
    owner: 'maria',
    // So that the demo need not play days.
    ttl: '2h',
    renewedAt: '2026-01-01T00:00:00Z',
  },
});

const candidate: Release = {
  folder: 'manifests',
  file: 'payment-service-rc',
  name: 'payment-service-rc',
  chart: 'branch',
  values: ['payment-service-rc'],
  set: { service: 'payment-service', ref: 'rc', 'image.tag': '1.5.0' },
};

/** What `npm run demo -- branches` deploys. */
export const RELEASES: readonly Release[] = [
  stable('payment-service', '1.4.0', 'payment-service'),
  stable('cart-service', '2.0.1', 'cart-service'),
  stable('web', '3.1.0', 'web'),
  branch('payment-service', 'feature/mp-101-new-form', 'mp-101'),
  branch('cart-service', 'feature/mp-102-coupons', 'mp-102'),
  branch('cart-service', 'mp-101-coupons-of-the-new-form', 'mp-101', ['own-deployment']),
  candidate,
  stable('payment-service', '1.5.0', 'payment-service-promoted'),
];

const merged = (service: string, branchName: string, ref: string): Release => ({
  folder: 'manifests-merge',
  file: `${service}-${ref}`,
  name: `${service}-${ref}`,
  chart: 'branch-merge',
  values: [`${service}-merge`],
  set: { service, ref, branch: branchName, 'image.tag': ref },
});

/** Branches that are routed by VirtualServiceMerges, beside the stable versions of `RELEASES`. */
export const MERGED_RELEASES: readonly Release[] = [
  merged('payment-service', 'feature/mp-101-new-form', 'mp-101'),
  merged('cart-service', 'feature/mp-102-coupons', 'mp-102'),
  merged('payment-service', 'feature/mp-1012-refunds', 'mp-1012'),
];

/** The flags of `helm template`, `install` or `upgrade` for a release, after its name. */
export function flagsOf({ chart, values, set }: Release): string[] {
  return [
    `${BRANCHES}charts/${chart}`,
    ...NAMESPACE_FLAG,
    ...values.flatMap((file) => ['--values', `${BRANCHES}values/${file}.yaml`]),
    ...Object.entries(set).flatMap(([key, value]) => ['--set-literal', `${key}=${value}`]),
  ];
}

export function renderRelease(helm: Command, release: Release): Promise<string> {
  return helm(['template', release.name, ...flagsOf(release), ...KUBE_VERSION]);
}
