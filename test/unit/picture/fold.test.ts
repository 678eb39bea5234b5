import { expect, test } from '@jest/globals';
import { folded } from '../../../src/picture/fold.ts';
import { pictureOf } from '../../../src/picture/picture.ts';
import type { Picture } from '../../../src/picture/types.ts';
import { route, virtualService } from '../istio/builders.ts';
import { SETTINGS, simple } from './objects.ts';

const names = Array.from({ length: 13 }, (_, index) => `s${index}`);
const shown = (picture: Picture, name: string) =>
  picture.nodes.filter(({ title }) => title === name).map(({ kind }) => kind);

test('up to twelve Services are drawn in full', () => {
  const picture = pictureOf(
    names.slice(1).flatMap((name) => simple(name)),
    SETTINGS,
  );
  expect(shown(picture, 's1')).toEqual(['service', 'base', 'virtualservice']);
  expect(folded(picture)).toBe(picture);
});

test('with more Services, those with an env or a problem are drawn in full, and the others have one line with their content', () => {
  const objects = names.flatMap((name) => simple(name, ...(name === 's3' ? ['alice'] : [])));
  const broken = virtualService('shop/s4', { hosts: ['s4'], http: [route('s4', 'gone')] });
  const picture = pictureOf(
    [
      ...objects.filter(
        ({ kind, metadata }) => kind !== 'VirtualService' || metadata.name !== 's4',
      ),
      broken,
    ],
    SETTINGS,
  );
  expect(shown(picture, 's3')).toEqual(['service', 'base', 'virtualservice']);
  expect(shown(picture, 's4')).toEqual(['service', 'base', 'virtualservice']);
  expect(shown(picture, 's5')).toEqual(['folded']);
  const node = picture.nodes.find(({ title }) => title === 's5');
  expect(node?.details).toEqual(['1 route to s5']);
  expect(node?.hidden).toEqual(['s5: everything → s5']);
});

test('edges from outside end at the folded box, and edges inside are not drawn', () => {
  const gateway = virtualService('shop/public', {
    hosts: ['shop.example.com'],
    gateways: ['public'],
    http: [route('s5', 'shared'), route('s6', 'shared')],
  });
  const { nodes, edges } = pictureOf([...names.flatMap((name) => simple(name)), gateway], SETTINGS);
  expect(edges.map(({ from, to }) => `${from} → ${to}`)).toEqual([
    'virtualservice shop/public → service s5.shop.svc.cluster.local',
    'virtualservice shop/public → service s6.shop.svc.cluster.local',
    'gateway shop/public → virtualservice shop/public',
  ]);
  const ids = new Set(nodes.map(({ id }) => id));
  expect(edges.every(({ from, to }) => ids.has(from) && ids.has(to))).toBe(true);
});

test('a folded Service without routes or Deployments says so', () => {
  const objects = names
    .flatMap((name) => simple(name))
    .filter(({ metadata, kind }) => {
      return metadata.name !== 's5' || kind === 'Service';
    });
  const node = pictureOf(objects, SETTINGS).nodes.find(({ title }) => title === 's5');
  expect(node?.details).toEqual(['no routes; no pods']);
});
