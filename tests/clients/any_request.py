"""How does a test call any method there is, by gRPC and by HTTP, with a request that passes validation?

Requests are made from the contracts alone: path patterns say which resource a name names, limits say what a field holds.
"""

import datetime
import json
import re
import urllib.parse

from google.protobuf import json_format

# What a text must be where its limits alone do not say it.
TEXTS = {"role": "leader", "item": "C1", "source": "services/meeting", "purpose": "verification", "post_code": "03", "form": "10",
         "number": "N-1", "ethnicity": "01", "education": "21", "reason": "核对信息", "login_name": "matrix.nobody",
         "certificate_name": "new.example", "identity_number": "530399198001019992", "phone": "19900009998", "full_name": "测试甲",
         "title": "测试", "file_name": "roster.csv", "rule": "M-01", "page_token": "", "etag": "", "month": "2026-01",
         "from_month": "2026-01", "to_month": "2026-01", "period": "2025",
         "bank": "ABC", "coverage": "第一网格", "destination_region": "530399",
         "country": "USA", "sha256": "0" * 64, "media_type": "application/pdf", "kind": "OTHER"}
# What a code must be where the first one there is asks for more than the limits say.
CODES = {("DecideDispositionRequest", "measure"): 0, ("OpenDispositionCaseRequest", "lapse_ground"): 0,
         ("OpenSuspensionCaseRequest", "ground"): 2}
# Which resource a field names where neither its limits nor its own name say it.
ALIASES = {"delegate": "accounts", "parent": "organizations", "new_parent": "organizations", "approver": "organizations",
           "decider": "organizations", "target": "organizations", "sources": "organizations", "talker": "members",
           "contact_person": "members", "holders": "members", "motion": "meetings/motions", "decision": "meetings/motions",
           "from_organization": "organizations", "to_organization": "organizations"}
# The same where the name alone would say another one.
RECORDS = {("RegisterDelegatesRequest", "unit"): "organizations"}
# The pattern of a field that names a record of any kind; members are asked about.
ANY_RECORD = "[a-z][A-Za-z]{0,31}/[1-9][0-9]{0,18}"


def rule(contracts, method):
    """(verb, template, body) of the first HTTP binding of a method; (None, "", "") where it has none."""
    options = contracts.http(method)
    verb = options.WhichOneof("pattern")
    return (verb.upper(), getattr(options, verb), options.body) if verb else (None, "", "")


def names_in_path(template):
    """{field: key of the resource} of a template: "{name=rounds/*/scores/*}" gives {"name": "rounds/scores"}."""
    return {field: "/".join(part for part in pattern.split("/") if part != "*")
            for field, pattern in re.findall(r"\{([a-z_.]+)=([^}]+)\}", template)}


def key_of(pattern):
    """The key of the resources that a limit's pattern stands for: "rounds/[0-9]+/scores/[0-9]+" gives "rounds/scores"."""
    pattern = pattern.removeprefix("(").removesuffix(")?")
    if pattern == ANY_RECORD:
        return "members"
    parts = pattern.split("/")
    return "/".join(part for part in parts if re.fullmatch("[A-Za-z]+", part)) if len(parts) > 1 else ""


