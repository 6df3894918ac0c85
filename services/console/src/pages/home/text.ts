// The words of the home page.
export default {
  'zh-CN': {
    month: '{year}年{month}月', duties: '本月组织生活', due: '应开的会', overdue: '逾期未开', met: '已经完成', returned: '被退回的记录', underway: '已安排和未提交的会议', noDuties: '没有应开的会', allMeetings: '全部组织生活',
    DUTY_STATE_DUE: '应开', DUTY_STATE_MET: '已完成', DUTY_STATE_OVERDUE: '逾期', DUTY_STATE_EXEMPT: '不要求',
    daysLeft: '还有 {days} 天,截至 {day}', lastDay: '今天是最后一天', overdueSince: '已逾期 {days} 天,应于 {day} 前完成', possibleFrom: '自 {day} 起可以办理', goOn: '继续:{title}', seeMeeting: '查看会议', correct: '更正记录', plan: '安排会议', record: '记录会议', recordLate: '补记会议',
    inbox: '待办提醒', inboxKinds: '按性质筛选', noReminders: '没有待办', REMINDER_KIND_UNSPECIFIED: '提醒', REMINDER_KIND_DUE: '将到期', REMINDER_KIND_OVERDUE: '已逾期', REMINDER_KIND_ESCALATED: '下级逾期', REMINDER_KIND_POSSIBLE: '可以办理', REMINDER_KIND_WAITING: '等待处理',
    approvals: '等待第二人审核', myRequests: '我提交审核的事项', askedBy: '{who} 于 {time} 提出', purpose: '用途', request: '申请内容', decisionReason: '审核意见', decisionHint: '审核意见,不同意时必填', approve: '同意', reject: '不同意', sendAgain: '已同意。请回到原页面再提交一次,即可生效。',
    APPROVAL_STATE_UNSPECIFIED: '', APPROVAL_STATE_PENDING: '待审核', APPROVAL_STATE_APPROVED: '已同意', APPROVAL_STATE_REJECTED: '不同意', APPROVAL_STATE_USED: '已执行', APPROVAL_STATE_EXPIRED: '已过期',
    method_CreateMemberExport: '导出党员名册', method_CreateLedgerExport: '导出党费台账', method_CreateAuditExport: '导出审计记录', method_PublishScheme: '发布考核方案', method_ExtendTransferLetter: '延长组织关系介绍信有效期',
    method_UnlockStatisticsReport: '解锁统计报表', method_CreateGrant: '授予角色', method_CreateIdentity: '绑定统一身份', method_ResetSecondFactor: '重置动态口令', method_LinkMember: '账号关联党员',
    review: '待审核的会议记录', noReview: '没有待审核的会议记录', allReview: '全部待审核的记录', below: '下级组织生活情况', what: '事项', board: '综合看板', allOverdue: '全部逾期',
  },
  en: {
    month: '{month}/{year}', duties: 'Meetings of this month', due: 'To be held', overdue: 'Missed', met: 'Done', returned: 'Returned records', underway: 'Planned or not submitted yet', noDuties: 'No meeting is due', allMeetings: 'All meetings',
    DUTY_STATE_DUE: 'Due', DUTY_STATE_MET: 'Met', DUTY_STATE_OVERDUE: 'Overdue', DUTY_STATE_EXEMPT: 'Exempt',
    daysLeft: '{days} days left, until {day}', lastDay: 'Today is the last day', overdueSince: '{days} days overdue, was due by {day}', possibleFrom: 'Possible from {day} on', goOn: 'Go on: {title}', seeMeeting: 'Show the meeting', correct: 'Correct the record', plan: 'Plan a meeting', record: 'Record a meeting', recordLate: 'Record it late',
    inbox: 'Reminders', inboxKinds: 'Filter', noReminders: 'Nothing to do', REMINDER_KIND_UNSPECIFIED: 'Reminder', REMINDER_KIND_DUE: 'Due', REMINDER_KIND_OVERDUE: 'Overdue', REMINDER_KIND_ESCALATED: 'Overdue below', REMINDER_KIND_POSSIBLE: 'Possible', REMINDER_KIND_WAITING: 'Waiting',
    approvals: 'Waiting for a second person', myRequests: 'My requests', askedBy: '{who} asked at {time}', purpose: 'Purpose', request: 'Request', decisionReason: 'Reason', decisionHint: 'Reason; required to refuse', approve: 'Agree', reject: 'Refuse', sendAgain: 'Agreed: go back to the page and submit once more.',
    APPROVAL_STATE_UNSPECIFIED: '', APPROVAL_STATE_PENDING: 'Pending', APPROVAL_STATE_APPROVED: 'Agreed', APPROVAL_STATE_REJECTED: 'Refused', APPROVAL_STATE_USED: 'Done', APPROVAL_STATE_EXPIRED: 'Expired',
    method_CreateMemberExport: 'Export of members', method_CreateLedgerExport: 'Export of a ledger', method_CreateAuditExport: 'Export of audit records', method_PublishScheme: 'Publication of a scheme', method_ExtendTransferLetter: 'Extension of a transfer letter',
    method_UnlockStatisticsReport: 'Unlocking of a statistics report', method_CreateGrant: 'Grant of a role', method_CreateIdentity: 'Link to an identity', method_ResetSecondFactor: 'Reset of a second factor', method_LinkMember: 'Link of an account to a member',
    review: 'Records to review', noReview: 'No records to review', allReview: 'All records to review', below: 'Meetings of the organizations below', what: 'What', board: 'County board', allOverdue: 'All overdue',
  },
};
