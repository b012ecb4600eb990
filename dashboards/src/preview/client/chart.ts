interface Trace {
  type: string;
  name: string;
  x: string[];
  y: (number | null)[];
  marker?: { color: string };
  line?: { color: string; dash?: string };
}

/** Squares of a calendar: `z` has a row for each of `y`, with a value for each of `x`. */
interface Heatmap {
  type: 'heatmap';
  x: string[];
  y: string[];
  z: (number | null)[][];
  text?: string[][];
  colorscale: [number, string][];
}

/** Pixels of a character of a label, at most. */
const CHARACTER = 6.5;
const BOX = { left: 44, right: 12, top: 12, bottom: 56 };

/**
 * Draws bars, lines and heatmaps of a Plotly description; ToolJet itself draws them with Plotly.
 * @param width pixels
 * @param height pixels
 */
export function drawChart(json: string, width: number, height: number): string {
  const description = JSON.parse(json) as {
    data?: (Trace | Heatmap)[];
    layout?: { barmode?: string };
  };
  const heatmap = description.data?.find((trace) => isHeatmap(trace));
  if (heatmap) return drawHeatmap(heatmap, width, height);
  const data = (description.data ?? []).filter((trace): trace is Trace => !isHeatmap(trace));
  const { layout = {} } = description;
  const labels = [...new Set(data.flatMap(({ x }) => x))];
  const stacked = layout.barmode === 'stack';
  const bars = data.filter(({ type }) => type === 'bar');
  const totals = labels.map((_, index) =>
    stacked
      ? bars.reduce((sum, { y }) => sum + (y[index] ?? 0), 0)
      : Math.max(0, ...data.map(({ y }) => y[index] ?? 0)),
  );
  const top = niceTop(Math.max(1, ...totals));
  const step = (width - BOX.left - BOX.right) / Math.max(1, labels.length);
  const yOf = (value: number) => height - BOX.bottom - (value / top) * (height - BOX.top - BOX.bottom);
  const base = labels.map(() => 0);
  const shapes = data.map((trace) => {
    if (trace.type !== 'bar') return lineOf(trace, step, yOf);
    const bar = stacked ? step * 0.6 : (step * 0.7) / bars.length;
    return trace.y
      .map((value, index) => {
        const from = stacked ? (base[index] as number) : 0;
        const to = from + (value ?? 0);
        if (stacked) base[index] = to;
        const offset = stacked ? step * 0.2 : step * 0.15 + bar * bars.indexOf(trace);
        return `<rect x="${BOX.left + index * step + offset}" y="${yOf(to)}" width="${bar}" height="${yOf(from) - yOf(to)}" fill="${trace.marker?.color ?? '#1F4B99'}"/>`;
      })
      .join('');
  });
  return `<svg viewBox="0 0 ${width} ${height}" preserveAspectRatio="xMidYMid meet">${grid(width, top, yOf)}${shapes.join('')}${xLabels(width, height, labels, step)}${legend(height, data)}</svg>`;
}

function isHeatmap(trace: Trace | Heatmap): trace is Heatmap {
  return trace.type === 'heatmap';
}

function drawHeatmap({ x, y, z, text, colorscale }: Heatmap, width: number, height: number): string {
  const column = (width - BOX.left - BOX.right) / Math.max(1, x.length);
  const row = (height - BOX.top - BOX.bottom) / Math.max(1, y.length);
  const top = Math.max(1, ...z.flat().map((value) => value ?? 0));
  const squares = z.flatMap((values, at) =>
    values.map((value, index) => {
      if (value === null) return '';
      const [left, from] = [BOX.left + index * column, BOX.top + at * row];
      const title = text?.[at]?.[index] ?? '';
      return `<rect x="${left}" y="${from}" width="${Math.max(1, column - 3)}" height="${Math.max(1, row - 3)}" rx="2" fill="${colorAt(value / top, colorscale)}"><title>${title}</title></rect>`;
    }),
  );
  const names = y.map(
    (name, at) =>
      `<text x="${BOX.left - 8}" y="${BOX.top + (at + 0.5) * row + 3}" text-anchor="end">${name}</text>`,
  );
  return `<svg viewBox="0 0 ${width} ${height}" preserveAspectRatio="xMidYMid meet">${squares.join('')}${names.join('')}${xLabels(width, height, x, column)}</svg>`;
}

/** The colour between the two steps of the scale that a share of 0 to 1 lies between. */
function colorAt(share: number, scale: [number, string][]): string {
  const next = Math.max(
    0,
    scale.findIndex(([step]) => step >= share),
  );
  const [end, to] = scale[next] ?? [1, '#1F4B99'];
  const [start, from] = scale[next - 1] ?? [end, to];
  const part = end === start ? 1 : (share - start) / (end - start);
  const channel = (color: string, at: number) => Number.parseInt(color.slice(at, at + 2), 16);
  const mixed = [1, 3, 5].map((at) => Math.round(channel(from, at) * (1 - part) + channel(to, at) * part));
  return `rgb(${mixed.join(' ')})`;
}

function lineOf(trace: Trace, step: number, yOf: (value: number) => number): string {
  const points = trace.y.flatMap((value, index) =>
    value === null ? [] : [`${BOX.left + (index + 0.5) * step},${yOf(value)}`],
  );
  const dash = trace.line?.dash ? ' stroke-dasharray="4 4"' : '';
  return `<polyline points="${points.join(' ')}" fill="none" stroke="${trace.line?.color ?? '#1F4B99'}" stroke-width="2"${dash}/>`;
}

function niceTop(value: number): number {
  const size = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 2.5, 5, 10].map((factor) => factor * size).find((top) => top >= value) ?? value;
}

function grid(width: number, top: number, yOf: (value: number) => number): string {
  return [0, 0.25, 0.5, 0.75, 1]
    .map((share) => {
      const y = yOf(top * share);
      return `<line x1="${BOX.left}" x2="${width - BOX.right}" y1="${y}" y2="${y}" stroke="#EAECF0"/><text x="${BOX.left - 8}" y="${y + 4}" text-anchor="end">${Number((top * share).toPrecision(3)).toLocaleString('en-US')}</text>`;
    })
    .join('');
}

function xLabels(width: number, height: number, labels: string[], step: number): string {
  const longest = Math.max(0, ...labels.map((label) => String(label).length));
  const every = Math.max(1, Math.ceil(Math.max(64, longest * CHARACTER + 16) / step));
  // Those at the ends stay inside the picture.
  const half = (longest * CHARACTER) / 2;
  const xOf = (index: number) => Math.min(Math.max(BOX.left + (index + 0.5) * step, half), width - half);
  return labels
    .map((label, index) =>
      index % every === 0
        ? `<text x="${xOf(index)}" y="${height - BOX.bottom + 18}" text-anchor="middle">${label}</text>`
        : '',
    )
    .join('');
}

function legend(height: number, traces: Trace[]): string {
  let x = BOX.left;
  return traces
    .map(({ name, marker, line }) => {
      const item = `<rect x="${x}" y="${height - 20}" width="10" height="10" rx="2" fill="${marker?.color ?? line?.color ?? '#1F4B99'}"/><text x="${x + 16}" y="${height - 11}">${name}</text>`;
      x += 32 + name.length * 7;
      return item;
    })
    .join('');
}
