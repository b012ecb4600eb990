/** People who connect the cells that they have figures in: an edge of a hypergraph, for each set of cells once. */
export interface Edge {
  cells: readonly string[];
  people: number;
}

/** Cells on one side of a cut, with how many people have figures on both sides. */
interface Cut {
  people: number;
  side: ReadonlySet<string>;
}

/**
 * The smallest cut of each connected part: the fewest people whose figures differ between a sum of cells on one side and
 * a sum of cells on the other. Null when every part is one cell.
 * @see R. Klimmek, F. Wagner, A simple hypergraph min cut algorithm (1996)
 */
export function smallestCut(edges: readonly Edge[]): Cut | null {
  let best: Cut | null = null;
  for (const part of partsOf(edges)) {
    const found = cutOf(part);
    if (found && (best === null || found.people < best.people)) best = found;
  }
  return best;
}

/** Edges by connected part. */
function partsOf(edges: readonly Edge[]): Edge[][] {
  const root = new Map<string, string>();
  const find = (cell: string): string => {
    const up = root.get(cell) ?? cell;
    if (up === cell) return cell;
    const top = find(up);
    root.set(cell, top);
    return top;
  };
  for (const { cells } of edges) for (const cell of cells) root.set(find(cell), find(cells[0] as string));
  return [...Map.groupBy(edges, ({ cells }) => find(cells[0] as string)).values()];
}

/** The smallest cut of a connected part, by ordering cells by how tightly people bind them to those before. */
function cutOf(edges: readonly Edge[]): Cut | null {
  /** Cells that were merged, by the cell that replaces them. */
  const merged = new Map<string, Set<string>>();
  for (const { cells } of edges) for (const cell of cells) merged.set(cell, new Set([cell]));
  let open = edges.map(({ cells, people }) => ({ cells: new Set(cells), people }));
  let best: Cut | null = null;
  while (merged.size > 1) {
    const { last, before, people } = tightestOrder([...merged.keys()], open);
    if (best === null || people < best.people) best = { people, side: new Set(merged.get(last)) };
    for (const cell of merged.get(last) ?? []) merged.get(before)?.add(cell);
    merged.delete(last);
    open = open.map((edge) => {
      if (!edge.cells.has(last)) return edge;
      const cells = new Set(edge.cells).add(before);
      cells.delete(last);
      return { ...edge, cells };
    });
  }
  return best;
}

function tightestOrder(cells: string[], edges: readonly { cells: Set<string>; people: number }[]) {
  const bound = new Map(cells.map((cell) => [cell, 0]));
  const counted = new Set<object>();
  let last = '';
  let before = '';
  while (bound.size > 0) {
    const [next] = [...bound].reduce((a, b) => (b[1] > a[1] ? b : a));
    before = last;
    last = next;
    bound.delete(next);
    for (const edge of edges) {
      if (counted.has(edge) || !edge.cells.has(next)) continue;
      counted.add(edge);
      for (const cell of edge.cells)
        if (bound.has(cell)) bound.set(cell, (bound.get(cell) ?? 0) + edge.people);
    }
  }
  const people = edges
    .filter(({ cells: own }) => own.has(last) && own.size > 1)
    .reduce((sum, edge) => sum + edge.people, 0);
  return { last, before, people };
}
