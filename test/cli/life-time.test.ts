import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, jest, test } from '@jest/globals';
import type { DynamicEnv } from '../../src/api/dynamicenv.ts';
import { reportOf } from '../../src/cli/get/report.ts';
import { treeOf } from '../../src/cli/get/tree.ts';
import { dynamicEnv } from '../support/objects.ts';
import { previewed } from './lib/in-process.ts';

jest.setTimeout(30_000);

const SHOP = fileURLToPath(new URL('../../examples/shop', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'life-time-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** The preview of the shop's env with these fields at the top of its spec and in its annotations. */
async function preview(spec: string, ...flags: string[]) {
  const file = join(folder, 'env.yaml');
  const env = readFileSync(join(SHOP, 'dynamicenv.yaml'), 'utf8');
  writeFileSync(file, env.replace(/^spec:$/m, `spec:\n${spec}`));
  return previewed(
    ...['backend', 'web'].flatMap((name) => ['-f', join(SHOP, `${name}.yaml`)]),
    '-f',
    file,
    ...flags,
  );
}

describe('a preview', () => {
  test('shows an env with a ttl as it is while it lives, however short the ttl is', async () => {
    const { code, text } = await preview('  ttl: 1s\n  owner: Shop team');
    expect(
      text,
    ).toContain(`  DynamicEnv test-user is ready: 1 of 1 workloads ready, requests with user=test-user
    expires 1s after its creation
    owner: Shop team
    subset shop/backend`);
    expect(code).toBe(0);
  });

  test('of a suspended env creates nothing, and says why', async () => {
    const { code, text } = await preview('  suspend: true');
    expect(text).not.toContain('Created');
    expect(text).toContain('DynamicEnv test-user is suspended: 0 of 1 workloads ready');
    expect(text).toContain('  why: it keeps no clones and no routes while spec.suspend is true');
    expect(code).toBe(1);
  });

  test("says what the administrator's rules refuse", async () => {
    const { code, text } = await preview('  ttl: 8d', '--max-ttl=7d', '--require-owner=true');
    expect(text).toContain('spec.ttl: 8d is asked for, but the administrator allows 7d');
    expect(text).toContain('spec.owner: the administrator requires an owner');
    expect(code).toBe(1);
  });
});

describe('get', () => {
  const paint = (_style: string, text: string) => text;
  const shown = (status: object, spec: object) => {
    const env = { ...dynamicEnv(spec), status } as DynamicEnv;
    return treeOf(reportOf(env, [], []), paint);
  };
  const counts = { totalCount: 1, totalReady: 0, observedGeneration: 9 };
  const time = '2026-01-31T12:00:00Z';

  test('when an env expires, and whom to ask', () => {
    const status = { ...counts, state: 'ready', expiresAt: time };
    expect(shown(status, { ttl: '3d', owner: '@maria' }).slice(1, 3)).toEqual([
      '├─ expires at 2026-01-31T12:00:00Z',
      '└─ owner: @maria',
    ]);
  });

  test('when it has expired, and what to do', () => {
    const condition = { type: 'Ready', status: 'False', reason: 'Expired', message: 'set it' };
    const status = { ...counts, state: 'expired', expiresAt: time, conditions: [condition] };
    const lines = shown(status, { ttl: '3d' });
    expect(lines[0]).toContain('is expired');
    expect(lines).toContain('├─ expired at 2026-01-31T12:00:00Z');
    expect(lines.slice(-2)).toEqual(['└─ what to do', '   └─ set it']);
  });
});
