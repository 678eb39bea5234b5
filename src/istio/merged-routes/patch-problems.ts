import type { FieldProblem } from '../validate-match.ts';
export function patchProblems(_patch: unknown): FieldProblem[] {
  return [];
}
