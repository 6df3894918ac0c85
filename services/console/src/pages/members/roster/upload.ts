// How does a roster's file get to the other end? In pieces, each at the offset where the last one ended; after a reload
// from where it stopped, once the same file is chosen again.

/** So that a piece in base64, with what goes around it, stays below the 1.9 MB that a request may have. */
export const PIECE = 1350000;
export const LARGEST = 33554432;

export interface Progress {
  uploaded: number;
  size: number;
}

/** Files that were chosen in this tab, by the import that they were chosen for. */
const chosen = new Map<string, File>();
export const keepFile = (name: string, file: File): unknown => chosen.set(name, file);
export const fileOf = (name: string): File | undefined => chosen.get(name);

/** Why a file can't be a roster, before a byte of it is sent; empty when it can. */
export function refusalOf(file: { name: string; size: number }): '' | 'format' | 'large' | 'empty' {
  if (!/\.(xlsx|csv)$/i.test(file.name)) return 'format';
  if (file.size > LARGEST) return 'large';
  return file.size === 0 ? 'empty' : '';
}

/** SHA-256 in hex; empty where the browser has no means for it. */
export async function digestOf(file: Blob): Promise<string> {
  if (globalThis.crypto?.subtle === undefined) return '';
  const digest = await crypto.subtle.digest('SHA-256', await file.arrayBuffer());
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Where each piece begins and ends, from a byte on. */
export function piecesOf(size: number, from: number, piece = PIECE): [number, number][] {
  const pieces: [number, number][] = [];
  for (let at = from; at < size; at += piece) pieces.push([at, Math.min(size, at + piece)]);
  return pieces;
}

/** The bytes of a blob in base64. */
export function base64Of(blob: Blob): Promise<string> {
  return new Promise((answer, fail) => {
    const reader = new FileReader();
    reader.onload = () => answer(String(reader.result).slice(String(reader.result).indexOf(',') + 1));
    reader.onerror = () => fail(reader.error ?? new Error('unreadable'));
    reader.readAsDataURL(blob);
  });
}

/** Sends what is missing, piece after piece; `send` answers how many bytes are there then. */
export async function upload(file: File, from: number, send: (offset: number, content: string) => Promise<number>): Promise<void> {
  for (const [start, end] of piecesOf(file.size, from)) await send(start, await base64Of(file.slice(start, end)));
}
