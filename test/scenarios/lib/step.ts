const WRITER = ['as', 'refused'];

/** The actions of steps, each with the fields that it may have. */
const ACTIONS = {
  apply: [...WRITER, 'unchecked'],
  create: [...WRITER, 'unchecked'],
  serverSideApply: [...WRITER, 'manager', 'force', 'unchecked'],
  replace: [...WRITER, 'unchecked'],
  patch: [...WRITER, 'unchecked'],
  annotate: WRITER,
  label: WRITER,
  delete: [...WRITER, 'cascade'],
  expect: ['except'],
  wait: ['within'],
  request: ['goesTo', 'within'],
  always: [],
  advance: ['writesAtMost', 'syncsAtMost'],
  fault: [],
} as const satisfies Record<string, readonly string[]>;

export type Action = keyof typeof ACTIONS;

/** The action of a step. Throws if the step has no known action, or has a field that its action does not use. */
export function actionOf(words: Record<string, unknown>, place: string): Action {
  const keys = Object.keys(words);
  const found = keys.filter((key): key is Action => key in ACTIONS);
  const [action] = found;
  if (action === undefined || found.length > 1) {
    throw new Error(`${place}: a step is one of ${Object.keys(ACTIONS).join(', ')}`);
  }
  const allowed: readonly string[] = ACTIONS[action];
  const stranger = keys.find((key) => key !== action && !allowed.includes(key));
  if (stranger === undefined) return action;
  throw new Error(`${place}: "${stranger}" means nothing beside "${action}"`);
}

const UNITS: Record<string, number> = { ms: 0.001, s: 1, m: 60 };

/** Parses `500ms`, `30s` or `2m`; returns seconds. */
export function seconds(text: unknown): number {
  const [, number, unit = ''] = /^(\d+)(ms|s|m)$/.exec(String(text)) ?? [];
  const factor = UNITS[unit];
  if (factor === undefined) throw new Error(`not a duration: ${String(text)}`);
  return Number(number) * factor;
}
