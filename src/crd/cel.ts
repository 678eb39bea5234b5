import { type CelInput, type CelResult, celEnv, isCelError, parse, plan } from '@bufbuild/cel';
import { strings } from '@bufbuild/cel/ext';
import { isMap } from '../k8s/json-map.ts';
import { re2 } from './re2.ts';
import type { Refusal } from './refusal.ts';
import type { Schema, ValidationRule } from './types.ts';
import { memberSchema, type SchemaNode, subschemas } from './walk.ts';

/** Evaluates the rules (`x-kubernetes-validations`) of the node itself, not those of the nodes below it. */
export type RuleCheck = (node: SchemaNode) => Refusal[];

type Program = (context: { self: CelInput; oldSelf?: CelInput }) => CelResult;

interface CompiledRule extends ValidationRule {
  evaluate: Program;
  /** It compares with the stored value. */
  isTransition: boolean;
}

/** https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#transition-rules */
const TRANSITION = /\boldSelf\b/;

const environment = celEnv({ funcs: strings, re2: { compile: re2 } });

/** Compiles every rule of a schema. Throws when a rule is no CEL expression. */
export function compileRules(schema: Schema): RuleCheck {
  const compiled = new Map<Schema, CompiledRule[]>();
  // The schema of a container, with its rules, occurs four times in the CRD.
  const programs = new Map<string, Program>();
  const compile = (rule: ValidationRule): CompiledRule => {
    const evaluate = programs.get(rule.rule) ?? plan(environment, parse(rule.rule));
    programs.set(rule.rule, evaluate);
    return { ...rule, evaluate, isTransition: TRANSITION.test(rule.rule) };
  };
  for (const inner of subschemas(schema)) {
    const rules = inner['x-kubernetes-validations'];
    if (rules) compiled.set(inner, rules.map(compile));
  }
  return (node) => {
    const rules = compiled.get(node.schema);
    if (!rules) return [];
    const self = celValue(node.schema, node.value);
    const { before } = node;
    const oldSelf = before === undefined ? undefined : celValue(node.schema, before);
    return rules
      .filter(({ isTransition }) => !isTransition || oldSelf !== undefined)
      .flatMap((rule) =>
        broken(rule, { self, ...(oldSelf !== undefined && { oldSelf }) }, node.path),
      );
  };
}

/** A rule whose evaluation fails counts as broken, as for the API server. An invalid regex is reported in this way. */
function broken(rule: CompiledRule, values: Parameters<Program>[0], path: string): Refusal[] {
  const result = rule.evaluate(values);
  if (result === true) return [];
  const message = isCelError(result) ? `${rule.message} (${result.message})` : rule.message;
  const reason = rule.reason?.replace('FieldValue', '') ?? 'Invalid';
  return [{ reason, path: `${path}${rule.fieldPath ?? ''}`, message }];
}

/**
 * Converts JSON for CEL, whose integers are BigInts and whose objects are Maps. Only the schema tells whether a number
 * is an integer.
 */
function celValue(schema: Schema | undefined, value: unknown): CelInput {
  if (Array.isArray(value)) return value.map((item) => celValue(schema?.items, item));
  if (isMap(value)) {
    return new Map(
      Object.entries(value).map(([key, member]) => [
        key,
        celValue(schema && memberSchema(schema, key), member),
      ]),
    );
  }
  if (typeof value === 'number' && isInteger(schema, value)) return BigInt(value);
  return value as string | number | boolean | null;
}

function isInteger(schema: Schema | undefined, value: number): boolean {
  const mayBeInteger = schema?.type === 'integer' || schema?.['x-kubernetes-int-or-string'];
  return mayBeInteger === true && Number.isInteger(value);
}
