import type { Here, Live } from '../../live';
import { clock } from '../../model/format';
import { stagePath } from '../../stage/Stage';
import type { Api } from '../api';
import { artifactAt, nextVersion, type Version } from '../model/versions';
import { reviewOf, type Review } from '../model/decisions';
import { goTo } from '../router';
import { Actions } from './Actions';
import { Compare } from './Compare';
import { Decision } from './Decision';
import { LiveLog } from './LiveLog';
import { Missing } from './Missing';
import { LiveWords } from './LiveWords';
import { StandIns } from './StandIns';
import { useItems } from './useItems';
import { useSource } from './useSource';
import { Versions } from './Versions';

interface Needed { api: Api; id: string; /** Why nothing may be decided. */ refused: string | undefined; reviews(): readonly Review[]; write(task: string, at: number): void; more: Live['more']; onPlace: Live['onPlace'] }

/** What the server adds to the page of a run, for one run. */
export function makeLive({ api, id, refused, reviews, write, more, onPlace }: Needed): Live {
  const current = (here: Here): Review | undefined => {
    const { run, place } = here;
    const artifact = run.artifacts.get(stagePath(run, place) ?? '');
    const task = run.tasks.get(place.task ?? artifact?.producer ?? '');
    const open = reviews().filter((one) => one.state === 'open');
    const own = task && reviewOf(open, task);
    return own ?? (open.length === 1 ? open[0] : undefined);
  };
  // The panel of the decision stands beside its task; from elsewhere the task is shown first.
  const press = (here: Here, element: string, does: (found: HTMLElement) => void) => {
    if (refused !== undefined) return here.say(refused);
    const review = current(here);
    if (!review) return here.say('Nothing here waits for a decision; N goes to what does');
    const shown = document.getElementById(element);
    if (shown) return does(shown);
    here.onTask(review.review);
    setTimeout(() => { const late = document.getElementById(element); if (late) does(late); }, 120);
  };
  return {
    Actions, Decision, Log: LiveLog, Missing, StandIns, Versions, Compare, Words: LiveWords, useSource, useItems, more, onPlace,
    at: artifactAt,
    needs: () => reviews().filter((one) => one.state === 'open').map((one) => one.review),
    approve: (here) => {
      // What was rejected is approved after all only from its own panel, which says what is about to be done.
      const over = document.getElementById('decision-over');
      if (over && refused === undefined) over.click();
      else press(here, 'decision-approve', (button) => button.click());
    },
    reject: (here) => press(here, 'decision-note', (note) => note.focus()),
    note: (here) => {
      const at = here.playhead.transport?.now();
      const review = current(here);
      if (review && at !== undefined) {
        write(review.review, at);
        here.say(`A note at ${clock(at, true)}`);
      }
      press(here, 'decision-note', (note) => note.focus());
    },
    versions: (here) => {
      const artifact = here.run.artifacts.get(stagePath(here.run, here.place) ?? '');
      if (!artifact) return;
      void api.get<{ versions: Version[] }>(`/runs/${id}/versions?path=${encodeURIComponent(artifact.path)}`).then(({ versions }) => {
        const next = nextVersion(versions, here.place.version ?? artifact.digest);
        if (next === undefined) return here.say('There is one version of this');
        here.go({ version: next === artifact.digest ? undefined : next });
        here.say(`Version ${versions.findIndex((one) => one.digest === next) + 1} of ${versions.length}`);
      }, () => here.say('The versions cannot be read'));
    },
    wipe: (here) => here.go({ compare: here.place.compare === 'wipe' ? 'off' : 'wipe' }),
    runs: () => goTo('/runs'),
  };
}
