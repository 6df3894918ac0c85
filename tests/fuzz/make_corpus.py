#!/usr/bin/env python3
"""Writes the seed corpora of the fuzz targets: make_corpus.py [DIRECTORY]

The same files every time; they are kept in the repository, and this is how they came about.
"""

import io
import json
import os
import sys
import zipfile

SHEET = '<worksheet><sheetData>%s</sheetData></worksheet>'


def requests():
    head = "Host: ronghe.example\r\n"
    cookie = "Cookie: __Host-ronghe_session=abc; x=y\r\nOrigin: https://ronghe.example\r\n" \
             "Sec-Fetch-Site: same-origin\r\nX-Ronghe-CSRF: t\r\n"
    body = json.dumps({"loginName": "a", "password": "b"})
    yield "get", "GET /v1/members/1?view=FULL HTTP/1.1\r\n" + head + "Authorization: Bearer x\r\n\r\n"
    yield "list", "GET /v1/organizations/1/members?pageSize=5&pageToken=a%2Bb HTTP/1.1\r\n" + head + "\r\n"
    yield "post", f"POST /v1/auth:signIn HTTP/1.1\r\n{head}{cookie}Content-Type: application/json\r\n" \
                  f"Content-Length: {len(body)}\r\n\r\n{body}"
    yield "chunked", f"POST /v1/auth:signIn HTTP/1.1\r\n{head}Transfer-Encoding: chunked\r\n" \
                     f"Expect: 100-continue\r\n\r\n{len(body):x}\r\n{body}\r\n0\r\n\r\n"
    yield "patch", f"PATCH /v1/members/1 HTTP/1.1\r\n{head}If-Match: \"7\"\r\nIdempotency-Key: k\r\n" \
                   "Content-Length: 2\r\n\r\n{}"
    yield "page", "HEAD /docs/ HTTP/1.1\r\n" + head + "If-None-Match: \"x\", W/\"y\"\r\n\r\n"
    yield "old", "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"
    yield "pipelined", "GET /healthz HTTP/1.1\r\n" + head + "\r\nGET /readyz HTTP/1.1\r\n" + head + "\r\n"
    yield "last-chunk", f"POST / HTTP/1.1\r\n{head}Transfer-Encoding: chunked\r\n\r\n0\r\n\x03\n"
    yield "smuggled", f"POST / HTTP/1.1\r\n{head}Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
    yield "twice", f"POST / HTTP/1.1\r\n{head}Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd"
    yield "folded", f"GET / HTTP/1.1\r\n{head}X: a\r\n b\r\n\r\n"
    yield "absolute", "GET http://h/ HTTP/1.1\r\n" + head + "\r\n"
    yield "escaped", "GET /v1/members/%2e%2e%2f%c0%af HTTP/1.1\r\n" + head + "\r\n"


def documents():
    yield "all", {
        "aBool": True, "anInt32": -1, "anInt64": "9007199254740993", "aUint32": 1, "aUint64": "18446744073709551615",
        "aFloat": 1.5, "aDouble": -1e-300, "aString": "党\u0001𠮷", "aBytes": "AQID", "kind": "KIND_TWO",
        "inner": {"text": "x", "numbers": [1, 2], "inner": {}}, "time": "2026-11-23T08:00:00.5+08:00",
        "duration": "-1.5s", "mask": "aString,inner.text", "strings": ["a", ""], "int32s": [1, -2147483648],
        "inners": [{}, {"text": "y"}], "stringMap": {"k": "v"}, "aStruct": {"a": [1, None, {"b": False}]},
        "aValue": [1, "x"], "wrappedBool": False, "wrappedInt64": "7", "chosenString": "c"}
    yield "nan", {"aDouble": "NaN", "aFloat": "-Infinity"}
    yield "nulls", {"inner": None, "aValue": None, "strings": None}
    yield "masks", {"mask": "NN,a_b,inner.text,*", "inner": {"numbers": [1], "inner": {}}}
    yield "names", {"a_string": "x", "an_int64": 3.0}


def texts():
    yield "surrogates", '{"aString":"\\ud842\\udfb7\\u0000\\ud800"}'
    yield "twice", '{"aString":"x","a_string":"y"}'
    yield "deep", '{"inner":' * 70 + "{}" + "}" * 70
    yield "numbers", '{"anInt64":1e400,"aDouble":0.00000000000000000000000000000000000001}'
    yield "mark", '\ufeff{} x'


def paths():
    for name, path in (("member", "/v1/members/1"), ("verb", "/v1/members/1:unmask"),
                       ("list", "/v1/organizations/1/members?pageSize=1&orderBy=name"),
                       ("feed", "/v1/services/membership/events:watch?types=a&types=b"),
                       ("escapes", "/v1/members/%E5%85%9A%2f%2e%2e?x=%zz"), ("dots", "/v1/../members//1")):
        yield name, "p" + path
    for name, template in (("simple", "/v1/things"), ("one", "/v1/{name=things/*}"), ("two", "/v1/{source}/{name}"),
                           ("rest", "/v1/{name=**}"), ("verb", "/v1/{name=things/*}:submit"),
                           ("bad", "/v1/{name=things/*"), ("nested", "/v1/{inner.text=a/*/b}")):
        yield "template-" + name, "t" + template


