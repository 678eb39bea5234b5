import { describe, expect, it } from '@jest/globals';
import {
  type Target,
  targetProblems,
} from '../../../../src/istio/merged-routes/target-problems.ts';

const MESH: Target = { hosts: ['*.b.example'], gateways: [] };
const tls = (...entries: object[]) => entries.map((entry) => ({ match: [entry] }));

describe('targetProblems accepts', () => {
  it.each<[string, object, Target]>([
    ['nothing', {}, MESH],
    [
      'a claim at a gateway',
      { http: [{ match: [{ headers: { '@request.auth.claims.a': {} } }] }] },
      { hosts: ['a'], gateways: ['gw'] },
    ],
    ['http in a delegate', { http: [{}], tcp: [], tls: [] }, { hosts: [], gateways: [] }],
    ['a delegate in a root', { http: [{ delegate: {} }] }, MESH],
    ['an SNI host', { tls: tls({ sniHosts: ['a.b.example'] }) }, MESH],
    ['an address', { tls: tls({ sniHosts: ['::1'] }) }, MESH],
    [
      'overlaps at gateways',
      { tls: tls({ sniHosts: ['a.b.example'] }, { sniHosts: ['a.b.example', 'c.b.example'] }) },
      { ...MESH, gateways: ['gw'] },
    ],
    [
      'an entry that equals one of the target',
      { tls: tls({ sniHosts: ['a.b.example'] }) },
      { ...MESH, tls: tls({ sniHosts: ['a.b.example'] }) },
    ],
    [
      'an SNI host that an own entry for another port has in capitals, at gateways',
      { tls: tls({ sniHosts: ['a.b.example'], port: 443 }) },
      { ...MESH, gateways: ['gw'], tls: tls({ sniHosts: ['A.b.example'], port: 444 }) },
    ],
    [
      'an SNI host that an own entry for the mesh has in capitals, at gateways',
      { tls: tls({ sniHosts: ['a.b.example'], gateways: ['gw'] }) },
      {
        ...MESH,
        gateways: ['mesh', 'gw'],
        tls: tls({ sniHosts: ['A.b.example'], gateways: ['mesh'] }),
      },
    ],
    [
      'an SNI host for the mesh that an own entry has in capitals, at gateways only',
      { tls: tls({ sniHosts: ['a.b.example'], gateways: ['mesh'] }) },
      { ...MESH, gateways: ['gw'], tls: tls({ sniHosts: ['A.b.example'] }) },
    ],
    [
      'another SNI host in capitals at gateways',
      { tls: tls({ sniHosts: ['a.b.example'] }) },
      { ...MESH, gateways: ['gw'], tls: tls({ sniHosts: ['C.b.example'] }) },
    ],
    [
      'a subnet, and an own one that stands for every address',
      { tcp: tls({ destinationSubnets: ['0.0.0.1/0'] }) },
      { ...MESH, tcp: tls({ destinationSubnets: ['0.0.0.0/0'] }) },
    ],
    ...[
      { sniHosts: ['x.b.example'], destinationSubnets: ['10.0.0.0/8'] },
      { sniHosts: ['x.b.example'], port: 444 },
      { sniHosts: ['x.b.example'], gateways: ['gw'] },
    ].map((own): [string, object, Target] => [
      `subnets beside the target's entry ${JSON.stringify(own)}`,
      { tls: tls({ sniHosts: ['a.b.example'], destinationSubnets: ['10.0.0.0/8'], port: 443 }) },
      { ...MESH, tls: tls(own) },
    ]),
    [
      'subnets behind an entry without',
      {
        tls: tls(
          { sniHosts: ['x.b.example'] },
          { sniHosts: ['a.b.example'], destinationSubnets: ['10.0.0.0/8'] },
        ),
      },
      MESH,
    ],
    [
      'overlaps among the own routes',
      { tls: tls({ sniHosts: ['a.b.example'] }) },
      {
        ...MESH,
        tls: tls({ sniHosts: ['x.b.example'] }, { sniHosts: ['x.b.example', 'y.b.example'] }),
      },
    ],
    [
      'any shape',
      { http: 1, tcp: [null, { match: 1 }], tls: [{ match: [{ sniHosts: [1, null] }, 'a'] }] },
      { ...MESH, tcp: 1, tls: {} },
    ],
  ])('%s', (_name, patch, target) => {
    expect(targetProblems(patch, target)).toEqual([]);
  });
});

