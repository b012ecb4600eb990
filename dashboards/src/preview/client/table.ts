import type { ExportedComponent } from '../../build/export-types.ts';
import type { Runtime } from './state.ts';

interface Column {
  key: string;
  name: string;
  columnType: string;
  columnSize: number;
  horizontalAlignment: string;
  textColor: string;
}

type RowData = Record<string, unknown>;

/** Draws a table as ToolJet's does, as far as the dashboards use it: search, pages, selection. */
export function createTable(component: ExportedComponent, runtime: Runtime, root: HTMLElement): () => void {
  const value = (key: string) => runtime.resolve(component.properties[key]?.value);
  const state = { page: 0, search: '', selected: -1 };
  const columns = component.properties.columns?.value as Column[];
  const chosen = new Set<RowData>();
  const search = document.createElement('input');
  search.placeholder = 'Search';
  search.className = 'search';
  search.oninput = () => {
    state.search = search.value.toLowerCase();
    state.page = 0;
    draw();
  };
  const body = document.createElement('div');
  body.className = 'table-body';
  const foot = document.createElement('div');
  foot.className = 'table-foot';
  if (value('displaySearchBox')) root.append(search);
  root.append(body, foot);

  function draw(): void {
    const all = (value('data') ?? []) as RowData[];
    const found = all.filter(
      (row) => state.search === '' || JSON.stringify(row).toLowerCase().includes(state.search),
    );
    const perPage = Number(value('rowsPerPage'));
    const pages = Math.max(1, Math.ceil(found.length / perPage));
    state.page = Math.min(state.page, pages - 1);
    const from = state.page * perPage;
    body.replaceChildren(tableElement(found.slice(from, from + perPage), all));
    foot.replaceChildren(
      pageButton('‹', state.page > 0, -1),
      `${state.page + 1} of ${pages}`,
      pageButton('›', state.page < pages - 1, 1),
      Object.assign(document.createElement('span'), {
        textContent: `${found.length} ${found.length === 1 ? 'row' : 'rows'}`,
        className: 'rows',
      }),
    );
    root.classList.toggle('loading', value('loadingState') === true);
  }

  function tableElement(rows: RowData[], all: RowData[]): HTMLElement {
    const element = document.createElement('table');
    const width = columns.reduce((sum, { columnSize }) => sum + columnSize, 0);
    element.style.width = `max(100%, ${width}px)`;
    const head = element.createTHead().insertRow();
    if (value('showBulkSelector') === true) head.append(document.createElement('th'));
    for (const column of columns) {
      const cell = document.createElement('th');
      cell.textContent = column.name;
      cell.style.width = `${column.columnSize}px`;
      cell.style.textAlign = column.horizontalAlignment;
      head.append(cell);
    }
    const list = element.createTBody();
    for (const row of rows) list.append(rowElement(row, all));
    return element;
  }

  function rowElement(row: RowData, all: RowData[]): HTMLElement {
    const element = document.createElement('tr');
    element.classList.toggle('selected', all.indexOf(row) === state.selected);
    if (value('showBulkSelector') === true) element.insertCell().append(checkbox(row));
    for (const column of columns) {
      const cell = element.insertCell();
      const cellValue = row[column.key];
      const inner = document.createElement('div');
      inner.className = column.columnType === 'text' ? 'wrap' : 'one-line';
      inner.textContent = String(cellValue ?? '');
      inner.style.color = String(runtime.resolve(column.textColor, { cellValue }));
      inner.style.textAlign = column.horizontalAlignment;
      cell.append(inner);
    }
    element.onclick = () => {
      if (value('allowSelection') !== true) return;
      state.selected = all.indexOf(row);
      runtime.scope.components[component.name] = { selectedRow: row, selectedRows: [...chosen] };
      runtime.changed();
      void runtime.fire(component.id, 'onRowClicked');
    };
    return element;
  }

  function checkbox(row: RowData): HTMLElement {
    const box = document.createElement('input');
    box.type = 'checkbox';
    box.checked = chosen.has(row);
    box.onclick = (event) => {
      event.stopPropagation();
      if (!chosen.delete(row)) chosen.add(row);
      const exposed = runtime.scope.components[component.name];
      runtime.scope.components[component.name] = { ...exposed, selectedRows: [...chosen] };
      runtime.changed();
    };
    return box;
  }

  function pageButton(label: string, enabled: boolean, by: number): HTMLButtonElement {
    const button = document.createElement('button');
    button.textContent = label;
    button.disabled = !enabled;
    button.onclick = () => {
      state.page += by;
      draw();
    };
    return button;
  }

  return draw;
}
