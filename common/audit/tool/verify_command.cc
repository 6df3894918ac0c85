#include "common/audit/tool/verify_command.h"

#include <algorithm>
#include <fstream>
#include <memory>
#include <utility>

#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "common/audit/chain.h"
#include "common/audit/records.h"
#include "common/audit/retention.h"
#include "common/base/clock.h"
#include "common/base/ids.h"
#include "common/base/status_macros.h"
#include "common/base/strings.h"
#include "common/error/error.h"

namespace ronghe::audit::tool {
namespace {

constexpr absl::Duration kTell = absl::Seconds(1);

// Says once a second how far it is.
class Meter {
 public:
  Meter(std::ostream& out, const char* unit) : out_(out), unit_(unit) {}

  void Tell(int64_t done, int64_t all) {
    const absl::Time now = absl::Now();
    if (now - told_ < kTell && done < all) return;
    told_ = now;
    const double seconds = std::max(absl::ToDoubleSeconds(now - start_), 0.001);
    out_ << absl::StrFormat(
        "已检查 %d/%d %s (%.0f%%),每秒 %.0f\n", done, all, unit_,
        all == 0 ? 100.0 : 100.0 * static_cast<double>(done) / static_cast<double>(all),
        static_cast<double>(done) / seconds);
    out_.flush();
  }

 private:
  std::ostream& out_;
  const char* const unit_;
  const absl::Time start_ = absl::Now();
  absl::Time told_ = start_;
};

const char* Meaning(const Finding& finding) {
  switch (finding.fault) {
    case Fault::kChanged:
      return "记录与链上的散列不符:记录被改动,或它前面的记录连同链接被删除";
    case Fault::kLinkChanged:
      return "链上的散列被改动,记录本身完好";
    case Fault::kMissing:
      return finding.audit_id == 0 ? "链接被删除" : "记录被删除,链接还在";
    case Fault::kInserted:
      return finding.sequence == 0 ? "记录不在链上:事后插入,或它的链接被删除"
                                   : "链接和记录是事后插入的";
    case Fault::kReordered:
      return "记录或链接被调换了位置";
    case Fault::kTruncated:
      return "链尾被截去";
    case Fault::kRewritten:
      return "链与签名的链头不符:这一段被重新计算过";
  }
  return "";
}

std::string Line(const Finding& finding) {
  std::string where;
  if (finding.from != 0) {
    where = base::Cat("sequence=", finding.from, "..", finding.sequence);
  } else {
    where = base::Cat("sequence=", finding.sequence, " id=", finding.audit_id);
  }
  return base::Cat(FaultName(finding.fault), ": ", where, " ", Meaning(finding), "\n");
}

absl::Status CannotOpen(const std::string& path) {
  return error::Make(absl::StatusCode::kNotFound, "FILE_UNREADABLE", "文件无法读取",
                     {{"path", path}});
}

absl::StatusOr<Verification> OverDatabase(const VerifyRequest& request, VerifyOptions options,
                                          std::ostream& progress) {
  RONGHE_ASSIGN_OR_RETURN(const std::unique_ptr<sql::Database> database,
                          sql::Database::Open(*request.database));
  Meter meter(progress, "条");
  return database->Read(absl::InfiniteFuture(), [&](sql::Session& session) {
    return VerifyChain(session, options, absl::Now() - request.grace,
                       [&meter](int64_t done, int64_t all) {
                         meter.Tell(done, all);
                         return true;
                       });
  });
}

// Reads an export; its header first.
class Export {
 public:
  static absl::StatusOr<std::unique_ptr<Export>> Open(const std::string& path) {
    auto file = std::unique_ptr<Export>(new Export(path));
    std::string line;
    if (!file->file_ || !std::getline(file->file_, line)) return CannotOpen(path);
    RONGHE_RETURN_IF_ERROR(FromLine(line, &file->header_));
    return file;
  }

