/** Why an object is refused, as data. */
export interface Refusal {
  /** One CamelCase word: `Invalid`, `Required`, `Unknown`, `Duplicate`, `Forbidden` … */
  reason: string;
  /** What is wrong, and what to do. */
  message: string;
  /** The field, as the API server writes it: `spec.subsets[0].podLabels[app]`. */
  path?: string;
}
