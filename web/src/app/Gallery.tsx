import { useState } from 'preact/hooks';
import { baseName } from '../model/format';
import { Thumb, TypeMark } from '../parts/Marks';
import type { ArtifactType } from '../data';
import { query, troubleOf } from './api';
import { useApi, useAsked } from './context';
import { ago } from './model/runs';
import { Lost } from './Nav';
import { Stars } from './Stars';

interface Item { run: string; name: string; path: string; digest: string; type: ArtifactType; rating?: number | null; at: string }

/** The results of all runs, newest first. */
export function Gallery() {
  const api = useApi();
  const [before, setBefore] = useState<string>();
  const [trouble, setTrouble] = useState<string>();
  const page = useAsked<{ items: Item[]; next?: string | null }>(`/gallery${query({ before, limit: 60 })}`);
  const rate = (item: Item) => (rating: number | null) =>
    api.send('PATCH', `/runs/${item.run}`, { rating }).then(() => page.again(), (error: unknown) => setTrouble(troubleOf(error)));
  const items = page.value?.items ?? [];
  return (
    <>
      <Lost since={page.lostSince} />
      <h1>Gallery</h1>
      {(trouble ?? page.trouble) && <p class="trouble" role="alert">{trouble ?? page.trouble}</p>}
      {page.value && items.length === 0 && <p class="empty">No run has made a result yet.</p>}
      <div class="cards">
        {items.map((item) => (
          <article key={`${item.run} ${item.path}`} class="card">
            <div class="card-face"><Thumb src={item.type === 'video' || item.type === 'image' ? `/api/v1/artifacts/${item.digest.replace(/^sha256:/, '')}/thumbnail` : undefined}><TypeMark type={item.type} /></Thumb></div>
            <div class="card-words">
              <a class="pick" href={`/runs/${item.run}#file=${encodeURIComponent(item.path)}`}>{baseName(item.path)}</a>
              <span class="dim">{item.name} · run {item.run} · {ago(item.at, Date.now())}</span>
              <Stars rating={item.rating ?? 0} of={`run ${item.run}`} onRate={(rating) => void rate(item)(rating)} />
            </div>
          </article>
        ))}
      </div>
      <p class="pager">
        {before !== undefined && <button type="button" onClick={() => setBefore(undefined)}>Newest</button>}
        {page.value?.next && <button type="button" onClick={() => setBefore(new URLSearchParams(String(page.value?.next).split('?')[1]).get('before') ?? undefined)}>Older</button>}
      </p>
    </>
  );
}
