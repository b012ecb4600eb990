import type { Role } from '@ai-manager/api/operation';

/** Groups of ToolJet, and the role that their members have in AI Manager. */
export const GROUP_ROLES = {
  'ai-manager-executive': 'executive',
  'ai-manager-builder': 'builder',
  'ai-manager-reviewer': 'reviewer',
  'ai-manager-operations': 'ops',
  'ai-manager-admin': 'admin',
  'ai-manager-council': 'council',
} as const satisfies Record<string, Role>;
export type Group = keyof typeof GROUP_ROLES;

/** What an app is made of, before ToolJet's export is written. */
export interface App {
  slug: string;
  name: string;
  /** Groups of ToolJet whose members may use it. */
  groups: readonly Group[];
  queries: readonly Query[];
  pages: readonly Page[];
}

export const SOURCES = ['ai-manager', 'ai-manager-langfuse', 'ai-manager-n8n'] as const;
/** Kind of a data source: the id of its plugin. */
export type Source = (typeof SOURCES)[number];

export interface Query {
  name: string;
  source: Source;
  operation: string;
  options: Readonly<Record<string, string>>;
  /** Runs when the app opens. */
  atStart?: boolean;
  /** File below `transforms` whose default function turns the answer into what the page shows. */
  transform?: string;
  /** Asked before it runs. */
  confirm?: string;
  events: Handlers;
}

export interface Page {
  handle: string;
  name: string;
  icon: string;
  /** Whether the menu leaves it out: it is reached from the page whose menu entry it shares. */
  hidden?: boolean;
  /** Of the app's groups, those that see the page; all of them by default. */
  allowed?: readonly Group[];
  onLoad: readonly Action[];
  rows: readonly Row[];
}

/** Cells beside each other; on a phone they stand below each other. */
export type Row = readonly Cell[];

export interface Cell {
  /** Share of the row's width. */
  weight: number;
  /** More than one where they take turns at one place, each visible when the others are not. */
  widgets: readonly Widget[];
}

export type WidgetType =
  | 'Text'
  | 'Button'
  | 'Table'
  | 'Chart'
  | 'TextInput'
  | 'TextArea'
  | 'DropdownV2'
  | 'RangeSlider'
  | 'FilePicker'
  | 'Container'
  | 'ModalV2'
  | 'Tabs';

export interface Widget {
  name: string;
  type: WidgetType;
  /** Pixels. */
  height: number;
  mobileHeight?: number;
  properties: Readonly<Record<string, unknown>>;
  styles: Readonly<Record<string, unknown>>;
  validation?: Readonly<Record<string, unknown>>;
  events: Handlers;
  /** Rows inside, by slot: `` for a body, `footer`, or the id of a tab. */
  children: Readonly<Record<string, readonly Row[]>>;
}

export type Handlers = Readonly<Record<string, readonly Action[]>>;

export type Action =
  /** `onlyIf` is a binding; newer servers skip the action when it is not true. */
  | {
      do: 'run-query';
      query: string;
      onlyIf?: string;
      /** Milliseconds before it runs. ToolJet 2.27, which cannot skip an action, leaves it out. */
      after?: number;
    }
  | { do: 'show-alert'; message: string; alertType: 'success' | 'error' | 'info' | 'warning' }
  | { do: 'show-modal' | 'close-modal'; modal: string }
  | { do: 'switch-page'; page: string }
  | { do: 'set-custom-variable'; key: string; value: string }
  | { do: 'control-component'; component: string; action: string; params: Readonly<Record<string, string>> }
  | { do: 'open-webpage'; url: string };
