import { cutTexts } from '../k8s/cut-text.ts';

/**
 * Limit of one text in UTF-16 units. Statuses quote what users wrote. The API server would refuse a status of megabytes, and
 * then users see no status at all. Kubernetes' own bound of a condition's message is 32,768
 * (`Condition` in `k8s.io/apimachinery/pkg/apis/meta/v1/types.go`), that of an event's 1,024.
 */
const MOST = 2048;

/** The answer, with long texts in its status cut. */
export function withShortStatus(answer: object): object {
  if (!('status' in answer)) return answer;
  const status = cutTexts(answer.status, MOST);
  return status === answer.status ? answer : { ...answer, status };
}
