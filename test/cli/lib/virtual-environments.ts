import { fileURLToPath } from 'node:url';

const path = (name: string) =>
  fileURLToPath(new URL(`../../../examples/virtual-environment/${name}`, import.meta.url));

/** The folder of the example. */
export const STORE = path('');
/** Its Services and workloads. */
export const SERVICES = ['server', 'storefront', 'orders', 'stock'].map((name) =>
  path(`${name}.yaml`),
);
export const ENVIRONMENT = path('virtualenvironment.yaml');