  const v1::ChainExportHeader& header() const { return header_; }

  absl::StatusOr<Verification> Check(VerifyOptions options, absl::Time unchained_before,
                                     std::ostream& progress) {
    Meter meter(progress, "字节");
    ChainVerifier verifier(std::move(options));
    int64_t last = 0;
    for (std::string line; std::getline(file_, line);) {
      v1::AuditRecord record;
      RONGHE_RETURN_IF_ERROR(FromLine(line, &record));
      RONGHE_ASSIGN_OR_RETURN(const LinkedRow row, FromProto(record));
      if (record.has_link()) {
        // Sequences that fall would be a way to hide links from the check.
        if (row.link.sequence <= last) return OutOfOrder(row.link.sequence);
        last = row.link.sequence;
        verifier.Add(row.link, row.entry.has_value() ? &*row.entry : nullptr);
      } else if (row.entry.has_value() && base::TimeOf(row.entry->id) < unchained_before) {
        verifier.AddUnlinked(row.entry->id);
      }
      meter.Tell(static_cast<int64_t>(file_.tellg()), size_);
    }
    if (last < header_.sequence()) return Unfinished(last);
    return verifier.Finish();
  }

 private:
  explicit Export(const std::string& path) : file_(path, std::ios::binary | std::ios::ate) {
    size_ = static_cast<int64_t>(file_.tellg());
    file_.seekg(0);
  }

  static absl::Status OutOfOrder(int64_t sequence) {
    return error::Make(absl::StatusCode::kInvalidArgument, "AUDIT_EXPORT_UNREADABLE",
                       "审计导出文件中的链接次序不对", {{"sequence", base::Cat(sequence)}});
  }
  absl::Status Unfinished(int64_t last) const {
    return error::Make(absl::StatusCode::kInvalidArgument, "AUDIT_EXPORT_UNFINISHED",
                       "审计导出文件不完整",
                       {{"last", base::Cat(last)}, {"expected", base::Cat(header_.sequence())}});
  }

