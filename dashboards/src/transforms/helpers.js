/** Text that markup cannot break out of. */
export const esc = (value) =>
  String(value ?? '').replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);

/** `3 d ago`, for narrow tables beside a card that has the date. */
export const ago = (instant) => {
  if (!instant) return '—';
  const minutes = Math.round((Date.now() - new Date(instant).getTime()) / 60000);
  const size = Math.abs(minutes);
  if (size < 1) return 'now';
  const span =
    size < 60 ? `${size} min` : size < 2880 ? `${Math.round(size / 60)} h` : `${Math.round(size / 1440)} d`;
  return minutes >= 0 ? `${span} ago` : `in ${span}`;
};

/** `5 Nov, 09:12 (3 d ago)` in the reader's own time. */
export const when = (instant) => {
  if (!instant) return '—';
  const date = new Date(instant).toLocaleString('en-GB', {
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
  });
  return `${date} (${ago(instant)})`;
};

/** `review …4bf0fa` for `review:` and a UUID: the last digits identify it well enough. */
export const shortId = (value) =>
  String(value ?? '—')
    .replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{6}([0-9a-f]{6})/g, '…$2')
    .replace(/:(?=…)/, ' ');

export const count = (value) =>
  value === null || value === undefined ? '—' : Number(value).toLocaleString('en-US');
export const oneDecimal = (value) => (value === null || value === undefined ? '—' : Number(value).toFixed(1));

/** Facts whose last part says too little alone. */
const FACT_NAMES = { 'evidence.text': 'written evidence', text: 'written evidence' };

/** `hours worked` for the fact `week.hoursWorked`; people read words, not paths. */
export const factName = (path) =>
  FACT_NAMES[path] ??
  String(path)
    .split('.')
    .at(-1)
    .replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);

