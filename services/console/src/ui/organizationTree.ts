// Which rows does an organization tree show now? The visible rows lie in one flat array: opening a node puts its rows in,
// closing it takes them out. Children come page by page from a loader, so that the model knows nothing of the network;
// it holds hundreds of thousands of nodes, and whoever draws it draws only the rows in sight.
import { asApiError, type ApiError } from '@/api/error';

/** What the tree has to know of an organization. */
export interface TreeItem {
  name?: string;
  title?: string;
  kind?: string;
}

export interface TreeNode<Item extends TreeItem = TreeItem> {
  type: 'node';
  key: string;
  item: Item;
  parent: TreeNode<Item> | null;
  /** 1 for a root. */
  level: number;
  /** Among its siblings, from 0. */
  position: number;
  open: boolean;
  /** Those that were read so far; null before the first page. */
  children: TreeNode<Item>[] | null;
  /** Token of the next page of children; empty when all of them were read. */
  next: string;
  loading: boolean;
  error: ApiError | null;
}

/** The last row below a node that has more children than were read, is reading them, or failed to. */
export interface MoreRow<Item extends TreeItem = TreeItem> {
  type: 'more';
  key: string;
  of: TreeNode<Item>;
  level: number;
}

export type TreeRow<Item extends TreeItem = TreeItem> = TreeNode<Item> | MoreRow<Item>;

export type LoadChildren<Item> = (name: string, token: string) => Promise<{ items: Item[]; next: string }>;

const NEVER_PARENTS = new Set(['ORGANIZATION_KIND_GROUP']);

export class OrganizationTreeModel<Item extends TreeItem = TreeItem> {
  /** What is to be seen, from top to bottom. A new array at each change. */
  rows: TreeRow<Item>[] = [];
  private roots = 0;
  private readonly nodes = new Map<string, TreeNode<Item>>();
  private readonly mores = new Map<string, MoreRow<Item>>();

  constructor(private readonly load: LoadChildren<Item>, private readonly changed: () => void = () => undefined) {}

  setRoots(items: Item[]): void {
    this.nodes.clear();
    this.mores.clear();
    this.roots = items.length;
    this.rows = items.map((item, i) => this.make(item, null, i));
    this.changed();
  }

  node(name: string): TreeNode<Item> | undefined {
    return this.nodes.get(name);
  }

  indexOf(row: TreeRow<Item>): number {
    return this.rows.indexOf(row);
  }

  /** Whether a node can have children, as far as one knows. */
  isParent(node: TreeNode<Item>): boolean {
    if (node.children !== null) return node.children.length > 0 || node.next !== '';
    return !NEVER_PARENTS.has(node.item.kind ?? '');
  }

  /** How many siblings a row has with itself; -1 while nobody knows. */
  setSize(row: TreeRow<Item>): number {
    const parent = row.type === 'node' ? row.parent : row.of;
    if (parent === null) return this.roots;
    return parent.next === '' && parent.children !== null ? parent.children.length : -1;
  }

  /** Opens a node and reads its first children if need be. */
  async open(node: TreeNode<Item>): Promise<void> {
    if (node.open || !this.isParent(node)) return;
    node.open = true;
    this.insert(this.indexOf(node) + 1, this.below(node));
    if (node.children === null) await this.more(node);
  }

  close(node: TreeNode<Item>): void {
    if (!node.open) return;
    node.open = false;
    const start = this.indexOf(node) + 1;
    if (start === 0) return;
    let end = start;
    while (end < this.rows.length && this.rows[end]!.level > node.level) ++end;
    this.rows = this.rows.slice(0, start).concat(this.rows.slice(end));
    this.changed();
  }

  toggle(node: TreeNode<Item>): Promise<void> {
    if (!node.open) return this.open(node);
    this.close(node);
    return Promise.resolve();
  }

