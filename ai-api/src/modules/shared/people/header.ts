/** Headers of other systems' exports, by the column that they mean. Where several fit, the column's own name wins. */
const ALIASES: Record<string, readonly string[]> = {
  builder_id: [
    'employee_id',
    'employee_number',
    'employee_no',
    'employee',
    'personnel_number',
    'personnel_no',
    'person_id',
    'worker_id',
    'staff_id',
    'owner_id',
    'lead_id',
  ],
  name: ['full_name', 'employee_name', 'display_name', 'project_name', 'worker_name'],
  email: ['e_mail', 'email_address', 'e_mail_address', 'work_email', 'business_email', 'mail'],
  team: ['department', 'team_name', 'organisation', 'organization', 'org_unit', 'cost_center', 'cost_centre'],
  title: ['job_title', 'position', 'role', 'job', 'subject', 'summary'],
  status: ['employment_status', 'employee_status', 'project_status'],
  started_on: ['hire_date', 'hired_on', 'start_date', 'date_of_hire', 'joined_on', 'entry_date', 'join_date'],
  weekly_hours: ['hours_per_week', 'contract_hours', 'weekly_working_hours', 'standard_hours'],
  timezone: ['time_zone', 'tz'],
  week: ['iso_week', 'calendar_week'],
  hours_worked: ['hours', 'worked_hours', 'total_hours'],
  record_id: ['event_id', 'issue_id', 'document_id', 'ical_uid', 'uid'],
  reference: ['issue_key', 'ticket', 'ticket_key', 'ref', 'document_number'],
  builders: ['attendees', 'participants', 'assignees', 'assignee', 'authors', 'people'],
  day: ['date', 'worked_on'],
  started_at: ['start', 'starts_at', 'start_time', 'begin'],
  ended_at: ['end', 'ends_at', 'end_time'],
  note: ['notes', 'weekly_note', 'comment'],
};

/** A header as columns are written: `Employee ID` is `employee_id`. */
function plain(header: string): string {
  return header
    .normalize('NFKC')
    .replaceAll(/\p{Cf}/gu, '')
    .trim()
    .replaceAll(/(?<=\p{Ll})(?=\p{Lu})/gu, '_')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, '_')
    .replaceAll(/^_+|_+$/g, '');
}

/** A company's own headers, each with the column that it means, or null for a column that is left out. */
export type Mapping = Readonly<Record<string, string | null>>;

/**
 * The columns that the cells of a header mean, null for those that the mapping leaves out; a cell that means none, or one that
 * is there already, is left as it is. What the mapping says goes before what is understood without it.
 */
export function columnsOf(
  header: readonly string[],
  columns: readonly string[],
  mapping: Mapping = {},
): (string | null)[] {
  const byName = new Map(Object.entries(mapping).map(([cell, column]) => [plain(cell), column]));
  const mapped = header.map((cell) => {
    const column = byName.get(plain(cell));
    return column === null || (column !== undefined && columns.includes(column)) ? column : undefined;
  });
  const taken = new Set([...mapped, ...header.filter((cell) => columns.includes(cell))]);
  return header.map((cell, index) => {
    const own = mapped[index];
    if (own !== undefined) return own;
    if (columns.includes(cell)) return cell;
    const name = plain(cell);
    const column = columns.find((one) => one === name) ?? columns.find((one) => ALIASES[one]?.includes(name));
    if (column === undefined || taken.has(column)) return cell;
    taken.add(column);
    return column;
  });
}

/** The column that a header may have been meant for: at most two characters away. */
export function nearestColumn(header: string, columns: readonly string[]): string | undefined {
  const name = plain(header).slice(0, 40);
  return columns.find((column) => distance(name, column) <= Math.min(2, column.length / 3));
}

/** How many characters have to be inserted, left out or changed. */
function distance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const change = (previous[column - 1] as number) + (a[row - 1] === b[column - 1] ? 0 : 1);
      current[column] = Math.min(
        change,
        (previous[column] as number) + 1,
        (current[column - 1] as number) + 1,
      );
    }
    previous = current;
  }
  return previous[b.length] as number;
}
