// The words of what every case shows: its forms, papers, deadlines and rules.
export default {
  'zh-CN': {
    form: {
      optional: '(选填)', branchItself: '支部(未设党小组)', chooseActor: '办理的党组织', reload: '已读取最新内容', sure: '此操作将结束办理,确定继续吗?',
      addSite: '增加地点', removeSite: '删除地点', siteKind: '地点类型', sitePlace: '具体地点', typed: '我填写的:{label}', choose: '请选择',
      outOfReach: '这里只能选择您有权查看的党组织;如需选择其他党组织,请由上级党委办理。',
    },
    motion: {
      searching: '正在查找近期会议的表决…', none: '近期会议中没有关于此事项的表决记录。请先在“组织生活”中召开会议、表决并提交会议记录。', toMeetings: '前往组织生活',
      votes: '赞成 {yes},反对 {no}', carried: '通过', lost: '未通过', earlier: '查找更早的会议', ownDay: '日期、应到、实到和票数均取自会议记录,无需填写。',
    },
    document: {
      title: '材料', none: '尚无材料', upload: '上传材料', kind: '材料名称', file: '文件', declare: '我已确认所选文件不涉密', required: '必备', present: '已上传',
      absent: '未上传', other: '其他材料',
      size: '大小', time: '上传时间', state: '状态', wanted: '所需材料', complete: '必备材料已齐全', lacking: '归档前还缺 {count} 份必备材料:',
      accept: '可上传 PDF、JPG、PNG、Word(.docx)、Excel(.xlsx)文件。',
      wrongType: '不支持这种文件', progress: '正在上传 {percent}', removeSure: '移除后无法恢复,确定移除“{title}”吗?', open: '下载',
      DOCUMENT_STATE_PENDING: '上传未完成', DOCUMENT_STATE_STORED: '已保存',
    },
    deadline: {
      title: '期限', due: '期限', overdue: '已超期 {days} 天', left: '还有 {days} 天', today: '今天到期', notBefore: '届满之日,{days} 天后可以办理',
      possible: '已届满,可以办理', met: '完成日期', code: '编号', who: '责任单位', none: '没有期限',
      DEADLINE_STATE_OPEN: '未完成', DEADLINE_STATE_MET: '已完成', DEADLINE_STATE_DROPPED: '已取消', state: '状态', rule: '依据',
    },
    decision: {
      required: '要求', actual: '实际', outcome: '结论', rule: '依据', DECISION_OUTCOME_MET: '符合', DECISION_OUTCOME_WARNED: '提醒',
      DECISION_OUTCOME_WAIVED: '特殊情况放行',
    },
    paper: {
      format: '格式', LEDGER_FORMAT_DOCX: 'Word', LEDGER_FORMAT_PDF: 'PDF', ready: '文件已生成,可在 {until} 前下载',
      approval: '导出含个人信息,须经第二人审核;审核通过后请再次点击导出。',
      expired: '上次导出已过期,请重新导出',
    },
  },
  en: {
    form: {
      optional: ' (optional)', branchItself: 'The branch itself', chooseActor: 'Organization that acts', reload: 'The latest was read',
      sure: 'This ends something for good. Go on?',
      addSite: 'Add a place', removeSite: 'Remove the place', siteKind: 'Kind of place', sitePlace: 'Where', typed: 'I typed: {label}',
      choose: 'Choose',
      outOfReach: 'Only organizations that you may see are offered; for others ask the committee above.',
    },
    motion: {
      searching: 'Looking for votes of recent meetings…',
      none: 'No recent meeting voted on this. Hold a meeting, vote and submit its record first.', toMeetings: 'To the meetings',
      votes: '{yes} for, {no} against', carried: 'carried', lost: 'not carried', earlier: 'Look further back',
      ownDay: 'Day, roll, presence and votes come from the record of the meeting.',
    },
    document: {
      title: 'Documents', none: 'No document yet', upload: 'Upload', kind: 'Document', file: 'File',
      declare: 'I declare that the file is not classified', required: 'required', present: 'there', absent: 'missing', other: 'Other',
      size: 'Size', time: 'Uploaded', state: 'State', wanted: 'Documents wanted', complete: 'Every required document is there',
      lacking: '{count} required documents are missing:', accept: 'PDF, JPG, PNG, Word (.docx) or Excel (.xlsx).',
      wrongType: 'Files of this kind are not accepted', progress: 'Uploading {percent}',
      removeSure: '“{title}” will be gone for good. Remove it?', open: 'Download',
      DOCUMENT_STATE_PENDING: 'upload not finished', DOCUMENT_STATE_STORED: 'stored',
    },
    deadline: {
      title: 'Deadlines', due: 'By', overdue: '{days} days late', left: '{days} days left', today: 'due today',
      notBefore: 'not before, {days} days to go', possible: 'possible since', met: 'Met on', code: 'Code', who: 'Who',
      none: 'No deadline',
      DEADLINE_STATE_OPEN: 'open', DEADLINE_STATE_MET: 'met', DEADLINE_STATE_DROPPED: 'dropped', state: 'State', rule: 'Rule',
    },
    decision: {
      required: 'Required', actual: 'Found', outcome: 'Outcome', rule: 'Rule', DECISION_OUTCOME_MET: 'met',
      DECISION_OUTCOME_WARNED: 'warned', DECISION_OUTCOME_WAIVED: 'waived',
    },
    paper: {
      format: 'Format', LEDGER_FORMAT_DOCX: 'Word', LEDGER_FORMAT_PDF: 'PDF', ready: 'Ready to download until {until}',
      approval: 'It holds personal data: a second person must agree. Then press the button again.',
      expired: 'The last one has expired: ask again',
    },
  },
};
