// What do libraries call that the oldest browsers do not have? Here they get it. Calls that the libraries can do without are
// named in browsers/allowed.mjs.

// Of Pinia; since Chrome 93 and Firefox 92.
if (!('hasOwn' in Object)) {
  Object.defineProperty(Object, 'hasOwn', {
    value: (object: object, key: PropertyKey) => Object.prototype.hasOwnProperty.call(object, key),
    configurable: true,
    writable: true,
  });
}
