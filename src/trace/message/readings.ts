import { cutText } from '../../k8s/cut-text.ts';
import { refProblem } from '../../refs/names.ts';
import { pairFor, type RefSettings, toldBy } from '../../refs/pick.ts';
import { parseServiceRoute } from '../../refs/service-route.ts';
import { asText, type MessageHeaders, type ReadHeader, readHeaders } from './headers.ts';
import type { Reading } from './types.ts';

/** Characters of a value that are shown. */
const SHOWN = 120;

/** What each header says about the refs for a workload with these Services, and what is wrong with it. */
export function readingsOf(
  headers: MessageHeaders,
  services: readonly string[],
  settings: RefSettings,
): Reading[] {
  const { service, source } = settings.headers;
  const read = readHeaders(headers, [service, source, 'baggage']);
  const isPlain = read.some(({ name }) => name !== 'baggage');
  const hasPair = pairsOf(read, services, settings).length > 0;
  return read.map((header) => {
    const { name, problem } = header;
    const value = problem === undefined ? { value: cutText(header.value, SHOWN) } : {};
    const decides = decider(settings, isPlain, hasPair) === name;
    return { header: name, ...value, says: saysOf(header, services, settings, isPlain), decides };
  });
}

/** Name of the header from which the ref comes, whatever it says. */
function decider({ headers, carriers }: RefSettings, isPlain: boolean, hasPair: boolean) {
  if (isPlain) return hasPair ? headers.service : headers.source;
  return carriers.includes('baggage') ? 'baggage' : undefined;
}

function pairsOf(read: readonly ReadHeader[], services: readonly string[], settings: RefSettings) {
  const told = toldBy(asText(read), { ...settings, carriers: [] }, 'joined');
  return services.flatMap((name) => pairFor(name, told) ?? []);
}

function saysOf(
  header: ReadHeader,
  services: readonly string[],
  settings: RefSettings,
  isPlain: boolean,
): string {
  const { name, problem } = header;
  if (name === 'baggage') return baggageText(header, services, settings, isPlain);
  if (problem !== undefined) return `malformed: it ${problem}, so it names no ref`;
  return name === settings.headers.source ? sourceText(header) : pairsText(header, services);
}

function sourceText({ name, value, count }: ReadHeader): string {
  if (count > 1)
    return `no ref: it is there ${count} times, and counts as "${cutText(value, SHOWN)}"`;
  const wrong = refProblem(name, value);
  return wrong === undefined
    ? `ref ${value}, for every service without a pair of its own`
    : `no ref: ${cutText(wrong, 2 * SHOWN)}`;
}

function pairsText({ name, value, count }: ReadHeader, services: readonly string[]): string {
  const pairs = parseServiceRoute(value);
  if (pairs === undefined) {
    const again =
      count > 1 ? `it is there ${count} times, and its values are joined by commas; ` : '';
    return `malformed as a whole, so it has no pair: ${again}expected service:ref, or several joined by "::", such as ${services[0]}:mp-101::cart-service:mp-102`;
  }
  const found = services.flatMap((service) => {
    const pair = pairFor(service, { service: [value] });
    return pair === undefined ? [] : [{ service, ref: pair.ref }];
  });
  if (found.length === 0) {
    const named = cutText(pairs.map((pair) => pair.service).join(', '), SHOWN);
    return `no pair for ${services.join(' or ')}; ${name} names ${named}`;
  }
  const texts = found.map(({ service, ref }) =>
    ref === undefined
      ? `${service}: no ref, because its pairs contradict each other or have no valid ref`
      : `${service}: ref ${ref}`,
  );
  const refs = new Set(found.map(({ ref }) => ref));
  return refs.size === 1
    ? texts.join(', ')
    : `${texts.join(', ')}: names of one workload contradict each other, so it has no ref`;
}

function baggageText(
  header: ReadHeader,
  services: readonly string[],
  settings: RefSettings,
  isPlain: boolean,
): string {
  const { service, source } = settings.headers;
  if (!settings.carriers.includes('baggage')) {
    return 'not read: --ref-carriers does not list baggage (consumers: DYNAMICENV_REF_CARRIERS)';
  }
  if (isPlain) return `not read: ${service} or ${source} is there, and decides`;
  if (header.problem !== undefined) return `malformed: it ${header.problem}, so it names no ref`;
  const told = toldBy(asText([header]), settings, 'joined');
  const members = [
    ...told.service.map((value) => `${service}=${value}`),
    ...told.source.map((value) => `${source}=${value}`),
  ];
  if (members.length === 0) return `no member ${service} or ${source}`;
  const pairs = services.filter((one) => pairFor(one, told) !== undefined);
  const by = pairs.length > 0 ? `, with a pair for ${pairs.join(' and ')}` : '';
  return `has ${cutText(members.join(', '), SHOWN)}${by}`;
}
