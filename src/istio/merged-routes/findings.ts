import type { FieldProblem, Report } from '../validate-match.ts';

/** Maximum number of reported problems. The author sees the next ones after correcting these. */
const MAX_PROBLEMS = 8;
/** Names and values of the author are part of paths and messages, and may be very long. */
const MAX_FIELD = 250;
const MAX_MESSAGE = 600;

/** Collects the first problems. */
export interface Findings {
  readonly problems: FieldProblem[];
  readonly report: Report;
  isFull(): boolean;
}

export function newFindings(): Findings {
  const problems: FieldProblem[] = [];
  const isFull = () => problems.length >= MAX_PROBLEMS;
  const report: Report = (field, message, member) => {
    if (message === undefined || isFull()) return;
    const path = member === undefined ? field : `${field}.${member}`;
    problems.push({ field: shortened(path, MAX_FIELD), message: shortened(message, MAX_MESSAGE) });
  };
  return { problems, report, isFull };
}

/** A reporter for the fields below `above`. */
export function reportBelow(above: string, report: Report): Report {
  return (field, message, member) => {
    if (message !== undefined) report(`${above}.${field}`, message, member);
  };
}

function shortened(text: string, max: number): string {
  return text.length <= max ? text : `${text.slice(0, max).toWellFormed()}…`;
}
