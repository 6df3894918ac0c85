// In which words is a permission told? `service.resource.verb`, part by part; what has no word yet stands as it is.
export default {
  'zh-CN': {
    count: '{count} 项', fresh: '(新增)',
    service: { access: '账号与授权', approval: '双人审核', audit: '审计', crypto: '密钥', event: '事件订阅', evaluation: '考核评价', fact: '考核佐证', meeting: '组织生活', membership: '党员与党组织', operation: '系统运行', training: '教育培训' },
    resource: {
      access: { account: '账号', catalogue: '数据共享目录', client: '部门系统', grant: '授权' },
      approval: { request: '审核申请' }, audit: { head: '审计链', record: '审计记录' }, crypto: { rotation: '密钥轮换' }, event: { feed: '业务事件' },
      evaluation: { mark: '人工评分', round: '考核轮次', scheme: '考核办法', score: '考核得分' }, fact: { evidence: '佐证材料', feed: '事实数据', indicator: '指标数据' },
      meeting: { attendance: '到会情况', ballot: '无记名投票', duty: '制度任务', election: '选举', meeting: '会议活动' }, operation: { job: '后台任务', event: '事件进度' },
      training: { account: '学时', certificate: '学时证明', coverage: '培训覆盖', form: '学习形式', session: '培训班次' },
      membership: {
        activist_analysis: '积极分子队伍分析', admission: '发展党员', bill_run: '党费核算', care: '激励关怀帮扶', deadline: '到期事项', discipline: '党纪处分', disposition: '组织处置', document: '文书档案',
        dues_bill: '党费应缴', dues_payment: '党费缴纳', dues_reduction: '党费减免', dues_report: '党费公示', dues_standard: '党费标准', election: '换届选举', export: '名册导出', finding: '检查问题', founding: '组织设立',
        fund_request: '经费申请', honour: '表彰奖励', import: '批量导入', lapse: '自行脱党情形', ledger: '经费台账', member: '党员信息', organization: '党组织信息', overlay: '流动与失联党员', post: '党内职务',
        remittance: '党费上缴', remittance_ratio: '上缴比例', report: '年报与报表', role_post: '责任区与示范岗', roster: '名册', site: '活动阵地', standing: '党籍', suspension: '停止党籍', talk: '谈心谈话', task: '岗位任务', term: '班子任期',
        transfer: '组织关系转接', unit: '单位', worker: '党务工作者',
      },
    },
    verb: {
      any: '全部操作', accept: '验收', acknowledge: '确认知悉', adjust: '调整', apply: '申请', appoint: '任命', approve: '审批', assign: '分派', attach: '关联', attend: '登记到会', backfill: '补录', cast: '投票', change: '变更类别',
      check: '核对', confirm: '确认', consent: '同意', contact: '登记联系', correct: '更正', create: '新建', decide: '决定', derecognise: '取消资格', disable: '停用', end: '结束', end_sessions: '结束会话', exempt: '减免', export: '导出', file: '备案', handle: '办理',
      import: '导入', link: '关联党员', merge: '合并', move: '调整隶属', open: '打开', post: '记账', propose: '提出', publish: '公布', read: '查看', receive: '接收', record: '记录', record_past: '补登', register: '登记', reinstate: '恢复', remind: '提醒', remove: '移除',
      reply: '批复', request: '请示', reset: '重置密码', reset_second_factor: '重置动态口令', restore: '恢复权利', reverse: '冲正', revoke: '撤销', rotate: '管理密钥', run: '执行', search: '查询', send: '上缴', set: '设定', special: '特殊情形办理', start: '启动', submit: '提交', suspend: '暂停与恢复',
      unlock: '解锁', unmask: '查看完整号码', update: '修改', upload: '上传', verify: '核验',
    },
  },
  en: {
    count: '{count} items', fresh: '(new)',
    service: { access: 'Accounts and grants', approval: 'Second person', audit: 'Audit', crypto: 'Keys', event: 'Event feeds', evaluation: 'Evaluation', fact: 'Evidence', meeting: 'Meetings', membership: 'Members and organizations', operation: 'Operation', training: 'Training' },
    resource: {
      access: { account: 'accounts', catalogue: 'sharing catalogue', client: 'departments’ systems', grant: 'grants' },
      approval: { request: 'requests for approval' }, audit: { head: 'audit chain', record: 'audit records' }, crypto: { rotation: 'key rotation' }, event: { feed: 'events' },
      evaluation: { mark: 'marks', round: 'rounds', scheme: 'schemes', score: 'scores' }, fact: { evidence: 'evidence', feed: 'facts', indicator: 'indicators' },
      meeting: { attendance: 'attendance', ballot: 'ballots', duty: 'duties', election: 'elections', meeting: 'meetings' }, operation: { job: 'background jobs', event: 'event lag' },
      training: { account: 'hours', certificate: 'certificates', coverage: 'coverage', form: 'forms', session: 'sessions' },
      membership: {
        activist_analysis: 'analysis of activists', admission: 'admission', bill_run: 'dues runs', care: 'care records', deadline: 'deadlines', discipline: 'discipline', disposition: 'dispositions', document: 'documents',
        dues_bill: 'dues bills', dues_payment: 'dues payments', dues_reduction: 'dues reductions', dues_report: 'dues reports', dues_standard: 'dues standards', election: 'committee elections', export: 'roster exports', finding: 'findings', founding: 'foundings',
        fund_request: 'fund requests', honour: 'honours', import: 'imports', lapse: 'lapses', ledger: 'fund ledgers', member: 'members', organization: 'organizations', overlay: 'floating and out-of-contact members', post: 'posts',
        remittance: 'remittances', remittance_ratio: 'remittance ratios', report: 'reports', role_post: 'areas and model posts', roster: 'rosters', site: 'sites', standing: 'standing', suspension: 'suspensions', talk: 'talks', task: 'tasks', term: 'terms',
        transfer: 'transfers', unit: 'units', worker: 'party workers',
      },
    },
    verb: {
      any: 'everything', accept: 'accept', acknowledge: 'acknowledge', adjust: 'adjust', apply: 'apply', appoint: 'appoint', approve: 'approve', assign: 'assign', attach: 'attach', attend: 'record attendance', backfill: 'backfill', cast: 'vote', change: 'change category',
      check: 'check', confirm: 'confirm', consent: 'consent', contact: 'record contact', correct: 'correct', create: 'create', decide: 'decide', derecognise: 'derecognise', disable: 'disable', end: 'end', end_sessions: 'end sessions', exempt: 'exempt', export: 'export', file: 'file', handle: 'handle',
      import: 'import', link: 'link a member', merge: 'merge', move: 'move', open: 'open', post: 'post', propose: 'propose', publish: 'publish', read: 'read', receive: 'receive', record: 'record', record_past: 'record past ones', register: 'register', reinstate: 'reinstate', remind: 'remind', remove: 'remove',
      reply: 'reply', request: 'request', reset: 'reset passwords', reset_second_factor: 'reset one-time codes', restore: 'restore', reverse: 'reverse', revoke: 'revoke', rotate: 'manage keys', run: 'run', search: 'search', send: 'send', set: 'set', special: 'special cases', start: 'start', submit: 'submit', suspend: 'suspend and resume',
      unlock: 'unlock', unmask: 'see whole numbers', update: 'change', upload: 'upload', verify: 'verify',
    },
  },
};
