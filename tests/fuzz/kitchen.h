// Which contract do the fuzz targets bend? The one of the gateway's tests, with every kind of
// field.
#pragma once

#include <google/protobuf/descriptor.pb.h>

#include <functional>
#include <set>
#include <string>

#include "services/gateway/transcode/testdata/kitchen.pb.h"

namespace ronghe::fuzz {

inline google::protobuf::FileDescriptorSet KitchenSet() {
  google::protobuf::FileDescriptorSet set;
  std::set<std::string> added;
  const std::function<void(const google::protobuf::FileDescriptor*)> add =
      [&](const google::protobuf::FileDescriptor* file) {
        if (!added.insert(file->name()).second) return;
        for (int i = 0; i < file->dependency_count(); ++i) add(file->dependency(i));
        file->CopyTo(set.add_file());
        file->CopyJsonNameTo(&*set.mutable_file()->rbegin());
      };
  add(gateway::testdata::v1::Kitchen::descriptor()->file());
  return set;
}

}  // namespace ronghe::fuzz
