// How is an export read? As lines of JSON, each with a piece of the file, so that its progress can be told.
import { api } from '@/api/client';
import { ApiError, errorOf, type ErrorBody } from '@/api/error';

export interface ExportFile {
  name: string;
  parts: Uint8Array<ArrayBuffer>[];
}

interface Line extends ErrorBody {
  content?: string;
  fileName?: string;
}

/** Takes the lines apart; answers what is left of the last one. Throws what the other end says went wrong underway. */
export function takeLines(text: string, into: ExportFile): string {
  const lines = text.split('\n');
  const rest = lines.pop() ?? '';
  for (const one of lines) {
    if (one.trim() === '') continue;
    const line = JSON.parse(one) as Line;
    if (line.error !== undefined) throw errorOf(line.error.code ?? 500, line);
    if (line.fileName) into.name = line.fileName;
    if (line.content) into.parts.push(Uint8Array.from(atob(line.content), (char) => char.charCodeAt(0)));
  }
  return rest;
}

/** Reads an export to its end; `heard` gets the bytes that have come. */
export async function downloadExport(service: string, auditExport: string, heard: (bytes: number) => void): Promise<ExportFile> {
  const { data, error, response } = await api.GET('/v1/services/{service}/auditExports/{auditExport}:download', {
    params: { path: { service, auditExport } }, parseAs: 'stream',
  });
  if (!response.ok) throw errorOf(response.status, (error ?? {}) as ErrorBody);
  const file: ExportFile = { name: '', parts: [] };
  const reader = (data as ReadableStream<Uint8Array> | null)?.getReader();
  if (reader === undefined) throw new ApiError('broken', '');
  const decoder = new TextDecoder();
  let rest = '';
  for (;;) {
    let piece;
    try {
      piece = await reader.read();
    } catch {
      throw new ApiError('offline', '');
    }
    rest = takeLines(rest + decoder.decode(piece.value, { stream: !piece.done }) + (piece.done ? '\n' : ''), file);
    heard(file.parts.reduce((sum, part) => sum + part.length, 0));
    if (piece.done) return file;
  }
}
