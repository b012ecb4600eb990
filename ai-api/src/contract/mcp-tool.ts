/** An operation as MCP clients see it. */
export interface McpTool {
  /** `<resource>.<operation>` */
  operation: string;
  /** Such as `stage_gate_list_evaluations`: lower case, digits and `_`, at most 48 characters. */
  name: string;
  title: string;
  description: string;
  /** JSON Schema 2020-12 of the operation's input, in one flat object. */
  inputSchema: { type: 'object'; [keyword: string]: unknown };
  annotations: McpAnnotations;
}

/**
 * What a client may rely on when it decides whether to ask its user first.
 * @see https://modelcontextprotocol.io/specification/2025-11-25/schema#toolannotations
 */
export interface McpAnnotations {
  readOnlyHint: boolean;
  /** False for what only adds something. */
  destructiveHint: boolean;
  idempotentHint: boolean;
}
