// The words that every page uses.
export default {
  product: 'Ronghe',
  tagline: 'Party building and business, one record',
  nav: {
    main: 'Main navigation', home: 'Home', meetings: 'Meetings', members: 'Members', admission: 'Admission', transfers: 'Transfers', training: 'Training', evaluation: 'Evaluation',
    county: 'County board', administration: 'Administration', skip: 'Skip to content', menu: 'Open navigation', closeMenu: 'Close navigation',
  },
  head: {
    organization: 'Current organization', switch: 'Switch organization', account: 'My account', signOut: 'Sign out', theme: 'Light or dark',
    large: 'Large type', standard: 'Standard type', language: '中文', noOrganization: 'No organization chosen',
  },
  action: {
    save: 'Save', cancel: 'Cancel', confirm: 'OK', close: 'Close', back: 'Back', more: 'Show more', retry: 'Try again', refresh: 'Refresh',
    edit: 'Edit', remove: 'Remove', add: 'Add', search: 'Search', clear: 'Clear', open: 'Open', next: 'Next', previous: 'Back',
    submit: 'Submit', download: 'Download', exportXlsx: 'Export to Excel', print: 'Print', show: 'Show', reload: 'Reload', showTable: 'Show the table',
    showChart: 'Show the chart', choose: 'Choose',
  },
  state: { loading: 'Loading…', empty: 'Nothing here', end: 'That is all', saved: 'Saved', working: 'Working…', none: 'None', required: 'Required', unknown: 'Unknown' },
  trouble: {
    offline: 'The server can’t be reached', offline_do: 'Check the network and try again; what you typed is kept.',
    slow: 'The server takes too long', slow_do: 'Try again in a moment; nothing is carried out twice.',
    signed_out: 'Your session has ended', signed_out_do: 'Sign in again; what you typed is kept.',
    forbidden: 'Not permitted', forbidden_do: 'If your work needs it, ask your security administrator.',
    missing: 'Not found', missing_do: 'It may be gone, or beyond what you may see.',
    conflict: 'Somebody else changed it', conflict_do: 'Compare both versions and decide which to keep.',
    invalid: 'Some fields are wrong', invalid_do: 'Correct what is marked and submit again.',
    busy: 'Too many requests', busy_do: 'Wait a moment and try again.',
    broken: 'Something failed', broken_do: 'Try again later; if it goes on, tell your system administrator.',
    approval: 'Sent to a second person', approval_do: 'Once it is approved, submit the same again and it takes effect.',
    refused: 'Against the rules', refused_do: 'See the rule below.',
    rule: 'Rule', required: 'Required', actual: 'Actual', page: 'This page failed', page_do: 'Reload it; what you typed is kept.',
  },
  conflict: { title: 'Somebody else changed it', mine: 'Mine', theirs: 'Latest', keepMine: 'Keep mine', takeTheirs: 'Take the latest', field: 'Field' },
  organization: { everywhere: 'All organizations', number: 'Organization {number}', search: 'Find an organization below by name', pick: 'Choose an organization', children: 'Below', searching: 'Searching…', nothing: 'No such organization', moreFailed: 'Not read; try again' },
  member: { pick: 'Choose a member', name: 'Name', search: 'Name' },
  chart: { table: 'Table', chart: 'Chart' },
  draft: { kept: 'What you had not submitted is back', discard: 'Discard' },
};
