import type { ExportedComponent, ExportedLayout } from '../build/export-types.ts';
import { COLUMNS } from '../build/layout.ts';

/** Faults of places: off the grid, over each other, or cut off by what they are in. */
export function layoutFaults(components: readonly ExportedComponent[]): string[] {
  const bySpace = Map.groupBy(components, ({ pageId, parent }) => parent ?? pageId);
  return [...bySpace.values()].flatMap((siblings) =>
    (['desktop', 'mobile'] as const)
      .flatMap((type) => [
        ...siblings.flatMap((component) => offGrid(component, type)),
        ...overlaps(siblings, type),
        ...siblings.flatMap((component) => cutOff(component, components, type)),
      ])
      .concat(siblings.flatMap((component) => tooNarrow(component, components))),
  );
}

/** Pixels of the canvas on a screen of 1440, beside the navigation. */
const CANVAS = 1200;

/** Columns that do not fit beside each other: the last ones would be cut off. */
function tooNarrow(component: ExportedComponent, all: readonly ExportedComponent[]): string[] {
  const columns = (component.properties.columns?.value ?? []) as { columnSize?: number }[];
  const selector = component.properties.showBulkSelector?.value === '{{true}}' ? 48 : 0;
  const needed = columns.reduce((sum, { columnSize = 0 }) => sum + columnSize, selector);
  const room = Math.floor(widthOf(component, all));
  return component.type === 'Table' && needed > room
    ? [`${component.name} has columns of ${needed} px on ${room} px`]
    : [];
}

function widthOf(component: ExportedComponent, all: readonly ExportedComponent[]): number {
  const parent = all.find(({ id }) => component.parent?.startsWith(id));
  const outer = parent ? (MODALS.has(parent.type) ? 760 : widthOf(parent, all)) : CANVAS;
  return (outer * (placeOf(component, 'desktop')?.width ?? 0)) / COLUMNS;
}

/** Takes no room where it stands; the second is 2.27's. */
const MODALS = new Set(['ModalV2', 'Modal']);

type Type = ExportedLayout['type'];

function placeOf(component: ExportedComponent, type: Type): ExportedLayout | undefined {
  return component.layouts.find((layout) => layout.type === type);
}

function offGrid(component: ExportedComponent, type: Type): string[] {
  const place = placeOf(component, type);
  if (!place) return [`${component.name} has no ${type} layout`];
  const { left, width, top, height } = place;
  const right = left >= 0 && width >= 1 && left + width <= COLUMNS && top >= 0 && height > 0;
  return right ? [] : [`${component.name} is off the ${type} grid`];
}

function overlaps(siblings: readonly ExportedComponent[], type: Type): string[] {
  const shown = siblings.filter((component) => !MODALS.has(component.type));
  return shown.flatMap((a, index) =>
    shown.slice(index + 1).flatMap((b) => {
      const [one, other] = [placeOf(a, type), placeOf(b, type)];
      if (!one || !other || !meet(one, other) || takeTurns(a, b, one, other)) return [];
      return [`${a.name} and ${b.name} overlap on ${type}`];
    }),
  );
}

function meet(a: ExportedLayout, b: ExportedLayout): boolean {
  return (
    a.left < b.left + b.width &&
    b.left < a.left + a.width &&
    a.top < b.top + b.height &&
    b.top < a.top + a.height
  );
}

/**
 * Data, its empty state and its error state stand at one place, each visible when the others are not; so may two
 * components of which one is visible only while the other is not.
 */
function takeTurns(
  a: ExportedComponent,
  b: ExportedComponent,
  one: ExportedLayout,
  other: ExportedLayout,
): boolean {
  const base = (name: string) => name.replace(/(Empty|Error)$/, '');
  const visibility = ({ properties }: ExportedComponent) => String(properties.visibility?.value ?? '');
  const same = (['left', 'width', 'top', 'height'] as const).every((key) => one[key] === other[key]);
  const isStatic = [a, b].some((component) => visibility(component) === '{{true}}');
  const opposite = (x: string, y: string) => {
    const negated = `{{!(${y.slice(2, -2)})`;
    return x === `${negated}}}` || x.startsWith(`${negated} && `);
  };
  const isPair =
    opposite(visibility(a), visibility(b)) ||
    opposite(visibility(b), visibility(a)) ||
    (base(a.name) === base(b.name) && visibility(a) !== visibility(b));
  return same && isPair && !isStatic;
}

/** Pixels that a component keeps for itself above what is in it. */
const INSETS: Record<string, number> = { Tabs: 48, Container: 0 };

function cutOff(component: ExportedComponent, all: readonly ExportedComponent[], type: Type): string[] {
  if (component.parent === null) return [];
  const parent = all.find(({ id }) => component.parent?.startsWith(id));
  const place = placeOf(component, type);
  const room = parent && placeOf(parent, type);
  if (!parent || !place || !room) return [`${component.name} is in a component that does not exist`];
  if (MODALS.has(parent.type)) return [];
  const space = room.height - (INSETS[parent.type] ?? 0);
  return type === 'desktop' && place.top + place.height > space
    ? [`${component.name} ends below ${parent.name}: ${place.top + place.height} of ${space} px`]
    : [];
}
