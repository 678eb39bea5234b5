import { expect, test } from '@jest/globals';
import { withoutOverlaps } from '../../../../src/virtualservice/merges/overlaps.ts';
import { withoutOurs } from '../../../../src/virtualservice/routes/strip.ts';
import { merge as manifest, planned } from '../../../support/merges.ts';
import { virtualService } from '../../../support/objects.ts';

const HOSTS = ['a.example.com', 'b.example.com'];
const users = withoutOurs(virtualService('shop/backend', { hosts: HOSTS }));
const tls = (name: string, sniHosts: string[], host = name) =>
  planned(manifest(`shop/${name}`), {
    http: [],
    tls: [{ match: [{ port: 443, sniHosts }], route: [{ destination: { host } }] }],
  });
const namesOf = (merges: readonly { name: string }[]) => merges.map(({ name }) => name);

test('of two merges that take the same SNI host the later one is left out, and it is told which', () => {
  const wanted = [
    tls('first', ['a.example.com']),
    tls('second', HOSTS),
    tls('third', ['b.example.com']),
  ];
  const { kept, overlapping } = withoutOverlaps(wanted, users);
  expect(namesOf(kept)).toEqual(['first', 'third']);
  expect(overlapping.map(({ merge, message }) => [merge.uid, message])).toEqual([
    ['u-second', expect.stringContaining('its tls routes and those of another merge')],
  ]);
});

test('an equal route is no overlap: it is rendered once', () => {
  const wanted = [
    tls('first', ['a.example.com'], 'same'),
    tls('second', ['a.example.com'], 'same'),
  ];
  expect(withoutOverlaps(wanted, users).overlapping).toEqual([]);
});
