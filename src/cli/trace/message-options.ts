import { UsageError } from '../../errors.ts';
import type { MessageHeaders } from '../../trace/message/headers.ts';
import { formatOption, namespaceOption, textOption } from '../common/option-values.ts';
import { commonOptions } from './common-options.ts';
import type { TraceOptions } from './options.ts';

export interface MessageOptions
  extends Pick<TraceOptions, 'files' | 'cluster' | 'namespace' | 'format' | 'config'> {
  headers: MessageHeaders;
  /** The base Deployment. */
  to: { namespace: string; name: string };
}

const OF_REQUESTS = ['from', 'from-namespace', 'from-labels', 'gateway', 'graph'];

/** Reads the flags of `trace --message`. */
export function readMessageOptions(
  given: Record<string, unknown>,
  words: readonly string[],
  env: Record<string, string | undefined>,
): MessageOptions {
  const [url] = words;
  if (url !== undefined) {
    throw new UsageError(`"${url}": a message has no URL; name the consuming Deployment with --to`);
  }
  const wrong = OF_REQUESTS.find((flag) => given[flag] !== undefined);
  if (wrong !== undefined) throw new UsageError(`--${wrong} is for requests, not for --message`);
  const { files, cluster, config, headers } = commonOptions(given, env);
  return {
    files,
    cluster,
    namespace: namespaceOption(given, 'namespace'),
    format: formatOption(['text', 'yaml', 'json'], given),
    config,
    headers: headers.map(headerOf),
    to: workloadOption(given),
  };
}

/** Kafka's names of headers may have any character; a colon ends it here. */
function headerOf(text: string): MessageHeaders[number] {
  const colon = text.indexOf(':');
  if (colon <= 0) throw new UsageError(`-H: expected 'name: value', got "${text}"`);
  const value = text.slice(colon + 1).replace(/^ /, '');
  return [text.slice(0, colon).trim(), Buffer.from(value)];
}

function workloadOption(given: Record<string, unknown>): MessageOptions['to'] {
  const text = textOption(given, 'to');
  const [namespace = '', name = '', ...rest] = text?.split('/') ?? [];
  if (namespace && name && rest.length === 0) return { namespace, name };
  const got = text === undefined ? '' : `, got "${text}"`;
  throw new UsageError(
    `--to: expected NAMESPACE/NAME of the Deployment that consumes the message${got}`,
  );
}
