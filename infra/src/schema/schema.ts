/** A type in Terraform's own JSON form: `"string"`, `["list","string"]`, `["object",{"a":"bool"}]`. */
export type TypeJson = string | [string, TypeJson] | ['object', Record<string, TypeJson>];

/** `r` required, `o` optional, `c` computed; `oc` both. */
export type Presence = 'r' | 'o' | 'c' | 'oc';

export interface Block {
  attributes: Record<string, [TypeJson, Presence]>;
  blocks: Record<string, NestedBlock>;
}

export interface NestedBlock extends Block {
  nesting: 'single' | 'list' | 'set';
  min: number;
  /** 0 where there is no limit. */
  max: number;
}

/** The schemas of one provider, as far as our configuration uses it. */
export interface ProviderSchemas {
  source: string;
  version: string;
  provider: Block;
  resources: Record<string, Block>;
  data: Record<string, Block>;
}