class Maker:
    """Makes requests about one set of resources: {key: name}, the key being the name without its ids."""

    def __init__(self, contracts, resources):
        self.contracts = contracts
        self.resources = resources

    def request(self, method):
        _, template, _ = rule(self.contracts, method)
        message = self._fill(method.input_type, 0)
        for field, key in names_in_path(template).items():
            if key == "services":
                continue  # "source": a text
            if key not in self.resources:
                raise KeyError(f"{method.full_name}: the test knows no resource of kind {key}")
            target = message
            *parents, last = field.split(".")
            for parent in parents:
                target = getattr(target, parent)
            setattr(target, last, self.resources[key])
        scope = self.contracts.policy(method).scope_field
        if scope and scope not in names_in_path(template):
            target = message
            *parents, last = scope.split(".")
            for parent in parents:
                target = getattr(target, parent)
            setattr(target, last, self.resources["organizations"])
        return message

    def _fill(self, descriptor, depth):
        message = self.contracts.message(descriptor.full_name)()
        if descriptor.full_name == "google.type.Date":
            today = datetime.date.today().replace(day=1)
            message.year, message.month, message.day = today.year, today.month, today.day
            return message
        for field in descriptor.fields:
            limits = self.contracts.limits(field)
            many = field.label == field.LABEL_REPEATED
            value = self._value(field, limits, depth)
            if value is None:
                continue
            if many:
                getattr(message, field.name).append(value)
            elif field.message_type:
                getattr(message, field.name).CopyFrom(value)
                getattr(message, field.name).SetInParent()
            else:
                setattr(message, field.name, value)
        return message

    def _value(self, field, limits, depth):
        many = field.label == field.LABEL_REPEATED
        if field.type == field.TYPE_STRING:
            return self._text(field, limits)
        if field.type == field.TYPE_MESSAGE:
            return self._message(field, depth) if limits.required and depth < 4 else None
        if field.type == field.TYPE_ENUM:
            if many and not limits.required:
                return None
            code = CODES.get((field.containing_type.name, field.name))
            if code is not None:
                return code
            return field.enum_type.values[min(1, len(field.enum_type.values) - 1)].number
        if field.type in (field.TYPE_INT32, field.TYPE_INT64) and limits.HasField("min"):
            return limits.min
        if field.type == field.TYPE_BYTES and limits.required:
            return b"x"
        return None

    def _message(self, field, depth):
        message = self._fill(field.message_type, depth + 1)
        if field.name == "end_date":
            message.day = 28  # after the start
        return message

    def _text(self, field, limits):
        key = (key_of(limits.pattern) or RECORDS.get((field.containing_type.name, field.name)) or
               ALIASES.get(field.name, field.name))
        key = key if key in self.resources else f"{key}s"
        if key in self.resources:
            return self.resources[key]
        if field.name in TEXTS:
            return TEXTS[field.name] or None
        if not limits.required:
            return None
        return "x" * max(2, limits.min_length)


def swaps(message, others):
    """Copies of a message, in each of which one name that stands in it is another: {name: other}."""
    for path in _texts(message):
        copy = type(message)()
        copy.CopyFrom(message)
        target = copy
        for part in path[:-1]:
            target = getattr(target, part)
        value = getattr(target, path[-1])
        if isinstance(value, str) and value in others:
            setattr(target, path[-1], others[value])
            yield copy
        elif not isinstance(value, str) and value[0] in others:
            value[0] = others[value[0]]
            yield copy


def _texts(message):
    """The paths of the strings of a message, but for those in repeated messages."""
    for field, _ in message.ListFields():
        if field.type == field.TYPE_STRING:
            yield [field.name]
        elif field.message_type and field.label != field.LABEL_REPEATED:
            yield from ([field.name, *path] for path in _texts(getattr(message, field.name)))


def to_http(contracts, method, message):
    """(verb, path with query, body or None) that say the same as the message."""
    verb, template, body = rule(contracts, method)
    values = json_format.MessageToDict(message, preserving_proto_field_name=True)
    fields = list(names_in_path(template)) + re.findall(r"\{([a-z_.]+)\}", template)

    def bind(match):
        target = values
        *parents, last = re.match(r"\{([a-z_.]+)", match[0])[1].split(".")
        for parent in parents:
            target = target[parent]
        return urllib.parse.quote(str(target.pop(last, "")))

    path = re.sub(r"\{[^}]+\}", bind, template) if fields else template
    if body == "*":
        return verb, path, json.dumps(values).encode()
    content = json.dumps(values.pop(body, {})).encode() if body else None
    query = urllib.parse.urlencode(list(_flat(values, "")))
    return verb, f"{path}?{query}" if query else path, content


def _flat(values, prefix):
    for name, value in values.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{name}.")
        elif isinstance(value, list):
            for one in value:
                if not isinstance(one, dict):
                    yield f"{prefix}{name}", one
        else:
            yield f"{prefix}{name}", str(value).lower() if isinstance(value, bool) else value
