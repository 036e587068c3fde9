import { useEffect, useRef, useState } from 'preact/hooks';
import type { ArtifactView, TaskStatus } from '../../data';
import type { ItemsWanted, ItemView } from '../../live';
import type { GridItems, Mark } from '../../model/grid';
import type { Run } from '../../model/run';
import { query } from '../api';
import { useApi } from '../context';
import { addressed, goesOn } from '../model/live';
import { useShared } from './RunContext';

interface Row { task: string; item?: string; status: TaskStatus; artifacts?: ArtifactView[] }
interface Answer { tasks: Row[]; total: number; marks?: Mark[] }

const pageSize = 100;
/** While a run goes on, what is looked at is read again after this time. */
const staleMs = 3000;
/** Pages that are kept; the ones looked at longest ago go. */
const mostPages = 30;

/** Items by pages of a hundred, as they come into view: whatever their number, only what is seen is sent. */
export function useItems(run: Run, wanted: ItemsWanted): GridItems<ItemView> {
  const api = useApi();
  const { id } = useShared();
  const pages = useRef(new Map<number, { items: ItemView[]; at: number }>());
  const asked = useRef(new Set<number>());
  const [told, setTold] = useState<{ total: number; marks: readonly Mark[] }>({ total: wanted.total, marks: [] });
  const living = useRef(true);
  useEffect(() => () => { living.current = false; }, []);

  const read = async (page: number) => {
    asked.current.add(page);
    try {
      const answer = await api.get<Answer>(`/runs/${id}/tasks${query({ step: wanted.step, status: wanted.status, order: 'name', after: page * pageSize, limit: pageSize })}`);
      if (!living.current) return;
      pages.current.delete(page);
      pages.current.set(page, { items: answer.tasks.map(itemOf), at: Date.now() });
      const oldest = pages.current.size > mostPages ? pages.current.keys().next().value : undefined;
      if (oldest !== undefined) pages.current.delete(oldest);
      setTold({ total: answer.total, marks: answer.marks ?? [] });
    } catch {
      // The server is away, or its engine is between two answers: what is known stays, and the next look asks again.
    } finally {
      asked.current.delete(page);
    }
  };
  return {
    total: Math.max(told.total, pages.current.size === 0 ? wanted.total : 0),
    marks: told.marks,
    at: (index) => pages.current.get(Math.floor(index / pageSize))?.items[index % pageSize],
    want: (first, last) => {
      for (let page = Math.floor(first / pageSize); page * pageSize < last; page++) {
        const known = pages.current.get(page);
        if (asked.current.has(page) || (known && (!goesOn(run.data.run.status) || Date.now() - known.at < staleMs))) continue;
        void read(page);
      }
    },
  };
}

const itemOf = (row: Row): ItemView => ({ name: row.item ?? row.task, task: row.task, status: row.status, artifacts: (row.artifacts ?? []).map(addressed) });
