import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { ArtifactView } from '../../data';
import type { Here } from '../../live';
import { focusNow } from '../../parts/focus';
import { troubleOf } from '../api';
import { useApi } from '../context';
import { useRefusal } from '../may';
import { useShared } from './RunContext';

interface Text { path: string; text: string; digest: string }

/** A text that may be changed in its place: one that an open review shows, or a source that the workflow reads. */
export function TextEdit({ artifact, say, children }: Here & { artifact: ArtifactView; children?: ComponentChildren }) {
  const api = useApi();
  const { id, reviews, again } = useShared();
  const shown = reviews.some((one) => one.state === 'open' && one.files.some((file) => file.path === artifact.path));
  const mayEdit = shown || artifact.producer === undefined;
  const [text, setText] = useState<Text>();
  const [draft, setDraft] = useState('');
  const [trouble, setTrouble] = useState<string>();
  const [saved, setSaved] = useState('');
  const refused = useRefusal();
  // The keyboard goes back to where the editing began.
  const backs = useRef(false);
  const close = () => { backs.current = true; setText(undefined); setTrouble(undefined); };
  const at = `/runs/${id}/text?path=${encodeURIComponent(artifact.path)}`;

  const begin = async () => {
    try {
      const now = await api.get<Text>(at);
      setText(now);
      setDraft(now.text);
      setTrouble(undefined);
      setSaved('');
    } catch (error) {
      setTrouble(troubleOf(error));
    }
  };
  useEffect(() => setText(undefined), [artifact.path]);
  const save = async () => {
    if (!text) return;
    try {
      await api.send('PUT', at, { text: draft, digest: text.digest });
      close();
      setSaved(shown ? 'Saved. Your edit is what gets approved.' : 'Saved. The next run takes it.');
      say('Saved');
      again();
    } catch (error) {
      setTrouble(`${troubleOf(error)}. Your text is still here: copy it, then open the file anew.`);
    }
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Escape') { event.stopPropagation(); if (draft === text?.text) close(); }
    if (event.key !== 's' || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    void save();
  };
  if (text) {
    return (
      <div class="player words">
        <textarea class="edit" id="text-edit" aria-label={`Text of ${artifact.path}`} value={draft} spellcheck onInput={(event) => setDraft(event.currentTarget.value)} onKeyDown={onKeyDown} ref={focusNow} />
        {trouble && <p class="trouble" role="alert">{trouble}</p>}
        <div class="controls"><div class="buttons">
          <span class="dim">{draft === text.text ? 'unchanged' : 'changed, not saved'}</span>
          <span class="space" />
          <button type="button" class="small" onClick={close}>Discard</button>
          <button type="button" class="small accent" id="text-save" disabled={draft === text.text} onClick={() => void save()}>Save <kbd>Ctrl S</kbd></button>
        </div></div>
      </div>
    );
  }
  return (
    <div class="player words-live">
      {mayEdit && (
        <div class="edit-bar">
          <span class="dim" role="status">{saved || (shown ? 'This text waits for your decision.' : 'A source text.')}</span>
          {trouble && <span class="trouble" role="alert">{trouble}</span>}
          <span class="space" />
          <button type="button" class="small" id="text-begin" disabled={refused !== undefined} title={refused} ref={(button) => { if (button && backs.current) button.focus(); backs.current = false; }} onClick={() => void begin()}>Edit</button>
        </div>
      )}
      {children}
    </div>
  );
}
