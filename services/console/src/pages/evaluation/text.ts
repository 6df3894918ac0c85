// The words of appraisal.
export default {
  'zh-CN': {
    anOrganization: '党组织', period: '考核期间', scheme: '评定办法', standing: '状态', created: '创建时间', published: '公布时间',
    ROUND_STATE_UNSPECIFIED: '未知', ROUND_STATE_DRAFT: '未启动', ROUND_STATE_COLLECTING: '正在采集数据', ROUND_STATE_FROZEN: '数据已固定,正在计分', ROUND_STATE_SCORED: '已计分,未公布', ROUND_STATE_PUBLISHED: '已公布', ROUND_STATE_FAILED: '采集未完成',
    SCHEME_STATE_UNSPECIFIED: '未知', SCHEME_STATE_DRAFT: '草稿', SCHEME_STATE_PUBLISHED: '已发布',
    INDICATOR_SOURCE_UNSPECIFIED: '未知', INDICATOR_SOURCE_SYSTEM: '系统记录', INDICATOR_SOURCE_EVIDENCE_ON_SITE: '现场核查', INDICATOR_SOURCE_BALLOT: '民主评议',
    ABSENCE_UNSPECIFIED: '未规定', ABSENCE_EXCLUDE: '不计入,分值由本部分其他指标分摊', ABSENCE_FULL: '按满分计', ABSENCE_ZERO: '不得分',
    PART_ABSENCE_UNSPECIFIED: '未规定', PART_ABSENCE_REWEIGHT: '无数据时权重按比例分给其他部分', PART_ABSENCE_ZERO: '无数据时按 0 分计',
    SCORE_NOTE_UNSPECIFIED: '', SCORE_NOTE_CAPPED: '总分达到更高等次,但同类组织该等次名额已满', SCORE_NOTE_TIED_AT_CAP: '总分相同的组织超出该等次名额,一并列入下一等次', SCORE_NOTE_VETOED: '因一票否决事项限定等次', SCORE_NOTE_NOT_RATED: '本期没有应评事项,不评等次',
    SCORE_ITEM_BASIS_UNSPECIFIED: '未知', SCORE_ITEM_BASIS_NOTHING_DUE: '本期没有应办事项', SCORE_ITEM_BASIS_MISSING: '没有记录',
    SCORE_ITEM_KIND_UNSPECIFIED: '{points} 分', SCORE_ITEM_KIND_INDICATOR: '得 {points} 分', SCORE_ITEM_KIND_DEDUCTION: '扣 {points} 分', SCORE_ITEM_KIND_BONUS: '加 {points} 分', SCORE_ITEM_KIND_VETO: '一票否决',
    kinds: { SCORE_ITEM_KIND_DEDUCTION: '扣分项', SCORE_ITEM_KIND_BONUS: '加分项', SCORE_ITEM_KIND_VETO: '一票否决', SCORE_ITEM_KIND_INDICATOR: '指标', '': '其他' },
    'services/meeting': '组织生活服务', 'services/membership': '党员组织服务', 'services/training': '教育培训服务',
    rounds: {
      title: '考核轮次', list: '考核轮次列表', empty: '还没有考核轮次', name: '名称', new: '新建考核', schemes: '评定办法', about: '本组织举办的,以及上级已公布的考核。',
    },
    new: { title: '新建考核', name: '考核名称', start: '期间第一天', last: '期间最后一天', about: '新建后尚未采集数据,可先登记现场核查和评议结果。', save: '新建', noScheme: '没有已发布的评定办法', order: '最后一天不能早于第一天', of: '考核范围:{title}及其下级党组织' },
    round: {
      facts: '考核信息', organization: '考核范围', progress: '进度', organizations: '参评组织', collected: '采集数据', scored: '已计分', sources: '数据来源', source: '来源', received: '条数', done: '已完成', waiting: '采集中', problem: '问题', failed: '未完成的原因',
      start: '启动考核', again: '继续采集', startAsk: '启动后开始采集数据;数据固定后不能再登记现场核查和评议结果。', publish: '公布结果', publishAsk: '公布后,各参评组织可查看本组织及下级的得分。公布不能撤回。', digest: '数据校验值', digests: '校验值', results: '结果校验值', notScored: '计分完成后显示结果。', changed: '考核状态已更新,请核对后再操作。',
    },
    marks: {
      title: '现场核查和评议结果', about: '登记系统以外的评定结果。数据固定前可登记和更正。', list: '登记结果列表', empty: '还没有登记', item: '评定项目', points: '分值', basis: '依据', time: '登记时间', record: '登记', new: '登记结果', most: '最多 {points} 分', veto: '一票否决事项,不填分值', done: '已登记', organization: '选择参评党组织', basisHint: '文件、评议票或核查记录',
    },
    board: {
      title: '等次分布', chart: '各等次的组织数', band: '等次', count: '组织数', unrated: '不评等次', scores: '得分', list: '得分列表', total: '总分', note: '说明', all: '全部等次', filterBand: '等次', filterBelow: '按下级党组织筛选', whole: '显示全部', empty: '没有符合条件的得分', order: '按党组织顺序列出。', of: '范围:{title}', open: '{title}的得分',
    },
    score: {
      of: '{title}的得分', total: '总分', band: '等次', byTotal: '按总分应为', stars: '{n} 星', peers: '同类组织', peersOf: '同类 {n} 个组织中第 {rank} 位', notes: '等次说明', parts: '各部分得分', part: '部分', weight: '权重', earned: '指标得分', deducted: '扣分', bonus: '加分', partPoints: '折合得分', absent: '没有数据,不计入',
      back: '返回考核', items: '得分明细', open: '展开全部', close: '收起全部', item: '{earned} / {most} 分', left: '不计入', vetoes: '一票否决', of100: '满分 100 分', digest: '按固定数据计分,校验值 {digest}',
    },
    explain: {
      value: '实际情况', ratio: '应有 {due} 项,符合 {done} 项({percent})', missed: '应有 {due} 项,不符合 {n} 项', marked: '人工评定,依据:{basis}', way: '计分方法', fullWhole: '全部符合得满分;', full: '达到 {full} 得满分;', zero: '低于 {zero} 不得分;', between: '其余按实际比例 ÷ {full} 折算', each: '每项扣 {each} 分,最多扣 {most} 分',
      byMark: '按评定的分值', nothing: '没有登记,不增不减', weight: '分值与权重', weightText: '本项 {points} 分;“{part}”占总分 {share}', mostText: '最多 {points} 分;“{part}”占总分 {share}', points: '得分', left: '不计入', effect: '影响', veto: '等次不高于 {stars} 星', rule: '依据', from: '数据来源',
    },
    evidence: { open: '查看所依据的记录', close: '收起记录', title: '“{title}”所依据的记录', record: '记录', counted: '符合', missing: '不符合', why: '说明', empty: '没有记录', standing: '是否符合', none: '人工评定项目,没有系统记录' },
    compare: {
      title: '与上一轮比较', none: '这是按本办法的第一轮考核,没有上一轮可比较。', noneFor: '上一轮没有本组织的得分,无从比较。', last: '上一轮', now: '本轮', with: '上一轮:{title}({period})', version: '两轮所用办法的版本不同,分值可能不一致。', difference: '变化', chart: '各指标得分:本轮与上一轮', indicator: '指标', table: '各指标得分比较', total: '总分', notCounted: '不计入',
    },
    schemes: { title: '评定办法', list: '评定办法列表', empty: '还没有评定办法', code: '代号', version: '第 {n} 版', share: '系统数据占比', name: '名称' },
    detail: {
      source: '文件依据', effective: '适用起始日', parts: '组成部分', indicators: '指标', category: '类别', code: '代号', name: '名称', points: '分值', from: '来源', full: '满分线', zero: '零分线', due: '无应办事项时', missing: '没有记录时', deductions: '扣分项', each: '每项扣', most: '最多', bonuses: '加分项', vetoes: '一票否决', maxStars: '等次不高于', bands: '等次', fromPoints: '最低总分', caps: '名额上限', cap: '{stars} 星及以上不超过同类组织的 {share}', classes: '同类组织', publish: '发布', publishAsk: '发布后不能再修改,并须第二人审核。', digest: '办法校验值', maxBonus: '加分合计最多 {points} 分', byMark: '人工登记', table: '“{title}”表',
    },
  },
  en: {
    anOrganization: 'Organization', period: 'Period', scheme: 'Scheme', standing: 'State', created: 'Created', published: 'Published',
    ROUND_STATE_UNSPECIFIED: 'Unknown', ROUND_STATE_DRAFT: 'Not started', ROUND_STATE_COLLECTING: 'Facts are being collected', ROUND_STATE_FROZEN: 'Facts are frozen, scores are computed', ROUND_STATE_SCORED: 'Scored, not published', ROUND_STATE_PUBLISHED: 'Published', ROUND_STATE_FAILED: 'Collection not complete',
    SCHEME_STATE_UNSPECIFIED: 'Unknown', SCHEME_STATE_DRAFT: 'Draft', SCHEME_STATE_PUBLISHED: 'Published',
    INDICATOR_SOURCE_UNSPECIFIED: 'Unknown', INDICATOR_SOURCE_SYSTEM: 'Records of the system', INDICATOR_SOURCE_EVIDENCE_ON_SITE: 'Looked at on site', INDICATOR_SOURCE_BALLOT: 'Democratic appraisal',
    ABSENCE_UNSPECIFIED: 'Not laid down', ABSENCE_EXCLUDE: 'left out; its points are spread over the rest of the part', ABSENCE_FULL: 'all points', ABSENCE_ZERO: 'no points',
    PART_ABSENCE_UNSPECIFIED: 'Not laid down', PART_ABSENCE_REWEIGHT: 'without figures its weight goes to the other parts', PART_ABSENCE_ZERO: 'without figures it counts as 0',
    SCORE_NOTE_UNSPECIFIED: '', SCORE_NOTE_CAPPED: 'The total reaches a higher band, which has no room left in the peer class', SCORE_NOTE_TIED_AT_CAP: 'Organizations with the same total did not all fit in the band and stand in the next together', SCORE_NOTE_VETOED: 'A veto limits the stars', SCORE_NOTE_NOT_RATED: 'Nothing was due in the period: not rated',
    SCORE_ITEM_BASIS_UNSPECIFIED: 'Unknown', SCORE_ITEM_BASIS_NOTHING_DUE: 'Nothing was due in the period', SCORE_ITEM_BASIS_MISSING: 'No record',
    SCORE_ITEM_KIND_UNSPECIFIED: '{points} points', SCORE_ITEM_KIND_INDICATOR: '{points} points', SCORE_ITEM_KIND_DEDUCTION: '{points} points taken', SCORE_ITEM_KIND_BONUS: '{points} points added', SCORE_ITEM_KIND_VETO: 'Veto',
    kinds: { SCORE_ITEM_KIND_DEDUCTION: 'Deductions', SCORE_ITEM_KIND_BONUS: 'Bonuses', SCORE_ITEM_KIND_VETO: 'Vetoes', SCORE_ITEM_KIND_INDICATOR: 'Indicators', '': 'Other' },
    'services/meeting': 'Meetings', 'services/membership': 'Members and organizations', 'services/training': 'Training',
    rounds: {
      title: 'Rounds', list: 'List of rounds', empty: 'There is no round yet', name: 'Name', new: 'New round', schemes: 'Schemes', about: 'Those of this organization, and the published ones of those above.',
    },
    new: { title: 'New round', name: 'Name', start: 'First day of the period', last: 'Last day of the period', about: 'Nothing is collected yet, so findings and ballots can be recorded first.', save: 'Create', noScheme: 'No scheme is published', order: 'The last day is before the first', of: 'Of {title} and what is below it' },
    round: {
      facts: 'About the round', organization: 'Appraised', progress: 'Progress', organizations: 'Organizations', collected: 'Facts', scored: 'Scored', sources: 'Sources of facts', source: 'Source', received: 'Facts', done: 'Done', waiting: 'Collecting', problem: 'Problem', failed: 'Why it is not complete',
      start: 'Start', again: 'Go on', startAsk: 'Facts are collected now; once they are frozen no finding or ballot can be recorded.', publish: 'Publish', publishAsk: 'Every organization appraised will see its scores and those below it. This can’t be undone.', digest: 'Digest of the facts', digests: 'Digests', results: 'Digest of the results', notScored: 'Results stand here once the scores are ready.', changed: 'The round has changed; look at it again first.',
    },
    marks: {
      title: 'Findings and ballots', about: 'What was found outside the system. Possible until the facts are frozen.', list: 'Findings', empty: 'Nothing is recorded', item: 'Item', points: 'Points', basis: 'Basis', time: 'Recorded', record: 'Record', new: 'Record a finding', most: '{points} points at most', veto: 'A veto has no points', done: 'Recorded', organization: 'Choose the organization', basisHint: 'The document, the ballot or the visit',
    },
    board: {
      title: 'Bands', chart: 'Organizations by band', band: 'Band', count: 'Organizations', unrated: 'Not rated', scores: 'Scores', list: 'List of scores', total: 'Total', note: 'Note', all: 'All bands', filterBand: 'Band', filterBelow: 'Only below an organization', whole: 'Show all', empty: 'No score fits', order: 'In the order of organizations.', of: 'Of {title}', open: 'Score of {title}',
    },
    score: {
      of: 'Score of {title}', total: 'Total', band: 'Band', byTotal: 'By the total alone', stars: '{n} stars', peers: 'Peers', peersOf: 'Place {rank} of {n} peers', notes: 'About the band', parts: 'Parts', part: 'Part', weight: 'Weight', earned: 'Earned', deducted: 'Taken', bonus: 'Added', partPoints: 'Points', absent: 'No figures, left out',
      back: 'Back to the round', items: 'Where the points come from', open: 'Open all', close: 'Close all', item: '{earned} of {most} points', left: 'Left out', vetoes: 'Vetoes', of100: 'of 100', digest: 'Computed from the frozen facts, digest {digest}',
    },
    explain: {
      value: 'Value', ratio: '{done} of {due} fulfil it ({percent})', missed: '{n} of {due} do not fulfil it', marked: 'Recorded by people on the basis of: {basis}', way: 'How it is computed', fullWhole: 'All points for all; ', full: 'All points from {full}; ', zero: 'none below {zero}; ', between: 'else the share ÷ {full}', each: '{each} points for each, {most} at most',
      byMark: 'The points recorded', nothing: 'Nothing is recorded', weight: 'Weight', weightText: '{points} points; “{part}” is {share} of the total', mostText: '{points} points at most; “{part}” is {share} of the total', points: 'Points', left: 'Left out', effect: 'Effect', veto: 'No more than {stars} stars', rule: 'Rule', from: 'Source',
    },
    evidence: { open: 'Show the records behind it', close: 'Hide the records', title: 'Records behind {title}', record: 'Record', counted: 'Fulfils it', missing: 'Does not', why: 'Why', empty: 'No records', standing: 'Fulfilled', none: 'Recorded by people; there are no records of the system' },
    compare: {
      title: 'Compared with the last round', none: 'This is the first round by this scheme: there is none before to compare with.', noneFor: 'This organization has no score in the last round: there is nothing to compare with.', last: 'Last round', now: 'This round', with: 'Last round: {title} ({period})', version: 'The two rounds used different versions of the scheme; points may differ for that alone.', difference: 'Change', chart: 'Points by indicator, now and then', indicator: 'Indicator', table: 'Points by indicator', total: 'Total', notCounted: 'Left out',
    },
    schemes: { title: 'Schemes', list: 'List of schemes', empty: 'There is no scheme yet', code: 'Code', version: 'Version {n}', share: 'Share from records', name: 'Name' },
    detail: {
      source: 'Document', effective: 'In force from', parts: 'Parts', indicators: 'Indicators', category: 'Heading', code: 'Code', name: 'Name', points: 'Points', from: 'Source', full: 'All points from', zero: 'None below', due: 'Nothing due', missing: 'No figure', deductions: 'Deductions', each: 'For each', most: 'At most', bonuses: 'Bonuses', vetoes: 'Vetoes', maxStars: 'No more than', bands: 'Bands', fromPoints: 'From', caps: 'Limits', cap: '{stars} stars and above: no more than {share} of a peer class', classes: 'Peer classes', publish: 'Publish', publishAsk: 'It can’t be changed any more then, and a second person must agree.', digest: 'Digest of the rules', maxBonus: 'Bonuses add {points} points at most', byMark: 'Recorded by people', table: 'Table of {title}',
    },
  },
};