const CEL_WORDS = [
  [/&&/g, ' and '],
  [/\|\|/g, ' or '],
  [/!=\s*null\b/g, ' is known '],
  [/==\s*null\b/g, ' is unknown '],
  [/!=/g, ' is not '],
  [/==/g, ' is '],
  [/<=/g, ' is at most '],
  [/>=/g, ' is at least '],
  [/</g, ' is less than '],
  [/>/g, ' is more than '],
  [/!(?=[\w(])/g, ' not '],
];

/** A condition in words: `hours worked is less than 20` for `week.hoursWorked < 20`. What is not plain stays CEL. */
export const conditionWords = (when) =>
  String(when ?? '')
    .split(/("[^"]*"|'[^']*')/)
    .map((part, index) =>
      index % 2 === 1
        ? part
        : CEL_WORDS.reduce((text, [sign, word]) => text.replace(sign, word), part).replace(
            /\b[a-z]\w*(?:\.[a-z]\w*)+(?!\w*\()/g,
            factName,
          ),
    )
    .join('')
    .replace(/\s+/g, ' ')
    .trim();

const KIND_NAMES = {
  evaluation: 'Weekly evaluation',
  'project-evaluation': 'Project evaluation',
  approval: 'Time request',
  'stage-gate': 'Stage gate',
  'commit-link': 'Link to a commit',
};

/** `Project evaluation` for the kind of judgement `project-evaluation`. */
export const kindName = (kind) => KIND_NAMES[kind] ?? kind;

/** Text with people in place of their ids: `Quill Marrow` for `builder:b-0001`. */
export const withNames = (names, text) =>
  String(text ?? '').replaceAll(/\bbuilder[: ]([\w-]+)/g, (_, id) => names?.[id] ?? `builder ${id}`);

/** The name of whom or what a past judgement is about: builders and projects by name, requests by their last digits. */
export const subjectName = (names, subjectId) => names?.[subjectId] ?? shortId(subjectId);

const REQUEST_STATES = {
  submitted: 'new',
  incomplete: 'to correct',
  in_review: 'needs review',
  awaiting_second: 'needs second approval',
};

/** `needs review` for the state `in_review` of a request for manual time. */
export const requestState = (state) => REQUEST_STATES[state] ?? state;

const ACTOR_NAMES = { bootstrap: 'Initial API key', system: 'AI Manager' };

/** The name of who acted; the key that comes with an installation and the system have names of their own. */
export const actorName = (name) => ACTOR_NAMES[name] ?? name;

const TOOL_NAMES = {
  'claude-code': 'Claude Code',
  'copilot-chat': 'Copilot Chat',
  'copilot-cli': 'Copilot CLI',
  specstory: 'SpecStory',
  aider: 'aider',
};

/** `Claude Code` for the coding assistant `claude-code`. */
export const toolName = (tool) => TOOL_NAMES[tool] ?? words(tool);

/** `Awaiting second` for the state `awaiting_second`. */
export const words = (value) => {
  const text = String(value ?? '—').replaceAll(/[_-]/g, ' ');
  return text.charAt(0).toUpperCase() + text.slice(1);
};

/** `SOPs` for the folder `sops`. */
export const folderName = (folder) => (folder === 'sops' ? 'SOPs' : words(folder));

/** A missing fact by its name; what is a sentence already stays one. */
export const missingName = (text) => (/^[\w.]+$/.test(text) ? factName(text) : text);

/** What a judgement rests on, in a line. */
export const evidenceLine = (evidence) =>
  evidence.map(({ id, value }) => `${esc(factName(id))}: ${esc(value)}`).join(' · ') || 'No evidence';

const VERDICTS = {
  supported: ['a record bears it out', 'good'],
  fits: ['fits, which proves nothing', 'neutral'],
  contradicted: ['contradicted', 'bad'],
  unknown: ['nothing bears it out', 'warning'],
};

/** What a text claims: each with its words and the record that it was held against. */
export const claimsOf = (claims) =>
  (claims ?? [])
    .map(
      ({ words: quote, verdict, record, note }) =>
        `<div style="border-top:1px solid #EAECF0;padding:10px 0"><div>“${esc(quote)}” ${badge(...VERDICTS[verdict])}</div><div style="color:#667085;font-size:12px">${record === null ? '' : `${esc(record)}: `}${esc(note)}</div></div>`,
    )
    .join('');

/** Hours as they are asked for, in quarters: `1.25`, `2`. */
export const hoursOf = (value) =>
  value === null || value === undefined ? '—' : String(Number(Number(value).toFixed(2)));

const TONES = {
  good: '#067647;background:#ECFDF3',
  warning: '#B54708;background:#FFFAEB',
  bad: '#B42318;background:#FEF3F2',
  neutral: '#344054;background:#F2F4F7',
};

export const toneOf = (word) => {
  if (/^(A|B|judged|completed|healthy|ok|connected)$/i.test(word)) return 'good';
  if (/^(C|pending|running|insufficient evidence|needs review|not judged)$/i.test(word)) return 'warning';
  if (/^(D|E|failed|dead|disabled|error)$/i.test(word)) return 'bad';
  return 'neutral';
};

/** A word with the colour of its meaning. */
export const badge = (word, tone) =>
  `<span style="display:inline-block;padding:2px 10px;border-radius:12px;font-size:12px;font-weight:600;white-space:nowrap;color:${TONES[tone ?? toneOf(word)]}">${esc(word)}</span>`;

/** A figure, what it counts, and what to know about it. */
export const figure = (label, value, note, tone) =>
  `<div style="padding:4px 8px"><div style="color:#667085;font-size:13px">${esc(label)}</div><div style="color:${tone === 'bad' ? '#B42318' : tone === 'warning' ? '#B54708' : '#101828'};font-size:28px;font-weight:600;line-height:1.3;font-variant-numeric:tabular-nums">${esc(value)}</div><div style="color:#667085;font-size:13px">${esc(note)}</div></div>`;

/** A label and a value under each other, for cards of facts. */
export const fact = (label, markup) =>
  `<div style="padding:6px 0"><div style="color:#667085;font-size:12px">${esc(label)}</div><div style="color:#101828">${markup}</div></div>`;

export const firstSentence = (text) => {
  const sentence = /^.*?[.!?](?=\s|$)/s.exec(String(text ?? ''))?.[0] ?? String(text ?? '');
  return sentence.length > 160 ? `${sentence.slice(0, 157)}…` : sentence;
};

/** As much of a text as one or two lines of a table take; the whole text is shown beside it. */
export const brief = (text, most = 90) => {
  const words = String(text ?? '—').trim();
  return words.length <= most ? words : `${words.slice(0, most).replace(/\s+\S*$/, '')} …`;
};

const GRADE_COLORS = {
  A: '#067647',
  B: '#4CA30D',
  C: '#EAAA08',
  D: '#EF6820',
  E: '#B42318',
  'insufficient evidence': '#98A2B3',
};

const AXES = { gridcolor: '#EAECF0', linecolor: '#D0D5DD', tickfont: { color: '#667085', size: 12 } };

/** A Plotly chart as ToolJet's Chart takes it. */
export const plot = (data, layout = {}) =>
  JSON.stringify({
    data,
    layout: {
      margin: { l: 48, r: 16, t: 16, b: 40 },
      legend: { orientation: 'h', y: -0.2 },
      // ToolJet 3 shows none unless it is asked to.
      showlegend: data.length > 1,
      paper_bgcolor: '#FFFFFF',
      plot_bgcolor: '#FFFFFF',
      xaxis: { ...AXES, type: 'category' },
      yaxis: { ...AXES, rangemode: 'tozero' },
      ...layout,
    },
  });

/** Weeks on the x axis, one stacked bar of grades each. */
export const gradeBars = (weeks) =>
  plot(
    Object.entries(GRADE_COLORS).map(([grade, color]) => ({
      type: 'bar',
      name: grade,
      x: weeks.map(({ week }) => week),
      y: weeks.map(({ grades }) => grades?.[grade] ?? 0),
      marker: { color },
    })),
    { barmode: 'stack' },
  );

export const line = (name, color, x, y, extra = {}) => ({
  type: 'scatter',
  mode: 'lines+markers',
  name,
  x,
  y,
  line: { color, width: 2 },
  ...extra,
});

/** One choice of a dropdown. */
export const choice = (value, label) => ({ label, value, disable: false, visible: true, default: false });

/** A heading over the facts of a card. */
export const heading = (title) =>
  `<div style="font-size:18px;font-weight:600;color:#101828">${esc(title)}</div>`;

/** Text that people wrote, with its lines. */
export const prose = (value) => esc(value).replaceAll('\n', '<br>');

/** A part of a list in a card. */
export const block = (markup) => `<div style="border-top:1px solid #EAECF0;padding:8px 0">${markup}</div>`;

/** The content of a card, with room around it. */
export const padded = (markup) => `<div style="padding:4px 8px">${markup}</div>`;

/** A line in a quieter colour. */
export const quiet = (markup) => `<div style="color:#667085;font-size:13px">${markup}</div>`;

/** A notice of how people are judged, with the versions that judge now. */
export const noticeText = (sections, inForceLines) =>
  [...sections, { heading: 'In force now', lines: inForceLines }]
    .map(
      ({ heading: title, lines }) =>
        `<div style="border-top:1px solid #EAECF0;padding:8px 0"><strong>${esc(title)}</strong>${lines.map((one) => `<div style="padding:2px 0">${esc(one)}</div>`).join('')}</div>`,
    )
    .join('');

/** `$39M`, `$420K`: a market in a table. */
export const market = (usd) => {
  if (usd === null || usd === undefined) return '—';
  const [size, unit] = usd >= 1e9 ? [1e9, 'B'] : usd >= 1e6 ? [1e6, 'M'] : usd >= 1e3 ? [1e3, 'K'] : [1, ''];
  return `$${Number((usd / size).toPrecision(3)).toLocaleString('en-US')}${unit}`;
};

export const dollars = (micros) =>
  micros === null || micros === undefined ? '—' : `$${(micros / 1e6).toFixed(2)}`;

/** `1.2 MB` */
export const bytes = (value) => {
  if (value === null || value === undefined) return '—';
  if (value < 1000) return `${value} B`;
  return value < 1e6 ? `${Math.round(value / 1e3)} kB` : `${(value / 1e6).toFixed(1)} MB`;
};

/** The state of a file in words. */
export const stateName = (state) => String(state).replace('_', ' ');

const ROLE_NAMES = {
  readonly: 'Reader',
  ops: 'Operations',
  admin: 'Administrator',
  council: 'Works council',
};

/** A role as people read it. */
export const roleName = (role) => ROLE_NAMES[role] ?? `${role.charAt(0).toUpperCase()}${role.slice(1)}`;

const REPORT_STANDARDS = { gdpr: 'GDPR', soc2: 'SOC 2', iso27001: 'ISO 27001', nis2: 'NIS2' };
const REPORT_SORTS = {
  'access-review': 'review of access',
  events: 'extract of events',
  access: 'access of a person',
  erasure: 'erasure of a person',
};

/** The name of a compliance report: `soc2-events` is "SOC 2: extract of events". */
export const reportName = (kind) => {
  const [standard, ...rest] = String(kind).split('-');
  const sort = rest.join('-');
  return `${REPORT_STANDARDS[standard] ?? standard}: ${REPORT_SORTS[sort] ?? sort}`;
};
