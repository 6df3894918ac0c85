#include "common/rpc/field_mask.h"

#include <algorithm>
#include <string>
#include <vector>

#include "common/base/strings.h"
#include "common/error/error.h"
#include "google/protobuf/descriptor.h"

namespace ronghe::rpc {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

bool Everything(const google::protobuf::FieldMask& mask) {
  return mask.paths_size() == 0 || (mask.paths_size() == 1 && mask.paths(0) == "*");
}

error::FieldViolation Unknown(const std::string& path) {
  return {"update_mask", base::Cat("字段“", base::Utf8Prefix(path, 100), "”不存在或不能修改")};
}

// The fields from the root to the path's end; empty when the type has no such path.
std::vector<const FieldDescriptor*> Resolve(const Descriptor* type, std::string_view path) {
  std::vector<const FieldDescriptor*> fields;
  while (true) {
    const size_t dot = path.find('.');
    const FieldDescriptor* field = type->FindFieldByName(std::string(path.substr(0, dot)));
    if (field == nullptr) return {};
    fields.push_back(field);
    if (dot == std::string_view::npos) return fields;
    if (field->is_repeated() || field->message_type() == nullptr) return {};
    type = field->message_type();
    path.remove_prefix(dot + 1);
  }
}

bool Has(const Message& message, const FieldDescriptor* field) {
  const Reflection* reflection = message.GetReflection();
  return field->is_repeated() ? reflection->FieldSize(message, field) > 0
                              : reflection->HasField(message, field);
}

// Makes `field` of `target` what it is in `source`.
void CopyField(const Message& source, const FieldDescriptor* field, Message* target) {
  target->GetReflection()->ClearField(target, field);
  if (!Has(source, field)) return;
  // A copy of the source with nothing but the field set; merging it copies that one field whatever
  // its type is.
  std::unique_ptr<Message> only(source.New());
  only->CopyFrom(source);
  std::vector<const FieldDescriptor*> set;
  source.GetReflection()->ListFields(source, &set);
  for (const FieldDescriptor* other : set) {
    if (other != field) only->GetReflection()->ClearField(only.get(), other);
  }
  only->GetReflection()->MutableUnknownFields(only.get())->Clear();
  target->MergeFrom(*only);
}

void CopyPath(const Message& source, const std::vector<const FieldDescriptor*>& path, size_t at,
              Message* target) {
  const FieldDescriptor* field = path[at];
  if (at + 1 == path.size()) {
    CopyField(source, field, target);
    return;
  }
  if (!Has(source, field) && !Has(*target, field)) return;
  CopyPath(source.GetReflection()->GetMessage(source, field), path, at + 1,
           target->GetReflection()->MutableMessage(target, field));
}

}  // namespace

absl::Status CheckMask(const google::protobuf::FieldMask& mask,
                       std::span<const std::string_view> allowed) {
  if (Everything(mask)) return absl::OkStatus();
  std::vector<error::FieldViolation> violations;
  for (const std::string& path : mask.paths()) {
    if (std::find(allowed.begin(), allowed.end(), path) == allowed.end()) {
      violations.push_back(Unknown(path));
    }
  }
  if (violations.empty()) return absl::OkStatus();
  return error::InvalidFields(std::move(violations));
}

absl::Status ApplyMask(const google::protobuf::FieldMask& mask, const Message& source,
                       Message* target) {
  if (Everything(mask)) {
    std::vector<const FieldDescriptor*> set;
    source.GetReflection()->ListFields(source, &set);
    for (const FieldDescriptor* field : set) CopyField(source, field, target);
    return absl::OkStatus();
  }
  std::vector<std::vector<const FieldDescriptor*>> paths;
  std::vector<error::FieldViolation> violations;
  for (const std::string& path : mask.paths()) {
    paths.push_back(Resolve(source.GetDescriptor(), path));
    if (paths.back().empty()) violations.push_back(Unknown(path));
  }
  if (!violations.empty()) return error::InvalidFields(std::move(violations));
  for (const auto& path : paths) CopyPath(source, path, 0, target);
  return absl::OkStatus();
}

bool MaskCovers(const google::protobuf::FieldMask& mask, std::string_view path) {
  if (Everything(mask)) return true;
  for (const std::string& entry : mask.paths()) {
    if (path == entry ||
        (path.starts_with(entry) && path.size() > entry.size() && path[entry.size()] == '.')) {
      return true;
    }
  }
  return false;
}

}  // namespace ronghe::rpc
