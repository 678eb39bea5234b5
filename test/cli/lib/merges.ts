import { fileURLToPath } from 'node:url';

const path = (name: string) => fileURLToPath(new URL(name, import.meta.url));

/** The stable version of payment-service in examples/branches. */
export const STABLE = path('../../../examples/branches/manifests/payment-service.yaml');
/** Branches of it, each with a Deployment, a Service and a VirtualServiceMerge. */
export const MP101 = path('../../../examples/branches/manifests-merge/payment-service-mp-101.yaml');
export const MP1012 = path(
  '../../../examples/branches/manifests-merge/payment-service-mp-1012.yaml',
);
/** A merge for the same VirtualService with an unknown field in its route. */
export const MISTAKE = path('../fixtures/merges/mistake.yaml');
/** One with the name of that of `MP101` in the other API group, and without a match. */
export const OTHER_GROUP = path('../fixtures/merges/other-group.yaml');
/** One for a VirtualService that does not exist. */
export const NO_TARGET = path('../fixtures/merges/no-target.yaml');
/** One for the VirtualService of examples/shop that has an env. */
export const SHOP_MERGE = path('../fixtures/merges/shop.yaml');

/** The arguments for files. */
export function files(...paths: readonly string[]): string[] {
  return paths.flatMap((one) => ['-f', one]);
}
