// How is money written? The API counts fen; people read and type yuan.

/** "1,234.50" of fen. */
export function yuan(fen: number | string | undefined | null): string {
  return (Number(fen ?? 0) / 100).toLocaleString('zh-CN', { minimumFractionDigits: 2, maximumFractionDigits: 2 });
}

/** The fen of "12.5" as the API takes them; null of what is no amount of money. */
export function fenOf(typed: string): string | null {
  const found = /^(\d{1,9})(?:\.(\d{1,2}))?$/.exec(typed.trim());
  if (found === null) return null;
  return String(Number(found[1]) * 100 + Number((found[2] ?? '').padEnd(2, '0')));
}
