import type { Block, NestedBlock, ProviderSchemas } from '../schema/schema.ts';

const NESTING = { single: 1, list: 2, set: 3 } as const;

/** The schemas as messages of the plugin protocol. */
export function schemaAnswer({ provider, resources, data }: ProviderSchemas) {
  const each = (blocks: Record<string, Block>) =>
    Object.fromEntries(Object.entries(blocks).map(([name, block]) => [name, schemaOf(block)]));
  return {
    provider: schemaOf(provider),
    resource_schemas: each(resources),
    data_source_schemas: each(data),
  };
}

function schemaOf(block: Block) {
  return { version: 0, block: blockOf(block) };
}

interface BlockMessage {
  attributes: object[];
  block_types: object[];
}

function blockOf({ attributes, blocks }: Block): BlockMessage {
  return {
    attributes: Object.entries(attributes).map(([name, [type, presence]]) => ({
      name,
      type: Buffer.from(JSON.stringify(type)),
      required: presence === 'r',
      optional: presence.startsWith('o'),
      computed: presence.endsWith('c'),
    })),
    block_types: Object.entries(blocks).map(([name, nested]) => nestedOf(name, nested)),
  };
}

function nestedOf(name: string, nested: NestedBlock) {
  return {
    type_name: name,
    block: blockOf(nested),
    nesting: NESTING[nested.nesting],
    min_items: nested.min,
    max_items: nested.max,
  };
}
