// How does a file get to a case and back? Described, sent in parts and finished; or read part by part and saved.
import { api, ask, saveBlob } from '@/api/client';
import { errorOf, type ErrorBody } from '@/api/error';
import { idOf } from '@/api/names';
import type { Message } from '@/api/types';

export type Document = Message<'ronghe.membership.v1.Document'>;

const CHUNK = 512 * 1024;

const MEDIA: Record<string, string> = {
  pdf: 'application/pdf',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  png: 'image/png',
  docx: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
};
export const ACCEPTED = Object.keys(MEDIA).map((extension) => `.${extension}`).join(',');

/** The media type that a file's name tells of; undefined for one that is not accepted. */
export function mediaTypeOf(fileName: string): string | undefined {
  return MEDIA[fileName.slice(fileName.lastIndexOf('.') + 1).toLowerCase()];
}

/** The usual ending of files of a media type. */
export function endingOf(mediaType: string): string {
  return Object.keys(MEDIA).find((extension) => MEDIA[extension] === mediaType) ?? 'bin';
}

export function base64Of(bytes: Uint8Array): string {
  const STEP = 0x8000;
  let text = '';
  for (let i = 0; i < bytes.length; i += STEP) text += String.fromCharCode(...bytes.subarray(i, i + STEP));
  return btoa(text);
}

export interface Upload {
  subject: string;
  kind: string;
  title: string;
  file: File;
}

/** Brings a file to a case. Called again with the same key after a failure it goes on where it was cut. */
export async function uploadDocument(upload: Upload, key: string, progress: (part: number) => void): Promise<void> {
  const bytes = new Uint8Array(await upload.file.arrayBuffer());
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  const { name = '' } = await ask(api.POST('/v1/documents', {
    params: { header: { 'Idempotency-Key': key } },
    body: {
      subject: upload.subject, kind: upload.kind, title: upload.title, mediaType: mediaTypeOf(upload.file.name) ?? upload.file.type,
      size: String(bytes.length), sha256: Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join(''), unclassified: true,
    },
  }));
  const path = { document: idOf(name) };
  // A call that is repeated answers as the first did: how far it came is asked.
  const document = await ask(api.GET('/v1/documents/{document}', { params: { path } }));
  let offset = Number(document.uploaded ?? 0);
  while (offset < bytes.length) {
    const content = base64Of(bytes.subarray(offset, offset + CHUNK));
    const answer = await ask(api.POST('/v1/documents/{document}:upload', { params: { path }, body: { name, offset: String(offset),
      content } }));
    offset = Number(answer.uploaded ?? bytes.length);
    progress(offset / bytes.length);
  }
  if (document.state !== 'DOCUMENT_STATE_STORED') await ask(api.POST('/v1/documents/{document}:finish', { params: { path },
    body: { name } }));
}

interface Part {
  content?: string;
  fileName?: string;
  contentType?: string;
}

/** The parts of a streamed answer: one line of JSON each; a line may be an error that came midway. */
export function partsOf(lines: string): Part[] {
  return lines.split('\n').filter((line) => line.trim() !== '').map((line) => {
    const part = JSON.parse(line) as Part & ErrorBody;
    if (part.error !== undefined) throw errorOf(part.error.code ?? 500, part);
    return part;
  });
}

/** Saves what the parts hold; the name and type of the first part win. */
export function saveParts(parts: Part[], fileName: string, contentType: string): void {
  const chunks = parts.filter((part) => part.content !== undefined)
    .map((part) => Uint8Array.from(atob(part.content!), (char) => char.charCodeAt(0)));
  saveBlob(new Blob(chunks, { type: parts[0]?.contentType ?? contentType }), parts[0]?.fileName ?? fileName);
}

export async function downloadDocument(document: Document): Promise<void> {
  const params = { path: { document: idOf(document.name ?? '') } };
  const lines = await ask(api.GET('/v1/documents/{document}:download', { params, parseAs: 'text' })) as unknown as string;
  const mediaType = document.mediaType ?? '';
  saveParts(partsOf(lines), `${document.title ?? idOf(document.name ?? '')}.${endingOf(mediaType)}`, mediaType);
}
