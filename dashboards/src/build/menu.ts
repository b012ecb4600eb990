import { go } from './actions.ts';
import type { Page, Row } from './model.ts';
import { button, cell, text } from './widgets.ts';

/** Links that fit beside each other on a desktop page. */
const MAX_LINKS = 6;
/** A longer name takes the room of two links, so that it is not cut off. */
const MAX_NAME = 20;

/**
 * Pages under one entry of the menu: the first opens from the menu under the entry's name, the others from a row of
 * links that each of them begins with. Every page keeps its own address.
 * @param name entry of the menu
 * @param pages at most six
 */
export function menuEntry(name: string, pages: readonly Page[]): Page[] {
  return pages.map((page, index) => ({
    ...page,
    ...(index === 0 ? { name } : { hidden: true }),
    rows: [linksOf(page, pages), ...page.rows],
  }));
}

function linksOf(current: Page, pages: readonly Page[]): Row {
  const links = pages.map((page) =>
    cell(
      button(nameOf(current, `open-${page.handle}`), page.name, [go(page.handle)], {
        height: 36,
        kind: page === current ? 'primary' : 'quiet',
      }),
      page.name.length > MAX_NAME ? 2 : 1,
    ),
  );
  const free = MAX_LINKS - links.reduce((sum, { weight }) => sum + weight, 0);
  const space = text(nameOf(current, 'links-space'), '', { height: 36, mobileHeight: 8 });
  return free > 0 ? [...links, cell(space, free)] : links;
}

/** `stageGatesOpenProjects`, a name of a component. */
function nameOf({ handle }: Page, part: string): string {
  return `${handle}-${part}`.replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
}