def tokens():
    claims = {"iss": "ronghe-gateway", "aud": "ronghe", "sub": "accounts/1", "iat": 1794999990, "nbf": 1794999990,
              "exp": 1795000200, "sid": "1", "grants": [{"r": "leader", "o": "1"}]}
    yield "claims", "v" + json.dumps(claims)
    yield "service", "v" + json.dumps(dict(claims, sub="services/meeting"))
    yield "times", "v" + json.dumps(dict(claims, exp="x", nbf=-1))
    yield "audiences", "v" + json.dumps(dict(claims, aud=["ronghe", "other"]))
    yield "door", "d" + json.dumps({"iss": "https://ronghe.example", "aud": "ronghe-door", "sub": "clients/1",
                                    "exp": 1795000200, "iat": 1794999990, "cnf": {"x5t#S256": "x5t"}})
    yield "none", "teyJhbGciOiJub25lIn0.e30."
    yield "parts", "ta.b.c"
    yield "keys", "k" + json.dumps({"keys": [{
        "kty": "EC", "crv": "P-256", "kid": "a", "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
        "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}]})


def page_tokens():
    yield "page", "ronghe.membership.v1.MemberService/ListMembers\nfilter\n123"
    yield "resume", "EventFeed\ntypes=a,b\n9223372036854775807"
    yield "text", "m\nf\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
    yield "empty", ""


def workbook(sheet):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as book:
        for name, text in (
                ("_rels/.rels", '<Relationships><Relationship Id="rId1" Type="http://x/officeDocument" '
                                'Target="xl/workbook.xml"/></Relationships>'),
                ("xl/workbook.xml", '<workbook xmlns:r="r"><sheets><sheet name="a" sheetId="1" r:id="rId1"/></sheets>'
                                    '</workbook>'),
                ("xl/_rels/workbook.xml.rels", '<Relationships><Relationship Id="rId1" Type="http://x/worksheet" '
                                               'Target="worksheets/sheet1.xml"/></Relationships>'),
                ("xl/worksheets/sheet1.xml", SHEET % sheet)):
            book.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), text)
    return out.getvalue()


def workbooks():
    row = '<row r="1"><c r="A1" t="inlineStr"><is><t>姓名</t></is></c><c r="C1"><v>35977.5</v></c></row>'
    yield "whole", b"x" + workbook(row)
    yield "cut", b"x" + workbook(row)[:-30]
    yield "sheet", ("s" + SHEET % (row + '<row r="2"><c r="A2" t="s"><v>0</v></c><c r="B2" s="1"><v>3</v></c></row>'))
    yield "formula", "s" + SHEET % '<row r="1"><c r="A1"><f>1+1</f><v>2</v></c></row>'
    yield "far", "s" + SHEET % '<row r="1048576"><c r="XFD1048576"><v>1e400</v></c></row>'
    yield "shared", "t<sst><si><t>a</t></si><si><r><t>b</t></r><r><t>c</t></r><rPh><t>d</t></rPh></si></sst>"
    yield "sheets", 'w<workbook xmlns:r="r"><workbookPr date1904="1"/><sheets><sheet name="h" state="hidden" ' \
                    'r:id="rId9"/><sheet name="a" r:id="rId1"/></sheets></workbook>'
    yield "styles", 'y<styleSheet><numFmts><numFmt numFmtId="165" formatCode="yyyy&quot;年&quot;"/></numFmts>' \
                    '<cellXfs><xf numFmtId="0"/><xf numFmtId="165"/></cellXfs></styleSheet>'
    yield "relations", 'r<Relationships><Relationship Id="rId1" Type="http://x/worksheet" ' \
                       'Target="/xl/worksheets/sheet1.xml"/></Relationships>'
    yield "csv", 'c姓名,"a ""b""\nc"\r\n1,,\r\n'
    yield "gb18030", b"c" + "姓名,性别\n王,男\n".encode("gb18030")


def main():
    root = sys.argv[1] if len(sys.argv) > 1 else os.path.join(os.path.dirname(os.path.abspath(__file__)), "corpus")
    corpora = {
        # The first byte says in which pieces the bytes come.
        "http_request": ((name, "\x07" + text) for name, text in requests()),
        "json_to_proto": [(name, json.dumps(value)) for name, value in documents()] + list(texts()),
        "path_template": paths(),
        "token": tokens(),
        "page_token": page_tokens(),
        "workbook": workbooks(),
    }
    for target, seeds in corpora.items():
        os.makedirs(os.path.join(root, target), exist_ok=True)
        for name, content in seeds:
            with open(os.path.join(root, target, name), "wb") as out:
                out.write(content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass"))


if __name__ == "__main__":
    main()
