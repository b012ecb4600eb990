import type { Action, Handlers, Widget } from './model.ts';

/** What every component may have. */
export interface Common {
  height?: number;
  mobileHeight?: number;
  visible?: string;
}

/** A component of ToolJet with what all of them have. */
export function widget(
  name: string,
  kind: Widget['type'],
  height: number,
  common: Common,
  parts: Partial<Pick<Widget, 'properties' | 'styles' | 'validation' | 'events' | 'children'>>,
): Widget {
  return {
    name,
    type: kind,
    height: common.height ?? height,
    ...(common.mobileHeight ? { mobileHeight: common.mobileHeight } : {}),
    properties: { visibility: common.visible ?? '{{true}}', disabledState: '{{false}}', ...parts.properties },
    styles: parts.styles ?? {},
    ...(parts.validation ? { validation: parts.validation } : {}),
    events: parts.events ?? {},
    children: parts.children ?? {},
  };
}

/** Handlers of one event, where there are actions. */
export const on = (event: string, actions: readonly Action[] | undefined): Handlers =>
  actions && actions.length > 0 ? { [event]: actions } : {};
