import { describe, expect, jest, test } from '@jest/globals';
import { loadPlacer } from '../../../src/cli/common/layout-library.ts';
import { htmlOf } from '../../../src/picture/html.ts';
import { drawingOf } from '../../../src/picture/layout.ts';
import { pictureOf } from '../../../src/picture/picture.ts';
import { svgOf } from '../../../src/picture/svg.ts';
import type { Picture } from '../../../src/picture/types.ts';
import { routes, SETTINGS, simple } from './objects.ts';

jest.setTimeout(30_000);

const place = await loadPlacer();
const draw = async (picture: Picture, as: typeof svgOf = svgOf) =>
  as(await drawingOf(picture, place), '<DynamicEnv> "a"');

const NASTY = `<script>alert("1")</script>&'`;

const nasty: Picture = {
  nodes: [
    { id: 'n', kind: 'namespace', title: NASTY, details: [], problems: [] },
    {
      id: 'a',
      kind: 'base',
      parent: 'n',
      title: NASTY,
      details: [NASTY],
      hidden: [NASTY],
      problems: [NASTY],
    },
    { id: 'b', kind: 'clone', env: NASTY, title: 'b', details: [], problems: [] },
  ],
  edges: [
    {
      from: 'a',
      to: 'b',
      kind: 'route',
      env: NASTY,
      labels: [NASTY],
      problems: [NASTY],
      hops: [1],
    },
  ],
  envs: [{ name: NASTY, state: 'ready', match: NASTY, problems: [NASTY] }],
  hops: [{ text: NASTY, isReached: true }],
};

/**
 * Checks what an XML parser requires: elements are closed in order, attributes are quoted, entities are known. Returns
 * the violations.
 */
function xmlFaults(text: string): string[] {
  const open: string[] = [];
  const rest = text.replace(
    /<(\/?)([a-z][A-Za-z]*)((?: [A-Za-z:-]+="[^"<]*")*)(\/?)>/g,
    (_, closing, name, __, alone) => {
      if (closing !== '') return open.pop() === name ? '' : `misplaced </${name}>`;
      if (alone === '') open.push(name);
      return '';
    },
  );
  const bare = rest.replace(/&(amp|lt|gt|quot|#39);/g, '');
  return [
    ...open.map((name) => `<${name}> is not closed`),
    ...(bare.match(/misplaced.*|[<&].*/g) ?? []),
  ];
}

describe('for every name and value', () => {
  test('text is escaped', async () => {
    const svg = await draw(nasty);
    expect(xmlFaults(svg)).toEqual([]);
    expect(svg).not.toContain('<script');
    expect(svg).toContain('&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&amp;&#39;');
    const html = await draw(nasty, htmlOf);
    expect(html.match(/<script/g)).toHaveLength(1);
    expect(html).toContain('<title>&lt;DynamicEnv&gt; &quot;a&quot;</title>');
  });

  test('the check itself finds errors', () => {
    expect(xmlFaults('<g><a></g></a>')).not.toEqual([]);
    expect(xmlFaults('<g>&nbsp;</g>')).not.toEqual([]);
    expect(xmlFaults('<g>< </g>')).not.toEqual([]);
    expect(xmlFaults('<g a=b></g>')).not.toEqual([]);
    expect(xmlFaults('<g>')).not.toEqual([]);
  });
});

describe('the file needs no other file', () => {
  test.each([
    ['svg', svgOf],
    ['html', htmlOf],
  ])('%s', async (_, as) => {
    const text = await draw(pictureOf(simple('a', 'alice'), SETTINGS), as);
    const addresses = text.match(/https?:[^"'\s)]*|url\([^)]*\)|@import|\s(?:src|href)=/g) ?? [];
    expect(addresses.filter((one) => one !== 'http://www.w3.org/2000/svg')).toEqual([]);
    expect(text).toContain('prefers-color-scheme:dark');
  });
});

test('long texts are shortened, and complete in the tooltip', async () => {
  const name = `${'a'.repeat(30)}-${'b'.repeat(30)}`;
  const match = [{ uri: { prefix: `/${'c'.repeat(60)}` } }];
  const objects = [
    ...simple(name).slice(0, -1),
    routes(name, { match, route: [{ destination: { host: name, subset: 'shared' } }] }),
  ];
  const svg = await draw(pictureOf(objects, SETTINGS));
  expect(svg).toMatch(/<text class="title"[^>]*>a+…b+<\/text>/);
  expect(svg).toContain(`<title>Service ${name}</title>`);
  expect(svg).toMatch(/<text class="detail"[^>]*>uri\^=\/c+…<\/text>/);
  expect(svg).toContain(`<title>uri^=/${'c'.repeat(60)}</title>`);
});

test('the legend has exactly the elements that the picture has', async () => {
  const words = async (picture: Picture) =>
    [...(await draw(picture)).matchAll(/<text class="detail"[^>]*>([^<]*)</g)].map(
      ([, text]) => text,
    );
  const calm = await words(pictureOf(simple('a'), SETTINGS));
  expect(calm).toEqual(expect.arrayContaining(['Service', 'VirtualService', 'base version']));
  expect(calm).not.toContain('a problem; point at it');
  expect(calm).not.toContain('an env&#39;s version');
  const more = await words(nasty);
  expect(more).toContain('a problem; point at it');
  expect(more).toContain('an env&#39;s routes');
  expect(more).toContain('path of the traced request');
});

test('of many envs, those that are not ready come first, and the others are counted', async () => {
  const envs = Array.from({ length: 10 }, (_, index) => ({
    name: `env-${index}`,
    state: index === 9 ? 'degraded' : 'ready',
    match: '',
    problems: [],
  }));
  const svg = await draw({ nodes: [], edges: [], envs, hops: [] });
  const told = [...svg.matchAll(/DynamicEnv (env-\d): /g)].map(([, name]) => name);
  expect(told).toEqual(['env-9', ...Array.from({ length: 7 }, (_, index) => `env-${index}`)]);
  expect(svg).toContain('>… and 2 more<');
});
