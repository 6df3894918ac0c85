"""How does a foreign gRPC client, with no code of ours in it, call any method of the suite?

Everything comes from the descriptor set that the build makes: messages, methods and their policies. gRPC is Debian's
python3-grpcio.
"""

import os
import pathlib

import grpc
from google.protobuf import descriptor_pb2, descriptor_pool, json_format, message_factory

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("RONGHE_BUILD", ROOT / "build"))


class Contracts:
    """The messages and methods of the descriptor set."""

    def __init__(self, path=BUILD / "ronghe.binpb"):
        files = descriptor_pb2.FileDescriptorSet()
        files.ParseFromString(path.read_bytes())
        self.pool = descriptor_pool.DescriptorPool()
        for file in files.file:
            self.pool.Add(file)
        self.factory = message_factory.MessageFactory(self.pool)
        # The options were read before our extensions were known; read again they carry them.
        self.files = [self.pool.FindFileByName(file.name) for file in files.file if file.name.startswith("ronghe/")]
        options = self.message("google.protobuf.MethodOptions")
        fields = self.message("google.protobuf.FieldOptions")
        for name in ("ronghe.options.v1.policy",):
            self.policy_field = self.pool.FindExtensionByName(name)
            options.RegisterExtension(self.policy_field)
        self.http_field = self.pool.FindExtensionByName("google.api.http")
        options.RegisterExtension(self.http_field)
        self.limits_field = self.pool.FindExtensionByName("ronghe.options.v1.limits")
        fields.RegisterExtension(self.limits_field)
        self._options, self._fields = options, fields

    def message(self, full_name):
        return self.factory.GetPrototype(self.pool.FindMessageTypeByName(full_name))

    def methods(self):
        """Every RPC: (path, method descriptor)."""
        for file in self.files:
            for service in file.services_by_name.values():
                for method in service.methods:
                    yield f"/{service.full_name}/{method.name}", method

    def policy(self, method):
        options = self._options.FromString(method.GetOptions().SerializeToString())
        return options.Extensions[self.policy_field]

    def scope(self, method):
        return self.pool.FindEnumTypeByName("ronghe.options.v1.Scope").values_by_number[self.policy(method).scope].name

    def audit(self, method):
        return self.pool.FindEnumTypeByName("ronghe.options.v1.Audit").values_by_number[self.policy(method).audit].name

    def http(self, method):
        """The google.api.HttpRule of an RPC."""
        return self._options.FromString(method.GetOptions().SerializeToString()).Extensions[self.http_field]

    def limits(self, field):
        options = self._fields.FromString(field.GetOptions().SerializeToString())
        return options.Extensions[self.limits_field]


class Door:
    """A channel to the gateway's gRPC port, with a client certificate or a bearer token."""

    def __init__(self, contracts, port, authority, certificate=None, key=None, bearer=None):
        self.contracts = contracts
        self.metadata = [("authorization", f"Bearer {bearer}")] if bearer else []
        read = lambda path: pathlib.Path(path).read_bytes() if path else None  # pylint: disable=unnecessary-lambda-assignment
        credentials = grpc.ssl_channel_credentials(read(authority), read(key), read(certificate))
        self.channel = grpc.secure_channel(f"127.0.0.1:{port}", credentials)

    def call(self, path, request, timeout=20):
        """A unary call; request is a dict in JSON form or a message; the answer is a dict."""
        method = self._method(path)
        answer = self.channel.unary_unary(path, lambda m: m.SerializeToString(),
                                          self.contracts.message(method.output_type.full_name).FromString)(
            self._request(method, request), timeout=timeout, metadata=self.metadata)
        return json_format.MessageToDict(answer)

    def stream(self, path, request, timeout=20):
        """A server stream, as an iterator over dicts that can be cancelled."""
        method = self._method(path)
        call = self.channel.unary_stream(path, lambda m: m.SerializeToString(),
                                         self.contracts.message(method.output_type.full_name).FromString)(
            self._request(method, request), timeout=timeout, metadata=self.metadata)
        return call

    def _method(self, path):
        service, name = path[1:].split("/")
        return self.contracts.pool.FindServiceByName(service).FindMethodByName(name)

    def _request(self, method, request):
        if not isinstance(request, dict):
            return request
        return json_format.ParseDict(request, self.contracts.message(method.input_type.full_name)())


def details(error):
    """The details of a refused call as HTTP's JSON has them."""
    for key, value in error.trailing_metadata() or ():
        if key == "grpc-status-details-bin":
            for detail in _STATUS.FromString(value).details:
                yield json_format.MessageToDict(detail, descriptor_pool=_contracts.pool)


def _detail(error, name):
    return next((detail for detail in details(error) if detail["@type"].endswith(f"google.rpc.{name}")), {})


def reason(error):
    """The reason in the google.rpc.ErrorInfo of a refused call."""
    return _detail(error, "ErrorInfo").get("reason")


def retry_delay(error):
    """The seconds of the google.rpc.RetryInfo of a refused call; 0 where there is none."""
    return float(_detail(error, "RetryInfo").get("retryDelay", "0s").rstrip("s"))


_contracts = Contracts()
_STATUS = _contracts.message("google.rpc.Status")
