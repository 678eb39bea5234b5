import type { HTTPRoute, StringMatch } from '../../src/istio/types.ts';
import { subsetNames } from '../../src/kinds/virtual-environment/subset-names.ts';
import type {
  LevelRules,
  RoutesInput,
  ServiceOptions,
} from '../../src/kinds/virtual-environment/types.ts';

export const RULES: LevelRules = {
  header: 'X-Virtual-Env',
  aliases: [],
  autoInject: false,
  label: 'virtual-env',
  splitter: '.',
};

export interface Case {
  versions: string[];
  /** A value, not the name of a subset. */
  defaultSubset?: string | undefined;
  ports?: number[] | undefined;
  splitter?: string | undefined;
  aliases?: LevelRules['aliases'];
  callers?: string[];
  options?: Partial<ServiceOptions>;
}

/** The routes' input for Service `app-js` in namespace `default`, all of whose versions are routable. */
export function routesInput(given: Case): RoutesInput {
  const { versions, defaultSubset, ports = [8080], splitter = '.' } = given;
  const { aliases = [], callers = [], options = {} } = given;
  const names = subsetNames(versions, new Map());
  const standard = names.get(defaultSubset ?? '');
  return {
    service: 'app-js',
    namespace: 'default',
    ports,
    rules: { ...RULES, splitter, aliases },
    options: { gateways: [], hosts: [], problems: [], ...options },
    routed: versions.map((value) => ({
      value,
      subset: names.get(value) ?? '',
      labels: { [RULES.label]: value },
    })),
    ...(standard === undefined ? {} : { defaultSubset: standard }),
    callers,
  };
}

/** A line for each route: port, what it matches (`*`: everything), subset (`all`: none). */
export function summary(http: readonly HTTPRoute[]): string[] {
  return http.map(({ match = [], route }) => {
    const { destination } = route?.[0] ?? { destination: { host: '' } };
    const values = match.flatMap(({ headers }) => Object.values(headers ?? {}).map(shownValue));
    const what = [...new Set(values.filter((value) => value !== undefined))].join('|');
    return `${destination.port?.number} ${what || '*'}→${destination.subset ?? 'all'}`;
  });
}

/** A prefix belongs to the exact value before it. */
function shownValue({ exact, regex }: StringMatch): string | undefined {
  return exact ?? (regex === undefined ? undefined : `/${regex}/`);
}