describe('targetProblems refuses', () => {
  it.each<[string, object, Target, string, RegExp]>([
    [
      'a claim in the mesh',
      { http: [{}, { match: [{}, { headers: { '@request.auth.claims.a': {} } }] }] },
      MESH,
      'http[1].match[1].headers.@request.auth.claims.a',
      /the target needs gateways/,
    ],
    [
      'a claim next to mesh',
      { http: [{ match: [{ withoutHeaders: { '@request.auth.claims[a]': {} } }] }] },
      { hosts: ['a'], gateways: ['gw', 'mesh'] },
      'http[0].match[0].withoutHeaders.@request.auth.claims[a]',
      /at gateways only/,
    ],
    [
      'tcp in a delegate',
      { tcp: [{}] },
      { hosts: [], gateways: [] },
      'tcp',
      /^must be empty: the target has no hosts/,
    ],
    ['tls in a delegate', { tls: [{}] }, { hosts: [], gateways: [] }, 'tls', /^must be empty/],
    [
      'a delegate in a delegate',
      { http: [{}, { delegate: {} }] },
      { hosts: [], gateways: [] },
      'http[1].delegate',
      /is a delegate itself/,
    ],
    [
      'another host',
      { tls: tls({ sniHosts: ['a.b.example', 'a.example'] }) },
      MESH,
      'tls[0].match[0].sniHosts[1]',
      /is not among the hosts of the target/,
    ],
    [
      'no name',
      { tls: tls({ sniHosts: ['a b'] }) },
      MESH,
      'tls[0].match[0].sniHosts[0]',
      /is not a valid host name/,
    ],
    [
      'a generated name next to mesh',
      { tls: tls({ sniHosts: ['outbound_.80_._.x.b.example'] }) },
      { ...MESH, gateways: ['mesh'] },
      'tls[0].match[0].sniHosts[0]',
      /is not a valid host name/,
    ],
    [
      'an overlap',
      { tls: tls({ sniHosts: ['a.b.example'] }, { sniHosts: ['a.b.example', 'c.b.example'] }) },
      MESH,
      'tls[0].match[0]',
      /^overlaps with tls\[1\].match\[0\]: both apply to the same SNI host/,
    ],
    [
      'an overlap with the target',
      { tls: tls({ sniHosts: ['a.b.example'] }) },
      { ...MESH, tls: tls({ sniHosts: ['a.b.example', 'c.b.example'] }) },
      'tls[0].match[0]',
      /^overlaps with the target's tls\[0\].match\[0\]/,
    ],
    [
      'an SNI host that the target has in capitals',
      { tls: tls({ sniHosts: ['a.b.example'] }) },
      { ...MESH, tls: tls({ sniHosts: ['A.B.example'] }) },
      'tls[0].match[0]',
      /^overlaps with the target's tls\[0\].match\[0\]/,
    ],
    [
      'an SNI host that the target has in capitals at gateways',
      {
        tls: [
          { match: [{ sniHosts: ['b.b.example'] }, { sniHosts: ['c.b.example', 'a.b.example'] }] },
        ],
      },
      {
        ...MESH,
        gateways: ['gw'],
        tls: tls({ sniHosts: ['x.b.example'] }, { sniHosts: ['A.B.example'], port: 443 }),
      },
      'tls[0].match[1].sniHosts[1]',
      /^"a\.b\.example" is an SNI host of the target's tls\[1\]\.match\[0\], too, with capitals there/,
    ],
    [
      'an SNI host that the target has in capitals at gateways, for the same port',
      { tls: tls({ sniHosts: ['a.b.example'], port: 443 }) },
      {
        ...MESH,
        gateways: ['gw'],
        tls: tls(
          { sniHosts: ['A.b.example'], port: 444 },
          { sniHosts: ['A.b.example'], port: 443 },
        ),
      },
      'tls[0].match[0].sniHosts[0]',
      /the target's tls\[1\]\.match\[0\]/,
    ],
    [
      'an SNI host that the target has in capitals at gateways beside the mesh',
      { tls: tls({ sniHosts: ['a.b.example'], gateways: ['gw'] }) },
      {
        ...MESH,
        gateways: ['mesh', 'gw'],
        tls: tls({ sniHosts: ['A.b.example'], gateways: ['other'] }),
      },
      'tls[0].match[0].sniHosts[0]',
      /would refuse the gateway's listener/,
    ],
    [
      'an SNI host that only differs in capitals from a host of the target',
      { tls: tls({ sniHosts: ['a.b.example'] }) },
      { hosts: ['x.example', 'A.b.example'], gateways: [] },
      'tls[0].match[0].sniHosts[0]',
      /^"a\.b\.example" differs in capitals from the target's host A\.b\.example: ask its owners to write it in lower case/,
    ],
    [
      'an SNI host without subnets, which the target has with a subnet that istiod leaves out',
      { tls: tls({ sniHosts: ['a.b.example'] }) },
      {
        ...MESH,
        tls: tls({ sniHosts: ['a.b.example', 'c.b.example'], destinationSubnets: ['0.0.0.0/8'] }),
      },
      'tls[0].match[0]',
      /^overlaps with the target's tls/,
    ],
    [
      'a subnet that the target has beside one that istiod leaves out',
      { tcp: tls({ destinationSubnets: ['10.0.0.0/8'] }) },
      { ...MESH, tcp: tls({ destinationSubnets: ['0.0.0.0', '10.0.0.0/8'] }) },
      'tcp[0].match[0]',
      /^overlaps with the target's tcp/,
    ],
    [
      'subnets that an entry of the target would get',
      { tls: tls({ sniHosts: ['a.b.example'], destinationSubnets: ['10.0.0.0/8'] }) },
      { ...MESH, tls: tls({ sniHosts: ['x.b.example'] }) },
      'tls[0].match[0].destinationSubnets',
      /^would narrow the target's tls\[0\].match\[0\], too: istiod gives its subnets/,
    ],
    [
      'subnets that a further entry would get',
      {
        tls: tls(
          { sniHosts: ['a.b.example'], destinationSubnets: ['10.0.0.0/8'] },
          { sniHosts: ['x.b.example'] },
        ),
      },
      MESH,
      'tls[0].match[0].destinationSubnets',
      /^would narrow tls\[1\].match\[0\], too/,
    ],
    [
      'equal subnets',
      { tcp: [{ match: [{ destinationSubnets: ['10.0.0.0/8'] }] }] },
      { ...MESH, tcp: [{ match: [{ destinationSubnets: ['10.1.0.0/8'] }] }] },
      'tcp[0].match[0]',
      /^overlaps with the target's tcp/,
    ],
    [
      'too many entries',
      { tls: [{ match: Array.from({ length: 1001 }, () => ({})) }] },
      MESH,
      'tls',
      /^has more than 1000 match entries/,
    ],
  ])('%s', (_name, patch, target, field, message) => {
    const [first] = targetProblems(patch, target);
    expect(first?.field).toBe(field);
    expect(first?.message).toMatch(message);
  });

  it('reports eight problems at most', () => {
    const sniHosts = Array.from({ length: 20 }, (_, i) => `${i}.c.example`);
    expect(targetProblems({ tls: tls({ sniHosts }) }, MESH)).toHaveLength(8);
  });
});
