/** One hook; `S` is what it works with. */
export interface Hook<S> {
  url: string;
  /** Name in metrics and logs. */
  name: string;
  schema: object;
  /** `bodyBytes`: length of the body, if it was announced. */
  answer: (body: never, service: S, bodyBytes: number | undefined) => object;
}
