import { parseArgs } from 'node:util';

export interface Settings {
  host: string;
  port: number;
  maxPolls: number;
  logLevel: string;
  /** Undefined: the feed runs in a pod. */
  kubeconfig: string | undefined;
}

const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'];

export const HELP = `Usage: node dist/main.js [flags]

  --host ADDRESS     address to listen on (0.0.0.0)
  --port PORT        port to listen on (8080)
  --max-polls N      how many polls are held at once; more are answered with 503 (3000)
  --log-level LEVEL  one of ${LEVELS.join(', ')} (info)
  --kubeconfig FILE  the cluster to read, outside of a pod
`;

/** Reads the flags. Throws an Error that names the flag. */
export function readSettings(args: readonly string[]): Settings | 'help' {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    args: [...args],
    options: {
      host: { ...text, default: '0.0.0.0' },
      port: { ...text, default: '8080' },
      'max-polls': { ...text, default: '3000' },
      'log-level': { ...text, default: 'info' },
      kubeconfig: text,
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return 'help';
  const { host, kubeconfig, 'log-level': logLevel } = values;
  if (!/^\S+$/.test(host)) throw new Error('--host: expected an address');
  if (!LEVELS.includes(logLevel))
    throw new Error(`--log-level: expected one of ${LEVELS.join(', ')}`);
  const port = wholeNumber('--port', values.port, 0, 65_535);
  const maxPolls = wholeNumber('--max-polls', values['max-polls'], 1, 100_000);
  return { host, port, maxPolls, logLevel, kubeconfig };
}

function wholeNumber(flag: string, given: string, least: number, most: number): number {
  const number = Number(given);
  if (!/^\d{1,9}$/.test(given) || number < least || number > most)
    throw new Error(`${flag}: expected a whole number from ${least} to ${most}`);
  return number;
}
