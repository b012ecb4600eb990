/** Colours of every page. Status colours always stand beside a word. */
export const color = {
  ink: '#101828',
  text: '#344054',
  muted: '#667085',
  line: '#E4E7EC',
  surface: '#FFFFFF',
  canvas: '#F5F6F8',
  brand: '#1F4B99',
  good: '#067647',
  goodSurface: '#ECFDF3',
  warning: '#B54708',
  warningSurface: '#FFFAEB',
  bad: '#B42318',
  badSurface: '#FEF3F2',
  neutralSurface: '#F2F4F7',
} as const;

/** Sizes of type in pixels. */
export const type = { title: 24, heading: 16, body: 14, small: 12 } as const;

/** Space between rows in pixels; every height is a multiple of 8. */
export const gap = { rows: 16, stacked: 12 } as const;
