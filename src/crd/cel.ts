import { type CelInput, type CelResult, celEnv, isCelError, parse, plan } from '@bufbuild/cel';
import { strings } from '@bufbuild/cel/ext';
import { isMap } from '../k8s/json-map.ts';
import { re2 } from './re2.ts';
import type { Refusal } from './refusal.ts';
import type { Schema, ValidationRule } from './types.ts';
import { memberSchema, type SchemaNode, subschemas } from './walk.ts';

/** Asks a node's own rules (`x-kubernetes-validations`), not those of the nodes below. */
export type RuleCheck = (node: SchemaNode) => Refusal[];

type Program = (context: { self: CelInput }) => CelResult;

interface CompiledRule extends ValidationRule {
  evaluate: Program;
}

const environment = celEnv({ funcs: strings, re2: { compile: re2 } });

/** Compiles every rule of a schema; a rule that is no CEL expression throws. */
export function compileRules(schema: Schema): RuleCheck {
  const compiled = new Map<Schema, CompiledRule[]>();
  // A container's rules are there four times.
  const programs = new Map<string, Program>();
  const compile = (rule: ValidationRule): CompiledRule => {
    const evaluate = programs.get(rule.rule) ?? plan(environment, parse(rule.rule));
    programs.set(rule.rule, evaluate);
    return { ...rule, evaluate };
  };
  for (const inner of subschemas(schema)) {
    const rules = inner['x-kubernetes-validations'];
    if (rules) compiled.set(inner, rules.map(compile));
  }
  return (node) => {
    const rules = compiled.get(node.schema);
    if (!rules) return [];
    const self = celValue(node.schema, node.value);
    return rules.flatMap((rule) => broken(rule, self, node.path));
  };
}

/** A rule that cannot be evaluated is broken, as it is for the API server: that is how an invalid regex shows. */
function broken(rule: CompiledRule, self: CelInput, path: string): Refusal[] {
  const result = rule.evaluate({ self });
  if (result === true) return [];
  const message = isCelError(result) ? `${rule.message} (${result.message})` : rule.message;
  return [{ reason: rule.reason?.replace('FieldValue', '') ?? 'Invalid', path, message }];
}

/** CEL's integers are BigInts and its objects Maps; which number is an integer only the schema can tell. */
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
