import { describe, expect, it } from 'vitest';
import { inSight, OrganizationTreeModel, type TreeItem } from './organizationTree';

const PAGE = 200;

/** A loader of `widths[level]` children for each node of a level, page by page. */
function loader(widths: number[], page = PAGE) {
  const calls: string[] = [];
  const load = async (name: string, token: string) => {
    calls.push(`${name}@${token}`);
    const level = name.split('.').length;
    const width = widths[level - 1] ?? 0;
    const from = token === '' ? 0 : Number(token);
    const items = Array.from({ length: Math.min(page, width - from) }, (_, i) => ({ name: `${name}.${from + i}`, title: `第${from + i}个` }));
    return { items, next: from + page < width ? String(from + page) : '' };
  };
  return { load, calls };
}

function tree(widths: number[], page = PAGE) {
  const { load, calls } = loader(widths, page);
  const model = new OrganizationTreeModel<TreeItem>(load);
  model.setRoots([{ name: 'r', title: '县委' }]);
  return { model, calls };
}
const titles = (model: OrganizationTreeModel) => model.rows.map((row) => row.key);

describe('a tree', () => {
  it('reads children once, when a node is first opened', async () => {
    const { model, calls } = tree([3]);
    const root = model.node('r')!;
    expect(calls).toEqual([]);
    await model.open(root);
    expect(titles(model)).toEqual(['r', 'r.0', 'r.1', 'r.2']);
    expect(model.setSize(model.node('r.1')!)).toBe(3);
    model.close(root);
    expect(titles(model)).toEqual(['r']);
    await model.toggle(root);
    expect(titles(model)).toHaveLength(4);
    expect(calls).toEqual(['r@']);
  });

  it('shows a row for more children, whose number nobody knows yet', async () => {
    const { model } = tree([450]);
    const root = model.node('r')!;
    await model.open(root);
    expect(model.rows).toHaveLength(202);
    expect(model.rows[201]!.type).toBe('more');
    expect(model.setSize(model.node('r.0')!)).toBe(-1);
    await model.more(root);
    await model.more(root);
    expect(model.rows).toHaveLength(451);
    expect(model.setSize(model.node('r.0')!)).toBe(450);
    await model.more(root);
    expect(model.rows).toHaveLength(451);
  });

  it('keeps what is open below a node that is closed and opened again', async () => {
    const { model } = tree([2, 2]);
    await model.open(model.node('r')!);
    await model.open(model.node('r.0')!);
    model.close(model.node('r')!);
    await model.open(model.node('r')!);
    expect(titles(model)).toEqual(['r', 'r.0', 'r.0.0', 'r.0.1', 'r.1']);
  });

  it('learns that a node has no children', async () => {
    const { model } = tree([1]);
    await model.open(model.node('r')!);
    const leaf = model.node('r.0')!;
    expect(model.isParent(leaf)).toBe(true);
    await model.open(leaf);
    expect(model.isParent(leaf)).toBe(false);
    expect(leaf.open).toBe(false);
    expect(titles(model)).toEqual(['r', 'r.0']);
  });

  it('takes a page that comes after its node was closed', async () => {
    const { model } = tree([3]);
    const root = model.node('r')!;
    const opening = model.open(root);
    model.close(root);
    await opening;
    expect(titles(model)).toEqual(['r']);
    await model.open(root);
    expect(titles(model)).toEqual(['r', 'r.0', 'r.1', 'r.2']);
  });

  it('keeps the error of a page beside the node and reads it again', async () => {
    let fails = true;
    const model = new OrganizationTreeModel<TreeItem>(async () => {
      if (fails) throw new Error('no');
      return { items: [{ name: 'a' }], next: '' };
    });
    model.setRoots([{ name: 'r' }]);
    const root = model.node('r')!;
    await model.open(root);
    expect(root.error?.message).toBe('no');
    expect(model.rows.map((row) => row.type)).toEqual(['node', 'more']);
    fails = false;
    await model.more(root);
    expect(titles(model)).toEqual(['r', 'a']);
  });

  it('reveals an organization beyond the first page', async () => {
    const { model } = tree([3, 450, 2]);
    const found = await model.reveal(['above', 'r', 'r.1', 'r.1.420', 'r.1.420.1']);
    expect(found?.key).toBe('r.1.420.1');
    expect(model.indexOf(found!)).toBeGreaterThan(400);
    expect(await model.reveal(['elsewhere', 'nowhere'])).toBeUndefined();
  });

  it('finds what is typed, from the next row on and around the end', async () => {
    const { model } = tree([12]);
    await model.open(model.node('r')!);
    expect(model.typed(0, '第1')).toBe(2);
    expect(model.typed(2, '第1')).toBe(11);
    expect(model.typed(12, '县')).toBe(0);
    expect(model.typed(0, '无')).toBe(-1);
  });
});

describe('280,000 nodes', () => {
  it('open, close and open again as flat rows', async () => {
    const { model } = tree([20, 14000], 14000);
    const root = model.node('r')!;
    await model.open(root);
    for (let i = 0; i < 20; ++i) await model.open(model.node(`r.${i}`)!);
    expect(model.rows).toHaveLength(1 + 20 + 280000);
    model.close(root);
    expect(model.rows).toHaveLength(1);
    await model.open(root);
    expect(model.rows).toHaveLength(280021);
    expect(model.rows[280020]!.key).toBe('r.19.13999');
    const [first, last] = inSight(36 * 200000, 600, 36, model.rows.length);
    expect(last - first).toBeLessThan(40);
    expect(first).toBe(199992);
  });
});
