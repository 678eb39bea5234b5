import type { HeaderAlias, VirtualEnvironment } from '../../api/virtualenvironment.ts';
import { labelKeyProblem, labelValueProblem } from '../../istio/field-rules.ts';
import { headerKey, isAuthorityHeader, isHeaderToken } from '../../istio/header-name.ts';
import { cutText } from '../../k8s/cut-text.ts';
import type { LevelRules } from './types.ts';

const DEFAULT_HEADER = 'X-Virtual-Env';
const DEFAULT_LABEL = 'virtual-env';
const DEFAULT_SPLITTER = '.';
const DEFAULT_PLACEHOLDER = '(@)';

/** The name stands in every route. */
const MAX_HEADER_NAME = 128;
/** Kubernetes' limit for the value of a label. */
const MAX_LABEL_VALUE = 63;
/** Each alias has as many routes as the header itself. */
const MAX_ALIASES = 16;
const MAX_QUOTED = 60;

/**
 * The spec with its defaults. A field that cannot be used counts as absent. `problems`: one sentence for each of them,
 * with the field's path and the remedy.
 */
export function levelRules({ spec }: VirtualEnvironment): {
  rules: LevelRules;
  problems: string[];
} {
  const problems: string[] = [];
  const usable = <T>(field: string, value: T, problem: string | undefined, otherwise: string) => {
    if (value === undefined || problem === undefined) return value;
    problems.push(`spec.${field} ${problem}; ${otherwise}`);
    return undefined;
  };
  // A null counts as absent: the API server drops one where there is a default.
  const name = spec?.envHeader?.name ?? undefined;
  const autoInject = spec?.envHeader?.autoInject ?? false;
  const aliases = spec?.envHeader?.aliases ?? [];
  const key = spec?.envLabel?.name ?? undefined;
  const splitter = spec?.envLabel?.splitter ?? undefined;
  const defaultSubset = spec?.envLabel?.defaultSubset ?? undefined;
  const header =
    usable(
      'envHeader.name',
      name,
      headerNameProblem(name),
      `${DEFAULT_HEADER} is used until then`,
    ) ?? DEFAULT_HEADER;
  const label =
    usable('envLabel.name', key, labelProblem(key), `${DEFAULT_LABEL} is used until then`) ??
    DEFAULT_LABEL;
  const border =
    usable(
      'envLabel.splitter',
      splitter,
      splitterProblem(splitter),
      `"${DEFAULT_SPLITTER}" is used until then`,
    ) ?? DEFAULT_SPLITTER;
  const standard = usable(
    'envLabel.defaultSubset',
    defaultSubset,
    valueProblem(defaultSubset),
    'all pods serve by default until then',
  );
  return {
    rules: {
      header,
      aliases: usableAliases(aliases, header, problems),
      autoInject,
      label,
      splitter: border,
      ...(standard === undefined ? {} : { defaultSubset: standard }),
    },
    problems,
  };
}

function usableAliases(
  aliases: readonly HeaderAlias[],
  header: string,
  problems: string[],
): LevelRules['aliases'] {
  const found: { name: string; pattern: string; placeholder: string }[] = [];
  if (aliases.length > MAX_ALIASES) {
    problems.push(
      `spec.envHeader.aliases has ${aliases.length} items, and only the first ${MAX_ALIASES} are used: remove the others`,
    );
  }
  for (const [i, { name, pattern, placeholder }] of aliases.slice(0, MAX_ALIASES).entries()) {
    const field = `spec.envHeader.aliases[${i}]`;
    const problem =
      headerNameProblem(name) ??
      (headerKey(name) === headerKey(header)
        ? 'is the header itself, whose value is the version: choose another header, or remove the alias'
        : undefined);
    if (problem !== undefined) {
      problems.push(`${field}.name ${problem}; this alias is ignored`);
      continue;
    }
    found.push({ name, pattern: pattern ?? '', placeholder: placeholder || DEFAULT_PLACEHOLDER });
  }
  return found;
}

/** A name that istiod and Envoy accept in a match and in `headers.request.set`. */
function headerNameProblem(name: string | undefined): string | undefined {
  if (name === undefined) return undefined;
  if (name.length > MAX_HEADER_NAME) {
    return `is longer than ${MAX_HEADER_NAME} characters: shorten it`;
  }
  if (!isHeaderToken(name)) {
    return `"${cutText(name, MAX_QUOTED)}" is not a valid header name: use letters, digits and hyphens`;
  }
  return isAuthorityHeader(name)
    ? `"${name}" is the name of the request's host, which decides the Service: choose another header`
    : undefined;
}

function labelProblem(key: string | undefined): string | undefined {
  const problem = key === undefined ? undefined : labelKeyProblem(key);
  return (
    problem && `is invalid: ${cutText(problem, 2 * MAX_QUOTED)}; write the key of the pods' label`
  );
}

function valueProblem(value: string | undefined): string | undefined {
  if (value === undefined) return undefined;
  const isValid =
    value !== '' && value.length <= MAX_LABEL_VALUE && labelValueProblem(value) === undefined;
  return isValid
    ? undefined
    : `"${cutText(value, MAX_QUOTED)}" cannot be the value of a label: write a value that pods have`;
}

/** One visible ASCII character: proxies compare bytes. */
function splitterProblem(splitter: string | undefined): string | undefined {
  if (splitter === undefined || /^[!-~]$/.test(splitter)) return undefined;
  return `"${cutText(splitter, MAX_QUOTED)}" is not one visible ASCII character: write one, such as "."`;
}
