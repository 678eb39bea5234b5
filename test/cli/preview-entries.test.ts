import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, jest, test } from '@jest/globals';
import { previewed } from './lib/in-process.ts';
import { temporaryFolder } from './lib/kubeconfig.ts';

jest.setTimeout(30_000);

const SHOP = fileURLToPath(new URL('../../examples/shop', import.meta.url));
const FILE = join(temporaryFolder(), 'entry.yaml');
writeFileSync(
  FILE,
  `
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: entrance, namespace: shop }
spec:
  hosts: [shop.example.com]
  gateways: [infra/gateway]
  http: [{ route: [{ destination: { host: backend, subset: shared } }] }]
---
apiVersion: riskified.com/v1alpha1
kind: DynamicEnv
metadata: { name: linked }
spec:
  istioMatches: [{ headers: { user: { exact: me } } }]
  entries: [{ host: shop.example.com }, { host: none.example.com }]
  subsets: [{ name: backend, namespace: shop, containers: [{ image: "backend:2" }] }]
`,
);

test('the links of an env, its routes at the host, and a host without a VirtualService', async () => {
  const { code, text, notes } = await previewed(
    '-f',
    SHOP,
    '-f',
    FILE,
    '--entry-hosts',
    '*.example.com',
  );
  expect(code).toBe(0);
  expect(text).toContain('  link: https://shop.example.com/?x-source-route=env.linked\n');
  expect(text).toContain('Set-Cookie: x-source-route=env.linked; Path=/; SameSite=Lax;');
  expect(`${text}${notes}`).toContain(
    'linked: entry none.example.com: no VirtualService with a gateway has the host none.example.com',
  );
});

test('no host is listed', async () => {
  const { text, notes } = await previewed('-f', SHOP, '-f', FILE);
  expect(`${text}${notes}`).toContain(
    'links lead people to envs only at hosts that the administrator lists',
  );
});
