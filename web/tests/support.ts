import type { ReportData, StepView, TaskStatus, TaskView } from '../src/data';

export const step = (id: string, needs: string[] = [], more: Partial<StepView> = {}): StepView =>
  ({ id, kind: 'command', needs, counts: {}, total: 1, seconds: 0, ...more });

export const task = (address: string, status: TaskStatus = 'succeeded', more: Partial<TaskView> = {}): TaskView => {
  const [name = '', item] = address.split(':');
  return { task: address, step: name, item, status, reasons: [], attempts: 1, inputs: [], outputs: [], ...more };
};

export const report = (steps: StepView[], tasks: TaskView[], more: Partial<ReportData> = {}): ReportData => ({
  format: 1,
  run: {
    id: '1', workflow: 'w', status: 'succeeded', startedAt: '2026-01-01T00:00:00Z', seconds: 1, spool: '0',
    tasks: { total: tasks.length, ran: 0, reused: 0, failed: 0, blocked: 0, waiting: 0, skipped: 0, cancelled: 0 },
  },
  headline: '', finals: [], strip: [], steps, tasks, artifacts: [], lanes: [], leftOut: [], ...more,
});
