// The words of education and training.
export default {
  'zh-CN': {
    plan: '安排培训', year: '年度', form: '培训形式', standing: '状态', all: '全部', title: '培训主题', place: '地点', description: '内容与成效', days: '培训日期', day: '日期', unit: '计时方式', classTime: '学习时长(小时)',
    clock: '{hours} 小时', addDay: '增加一天', removeDay: '移除 {day}', dayOf: '第 {n} 天', each: '每人计 {hours} 学时', byRule: '按现行折算规则', aMember: '党员', anOrganization: '党组织',
    HOUR_UNIT_FULL_DAY: '脱产一天', HOUR_UNIT_HALF_DAY: '脱产半天', HOUR_UNIT_HOUR: '按小时', HOUR_UNIT_PRACTICE_HALF_DAY: '实践活动半天', HOUR_UNIT_UNSPECIFIED: '未填写',
    SESSION_STATE_PLANNED: '待确认', SESSION_STATE_CONFIRMED: '已确认', SESSION_STATE_CANCELLED: '已取消', SESSION_STATE_UNSPECIFIED: '未知',
    HOUR_ROLE_MEMBER: '党员', HOUR_ROLE_LEADER: '书记和班子成员', HOUR_ROLE_UNSPECIFIED: '未知',
    ATTENDANCE_STATE_ENROLLED: '未登记', ATTENDANCE_STATE_PRESENT: '到场', ATTENDANCE_STATE_ONLINE: '线上', ATTENDANCE_STATE_ABSENT: '缺席', ATTENDANCE_STATE_UNSPECIFIED: '未登记',
    hoursOf: '{hours} 学时', none: '请至少安排一天', incomplete: '请补全日期和时长(每天 0.5 至 8 小时)', twice: '同一天只能安排一次',
    coverage: {
      title: '{year}年学时完成情况', about: '截至{day}', members: '党员', exempt: '免修', due: '应修', reached: '已修满', covered: '已参训', rate: '培训覆盖率', short: '未修满', shortHours: '共差学时',
      leaders: '书记和班子成员已修满', organizations: '全员修满的党组织', of: '{part} / {whole}', noList: '此数为汇总,系统不提供名单', uncovered: '尚未参训',
    },
    sessions: {
      title: '本组织举办的培训', list: '培训列表', empty: '本年度还没有安排培训', emptyFiltered: '没有符合条件的培训', enrolled: '报名', present: '参训', credited: '已计学时', open: '打开培训“{title}”',
    },
    find: { title: '查学时', about: '选择一名党员,查看其学时账户。', open: '查看学时' },
    short: {
      title: '学时未修满的党员', ledger: '党员学时情况', about: '按党组织顺序列出,不作排名。', show: '显示', all: '全部党员', short: '未修满', uncovered: '尚未参训', rest: '已修满或免修', required: '应修', credited: '已修', lacking: '还差',
      none: '没有未修满的党员', noneHere: '没有符合条件的党员', count: '{n} 人', group: '{n} 人 · 共差 {hours} 学时', loaded: '已列出 {n} 人', unnamed: '已不在本组织名册', role: '适用要求', standing: '情况', ok: '已修满或免修', table: '党员学时表', below: '下级党组织的已修满名单请在相应党组织查看。',
    },
    session: {
      new: '安排培训', edit: '修改培训安排', save: '保存安排', facts: '培训信息', organizer: '举办单位', hours: '每人学时', byYear: '{year}年 {hours} 学时', confirmedAt: '确认时间', cancel: '取消培训', cancelAsk: '取消后不能恢复,已登记的考勤不计学时。', cancelYes: '确认取消',
      keep: '不取消', confirm: '确认考勤', confirmAgain: '确认新登记的考勤', confirmTitle: '确认考勤并计学时', confirmBody: '将为 {n} 人每人计 {hours} 学时。', confirmOpen: '另有 {n} 人未登记,本次不计学时,以后可补登记再确认。', confirmYes: '确认并计学时',
      notYet: '培训于{day}开始,届时可登记考勤。', notOver: '培训于{day}结束,届时可确认考勤。', unsaved: '有考勤尚未保存,请先保存。', confirmed: '已确认,学时已计入党员学时账户。', cancelled: '培训已取消。', back: '返回培训', nobody: '登记到场或线上后才能确认。',
    },
    enrol: {
      title: '报名', pick: '选择党员', add: '加入名单', whole: '本支部全体党员加入', below: '选择下级党支部,将其全体党员加入', wholeOf: '该组织全体党员加入', done: '名单现有 {n} 人', working: '正在加入,已处理 {n} 人',
    },
    attendance: {
      title: '考勤', table: '考勤登记表', about: '键盘:上下键换人,左右键换选项;按 1 到场、2 线上、3 缺席,并转到下一人。', rest: '未登记的 {n} 人均记为到场', save: '保存考勤', tally: '到场和线上 {present} 人 · 缺席 {absent} 人 · 未登记 {open} 人', changed: '有 {n} 处未保存', saved: '考勤已保存',
      empty: '还没有人报名', credited: '已计学时', undo: '放弃未保存的改动', of: '{name}的考勤', more: '名单未全部载入,以上按已载入的 {n} 人统计。', revoked: '已计学时的记录不能再改。',
    },
    account: {
      title: '学时账户', of: '{name}的学时账户', required: '应修学时', credited: '已修学时', short: '还差学时', role: '适用要求', months: '本年在册月数', reached: '已修满', notReached: '未修满', exempt: '免修', nothingDue: '本年度不要求', rule: '依据', organization: '所在党组织',
      credits: '学时来源', creditsTable: '学时来源列表', source: '来源', date: '日期', session: '培训', certificate: '外部培训证书', none: '本年度还没有计入学时', by: '举办或审核单位', when: '计入时间', openMember: '党员信息', update: '最近变动',
      exemptTitle: '免修学时', exemptAbout: '《中国共产党党员教育管理工作条例》第二十三条:年老体弱、残疾或患重病的党员,可免除本年度学时要求。', reason: '免修原因', CARE: '年老体弱、残疾或患重病', setExempt: '设为免修', endExempt: '结束免修', endAsk: '结束后,{year}年度恢复学时要求。', progress: '已修 {credited} 学时,应修 {required} 学时',
    },
    certificate: {
      title: '外部培训证书', new: '登记证书', about: '在其他单位或网络平台参加培训取得的证书。经他人审核后才计学时。', issuer: '发证单位', number: '证书编号', course: '培训名称', date: '结业日期', hours: '证书载明的学时', record: '登记', state: '状态', verified: '已审核,学时已计入', open: '待审核',
      verify: '审核通过并计学时', verifyAsk: '请先核对证书原件。登记人本人不能审核。', verifyTime: '审核时间', recordTime: '登记时间', share: '请把本页地址告知审核人:证书须由登记人以外的人审核。', account: '学时账户', incomplete: '请填写全部项目;学时为 0.5 至 200。',
    },
  },
  en: {
    plan: 'Plan a session', year: 'Year', form: 'Form', standing: 'State', all: 'All', title: 'Subject', place: 'Place', description: 'Content and outcome', days: 'Days', day: 'Day', unit: 'Counted as', classTime: 'Class time (hours)',
    clock: '{hours} hours', addDay: 'Add a day', removeDay: 'Remove {day}', dayOf: 'Day {n}', each: '{hours} hours for each', byRule: 'by the conversion in force', aMember: 'Member', anOrganization: 'Organization',
    HOUR_UNIT_FULL_DAY: 'A full day off the job', HOUR_UNIT_HALF_DAY: 'Half a day off the job', HOUR_UNIT_HOUR: 'By the hour', HOUR_UNIT_PRACTICE_HALF_DAY: 'Half a day of practice', HOUR_UNIT_UNSPECIFIED: 'Not given',
    SESSION_STATE_PLANNED: 'To be confirmed', SESSION_STATE_CONFIRMED: 'Confirmed', SESSION_STATE_CANCELLED: 'Cancelled', SESSION_STATE_UNSPECIFIED: 'Unknown',
    HOUR_ROLE_MEMBER: 'Member', HOUR_ROLE_LEADER: 'Secretary or committee member', HOUR_ROLE_UNSPECIFIED: 'Unknown',
    ATTENDANCE_STATE_ENROLLED: 'Not recorded', ATTENDANCE_STATE_PRESENT: 'On site', ATTENDANCE_STATE_ONLINE: 'Online', ATTENDANCE_STATE_ABSENT: 'Absent', ATTENDANCE_STATE_UNSPECIFIED: 'Not recorded',
    hoursOf: '{hours} hours', none: 'Plan one day at least', incomplete: 'Complete the days and times (0.5 to 8 hours a day)', twice: 'A day can be planned once only',
    coverage: {
      title: 'Hours of {year}', about: 'As of {day}', members: 'Members', exempt: 'Exempt', due: 'Due', reached: 'Reached', covered: 'Attended training', rate: 'Coverage', short: 'Short', shortHours: 'Hours short together',
      leaders: 'Secretaries and committee members who reached', organizations: 'Organizations where all reached', of: '{part} / {whole}', noList: 'A sum; the system has no list of it', uncovered: 'Not attended yet',
    },
    sessions: {
      title: 'Sessions of this organization', list: 'List of sessions', empty: 'No session is planned in this year', emptyFiltered: 'No session fits', enrolled: 'Enrolled', present: 'Present', credited: 'Credited', open: 'Open the session {title}',
    },
    find: { title: 'Hours of a member', about: 'Choose a member to see the hour account.', open: 'Show the hours' },
    short: {
      title: 'Members short of hours', ledger: 'Hours of members', about: 'In the order of organizations; nobody is ranked.', show: 'Show', all: 'All members', short: 'Short', uncovered: 'Not attended yet', rest: 'Reached or exempt', required: 'Required', credited: 'Credited', lacking: 'Short',
      none: 'No member is short of hours', noneHere: 'No member fits', count: '{n} members', group: '{n} members · {hours} hours short together', loaded: '{n} members listed', unnamed: 'No longer on the roll', role: 'Requirement', standing: 'Standing', ok: 'Reached or exempt', table: 'Hours of members', below: 'Who reached the hours is listed at each organization below.',
    },
    session: {
      new: 'Plan a session', edit: 'Change the plan', save: 'Save the plan', facts: 'About the session', organizer: 'Organiser', hours: 'Hours for each', byYear: '{hours} hours in {year}', confirmedAt: 'Confirmed', cancel: 'Cancel the session', cancelAsk: 'This can’t be undone; the attendance recorded gives no hours.', cancelYes: 'Cancel it',
      keep: 'Keep it', confirm: 'Confirm the attendance', confirmAgain: 'Confirm the attendance recorded since', confirmTitle: 'Confirm the attendance and credit the hours', confirmBody: '{n} members are credited {hours} hours each.', confirmOpen: '{n} more have no record and are credited nothing now; record and confirm them later.', confirmYes: 'Confirm and credit',
      notYet: 'The session begins on {day}; attendance can be recorded from then on.', notOver: 'The session ends on {day}; attendance can be confirmed from then on.', unsaved: 'Save the attendance first.', confirmed: 'Confirmed; the hours are in the accounts of the members.', cancelled: 'The session was cancelled.', back: 'Back to the session', nobody: 'Record who is present first.',
    },
    enrol: {
      title: 'Enrolment', pick: 'Choose members', add: 'Enrol', whole: 'Enrol the whole branch', below: 'Choose a branch below and enrol all its members', wholeOf: 'Enrol all its members', done: '{n} members are enrolled', working: 'Enrolling, {n} so far',
    },
    attendance: {
      title: 'Attendance', table: 'Attendance', about: 'Keys: up and down for the member, left and right for the choice; 1 on site, 2 online, 3 absent, and on to the next.', rest: 'Record the other {n} as on site', save: 'Save the attendance', tally: '{present} present or online · {absent} absent · {open} not recorded', changed: '{n} not saved', saved: 'The attendance is saved',
      empty: 'Nobody is enrolled yet', credited: 'Credited', undo: 'Drop what is not saved', of: 'Attendance of {name}', more: 'The list is not complete yet: the sums are of the {n} loaded.', revoked: 'What was credited can’t be changed.',
    },
    account: {
      title: 'Hour account', of: 'Hour account of {name}', required: 'Hours required', credited: 'Hours credited', short: 'Hours short', role: 'Requirement', months: 'Months of membership', reached: 'Reached', notReached: 'Not reached', exempt: 'Exempt', nothingDue: 'Nothing due in this year', rule: 'Rule', organization: 'Organization',
      credits: 'Where the hours come from', creditsTable: 'Credits', source: 'Source', date: 'Day', session: 'Session', certificate: 'Certificate', none: 'No hours are credited in this year', by: 'Organiser or verifier', when: 'Credited', openMember: 'About the member', update: 'Last change',
      exemptTitle: 'Exemption', exemptAbout: 'Article 23 of the regulations on the education of Party members: the elderly, disabled and seriously ill may be exempted from the hours of the year.', reason: 'Reason', CARE: 'Elderly, disabled or seriously ill', setExempt: 'Exempt', endExempt: 'End the exemption', endAsk: 'The hours of {year} will be asked for again.', progress: '{credited} hours credited of {required} required',
    },
    certificate: {
      title: 'Certificate', new: 'Record a certificate', about: 'Of training elsewhere or online. It gives hours once somebody else has verified it.', issuer: 'Issuer', number: 'Number', course: 'Course', date: 'Last day of the course', hours: 'Hours that it states', record: 'Record', state: 'State', verified: 'Verified, the hours are credited', open: 'To be verified',
      verify: 'Verify and credit the hours', verifyAsk: 'Look at the document first. Its recorder can’t verify it.', verifyTime: 'Verified', recordTime: 'Recorded', share: 'Give the address of this page to the verifier: someone other than the recorder.', account: 'Hour account', incomplete: 'Fill in everything; 0.5 to 200 hours.',
    },
  },
};
