// Which features newer than the oldest browsers may stand in the console, and why does it work without them? `where` names
// the places; without it the feature may stand anywhere.

/** { feature: [where, why] } */
export const allowed = {
  // Scripts ask first whether they are there.
  'Error.captureStackTrace': [/^Error\.captureStackTrace/, 'fflate asks first'],
  'Intl.Segmenter': [/^Intl\.Segmenter/, 'Element Plus asks first, and cuts by characters otherwise'],
  MathMLElement: [/ instanceof MathMLElement$/, 'Vue asks first'],
  'document.startViewTransition': [/startViewTransition/, 'vue-router asks first'],
  'navigator.userAgentData': [/userAgentData/, 'Element Plus takes the older userAgent otherwise'],
  '.toReversed': [/^reactiveReadArray\(this\)/, 'Vue calls it when it is called'],
  '.toSorted': [/^reactiveReadArray\(this\)/, 'Vue calls it when it is called'],
  '.toSpliced': [/^reactiveReadArray\(this\)/, 'Vue calls it when it is called'],
  'Object.hasOwn': [/^Object\.hasOwn/, 'of Pinia; src/oldBrowsers.ts brings it'],
  '<input type=datetime-local>': [/^createElementBlock\("input", mergeProps\(.*\$attrs/, 'MomentField.vue asks first, or has two'],

  // Methods of our own and of echarts that bear such a name.
  '.resize': [/\.resize\(/, 'of charts'],
  '.when': [/\.when\(/, 'of the steps of a case, and of charts'],

  // Nothing is lost but looks.
  '<input inputmode>': [/^/, 'a phone shows its usual keyboard'],
  '<textarea inputmode>': [/^/, 'a phone shows its usual keyboard'],
  'css.properties.accent-color': [/^/, 'ticks and bars have the browser\'s colour'],
  'css.properties.color-scheme': [/^(:root|html\.dark) /, 'scroll bars stay light'],
  'css.properties.color-scheme.dark': [/^html\.dark /, 'scroll bars stay light'],
  'css.properties.color-scheme.light': [/^:root /, 'as the browser does by itself'],
  'css.properties.scrollbar-width': [/^\.el-/, 'Element Plus says the same to Chrome with ::-webkit-scrollbar'],
  'css.properties.scrollbar-width.none': [/^\.el-/, 'Element Plus says the same to Chrome with ::-webkit-scrollbar'],
  'css.properties.scrollbar-width.thin': [/^\.el-splitter-panel /, 'the console has no splitter'],
  'css.types.alpha': [/^\.el-upload iframe /, 'Element Plus says it to Internet Explorer; opacity stands beside it'],
  'css.selectors.focus-visible': [/^\.el-/, 'theme.css draws a ring for :-moz-focusring'],

  // On paper.
  'css.properties.page': [/^\.sheet /, 'print.css keeps the distances from the edge otherwise'],
  'css.properties.size': [/^page \{ size: A4 \}/, 'the printer\'s paper is A4'],
  'css.at-rules.page.bottom-center': [/^record$/, 'the browser prints the page\'s number if it is asked to'],
  'css.properties.break-after.avoid': [/^\.sheet h[23] /, 'a heading may be the last line of a page'],
};
