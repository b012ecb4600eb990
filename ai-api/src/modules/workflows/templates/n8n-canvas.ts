import { createHash } from 'node:crypto';

/** An output of a node. */
export interface Port {
  node: string;
  output: number;
}

type Parameters = Record<string, unknown>;

const WIDTH = 220;
const HEIGHT = 160;

export type Canvas = ReturnType<typeof createCanvas>;

/** The nodes and connections of an n8n workflow while it is drawn, from left to right. */
export function createCanvas(template: string) {
  const nodes: Parameters[] = [];
  const columns = new Map<string, number>();
  const rows = new Map<number, number>();
  const connections: Record<string, { main: { node: string; type: 'main'; index: number }[][] }> = {};

  /** A stable id, so that exporting again changes nothing. */
  function idOf(name: string): string {
    const hex = createHash('sha256').update(`${template} ${name}`).digest('hex');
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
  }

  function connect(from: readonly Port[], to: readonly Port[], input: number): void {
    const [target] = to;
    if (!target) return;
    for (const { node, output } of from) {
      connections[node] ??= { main: [] };
      const outputs = connections[node].main;
      while (outputs.length <= output) outputs.push([]);
      outputs[output]?.push({ node: target.node, type: 'main', index: input });
    }
  }

  function place(name: string, from: readonly Port[]): [number, number] {
    const column = Math.max(-1, ...from.map(({ node }) => columns.get(node) ?? 0)) + 1;
    const row = rows.get(column) ?? 0;
    rows.set(column, row + 1);
    columns.set(name, column);
    return [column * WIDTH, row * HEIGHT];
  }

  /** Adds a node behind these outputs; answers its first output. */
  function add(
    name: string,
    type: string,
    typeVersion: number,
    parameters: Parameters,
    from: readonly Port[],
    more: Parameters = {},
  ): Port[] {
    const webhook = /\.(webhook|wait|emailSend|aiManagerApproval)$/.test(type)
      ? { webhookId: idOf(`hook ${name}`) }
      : {};
    nodes.push({
      id: idOf(name),
      name,
      type,
      typeVersion,
      position: place(name, from),
      parameters,
      ...webhook,
      ...more,
    });
    const port = [{ node: name, output: 0 }];
    connect(from, port, 0);
    return port;
  }

  return {
    add,
    connect,

    /** Adds an AI Manager node for an operation. */
    addApi: (
      name: string,
      resource: string,
      operation: string,
      parameters: Parameters,
      from: readonly Port[],
      more: Parameters = {},
    ): Port[] =>
      add(
        name,
        'n8n-nodes-ai-manager.aiManager',
        1,
        { resource, operation, options: {}, simplify: false, ...parameters },
        from,
        { credentials: { aiManagerApi: { id: null, name: 'AI Manager API' } }, ...more },
      ),

    /** Adds an If node for an expression of n8n; answers the outputs for true and false. */
    addIf: (name: string, condition: string, from: readonly Port[]): [Port, Port] => {
      const conditions = {
        combinator: 'and',
        conditions: [
          {
            id: idOf(`condition ${name}`),
            leftValue: `={{ ${condition} }}`,
            operator: { operation: 'true', type: 'boolean', singleValue: true },
            rightValue: '',
          },
        ],
        options: { caseSensitive: true, leftValue: '', typeValidation: 'loose', version: 2 },
      };
      add(name, 'n8n-nodes-base.if', 2.2, { conditions, options: {} }, from);
      return [
        { node: name, output: 0 },
        { node: name, output: 1 },
      ];
    },

    drawn: () => ({ nodes, connections }),
  };
}
