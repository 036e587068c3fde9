import type { ReportData } from '../data';

/** The data in the page: JSON in place of the marks, or between them; nothing when there is none or it is of another format. */
export function readEmbedded(text: string): ReportData | undefined {
  const json = text.trim().replace(/^\/\*SPOOL_DATA\*\/|\/\*END_SPOOL_DATA\*\/$/g, '');
  try {
    const value: unknown = JSON.parse(json);
    const known = typeof value === 'object' && value !== null && (value as ReportData).format === 1;
    return known ? (value as ReportData) : undefined;
  } catch {
    return undefined;
  }
}
