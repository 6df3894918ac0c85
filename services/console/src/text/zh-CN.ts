// The words that every page uses.
export default {
  product: '融合',
  tagline: '党建与业务一体化管理',
  nav: {
    main: '主导航', home: '首页', meetings: '组织生活', members: '党员', admission: '发展党员', transfers: '组织关系转接', training: '教育培训', evaluation: '考核评价',
    county: '综合看板', administration: '系统管理', skip: '跳到正文', menu: '打开导航', closeMenu: '收起导航',
  },
  head: {
    organization: '当前党组织', switch: '切换党组织', account: '我的账号', signOut: '退出登录', theme: '切换深浅色', large: '大字版',
    standard: '标准字号', language: 'English', noOrganization: '未选择党组织',
  },
  action: {
    save: '保存', cancel: '取消', confirm: '确定', close: '关闭', back: '返回', more: '加载更多', retry: '重试', refresh: '刷新',
    edit: '修改', remove: '移除', add: '添加', search: '搜索', clear: '清除', open: '打开', next: '下一步', previous: '上一步',
    submit: '提交', download: '下载', exportXlsx: '导出 Excel', print: '打印', show: '查看', reload: '重新加载', showTable: '查看数据表',
    showChart: '查看图表', choose: '选择',
  },
  state: { loading: '正在加载…', empty: '暂无数据', end: '已全部显示', saved: '已保存', working: '正在处理…', none: '无', required: '必填', unknown: '未知' },
  trouble: {
    offline: '连接不上服务器', offline_do: '请检查网络后重试,已填写的内容不会丢失。',
    slow: '服务器响应超时', slow_do: '可能正在处理大量数据,请稍候重试;重试不会重复提交。',
    signed_out: '登录已失效', signed_out_do: '请重新登录,已填写的内容不会丢失。',
    forbidden: '没有权限', forbidden_do: '如工作需要,请联系本级安全管理员授权。',
    missing: '没有找到', missing_do: '可能已被删除,或不在您的数据范围内。',
    conflict: '内容已被他人修改', conflict_do: '请对照两个版本后决定保留哪一个。',
    invalid: '填写内容有误', invalid_do: '请按提示修改后再提交。',
    busy: '操作太频繁', busy_do: '请稍等片刻再试。',
    broken: '系统出现故障', broken_do: '请稍后重试;如仍不成功,请联系系统管理员。',
    approval: '已提交,等待第二人审核', approval_do: '审核通过后,用同样的内容再提交一次即可生效;进展见首页“待办”。',
    refused: '不符合规定', refused_do: '请按所列依据处理后再试。',
    rule: '依据', required: '要求', actual: '实际', page: '页面出错了', page_do: '请重新加载;已填写的内容会保留。',
  },
  conflict: { title: '内容已被他人修改', mine: '我填写的', theirs: '系统中的最新内容', keepMine: '用我的覆盖', takeTheirs: '采用最新内容', field: '项目' },
  organization: { everywhere: '全部党组织', number: '党组织 {number}', search: '按名称查找下级党组织', pick: '选择党组织', children: '下级党组织', searching: '正在查找…', nothing: '没有符合的党组织', moreFailed: '没有读到,点此重试' },
  member: { pick: '选择党员', name: '姓名', search: '姓名' },
  chart: { table: '数据表', chart: '图表' },
  draft: { kept: '已恢复上次未提交的内容', discard: '放弃草稿' },
};
