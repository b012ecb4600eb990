/** One input of an operation and where it travels. */
export interface RouteField {
  name: string;
  /** Key in ToolJet's query options; differs from the name where ToolJet uses that itself. */
  key: string;
  in: 'path' | 'query' | 'body';
  label: string;
  required: boolean;
  /** `null` is a value of its own, such as "no limit". */
  nullable?: boolean;
  type: 'string' | 'number' | 'boolean' | 'options' | 'multiOptions' | 'json' | 'dateTime';
}

/** How an operation is carried out over HTTP. */
export interface Route {
  method: string;
  /** Template such as `/builders/{builderId}`. */
  path: string;
  /** Answers `{items, nextCursor}` and takes `cursor` and `limit`. */
  list?: boolean;
  /** Takes an `Idempotency-Key`, so that a lost answer may be asked for again. */
  idempotent?: boolean;
  fields: readonly RouteField[];
}
