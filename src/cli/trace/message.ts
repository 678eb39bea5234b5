import { loadValidator } from '../../crds.ts';
import { toYaml } from '../../k8s/yaml.ts';
import { DYNAMIC_ENV_CRD } from '../../kinds/dynamicenv/kind.ts';
import { refSettings } from '../../refs/settings.ts';
import { traceMessage } from '../../trace/message/trace-message.ts';
import { manifestLoader } from '../common/manifests.ts';
import type { Output } from '../common/terminal.ts';
import { traceFiles } from './input.ts';
import { baseOf, messageCluster } from './message-input.ts';
import type { MessageOptions } from './message-options.ts';
import { messageText } from './message-report.ts';

/** Says who handles a message, and why. Returns the exit code: 0: exactly one version does; 1: several do, or one competes with others. */
export async function traceOfMessage(options: MessageOptions, output: Output): Promise<number> {
  const validator = await loadValidator(DYNAMIC_ENV_CRD);
  const warnings: string[] = [];
  const load = manifestLoader(options, validator, warnings);
  const input =
    options.cluster === undefined
      ? await traceFiles(load, options, validator)
      : await messageCluster(load, options.cluster, options, validator);
  const message = { headers: options.headers, base: baseOf(options.to, input.objects) };
  const notes = [...warnings, ...input.notes];
  const answer = traceMessage(message, input.objects, refSettings(options.config), notes);
  if (options.format === 'json') output.write(`${JSON.stringify(answer, null, 2)}\n`);
  else if (options.format === 'yaml') output.write(toYaml(answer));
  else output.write(messageText(answer, input.title, output.paint));
  return answer.isClear ? 0 : 1;
}
