export function exportToN8n(): { workflow: Record<string, unknown>; notes: string[] } { return { workflow: {}, notes: [] }; }
