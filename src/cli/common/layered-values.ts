import { byText } from '../../k8s/canonical.ts';
import { layered } from '../../overlay/layered.ts';
import { sourceText } from '../../overlay/shown-values.ts';
import type { Layer } from '../../overlay/types.ts';
import type { ConfiguredVariable } from './configured-variables.ts';

/** What layers say together about each variable, sorted by its name: `DB_HOST = qa-db.data (qa)`. References stay as they are written. */
export function layeredValues(layers: readonly Layer[]): ConfiguredVariable[] {
  return [...layered(layers).values()]
    .sort((a, b) => byText(a.name, b.name))
    .map(({ name, layer, source }) => {
      const found = { variable: name, layer };
      if (source === undefined) return found;
      const value = 'value' in source ? source.value : sourceText(source.valueFrom);
      return { ...found, value };
    });
}
