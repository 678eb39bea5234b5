import type { FieldProblem } from '../validate-match.ts';
export function targetProblems(_patch: unknown, _target: unknown): FieldProblem[] {
  return [];
}
