import type { Row } from '../lib/rows.ts';
import { median } from '../lib/timing.ts';
import type { Leg } from './course.ts';
import { perEnv, total } from './requests.ts';

/** The costs of one or more envs: from creation until all are Ready, and from deletion until all are gone. */
export interface Life {
  create: Leg;
  remove: Leg;
}

export const secondsOf = (lives: readonly Life[], leg: keyof Life): number =>
  median(lives.map((life) => life[leg].seconds));

const sum = (counts: Readonly<Record<string, number>>) =>
  Object.values(counts).reduce((all, count) => all + count, 0);

/** Rows with the cost of one env's life: requests, hook calls, bytes and processor time. */
export function costRows(part: string, lives: readonly Life[], envs: number): Row[] {
  const middle = (value: (leg: Leg) => number) =>
    median(lives.map(({ create, remove }) => value(create) + value(remove))) / envs;
  const [life] = lives;
  const note =
    life &&
    `created: ${perEnv(life.create.requests, envs)}; deleted: ${perEnv(life.remove.requests, envs)}`;
  return [
    {
      part,
      name: "Metacontroller's requests for an env's life",
      figure: middle(({ requests }) => total(requests)),
      unit: '',
      goal: { most: 20 },
      ...(note === undefined ? {} : { note }),
    },
    {
      part,
      name: "hook calls for an env's life",
      figure: middle(({ hooks }) => sum(hooks.calls)),
      unit: '',
    },
    {
      part,
      name: "bytes of hook bodies and answers for an env's life",
      figure: middle(({ hooks }) => sum(hooks.bytes)) / 1024,
      unit: 'KiB',
    },
    {
      part,
      name: 'processor time of the service',
      figure: middle(({ hooks }) => hooks.cpu) * 1000,
      unit: 'ms',
    },
    {
      part,
      name: 'processor time of Metacontroller',
      figure: middle(({ cpu }) => cpu.metacontroller) * 1000,
      unit: 'ms',
    },
    {
      part,
      name: 'processor time of the API server',
      figure: middle(({ cpu }) => cpu.apiServer) * 1000,
      unit: 'ms',
    },
  ];
}
