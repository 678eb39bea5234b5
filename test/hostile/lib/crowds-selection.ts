import { entryKey } from '../../../src/api/route-name.ts';
import type { INJECTIONS } from './crowds.ts';
import { map, times } from './parts.ts';

export const ENTRY_HOST = 'shop.example.com';
/** The largest texts that the definition allows; each of these characters becomes several in a regex. */
const WIDE_MEMBERS = {
  cookie: { name: '.'.repeat(64), exact: '*'.repeat(200) },
  baggage: { key: '+'.repeat(64), exact: '#'.repeat(64) },
};

function entered(link: string, headers: object = { 'x-source-route': link }, more: object = {}) {
  return {
    host: entryKey(ENTRY_HOST),
    from: [],
    to: '',
    entry: { host: ENTRY_HOST, link, headers, ...more },
  };
}

/** A growing number of RouteInjections that select by refs, entries, cookies, baggage or parameters. */
export const SELECTING: typeof INJECTIONS = {
  refs: { most: 5000, of: (at) => ({ ref: `mp-${at}` }) },
  'one ref of all': { most: 5000, of: () => ({ ref: 'mp-1' }) },
  'refs of the largest length': {
    most: 5000,
    of: (at) => ({ ref: `${at}-${'a'.repeat(33)}`, matches: [] }),
  },
  'entries, each with its link': { most: 5000, of: (at) => entered(`mp-${at}`) },
  'entries with one link': { most: 5000, of: () => ({ ...entered('mp-1'), ref: 'mp-1' }) },
  'entries beside refs': {
    most: 5000,
    of: (at) => (at % 2 === 0 ? { ref: 'mp-1' } : { ...entered('mp-1'), ref: 'mp-1' }),
  },
  'entries with many headers': {
    most: 500,
    of: (at) =>
      entered(
        `mp-${at}`,
        map(
          16,
          (one) => `x-${one}-${at}`,
          () => `%${'a'.repeat(1000)}%`,
        ),
      ),
  },
  'entries with many matches': {
    most: 3000,
    of: (at) => ({
      ...entered(`env.${at}`),
      matches: times(16, (one) => ({ headers: { [`x-${one}`]: { exact: `${at}` } } })),
    }),
  },
  'entries that many VirtualServices share': {
    most: 1000,
    of: (at) => entered(`mp-${at}`, {}, { shared: times(64, (one) => `shop/${one}`.repeat(20)) }),
  },
  'cookies and baggage of the largest length': {
    most: 1500,
    of: (at) => ({
      matches: times(16, (one) => ({ headers: { u: { exact: `${at}-${one}` } }, ...WIDE_MEMBERS })),
    }),
  },
  'equal cookies and baggage': {
    most: 5000,
    of: (at) => ({
      matches: [
        { cookie: { name: 'user', exact: `a${at % 3}` } },
        { baggage: { key: 'user', exact: `a${at % 3}` } },
        { queryParams: { user: { exact: `a${at % 3}` } } },
      ],
    }),
  },
  'parameters in many spellings': {
    most: 3000,
    of: (at) => ({
      matches: [
        {
          queryParams: map(
            16,
            (one) => `^A?${one % 2 ? 'b' : 'B'}${one}`,
            () => ({ prefix: `${at % 7}` }),
          ),
        },
      ],
    }),
  },
  'versions behind Services with many ports': {
    most: 200,
    of: () => ({
      to: '',
      subset: undefined,
      service: {
        host: 'other.shop.svc.cluster.local',
        ports: times(5000, (port) => port),
        basePorts: times(5000, (port) => port + 2000),
      },
    }),
  },
  'versions behind Services': {
    most: 5000,
    of: (at) => ({
      to: '',
      subset: undefined,
      service: { host: `o${at}.shop.svc.cluster.local`, ports: [80], basePorts: [80] },
    }),
  },
  'refs that are none': {
    most: 5000,
    of: (at) => ({ ref: ['(.*)+$', '%REQ(a)%', 'a\nb', '\\', '"', 'a'.repeat(1000)][at % 6] }),
  },
  'links that are none': {
    most: 5000,
    of: (at) => entered(['(.*)+$', '%REQ(a)%', 'a\nb', '\\', 'a; Domain=b'][at % 5] ?? ''),
  },
};
