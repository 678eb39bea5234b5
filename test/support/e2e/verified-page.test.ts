import { expect, test } from '@jest/globals';
import { withPart } from '../verified-page.ts';

const first = { date: '2026-01-01', hash: 'a'.repeat(64) };
const second = { date: '2026-02-02', hash: 'b'.repeat(64) };

test('a suite replaces its own part of the page and no other part', () => {
  const loop = withPart('', 'loop', '## Loop\n\nold', first);
  const both = withPart(loop, 'mesh', '## Mesh\n\n503: 0', first);
  const again = withPart(both, 'loop', '## Loop\n\nnew', second);
  expect(again).not.toContain('old');
  expect(again).toContain(
    `new\n\nRun on 2026-02-02, with \`src/\` (without the CLI) of \`sha256:${second.hash}\`.`,
  );
  expect(again).toContain(
    `503: 0\n\nRun on 2026-01-01, with \`src/\` (without the CLI) of \`sha256:${first.hash}\`.`,
  );
});

test('the order of the parts does not depend on which suite writes first', () => {
  const mesh = withPart('', 'mesh', '## Mesh', first);
  const both = withPart(mesh, 'loop', '## Loop', first);
  expect(both).toBe(withPart(withPart('', 'loop', '## Loop', first), 'mesh', '## Mesh', first));
  expect(both.indexOf('## Loop')).toBeLessThan(both.indexOf('## Mesh'));
});

test('the second version of a part replaces the first one', () => {
  const once = withPart('', 'mesh', '## Mesh\n', first);
  expect(withPart(once, 'mesh', '## Mesh\n', first)).toBe(once);
});
