// How does the demo's roster file look? The columns of the import template, as CSV.

const COLUMNS = ['姓名', '性别', '公民身份号码', '民族', '出生日期', '学历', '人员类别', '所在党支部编码', '手机号码',
  '入党日期', '转正日期', '党内职务'];

export function rosterCsv(branches, people) {
  const lines = [COLUMNS.join(',')];
  for (const branch of branches) {
    for (const p of people.get(branch.key)) {
      lines.push([p.name, p.sex === '1' ? '男' : '女', p.identity, p.ethnicity, p.birth, p.education,
        p.category === '1' ? '正式党员' : '预备党员', branch.code, p.phone, p.joined, p.converted, p.post].join(','));
    }
  }
  return Buffer.from(`\ufeff${lines.join('\r\n')}\r\n`);
}
