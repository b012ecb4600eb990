/** Whether a path asks how the process is; such requests are never limited, shed or counted. */
export function isProbe(path: string): boolean {
  return /^\/(health|ready|metrics)(\/|$)/.test(path);
}
