import { SELECTING } from './crowds-selection.ts';
import type { Family } from './families.ts';
import { ADMISSION, admissionBody, SYNC, syncBody } from './families-virtualservice.ts';
import { injection, plannedInjection, times } from './parts.ts';
import { GROWING_ENTERED } from './virtualservice-selection.ts';

/** How many of each crowd come with a VirtualService that is large itself. */
const CROWD = 100;

const FEW = GROWING_ENTERED['few routes at a gateway'];
const MANY = GROWING_ENTERED['routes at a gateway'];

/** RouteInjections with refs, entries and matches on more than headers, at VirtualServices of a gateway. */
export const SELECTION_FAMILIES: readonly Family[] = [
  ...Object.entries(SELECTING).flatMap(([name, { most, of }]): Family[] =>
    Object.entries({
      'few routes': () => FEW?.of(3),
      '1,000 routes': () => MANY?.of(1000),
    }).flatMap(([routes, object]): Family[] => [
      {
        name: `selection sync: ${name}, ${routes}`,
        url: SYNC,
        most,
        body: (n) =>
          syncBody(
            object() ?? {},
            times(n, (at) => injection(at, of(at, n))),
          ),
      },
      {
        name: `selection admission: ${name}, ${routes}`,
        url: ADMISSION,
        most,
        body: (n) =>
          admissionBody(
            object() as never,
            times(n, (at) => plannedInjection(at, of(at, n))),
          ),
      },
    ]),
  ),
  ...Object.entries(GROWING_ENTERED).flatMap(([name, { most, of }]): Family[] => [
    {
      name: `selection customize: ${name}`,
      url: '/route-injection/customize',
      most,
      body: (n) => ({ controller: {}, parent: of(n) }),
    },
    ...Object.entries(SELECTING).flatMap(([crowd, { of: spec }]): Family[] => [
      {
        name: `selection sync: ${name}, ${crowd}`,
        url: SYNC,
        most,
        body: (n) =>
          syncBody(
            of(n),
            times(CROWD, (at) => injection(at, spec(at, CROWD))),
          ),
      },
      {
        name: `selection admission: ${name}, ${crowd}`,
        url: ADMISSION,
        most,
        body: (n) =>
          admissionBody(
            of(n),
            times(CROWD, (at) => plannedInjection(at, spec(at, CROWD))),
          ),
      },
    ]),
  ]),
];
