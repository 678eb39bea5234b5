/** The parameters of a live run. A run with another `MESH_SEED` or `MESH_CONFIGURATIONS` is not recorded. */
export interface Settings {
  seed: number;
  configurations: number;
  requests: number;
}

const USUAL: Settings = { seed: 11, configurations: 224, requests: 12 };

export function settings(): Settings {
  return {
    ...USUAL,
    seed: setting('MESH_SEED') ?? USUAL.seed,
    configurations: setting('MESH_CONFIGURATIONS') ?? USUAL.configurations,
  };
}

/** Whether a run with these settings replaces the record. */
export function isUsual({ seed, configurations }: Settings): boolean {
  return seed === USUAL.seed && configurations === USUAL.configurations;
}

function setting(name: 'MESH_SEED' | 'MESH_CONFIGURATIONS'): number | undefined {
  const text = process.env[name];
  if (text === undefined || text === '') return undefined;
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  throw new Error(`${name}: expected a whole number above 0, got "${text}"`);
}
