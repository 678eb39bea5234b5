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

test('of two merges of which one would narrow the other the later one is left out', () => {
  const match = { port: 443, sniHosts: ['b.example.com'], destinationSubnets: ['10.0.0.0/8'] };
  const narrow = planned(manifest('shop/narrow'), {
    http: [],
    tls: [{ match: [match], route: [{ destination: { host: 'b' } }] }],
  });
  const { kept, overlapping } = withoutOverlaps([tls('wide', ['a.example.com']), narrow], users);
  expect(namesOf(kept)).toEqual(['wide']);
  expect(overlapping[0]?.message).toMatch(/^istiod would give the destinationSubnets/);
});

test('an equal route is no overlap: it is rendered once', () => {
  const wanted = [
    tls('first', ['a.example.com'], 'same'),
    tls('second', ['a.example.com'], 'same'),
  ];
  expect(withoutOverlaps(wanted, users).overlapping).toEqual([]);
});