  std::ifstream file_;
  int64_t size_ = 0;
  v1::ChainExportHeader header_;
};

// What is wrong with a purge that removed rows before their time.
std::optional<std::string> PurgeFault(const std::string& file, const SignedHead& purge) {
  const absl::CivilDay day = base::ShanghaiDay(base::TimeOf(purge.audit_id));
  const RetentionDuty& duty = DutyOn(RowKind::kRoutine, day);
  if (base::ShanghaiDay(purge.time) > day + duty.days) return std::nullopt;
  return base::Cat("purged early: ", file, " sequence=", purge.head.sequence,
                   " id=", purge.audit_id, " 清除早于最低保存期限 ", duty.days, " 天(", duty.source,
                   ")\n");
}

// The suite of the chain; INVALID_ARGUMENT where two sources differ.
absl::StatusOr<crypto::Suite> SuiteOf(const VerifyRequest& request, const Heads& heads,
                                      const Export* file) {
  std::optional<crypto::Suite> suite = request.suite;
  const auto agree = [&suite](crypto::Suite other) {
    if (!suite.has_value()) suite = other;
    return *suite == other;
  };
  bool same = true;
  for (const SignedHead& head : heads.heads) same = same && agree(head.suite);
  if (file != nullptr) {
    const std::optional<crypto::Suite> named = SuiteNamed(file->header().suite());
    if (named.has_value()) same = same && agree(*named);
  }
  if (!same) {
    return error::Make(absl::StatusCode::kInvalidArgument, "SUITE_DIFFERS",
                       "链头、导出文件和 --suite 的密码算法不一致");
  }
  return suite.value_or(crypto::Suite::kSm);
}

absl::StatusOr<int> Run(const VerifyRequest& request, std::ostream& out, std::ostream& progress) {
  RONGHE_ASSIGN_OR_RETURN(const Heads heads, ReadHeads(request.heads_files, request.key_file));
  std::unique_ptr<Export> file;
  if (!request.database.has_value()) {
    RONGHE_ASSIGN_OR_RETURN(file, Export::Open(request.export_file));
    if (!heads.heads.empty() && heads.heads[0].service != file->header().source()) {
      return error::Make(absl::StatusCode::kInvalidArgument, "HEADS_DIFFER",
                         "链头文件和导出文件不是同一个服务的");
    }
  }
  VerifyOptions options{.max_findings = request.max_findings};
  RONGHE_ASSIGN_OR_RETURN(options.suite, SuiteOf(request, heads, file.get()));
  for (const SignedHead& head : heads.heads) options.heads.push_back(head.head);
  if (heads.purge.has_value()) options.anchor = heads.purge->head;
  RONGHE_ASSIGN_OR_RETURN(const Verification result,
                          file == nullptr
                              ? OverDatabase(request, options, progress)
                              : file->Check(options, absl::Now() - request.grace, progress));
  for (const std::string& fault : heads.faults) out << fault;
  for (const Finding& finding : result.findings) out << Line(finding);
  if (result.findings_left_out > 0) out << "另有 " << result.findings_left_out << " 处未列出\n";
  const auto findings =
      static_cast<int64_t>(result.findings.size() + heads.faults.size()) + result.findings_left_out;
  out << absl::StrFormat("链接到 %d,检查记录 %d 条,发现问题 %d 处;", result.head.sequence,
                         result.rows, findings);
  if (request.heads_files.empty()) {
    out << "没有链头文件,看不出链尾是否被截去。\n";
  } else {
    out << absl::StrFormat("签名链头 %d 个相符,证明到 %d。\n", result.heads_matched,
                           result.covered);
  }
  return findings == 0 ? kClean : kFindings;
}

}  // namespace

absl::StatusOr<Heads> ReadHeads(const std::vector<std::string>& files,
                                const std::string& key_file) {
  Heads all;
  if (files.empty()) return all;
  RONGHE_ASSIGN_OR_RETURN(const HeadVerifier verifier, HeadVerifier::Load(key_file));
  for (const std::string& file : files) {
    RONGHE_ASSIGN_OR_RETURN(const HeadsReport report, CheckHeads(file, verifier));
    for (const HeadFault& fault : report.faults) {
      all.faults.push_back(base::Cat("head: ", file, ":", fault.line, " ", fault.what, "\n"));
    }
    all.heads.insert(all.heads.end(), report.heads.begin(), report.heads.end());
    if (report.purge.has_value()) {
      if (auto fault = PurgeFault(file, *report.purge)) all.faults.push_back(*std::move(fault));
      if (!all.purge.has_value() || all.purge->head.sequence < report.purge->head.sequence) {
        all.purge = report.purge;
      }
    }
  }
  for (const SignedHead& head : all.heads) {
    if (head.service != all.heads[0].service) {
      return error::Make(absl::StatusCode::kInvalidArgument, "HEADS_DIFFER",
                         "链头文件属于不同的服务");
    }
  }
  return all;
}

std::string Explain(const absl::Status& status) {
  const std::string message = error::MessageZh(status);
  std::string text = base::Cat(message.empty() ? std::string(status.message()) : message, " (",
                               absl::StatusCodeToString(status.code()));
  if (const std::string reason = error::Reason(status); !reason.empty()) {
    text = base::Cat(text, " ", reason);
  }
  for (const auto& [key, value] : error::AllMetadata(status)) {
    text = base::Cat(text, " ", key, "=", value);
  }
  return base::Cat(text, ")");
}

int Verify(const VerifyRequest& request, std::ostream& out, std::ostream& progress) {
  const absl::StatusOr<int> outcome = Run(request, out, progress);
  if (outcome.ok()) return *outcome;
  progress << "无法检查:" << Explain(outcome.status()) << "\n";
  return kCannotCheck;
}

}  // namespace ronghe::audit::tool