  /** Reads the next page of a node's children. What fails stands in the node's error, and can be tried again. */
  async more(node: TreeNode<Item>): Promise<void> {
    if (node.loading || (node.children !== null && node.next === '')) return;
    node.loading = true;
    node.error = null;
    this.changed();
    try {
      const page = await this.load(node.key, node.next);
      this.take(node, page);
    } catch (thrown) {
      node.error = asApiError(thrown);
    } finally {
      node.loading = false;
      this.changed();
    }
  }

  /**
   * Opens everything above an organization, whose names are given from the top down, and reads on until it is there.
   * Answers its node; undefined when it can't be reached from the roots.
   */
  async reveal(names: string[]): Promise<TreeNode<Item> | undefined> {
    const path = names.slice(Math.max(0, names.findIndex((name) => this.nodes.has(name))));
    for (const [i, name] of path.entries()) {
      const node = this.nodes.get(name);
      if (node === undefined || i === path.length - 1) return node;
      await this.open(node);
      while (!this.nodes.has(path[i + 1]!) && node.next !== '' && node.error === null) await this.more(node);
    }
    return undefined;
  }

  /** The first row below `from`, around the end, whose title begins with what was typed. */
  typed(from: number, text: string): number {
    const wanted = text.toLocaleLowerCase();
    for (let step = 1; step <= this.rows.length; ++step) {
      const i = (from + step) % this.rows.length;
      const row = this.rows[i]!;
      if (row.type === 'node' && (row.item.title ?? '').toLocaleLowerCase().startsWith(wanted)) return i;
    }
    return -1;
  }

  private make(item: Item, parent: TreeNode<Item> | null, position: number): TreeNode<Item> {
    const node: TreeNode<Item> = {
      type: 'node', key: item.name ?? '', item, parent, level: (parent?.level ?? 0) + 1, position,
      open: false, children: null, next: '', loading: false, error: null,
    };
    this.nodes.set(node.key, node);
    return node;
  }

  private take(node: TreeNode<Item>, page: { items: Item[]; next: string }): void {
    const before = node.children ?? [];
    const fresh = page.items.map((item, i) => this.make(item, node, before.length + i));
    node.children = before.length === 0 ? fresh : before.concat(fresh);
    node.next = page.next;
    if (!this.isParent(node)) node.open = false;
    const place = this.indexOf(this.moreRow(node));
    if (place === -1) return; // closed, or out of sight, meanwhile
    const rest = this.rows.slice(node.next === '' ? place + 1 : place);
    this.rows = this.rows.slice(0, place).concat(fresh, rest);
  }

  private moreRow(node: TreeNode<Item>): MoreRow<Item> {
    const known = this.mores.get(node.key);
    if (known !== undefined) return known;
    const row: MoreRow<Item> = { type: 'more', key: `${node.key}+`, of: node, level: node.level + 1 };
    this.mores.set(node.key, row);
    return row;
  }

  /** The rows below an open node. */
  private below(node: TreeNode<Item>): TreeRow<Item>[] {
    const rows: TreeRow<Item>[] = [];
    // Without recursion: a tree may be deep, and an array of arguments must not be long.
    const waiting: TreeRow<Item>[] = [];
    const push = (of: TreeNode<Item>) => {
      if (of.children === null || of.next !== '') waiting.push(this.moreRow(of));
      for (let i = (of.children?.length ?? 0) - 1; i >= 0; --i) waiting.push(of.children![i]!);
    };
    push(node);
    for (let row = waiting.pop(); row !== undefined; row = waiting.pop()) {
      rows.push(row);
      if (row.type === 'node' && row.open) push(row);
    }
    return rows;
  }

  private insert(at: number, rows: TreeRow<Item>[]): void {
    if (at > 0) this.rows = this.rows.slice(0, at).concat(rows, this.rows.slice(at));
    this.changed();
  }
}

/** Which rows are in sight, with some above and below: [first, last). */
export function inSight(scrollTop: number, height: number, rowHeight: number, count: number, spare = 8): [number, number] {
  const first = Math.max(0, Math.floor(scrollTop / rowHeight) - spare);
  return [Math.min(first, count), Math.min(count, Math.ceil((scrollTop + height) / rowHeight) + spare)];
}
