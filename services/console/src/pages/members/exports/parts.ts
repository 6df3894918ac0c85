// How does a file come out of a stream of messages? Each line of the stream is a message with bytes, or the error that
// ended it.
import { ApiError, errorOf, type ErrorBody } from '@/api/error';

interface Line extends ErrorBody {
  content?: string;
  rowCount?: string;
}
export interface Part {
  bytes: Uint8Array<ArrayBuffer>;
  /** With the last part: how many rows there were. */
  rowCount: string | null;
}

function partOf(text: string): Part {
  const line = JSON.parse(text) as Line;
  if (line.error !== undefined) throw errorOf(line.error.code ?? 500, line);
  return { bytes: Uint8Array.from(atob(line.content ?? ''), (char) => char.charCodeAt(0)), rowCount: line.rowCount ?? null };
}

/** The parts as they come. Throws an ApiError when the stream ends in one, or without its last part. */
export async function* readParts(stream: ReadableStream<Uint8Array>): AsyncGenerator<Part> {
  const reader = stream.getReader();
  const decoder = new TextDecoder();
  let rest = '';
  let last = false;
  const take = (line: string): Part => {
    const part = partOf(line);
    last = last || part.rowCount !== null;
    return part;
  };
  for (;;) {
    const { value, done } = await reader.read();
    rest += decoder.decode(value, { stream: !done });
    const lines = rest.split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line.trim() !== '') yield take(line);
    if (done) break;
  }
  if (rest.trim() !== '') yield take(rest);
  if (!last) throw new ApiError('offline', '');
}
