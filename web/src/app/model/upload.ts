import { Problem, type Api } from '../api';

export const pieceBytes = 4 << 20;
const mostTries = 8;

/**
 * Brings a file to the server piece by piece. A piece that is lost is sent again from where the server says it stands, so an upload goes on
 * after a cut. Gives the digest of what lies there.
 */
export async function upload(api: Api, file: Blob & { name?: string }, told: (share: number) => void, signal?: AbortSignal, pause = 700): Promise<string> {
  const begun = await api.send<{ id: string; offset: number }>('POST', '/uploads', { size: file.size, name: file.name ?? 'file' }, { signal });
  if (!begun) throw new Error('the server began no upload');
  const at = `/uploads/${encodeURIComponent(begun.id)}`;
  let offset = begun.offset;
  for (let tries = 0; ;) {
    try {
      const piece = file.slice(offset, offset + pieceBytes);
      const answer = await api.ask(at, {
        method: 'PATCH', signal, body: piece,
        headers: { 'X-Spool-Client': 'page', 'Content-Type': 'application/offset+octet-stream', 'Upload-Offset': String(offset) },
      });
      tries = 0;
      if (answer.status === 200) {
        told(1);
        return ((await answer.json()) as { digest: string }).digest;
      }
      offset = Number(answer.headers.get('Upload-Offset') ?? offset + piece.size);
      told(file.size > 0 ? offset / file.size : 1);
    } catch (error) {
      if (signal?.aborted) throw error;
      const refused = error instanceof Problem && error.status < 500 && error.status !== 409;
      if (refused || ++tries > mostTries) throw error;
      await new Promise((done) => setTimeout(done, pause * tries));
      offset = await offsetOf(api, at, offset, signal);
    }
  }
}

async function offsetOf(api: Api, at: string, before: number, signal?: AbortSignal): Promise<number> {
  try {
    const answer = await api.ask(at, { method: 'HEAD', signal });
    return Number(answer.headers.get('Upload-Offset') ?? before);
  } catch (error) {
    if (error instanceof Problem) throw error;
    return before;
  }
}
