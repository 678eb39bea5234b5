import {
  type ClassMember,
  type Declaration,
  type Module,
  type ModuleItem,
  parseFileSync,
  type TsType,
  type TsTypeElement,
} from '@swc/core';

/** The declarations and the imports of a source file. */
interface Scope {
  declarations: Map<string, Declared>;
  imports: Map<string, string>;
}
/** `bases`: interfaces that it extends. */
type Declared = { members: Member[]; bases?: string[] } | { type: TsType };
interface Member {
  name: string;
  isOptional: boolean;
  type: TsType;
}

const MODELS = 'node_modules/@kubernetes/client-node/dist/gen/models/';
const scopes = new Map<string, Scope>();

/** All fields of an interface in a source file, one line each, such as `env[].valueFrom?: object`. */
export function typeLines(file: string, name: string, path: string): string[] {
  const scope = scopeOf(file);
  const imported = scope.imports.get(name);
  if (imported) return typeLines(imported, name, path);
  const declared = scope.declarations.get(name);
  if (!declared) throw new Error(`${name} is not in ${file}`);
  if ('type' in declared) return linesOf(file, declared.type, path);
  const inherited = (declared.bases ?? []).flatMap((base) =>
    typeLines(file, base, path).filter((line) => line !== `${path}: object`),
  );
  return [`${path}: object`, ...inherited, ...memberLines(file, declared.members, path)];
}

function memberLines(file: string, members: readonly Member[], path: string): string[] {
  return members.flatMap(({ name, isOptional, type }) =>
    linesOf(file, type, `${path}.${name}${isOptional ? '?' : ''}`),
  );
}

function linesOf(file: string, type: TsType, path: string): string[] {
  switch (type.type) {
    case 'TsKeywordType':
      return [`${path}: ${type.kind}`];
    case 'TsArrayType':
      return [`${path}: array`, ...linesOf(file, type.elemType, `${path}[]`)];
    case 'TsUnionType':
    case 'TsLiteralType':
      return [`${path}: ${words(type).sort().join('|')}`];
    case 'TsTypeLiteral':
      return [`${path}: object`, ...literalLines(file, type.members, path)];
    case 'TsTypeReference':
      return referenceLines(file, type, path);
    default:
      throw new Error(`${path}: cannot read ${type.type}`);
  }
}

function literalLines(file: string, elements: readonly TsTypeElement[], path: string): string[] {
  const [first] = elements;
  if (first?.type === 'TsIndexSignature' && first.typeAnnotation) {
    return linesOf(file, first.typeAnnotation.typeAnnotation, `${path}{}`);
  }
  return memberLines(file, elements.flatMap(member), path);
}

function referenceLines(
  file: string,
  type: Extract<TsType, { type: 'TsTypeReference' }>,
  path: string,
): string[] {
  const name = type.typeName.type === 'Identifier' ? type.typeName.value : '';
  const parameters = type.typeParams?.params ?? [];
  const last = parameters.at(-1);
  if (name === 'Array' && last) return [`${path}: array`, ...linesOf(file, last, `${path}[]`)];
  if (name === 'Record' && last) return [`${path}: object`, ...linesOf(file, last, `${path}{}`)];
  return typeLines(file, name, path);
}

function words(type: TsType): string[] {
  if (type.type === 'TsUnionType') return type.types.flatMap(words);
  if (type.type === 'TsLiteralType' && type.literal.type === 'StringLiteral') {
    return [type.literal.value];
  }
  throw new Error(`not a union of words: ${type.type}`);
}

function member(element: TsTypeElement): Member[] {
  if (element.type !== 'TsPropertySignature' || !element.typeAnnotation) return [];
  const { key, optional, typeAnnotation } = element;
  const name = key.type === 'Identifier' || key.type === 'StringLiteral' ? key.value : '';
  return [{ name, isOptional: optional, type: typeAnnotation.typeAnnotation }];
}

function scopeOf(file: string): Scope {
  const known = scopes.get(file);
  if (known) return known;
  const scope = readScope(file, parseFileSync(file, { syntax: 'typescript' }));
  scopes.set(file, scope);
  return scope;
}

function readScope(file: string, { body }: Module): Scope {
  const nodes = body.map((item) => (item.type === 'ExportDeclaration' ? item.declaration : item));
  const imported = nodes
    .filter((node) => node.type === 'ImportDeclaration')
    .flatMap(({ specifiers, source }) =>
      specifiers.map(({ local }): [string, string] => [
        local.value,
        importedFile(file, source.value, local.value),
      ]),
    );
  return { declarations: new Map(nodes.flatMap(declaration)), imports: new Map(imported) };
}

function declaration(node: Declaration | ModuleItem): [string, Declared][] {
  switch (node.type) {
    case 'TsInterfaceDeclaration':
      return [
        [
          node.id.value,
          {
            members: node.body.body.flatMap(member),
            bases: node.extends.flatMap(({ expression }) =>
              expression.type === 'Identifier' ? [expression.value] : [],
            ),
          },
        ],
      ];
    case 'TsTypeAliasDeclaration':
      return [[node.id.value, { type: node.typeAnnotation }]];
    case 'ClassDeclaration':
      return [[node.identifier.value, { members: node.body.flatMap(property) }]];
    default:
      return [];
  }
}

/** A field of a model in @kubernetes/client-node. Models are classes whose properties have quoted names. */
function property(field: ClassMember): Member[] {
  if (field.type !== 'ClassProperty' || field.isStatic || !field.typeAnnotation) return [];
  const name = field.key.type === 'StringLiteral' ? field.key.value : '';
  return [{ name, isOptional: field.isOptional, type: field.typeAnnotation.typeAnnotation }];
}

function importedFile(from: string, source: string, name: string): string {
  if (source === '@kubernetes/client-node' || from.startsWith(MODELS))
    return `${MODELS}${name}.d.ts`;
  const folder = from.slice(0, from.lastIndexOf('/') + 1);
  return new URL(source, `file:///${folder}`).pathname.slice(1);
}
