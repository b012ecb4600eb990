import type { AppDefinition, ExportedComponent, ExportedLayout } from '../../build/export-types.ts';
import { createRuntime, type Runtime } from './state.ts';
import { createWidget } from './widgets.ts';

const COLUMNS = 43;
const app = JSON.parse(document.getElementById('app')?.textContent ?? '{}') as AppDefinition;
const canvas = document.getElementById('canvas') as HTMLElement;
const nav = document.getElementById('nav') as HTMLElement;
const isPhone = window.matchMedia('(max-width: 600px)').matches;
const toasts = document.getElementById('toasts') as HTMLElement;
let drawings: (() => void)[] = [];

const runtime = createRuntime(app, { redraw, rebuild, say });

function redraw(): void {
  for (const draw of drawings) draw();
}

function rebuild(): void {
  drawings = [];
  nav.replaceChildren(...app.pages.filter(({ hidden }) => !hidden).map(navLink));
  const height = buildInto(canvas, runtime.pageId);
  canvas.style.height = `${height + 48}px`;
  redraw();
}

function navLink({ id, name }: { id: string; name: string }): HTMLElement {
  const link = document.createElement('button');
  link.textContent = name;
  link.classList.toggle('current', id === entryOf(runtime.pageId));
  link.onclick = () => runtime.showPage(id);
  return link;
}

/** The menu's entry for a page: a page without one belongs to the entry before it. */
function entryOf(pageId: string): string | undefined {
  const index = app.pages.findIndex(({ id }) => id === pageId);
  return app.pages.slice(0, index + 1).findLast(({ hidden }) => !hidden)?.id;
}

/** Builds what is in a page or in a slot of a component. @returns pixels that it takes */
function buildInto(root: HTMLElement, space: string): number {
  root.replaceChildren();
  let bottom = 0;
  for (const component of app.components) {
    const own = component.parent ?? component.pageId;
    if (own !== space) continue;
    const place = component.layouts.find(
      ({ type }) => type === (isPhone ? 'mobile' : 'desktop'),
    ) as ExportedLayout;
    if (component.type === 'ModalV2') {
      root.append(modalElement(component));
      continue;
    }
    const element = document.createElement('div');
    element.className = `widget ${component.type}`;
    element.dataset.name = component.name;
    element.style.cssText = `left:${(place.left / COLUMNS) * 100}%;width:${(place.width / COLUMNS) * 100}%;top:${place.top}px;height:${place.height}px`;
    root.append(element);
    const draw =
      component.type === 'Tabs' ? tabsElement(component, element) : createWidget(component, runtime, element);
    drawings.push(() => {
      element.hidden = runtime.resolve(component.properties.visibility?.value) !== true;
      if (!element.hidden) draw();
    });
    bottom = Math.max(bottom, place.top + place.height);
  }
  return bottom;
}

function tabsElement(component: ExportedComponent, root: HTMLElement): () => void {
  const items = component.properties.tabItems?.value as { id: string; title: string }[];
  const bar = document.createElement('div');
  bar.className = 'tab-bar';
  const first = runtime.resolve(component.properties.defaultTab?.value);
  const panes = items.map((item) => {
    const pane = document.createElement('div');
    pane.className = 'pane';
    pane.hidden = item.id !== first;
    buildInto(pane, `${component.id}-${item.id}`);
    const button = document.createElement('button');
    button.textContent = item.title;
    button.classList.toggle('current', item.id === first);
    button.onclick = () => {
      panes.forEach((other) => {
        other.hidden = other !== pane;
      });
      for (const other of bar.children) other.classList.toggle('current', other === button);
    };
    bar.append(button);
    return pane;
  });
  root.append(bar, ...panes);
  return () => {};
}

function modalElement(component: ExportedComponent): HTMLElement {
  const shade = document.createElement('div');
  shade.className = 'shade';
  const box = document.createElement('div');
  box.className = `modal ${component.properties.size?.value}`;
  const parts = ['-header', '', '-footer'].map((slot) => {
    const part = document.createElement('div');
    part.className = `slot${slot}`;
    part.style.height = `${buildInto(part, `${component.id}${slot}`) + 16}px`;
    return part;
  });
  box.append(...parts);
  shade.append(box);
  drawings.push(() => {
    shade.hidden = !runtime.open.has(component.id);
  });
  return shade;
}

function say(message: string, type: string): void {
  const toast = document.createElement('div');
  toast.className = `toast ${type}`;
  toast.textContent = message;
  toasts.append(toast);
  setTimeout(() => toast.remove(), 6000);
}

async function start(): Promise<void> {
  rebuild();
  for (const { id, options } of app.dataQueries) {
    if (options.runOnPageLoad === true) await runAtStart(id);
  }
  await runtime.fire(runtime.pageId, 'onPageLoad');
  document.body.dataset.ready = 'true';
}

async function runAtStart(queryId: string): Promise<void> {
  const source = {
    id: queryId,
    name: 'start',
    index: 0,
    sourceId: 'start',
    target: 'page',
    appVersionId: '',
  } as const;
  app.events.push({ ...source, event: { eventId: 'start', actionId: 'run-query', queryId } });
  await runtime.fire('start', 'start');
  app.events.pop();
}

declare global {
  interface Window {
    /** For tests. */
    preview: Runtime;
  }
}
window.preview = runtime;
void start();
