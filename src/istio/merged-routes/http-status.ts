/**
 * The status of a direct response or a fault. istiod accepts 600, too (validateHTTPStatus), but Envoy does not
 * (DirectResponseAction in `config/route/v3/route_components.proto`).
 */
export function statusProblem(status: number): string | undefined {
  return status >= 200 && status <= 599 ? undefined : `${status} is not a status within 200..599`;
}
