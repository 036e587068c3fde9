import { useRef, useState } from 'preact/hooks';
import type { TaskView } from '../../data';
import type { Here } from '../../live';
import { clock } from '../../model/format';
import { useRefusal } from '../may';
import { reviewOf, type Review } from '../model/decisions';
import { useDecisions, useShared } from './RunContext';

/** Approve or reject what a review shows, with a note that may name a moment. */
export function Decision({ task, onTask, say }: Here & { task: TaskView }) {
  const { reviews } = useShared();
  const review = reviewOf(reviews, task);
  return review ? <Panel key={review.review} review={review} ended={task.failure !== undefined} onTask={onTask} say={say} /> : null;
}

function Panel({ review, ended, onTask, say }: { review: Review; ended: boolean; onTask: Here['onTask']; say: Here['say'] }) {
  const { reviews } = useShared();
  const decisions = useDecisions();
  const [input, setInput] = useState('');
  const note = useRef<HTMLTextAreaElement>(null);
  const draft = decisions.draft(review.review);
  const decided = decisions.isDecided(review);
  const refused = useRefusal();

  const decide = (verdict: 'approve' | 'reject', over?: boolean) => {
    decisions.decide({ task: review.review, verdict, note: draft.note.trim(), at: draft.at, input: input || undefined, digest: review.shown, over });
    const next = reviews.find((one) => one.state === 'open' && !decisions.isDecided(one));
    if (next) onTask(next.review);
    say(`${verdict === 'approve' ? 'Approved' : 'Rejected'} ${review.review}; ${next ? `next: ${next.review}` : 'nothing else needs you'}`);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    if (!decided && refused === undefined) decide('reject');
  };
  if (review.state === 'rejected') {
    return (
      <section class="about decision" aria-label={`Decision about ${review.review}`}>
        <h3>{review.message || 'Review'}</h3>
        <p>{ended ? 'Rejected, and that ended the run.' : 'Rejected: it waits for what is made anew, or for your edit.'} What it shows is still what was rejected.</p>
        <div class="decide">
          <button type="button" id="decision-over" disabled={decided || refused !== undefined} title={refused} onClick={() => decide('approve', true)}>Approve after all <kbd>A</kbd></button>
        </div>
        {decided && <p class="dim" role="status">Decided; it is sent in a moment.</p>}
      </section>
    );
  }
  if (review.state !== 'open') return <section class="about decision"><h3>Review</h3><p>Approved.</p></section>;
  return (
    <section class="about decision" aria-label={`Decision about ${review.review}`}>
      <h3>{review.message || 'Is this good?'}</h3>
      {review.files.some((file) => file.edited) && <p class="dim">Edited: {review.files.filter((file) => file.edited).map((file) => file.path).join(', ')}. Your edit is what gets approved.</p>}
      {review.notes.length > 0 && <ul class="reasons">{review.notes.map((text) => <li key={text} class="dim">said before: {text}</li>)}</ul>}
      <label class="field">
        <span>Note{draft.at !== undefined && <> at <b>{clock(draft.at, true)}</b> <button type="button" class="link" onClick={() => decisions.write(review.review, { at: undefined })}>without time</button></>}</span>
        <textarea id="decision-note" ref={note} rows={3} value={draft.note} disabled={decided || refused !== undefined} title={refused} placeholder="What should be different (R); C names the moment"
          onInput={(event) => decisions.write(review.review, { note: event.currentTarget.value })} onKeyDown={onKeyDown} />
      </label>
      {review.files.length > 1 && (
        <label class="field"><span>Concerns</span>
          <select value={input} onChange={(event) => setInput(event.currentTarget.value)}>
            <option value="">all that is shown</option>
            {review.files.map((file) => <option key={file.role + file.path} value={file.role}>{file.role}: {file.path}</option>)}
          </select>
        </label>
      )}
      <div class="decide">
        <button type="button" id="decision-approve" class="accent" disabled={decided || refused !== undefined} title={refused} onClick={() => decide('approve')}>Approve <kbd>A</kbd></button>
        <button type="button" id="decision-reject" disabled={decided || refused !== undefined} title={refused} onClick={() => decide('reject')}>Reject <kbd>Ctrl ⏎</kbd></button>
      </div>
      {decided && <p class="dim" role="status">Decided; it is sent in a moment.</p>}
    </section>
  );
}
