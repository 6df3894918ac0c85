// For tests of action tables: what do the protos say of a method and of the messages it takes?
const texts = import.meta.glob<string>('../../../../../protos/ronghe/membership/v1/*.proto', { query: '?raw', import: 'default',
  eager: true });

export interface Method {
  request: string;
  path: string;
  permission: string;
}
export interface Protos {
  methods: Map<string, Method>;
  /** Fields of each message, as JSON names them, with the type of each. */
  messages: Map<string, Map<string, string>>;
  /** Values of each enum. */
  enums: Map<string, string[]>;
}

const jsonName = (name: string) => name.replace(/_([a-z0-9])/g, (_all, letter: string) => letter.toUpperCase());

/** The variable of a path in the console's schema: "{name=admissionCases/*}" is "admissionCases/{admissionCase}". */
const pathOf = (proto: string) => proto.replace(/\{\w+=(\w+)s\/\*\}/, (_all, one: string) => `${one}s/{${one}}`);

export function readProtos(files: string[]): Protos {
  const protos: Protos = { methods: new Map(), messages: new Map(), enums: new Map() };
  for (const file of files) {
    const [, raw] = Object.entries(texts).find(([path]) => path.endsWith(`/${file}`))!;
    const text = raw.replace(/\/\/.*$/gm, '');
    for (const [, rpc, request, body] of text.matchAll(/rpc (\w+)\((\w+)\) returns \((?:stream )?\w+\) \{([\s\S]*?)\n {2}\}/g)) {
      protos.methods.set(rpc!, {
        request: request!,
          path: pathOf(/(?:post|get|patch): "([^"]+)"/.exec(body!)![1]!), permission: /permission: "([^"]+)"/.exec(body!)?.[1] ?? '',
      });
    }
    for (const [, message, body] of text.matchAll(/^message (\w+) \{([\s\S]*?)^\}/gm)) {
      const fields = [...body!.matchAll(/(?:repeated |optional )?([\w.]+) (\w+) = \d+/g)].map(([, type, name]) => [jsonName(name!),
        type!] as const);
      protos.messages.set(message!, new Map(fields));
    }
    for (const [, name, body] of text.matchAll(/^enum (\w+) \{([\s\S]*?)^\}/gm)) {
      protos.enums.set(name!, [...body!.matchAll(/(\w+) = \d+;/g)].map(([, value]) => value!));
    }
  }
  return protos;
}

/** The type of a field of a request by its path ("talk.day"); undefined for a field that isn't there. */
export function typeAt(protos: Protos, message: string, path: string): string | undefined {
  return path.split('.').reduce<string | undefined>((type,
    part) => (type === undefined ? undefined : protos.messages.get(type)?.get(part)), message);
}
