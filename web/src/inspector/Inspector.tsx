import type { Here } from '../live';
import { AboutFile } from './AboutFile';
import { AboutRun } from './AboutRun';
import { AboutStep } from './AboutStep';
import { AboutTask } from './AboutTask';

export interface InspectorProps extends Here {
  onStep: (step: string) => void;
  onPath: (path: string) => void;
  onLog: (open: boolean) => void;
}

/** What is known about the selection: a task, a step, a file, or else the run. */
export function Inspector(props: InspectorProps) {
  const { run, place } = props;
  const task = place.task === undefined ? undefined : run.tasks.get(place.task);
  const step = place.step === undefined ? undefined : run.steps.get(place.step);
  const file = place.path === undefined ? undefined : run.artifacts.get(place.path);
  return (
    <aside class="inspector" aria-label="Inspector" tabIndex={-1}>
      {task ? <AboutTask {...props} task={task} file={file} />
        : step ? <AboutStep {...props} step={step} />
          : file ? <AboutFile {...props} file={file} />
            : <AboutRun {...props} />}
    </aside>
  );
}
