import { cutTexts } from '../k8s/cut-text.ts';

/**
 * UTF-16 units of one text. Statuses quote what users wrote; one with megabytes would be refused by the API server, and then
 * nobody is told anything. Kubernetes' own bound of a condition's message is 32,768
 * (`Condition` in `k8s.io/apimachinery/pkg/apis/meta/v1/types.go`), that of an event's 1,024.
 */
const MOST = 2048;

/** The answer as it is, with the texts of its status cut. */
export function withShortStatus(answer: object): object {
  if (!('status' in answer)) return answer;
  const status = cutTexts(answer.status, MOST);
  return status === answer.status ? answer : { ...answer, status };
}
