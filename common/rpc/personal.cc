#include "common/rpc/personal.h"

#include <vector>

#include "google/protobuf/descriptor.h"
#include "ronghe/options/v1/options.pb.h"

namespace ronghe::rpc {

void ClearPersonal(google::protobuf::Message& message) {
  const google::protobuf::Reflection& reflection = *message.GetReflection();
  std::vector<const google::protobuf::FieldDescriptor*> fields;
  reflection.ListFields(message, &fields);
  for (const auto* field : fields) {
    if (field->options().GetExtension(options::v1::sensitive) ||
        field->options().GetExtension(options::v1::private_)) {
      reflection.ClearField(&message, field);
    } else if (field->cpp_type() != google::protobuf::FieldDescriptor::CPPTYPE_MESSAGE) {
      continue;
    } else if (field->is_repeated()) {
      for (int i = 0; i < reflection.FieldSize(message, field); ++i) {
        ClearPersonal(*reflection.MutableRepeatedMessage(&message, field, i));
      }
    } else {
      ClearPersonal(*reflection.MutableMessage(&message, field));
    }
  }
}

}  // namespace ronghe::rpc
