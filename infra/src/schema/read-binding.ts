import type { Block, NestedBlock, Presence, TypeJson } from './schema.ts';

interface Member {
  presence: Presence;
  /** The lines that follow the comment: a field, or a getter. */
  code: string;
}

interface Synthesized {
  value: string;
  type: string;
  storage: string;
}

const SIMPLE: Record<string, TypeJson> = {
  string: 'string',
  number: 'number',
  boolean: 'bool',
  any: 'string',
};

/**
 * The schema that a binding module of the npm provider package was generated from. The generator leaves
 * `// name - computed: …, optional: …, required: …` above each attribute, and says types where it writes HCL.
 * @param source the module's `index.js`
 * @param mainClass the base class of the wanted one: a resource, a data source or the provider
 */
export function readBinding(source: string, mainClass: 'Resource' | 'DataSource' | 'Provider'): Block {
  const classes = new Map<string, string>();
  let main = '';
  for (const part of source.split(/^(?=class )/m).slice(1)) {
    const [, name = '', parent = ''] = /^class (\w+) extends cdktn\.(\w+)/.exec(part) ?? [];
    classes.set(name, part);
    if (parent === `Terraform${mainClass}`) main = name;
  }
  const structs = new Map<string, string>();
  for (const part of source.split(/^(?=function )/m).slice(1)) {
    const [, name] = /^function (\w+)ToHclTerraform\(/.exec(part) ?? [];
    if (name) structs.set(name.toLowerCase(), part);
  }
  const reader = { classes, structs };
  const body = classes.get(main);
  if (!body) throw new Error(`the binding has no class of a ${mainClass}`);
  const written = body.slice(body.indexOf('synthesizeHclAttributes'));
  return blockOf(reader, body, written);
}

interface Reader {
  classes: Map<string, string>;
  structs: Map<string, string>;
}

function blockOf(reader: Reader, classText: string, hclText: string): Block {
  const members = membersOf(classText);
  const written = writtenIn(hclText);
  const block: Block = { attributes: {}, blocks: {} };
  for (const [name, how] of written) {
    const member = members.get(name);
    const presence = member?.presence ?? 'o';
    const struct = structOf(how.value);
    if (!struct) block.attributes[name] = [simpleType(how), presence];
    else if (isBlock(how)) block.blocks[name] = nestedOf(reader, how, struct, presence);
    else block.attributes[name] = [objectType(reader, how, struct), presence];
  }
  for (const [name, member] of members) {
    if (name in block.attributes || name in block.blocks) continue;
    block.attributes[name] = [computedType(reader, member.code), member.presence];
  }
  return block;
}

function membersOf(classText: string): Map<string, Member> {
  const members = new Map<string, Member>();
  const pattern = /\/\/ (\w+) - computed: (true|false), optional: (true|false), required: (true|false)\n/g;
  for (const match of classText.matchAll(pattern)) {
    const [all, name = '', computed, optional, required] = match;
    const presence: Presence =
      required === 'true' ? 'r' : optional === 'true' ? (computed === 'true' ? 'oc' : 'o') : 'c';
    const code = classText.slice(match.index + all.length, match.index + all.length + 400);
    members.set(name, { presence, code: code.split(/\n {4}\/\/ \w+ - computed/)[0] ?? '' });
  }
  return members;
}

function writtenIn(hclText: string): Map<string, Synthesized> {
  const found = new Map<string, Synthesized>();
  const end = hclText.search(/\n {4,8}\};/);
  const pattern =
    /^ {8,12}(\w+): \{\n\s+value: (.*),\n\s+isBlock: (?:true|false),\n\s+type: "(\w+)",\n\s+storageClassType: "(\w+)"/gm;
  for (const [, name = '', value = '', type = '', storage = ''] of hclText.slice(0, end).matchAll(pattern))
    found.set(name, { value, type, storage });
  return found;
}

/** The struct whose writer is called, such as `lbTargetGroupHealthCheck`; null for plain values. */
function structOf(value: string): string | null {
  const name = /(?<![.\w])(\w+)ToHclTerraform/.exec(value)?.[1];
  return name ? name.toLowerCase() : null;
}

/** The list writer's last argument says whether HCL has a block or an attribute of objects. */
function isBlock({ value, type }: Synthesized): boolean {
  return type === 'struct' || !/listMapperHcl\(\w+, false\)/.test(value);
}

function nestedOf(reader: Reader, how: Synthesized, struct: string, presence: Presence): NestedBlock {
  const inner = structBlock(reader, how.storage, struct);
  const isTimeouts = how.type === 'struct';
  const isSingle = !/listMapperHcl/.test(how.value);
  return {
    ...inner,
    nesting: isTimeouts ? 'single' : how.type === 'set' ? 'set' : 'list',
    min: presence === 'r' ? 1 : 0,
    max: isSingle && !isTimeouts ? 1 : 0,
  };
}

function structBlock(reader: Reader, storage: string, struct: string): Block {
  const className = storage.replace(/List$/, '');
  const classText = reader.classes.get(`${className}OutputReference`) ?? '';
  const hclText = reader.structs.get(struct) ?? '';
  return blockOf(reader, classText, hclText);
}

function objectType(reader: Reader, how: Synthesized, struct: string): TypeJson {
  const block = structBlock(reader, how.storage, struct);
  const object: TypeJson = ['object', flatTypes(block)];
  return how.type === 'struct' ? object : [how.type, object];
}

function flatTypes({ attributes, blocks }: Block): Record<string, TypeJson> {
  const plain = Object.entries(attributes).map(([name, [type]]) => [name, type]);
  const nested = Object.entries(blocks).map(([name, block]) => [
    name,
    block.nesting === 'single' ? ['object', flatTypes(block)] : [block.nesting, ['object', flatTypes(block)]],
  ]);
  return Object.fromEntries([...plain, ...nested]) as Record<string, TypeJson>;
}

function simpleType({ type, storage }: Synthesized): TypeJson {
  if (type === 'simple') return SIMPLE[storage] ?? 'string';
  const [, of = 'string', inner, outer] =
    /^(string|number|boolean|any)(List|Map|Set)?(List|Map|Set)?$/.exec(storage) ?? [];
  const element = SIMPLE[of] ?? 'string';
  return [type, outer && inner ? [inner.toLowerCase(), element] : element];
}

/** What a getter reads; of lists of objects their members too. */
function computedType(reader: Reader, code: string): TypeJson {
  const [, listClass, wrapsSet] = /new (\w+List)\(this, ['"]\w+['"](?:, (true|false))?\)/.exec(code) ?? [];
  if (listClass) {
    const classText = reader.classes.get(`${listClass.replace(/List$/, '')}OutputReference`) ?? '';
    const members = flatTypes(blockOf(reader, classText, ''));
    if (/^cdktn/.test(listClass)) return ['list', 'string'];
    return [wrapsSet === 'true' ? 'set' : 'list', ['object', members]];
  }
  if (/StringMap\b|getStringMapAttribute/.test(code)) return ['map', 'string'];
  if (/NumberMap\b|getNumberMapAttribute/.test(code)) return ['map', 'number'];
  if (/BooleanMap\b/.test(code)) return ['map', 'bool'];
  if (/getNumberListAttribute/.test(code)) return ['list', 'number'];
  if (/getListAttribute/.test(code)) return [/Fn\.tolist/.test(code) ? 'set' : 'list', 'string'];
  if (/getNumberAttribute/.test(code)) return 'number';
  if (/getBooleanAttribute/.test(code)) return 'bool';
  return 'string';
}
