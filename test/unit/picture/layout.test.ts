import { describe, expect, jest, test } from '@jest/globals';
import fc from 'fast-check';
import { loadPlacer } from '../../../src/cli/common/layout-library.ts';
import { boxOf, isContainer } from '../../../src/picture/boxes.ts';
import { type Box, type Drawing, drawingOf } from '../../../src/picture/layout.ts';
import { pictureOf } from '../../../src/picture/picture.ts';
import type { Picture, PictureEdge, PictureNode } from '../../../src/picture/types.ts';
import { bigShop, SETTINGS, simple } from './objects.ts';

jest.setTimeout(60_000);

const place = await loadPlacer();
const SLACK = 0.5;

function overlap(a: Box, b: Box): boolean {
  return (
    a.x + SLACK < b.x + b.width &&
    b.x + SLACK < a.x + a.width &&
    a.y + SLACK < b.y + b.height &&
    b.y + SLACK < a.y + a.height
  );
}

function within(inner: Box, outer: Box): boolean {
  return (
    inner.x >= outer.x - SLACK &&
    inner.y >= outer.y - SLACK &&
    inner.x + inner.width <= outer.x + outer.width + SLACK &&
    inner.y + inner.height <= outer.y + outer.height + SLACK
  );
}

/** Checks the rules for every drawing. Returns the violations. */
function faults({ nodes, edges, width, height }: Drawing): string[] {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const page = { x: 0, y: 0, width, height };
  const pairs = nodes.flatMap((a, index) => nodes.slice(index + 1).map((b) => [a, b] as const));
  const holds = (outer: string, inner: string): boolean => {
    const parent = byId.get(inner)?.parent;
    return parent !== undefined && (parent === outer || holds(outer, parent));
  };
  const leaves = nodes.filter(({ kind }) => !isContainer(kind));
  return [
    ...pairs
      .filter(([a, b]) => !holds(a.id, b.id) && !holds(b.id, a.id) && overlap(a.box, b.box))
      .map(([a, b]) => `${a.id} and ${b.id} overlap`),
    ...nodes
      .filter(({ box, parent = '' }) => !within(box, byId.get(parent)?.box ?? page))
      .map(({ id }) => `${id} sticks out`),
    ...nodes
      .filter(
        (node) =>
          boxOf(node).width > node.box.width + SLACK ||
          boxOf(node).height > node.box.height + SLACK,
      )
      .map(({ id }) => `the text of ${id} does not fit`),
    ...nodes
      .filter(({ kind, parent }) => isContainer(kind) && parent !== undefined)
      .flatMap((outer) =>
        nodes
          .filter(({ parent }) => parent === outer.id)
          .filter(({ box }) => box.y < outer.box.y + boxOf(outer).height - SLACK)
          .map(({ id }) => `${id} covers the title of ${outer.id}`),
      ),
    ...edges.flatMap(({ from, to, label }) =>
      label === undefined
        ? []
        : leaves
            .filter(({ box }) => overlap(box, label))
            .map(({ id }) => `the label of ${from} → ${to} covers ${id}`),
    ),
    ...edges
      .filter(({ points }) => points.length < 2)
      .map(({ from, to }) => `${from} → ${to} is no line`),
    ...edges.flatMap(({ from, to, points }) =>
      endFaults(from, points[0], byId.get(from)?.box).concat(
        endFaults(to, points.at(-1), byId.get(to)?.box),
      ),
    ),
  ];
}

/** An edge must start and end at the boxes that it connects. */
function endFaults(
  id: string,
  point: { x: number; y: number } | undefined,
  box: Box | undefined,
): string[] {
  const spot = { x: point?.x ?? Number.NaN, y: point?.y ?? Number.NaN, width: 0, height: 0 };
  return box !== undefined && within(spot, box) ? [] : [`a line does not meet ${id}`];
}

describe('boxes do not overlap and are inside their parents, and texts fit', () => {
  test.each([
    ['nothing', []],
    ['one Service', simple('a', 'alice')],
    ['12 Services, in full', bigShop(11)],
    ['60 Services', bigShop(60)],
    ['200 Services', bigShop(200)],
  ])('%s', async (_, objects) => {
    expect(faults(await drawingOf(pictureOf(objects, SETTINGS), place))).toEqual([]);
  });

  test('any picture', async () => {
    await fc.assert(
      fc.asyncProperty(pictures(), async (picture) => {
        expect(faults(await drawingOf(picture, place))).toEqual([]);
      }),
      { numRuns: 25 },
    );
  });
});

test('60 Services fill a page, not one column', async () => {
  const { width, height } = await drawingOf(pictureOf(bigShop(60), SETTINGS), place);
  expect(width / height).toBeGreaterThan(0.6);
  expect(width / height).toBeLessThan(4);
});

const texts = () => fc.string({ unit: 'grapheme', minLength: 1, maxLength: 60 });

function pictures(): fc.Arbitrary<Picture> {
  return fc
    .record({
      namespaces: fc.integer({ min: 0, max: 3 }),
      services: fc.array(fc.nat(9), { maxLength: 6 }),
      leaves: fc.array(
        fc.record({
          home: fc.nat(12),
          title: texts(),
          problems: fc.array(texts(), { maxLength: 2 }),
        }),
        { minLength: 1, maxLength: 14 },
      ),
      edges: fc.array(
        fc.record({
          from: fc.nat(20),
          to: fc.nat(20),
          labels: fc.array(texts(), { maxLength: 5 }),
        }),
        { maxLength: 16 },
      ),
    })
    .map(({ namespaces, services, leaves, edges }) => {
      const node = (
        id: string,
        kind: PictureNode['kind'],
        parent: string | undefined,
        title = id,
        problems: string[] = [],
      ): PictureNode => ({
        id,
        kind,
        ...(parent === undefined ? {} : { parent }),
        title,
        details: [],
        problems,
      });
      const outer = Array.from({ length: namespaces }, (_, index) => `namespace ${index}`);
      // Boxes without children, and Services without a namespace, are placed on the page itself.
      const homes = [undefined, ...outer];
      const inner = services.map((home, index) =>
        node(`service ${index}`, 'service', homes[home % homes.length]),
      );
      const places = [...homes, ...inner.map(({ id }) => id)];
      const boxes = leaves.map(({ home, title, problems }, index) =>
        node(`leaf ${index}`, 'base', places[home % places.length], title, problems),
      );
      const lines: PictureEdge[] = edges.map(({ from, to, labels }) => ({
        from: `leaf ${from % boxes.length}`,
        to: `leaf ${to % boxes.length}`,
        kind: 'route',
        labels,
        problems: [],
        hops: [],
      }));
      return {
        nodes: [...outer.map((id) => node(id, 'namespace', undefined)), ...inner, ...boxes],
        edges: lines,
        envs: [],
        hops: [],
      };
    });
}
