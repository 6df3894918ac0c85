#include "common/sql/connection.h"

#include <cppconn/datatype.h>
#include <cppconn/driver.h>
#include <cppconn/resultset_metadata.h>

#include <array>
#include <cmath>
#include <cstdio>
#include <stdexcept>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/base/status_macros.h"
#include "common/base/strings.h"
#include "common/error/error.h"
#include "common/log/log.h"
#include "common/sql/error.h"

namespace ronghe::sql::internal {
namespace {

// The server's own log of slow statements stays without ours, where it can: it would hold what they
// write, and for its sake the server spells out every statement with its values, slow or not.
//
// A list of any length is planned by looking into its index: the statistics that a server would use
// for a long one say of a table that is being filled that it is empty, and the whole of it is read.
constexpr char kInitMariaDb[] =
    "SET time_zone='+00:00', sql_mode='STRICT_ALL_TABLES,ONLY_FULL_GROUP_BY,"
    "ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION', collation_connection='utf8mb4_bin', "
    "innodb_lock_wait_timeout=3, eq_range_index_dive_limit=0, slow_query_log=0, "
    "tx_isolation='READ-COMMITTED'";
constexpr char kInitMySql[] =
    "SET time_zone='+00:00', sql_mode='STRICT_ALL_TABLES,ONLY_FULL_GROUP_BY,"
    "ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION', collation_connection='utf8mb4_bin', "
    "innodb_lock_wait_timeout=3, eq_range_index_dive_limit=0, "
    "transaction_isolation='READ-COMMITTED'";
constexpr int kUnknownVariable = 1193;

constexpr double kSlowSeconds = 0.5;  // a statement that takes longer is worth a line in the log

// Seconds that a statement may run. Few steps, so that the setting is rarely sent.
constexpr std::array<double, 6> kLimits = {0.1, 0.3, 1, 3, 10, 30};

constexpr uint32_t kFirstBatchSlot = 4;  // after it: 10 and 100 rows; one row is slot 0

absl::Status Misfit(const StatementInfo& info, std::string_view what) {
  log::Error("sql_misfit", {{"statement", info.name}, {"problem", what}});
  return absl::InternalError(base::Cat("sql statement ", info.name, ": ", what));
}

::sql::ResultSet* Result(void* result) { return static_cast<::sql::ResultSet*>(result); }

// Decimal digits at `text[at]`, or an exception: the server only sends well-formed times.
int Digits(const std::string& text, size_t at, size_t count) {
  int value = 0;
  for (size_t i = at; i < at + count; ++i) {
    if (i >= text.size() || text[i] < '0' || text[i] > '9') {
      throw std::range_error("a time or date that is none");
    }
    value = value * 10 + (text[i] - '0');
  }
  return value;
}

absl::CivilDay DayOf(const std::string& text) {
  const int year = Digits(text, 0, 4);
  const int month = Digits(text, 5, 2);
  const int day = Digits(text, 8, 2);
  const absl::CivilDay civil(year, month, day);
  if (civil.month() != month || civil.day() != day) {
    throw std::range_error("a date that does not exist");
  }
  return civil;
}

void Put(char* at, int count, int64_t value) {
  for (int i = count - 1; i >= 0; --i) {
    at[i] = static_cast<char>('0' + value % 10);
    value /= 10;
  }
}

// "YYYY-MM-DD" into 10 characters.
void PutDay(char* at, absl::CivilDay day) {
  if (day.year() < 1 || day.year() > 9999) {
    throw std::range_error("a date outside the years 1 to 9999");
  }
  Put(at, 4, day.year());
  at[4] = '-';
  Put(at + 5, 2, day.month());
  at[7] = '-';
  Put(at + 8, 2, day.day());
}

constexpr absl::CivilDay kEpoch;  // 1970-01-01

int IntegerBits(int type) {
  switch (type) {
    case ::sql::DataType::TINYINT:
      return 8;
    case ::sql::DataType::SMALLINT:
    case ::sql::DataType::YEAR:
      return 16;
    case ::sql::DataType::MEDIUMINT:
      return 24;
    case ::sql::DataType::INTEGER:
      return 32;
    case ::sql::DataType::BIGINT:
      return 64;
    default:
      return 0;
  }
}

// Why the column cannot feed the field, or empty.
std::string ColumnProblem(const FieldSpec& field, ::sql::ResultSetMetaData& meta, unsigned column) {
  const int type = meta.getColumnType(column);
  if (type == ::sql::DataType::SQLNULL) return field.nullable ? "" : "is always NULL";
  const std::string name = meta.getColumnTypeName(column).asStdString();
  const bool is_unsigned = !meta.isSigned(column);
  bool fits = false;
  switch (field.type) {
    case TypeClass::kInteger: {
      const int bits = IntegerBits(type);
      if (field.is_unsigned) {
        fits = bits > 0 && bits <= field.bits && is_unsigned;
      } else if (type == ::sql::DataType::DECIMAL || type == ::sql::DataType::NUMERIC) {
        fits = field.bits == 64 && meta.getScale(column) == 0;
      } else {
        fits = bits > 0 && (is_unsigned ? bits < field.bits : bits <= field.bits);
      }
      break;
    }
    case TypeClass::kBool:
      fits = IntegerBits(type) > 0;
      break;
    case TypeClass::kDouble:
      fits = type == ::sql::DataType::DOUBLE || type == ::sql::DataType::REAL ||
             type == ::sql::DataType::DECIMAL || type == ::sql::DataType::NUMERIC;
      break;
    case TypeClass::kText:
      fits = type == ::sql::DataType::CHAR || type == ::sql::DataType::VARCHAR ||
             type == ::sql::DataType::LONGVARCHAR || type == ::sql::DataType::ENUM ||
             type == ::sql::DataType::SET || type == ::sql::DataType::JSON;
      break;
    case TypeClass::kBinary:
      fits = type == ::sql::DataType::BINARY || type == ::sql::DataType::VARBINARY ||
             type == ::sql::DataType::LONGVARBINARY;
      break;
    case TypeClass::kTime:
      fits = type == ::sql::DataType::TIMESTAMP;
      break;
    case TypeClass::kDay:
      fits = type == ::sql::DataType::DATE;
      break;
  }
  if (!fits) {
    return absl::StrCat("of type ", name, is_unsigned && IntegerBits(type) > 0 ? " (unsigned)" : "",
                        " does not fit its field");
  }
  if (!field.nullable && meta.isNullable(column) != ::sql::ResultSetMetaData::columnNoNulls) {
    return "may be NULL but its field is not optional";
  }
  return "";
}

}  // namespace

// Binder

void Binder::Null() { prepared_.statement->setNull(++bound_, 0); }
void Binder::Int(int64_t value) { prepared_.statement->setInt64(++bound_, value); }
void Binder::Unsigned(uint64_t value) { prepared_.statement->setUInt64(++bound_, value); }
void Binder::Double(double value) { prepared_.statement->setDouble(++bound_, value); }

// Octets travel as text as well: the server stores parameters for binary columns unchanged, and
// setBlob would cost a packet of its own for each.
void Binder::Text(std::string_view value) {
  prepared_.statement->setString(++bound_, ::sql::SQLString(value.data(), value.size()));
}

void Binder::Time(absl::Time value) {
  const int64_t micros = absl::ToUnixMicros(value);
  int64_t days = micros / 86'400'000'000;
  int64_t rest = micros % 86'400'000'000;
  if (rest < 0) {
    rest += 86'400'000'000;
    --days;
  }
  char text[27];
  PutDay(text, kEpoch + days);
  text[10] = ' ';
  Put(text + 11, 2, rest / 3'600'000'000);
  text[13] = ':';
  Put(text + 14, 2, rest / 60'000'000 % 60);
  text[16] = ':';
  Put(text + 17, 2, rest / 1'000'000 % 60);
  text[19] = '.';
  Put(text + 20, 6, rest % 1'000'000);
  prepared_.statement->setString(++bound_, ::sql::SQLString(text, 26));
}

void Binder::Day(absl::CivilDay value) {
  char text[10];
  PutDay(text, value);
  prepared_.statement->setString(++bound_, ::sql::SQLString(text, 10));
}

// Reader

bool Reader::Next() { return Result(result_)->next(); }
bool Reader::IsNull(uint32_t column) const { return Result(result_)->isNull(column); }
int64_t Reader::Int(uint32_t column) const { return Result(result_)->getInt64(column); }
uint64_t Reader::Unsigned(uint32_t column) const { return Result(result_)->getUInt64(column); }
double Reader::Double(uint32_t column) const {
  return static_cast<double>(Result(result_)->getDouble(column));
}
std::string Reader::Text(uint32_t column) const {
  ::sql::SQLString text = Result(result_)->getString(column);
  return std::move(*text.operator->());
}
absl::CivilDay Reader::Day(uint32_t column) const { return DayOf(Text(column)); }

absl::Time Reader::Time(uint32_t column) const {
  // "YYYY-MM-DD HH:MM:SS", with ".ffffff" when the fraction is not zero.
  const std::string text = Text(column);
  int64_t seconds = (DayOf(text) - kEpoch) * 86'400 + Digits(text, 11, 2) * 3'600 +
                    Digits(text, 14, 2) * 60 + Digits(text, 17, 2);
  int64_t micros = 0;
  if (text.size() > 20) {
    const size_t count = std::min<size_t>(text.size() - 20, 6);
    micros = Digits(text, 20, count);
    for (size_t i = count; i < 6; ++i) micros *= 10;
  }
  return absl::FromUnixMicros(seconds * 1'000'000 + micros);
}

size_t Reader::RowCount() const { return Result(result_)->rowsCount(); }

// Metrics

Metrics::Metrics(metrics::Registry& registry)
    : busy(registry.AddGauge("ronghe_sql_pool_connections", "Database connections by state.",
                             {{"state", "busy"}})),
      idle(registry.AddGauge("ronghe_sql_pool_connections", "Database connections by state.",
                             {{"state", "idle"}})),
      waiting(registry.AddGauge("ronghe_sql_pool_waiting", "Callers waiting for a connection.")),
      registry_(registry) {
  for (const StatementInfo* info : RegisteredStatements()) {
    seconds_.push_back(&registry_.AddHistogram("ronghe_sql_statement_seconds",
                                               "Time of SQL statements, by name.",
                                               {{"statement", info->name}}));
  }
  registry_.AddCounter("ronghe_sql_errors_total", "Failed SQL statements, by name and server code.",
                       {{"statement", "connect"}, {"code", "2002"}});
}

void Metrics::Observe(const StatementInfo& info, double seconds) {
  if (info.index < seconds_.size()) {
    seconds_[info.index]->Observe(seconds);
  } else {
    registry_
        .AddHistogram("ronghe_sql_statement_seconds", "Time of SQL statements, by name.",
                      {{"statement", info.name}})
        .Observe(seconds);
  }
}

void Metrics::CountError(std::string_view statement, int code) {
  registry_
      .AddCounter("ronghe_sql_errors_total", "Failed SQL statements, by name and server code.",
                  {{"statement", std::string(statement)}, {"code", absl::StrCat(code)}})
      .Increment();
}

// Connection

Connection::Connection(std::unique_ptr<::sql::Connection> connection, const Options& options,
                       Metrics& metrics)
    : metrics_(metrics),
      opened_(absl::Now()),
      connection_(std::move(connection)),
      session_(*this),
      longest_statement_(absl::ToDoubleSeconds(options.longest_statement)) {}

Connection::~Connection() {
  try {
    prepared_.clear();
    plain_.reset();
    connection_.reset();
  } catch (const std::exception&) {
    // A connection that is lost anyway.
  }
}

absl::StatusOr<std::unique_ptr<Connection>> Connection::Open(const Options& options,
                                                             Metrics& metrics) {
  // Its first call is not thread-safe.
  static ::sql::Driver* const driver = get_driver_instance();
  ::sql::ConnectOptionsMap map;
  if (options.host.starts_with('/')) {
    map["hostName"] = ::sql::SQLString("localhost");
    map["socket"] = ::sql::SQLString(options.host);
  } else {
    map["hostName"] = ::sql::SQLString(options.host);
    map["port"] = options.port;
  }
  map["userName"] = ::sql::SQLString(options.user);
  map["password"] = ::sql::SQLString(options.password);
  if (!options.schema.empty()) map["schema"] = ::sql::SQLString(options.schema);
  map["OPT_CHARSET_NAME"] = ::sql::SQLString("utf8mb4");
  map["OPT_CONNECT_TIMEOUT"] =
      std::max(1, static_cast<int>(absl::ToInt64Seconds(options.connect_timeout)));
  map["OPT_READ_TIMEOUT"] =
      std::max(1, static_cast<int>(absl::ToInt64Seconds(options.read_timeout)));
  map["OPT_WRITE_TIMEOUT"] =
      std::max(1, static_cast<int>(absl::ToInt64Seconds(options.read_timeout)));
  map["OPT_LOCAL_INFILE"] = 0;
  map["CLIENT_FOUND_ROWS"] = true;
  if (!options.tls_ca_file.empty()) {
    map["sslCA"] = ::sql::SQLString(options.tls_ca_file);
    map["sslEnforce"] = true;
    map["sslVerify"] = true;
  }
  std::unique_ptr<Connection> connection;
  try {
    std::unique_ptr<::sql::Connection> raw(driver->connect(map));
    connection.reset(new Connection(std::move(raw), options, metrics));
    connection->plain_.reset(connection->connection_->createStatement());
  } catch (const ::sql::SQLException& error) {
    metrics.CountError("connect", error.getErrorCode());
    const int code = error.getErrorCode();
    absl::Status status = FromServer(code, error.what(), "connect");
    if (status.code() != absl::StatusCode::kInternal) return status;
    return FromServer(2002, error.what(), "connect");
  } catch (const std::exception& error) {
    metrics.CountError("connect", 0);
    return FromServer(2002, error.what(), "connect");
  }
  RONGHE_RETURN_IF_ERROR(connection->Initialize());
  return connection;
}

absl::Status Connection::Initialize() {
  absl::Status status = Plain("session.init", kInitMariaDb);
  if (ErrorCode(status) == kUnknownVariable) {
    is_mysql_ = true;
    lost_ = false;
    status = Plain("session.init", kInitMySql);
  }
  return status;
}

absl::Status Connection::LimitStatements(absl::Duration left) {
  const double seconds = absl::ToDoubleSeconds(left);
  double limit = longest_statement_;
  for (double candidate : kLimits) {
    if (candidate >= seconds && candidate < limit) {
      limit = candidate;
      break;
    }
  }
  // One step too long is better than a round trip for each change of mind.
  if (statement_limit_ >= limit && statement_limit_ <= limit * 4) return absl::OkStatus();
  const absl::Status status =
      is_mysql_ ? Plain("session.limit", absl::StrCat("SET SESSION max_execution_time=",
                                                      static_cast<int64_t>(limit * 1000)))
                : Plain("session.limit", absl::StrCat("SET SESSION max_statement_time=", limit));
  if (status.ok()) statement_limit_ = limit;
  return status;
}

absl::Status Connection::Prepare(absl::Time deadline) {
  deadline_ = deadline;
  conflicted_ = false;
  sent_change_ = false;
  answered_ = 0;
  failure_ = absl::OkStatus();
  return LimitStatements(deadline - absl::Now());
}

absl::Status Connection::Plain(std::string_view name, const std::string& text) {
  try {
    plain_->execute(text);
    return absl::OkStatus();
  } catch (const ::sql::SQLException& error) {
    return Failed(name, error);
  } catch (const std::exception& error) {
    return Failed(name, error);
  }
}

void Connection::MarkLost(absl::Status why) {
  lost_ = true;
  if (failure_.ok()) failure_ = std::move(why);
}

absl::Status Connection::Failed(std::string_view statement, const ::sql::SQLException& error) {
  const int code = error.getErrorCode();
  metrics_.CountError(statement, code);
  absl::Status status = FromServer(code, error.what(), statement);
  if (IsLost(code) || code == 0) {
    MarkLost(status);
  } else if (IsConflict(code) && in_transaction_) {
    conflicted_ = true;
    if (failure_.ok()) failure_ = status;
  }
  return status;
}

absl::Status Connection::Failed(std::string_view statement, const std::exception& error) {
  metrics_.CountError(statement, 0);
  absl::Status status = FromServer(0, error.what(), statement);
  MarkLost(status);
  return status;
}

absl::Status Connection::BeginTransaction() {
  absl::Status status = Plain("transaction.begin", "START TRANSACTION");
  in_transaction_ = status.ok();
  return status;
}

absl::Status Connection::BeginSnapshot() {
  RONGHE_RETURN_IF_ERROR(
      Plain("transaction.snapshot", "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"));
  absl::Status status =
      Plain("transaction.snapshot", "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY");
  in_transaction_ = status.ok();
  return status;
}

absl::Status Connection::Commit() {
  sent_change_ = true;
  absl::Status status = Plain("transaction.commit", "COMMIT");
  // A refused COMMIT (a conflict found by a cluster) has rolled back.
  in_transaction_ = false;
  return status;
}

absl::Status Connection::Rollback() {
  absl::Status status = Plain("transaction.rollback", "ROLLBACK");
  if (!status.ok()) MarkLost(status);
  in_transaction_ = false;
  return status;
}

bool Connection::Ping() {
  try {
    return !lost_ && connection_->isValid();
  } catch (const std::exception&) {
    return false;
  }
}

absl::StatusOr<Prepared*> Connection::Find(const StatementInfo& info, uint32_t slot, int repeat) {
  const size_t at = size_t{info.index} * kSlotsPerStatement + slot;
  if (at < prepared_.size() && prepared_[at] != nullptr) return prepared_[at].get();
  if (at >= prepared_.size()) prepared_.resize(at + kSlotsPerStatement);
  auto prepared = std::make_unique<Prepared>();
  std::string text;
  prepared->parameters = info.parameters;
  if (info.has_list) {
    text = ExpandedText(info, repeat);
    prepared->parameters += repeat;
  } else if (repeat > 1) {
    RONGHE_ASSIGN_OR_RETURN(text, BatchText(info, repeat));
    prepared->parameters *= repeat;
  } else {
    text = ExpandedText(info, 0);
  }
  prepared->statement.reset(connection_->prepareStatement(text));
  RONGHE_RETURN_IF_ERROR(CheckColumns(info, *prepared->statement));
  prepared_[at] = std::move(prepared);
  return prepared_[at].get();
}

void Connection::Forget(const StatementInfo& info, uint32_t slot) {
  const size_t at = size_t{info.index} * kSlotsPerStatement + slot;
  if (at >= prepared_.size()) return;
  try {
    prepared_[at].reset();
  } catch (const std::exception&) {
    // The server has forgotten it already.
  }
}

absl::Status Connection::CheckColumns(const StatementInfo& info,
                                      ::sql::PreparedStatement& statement) {
  ::sql::ResultSetMetaData* meta = nullptr;
  unsigned count = 0;
  try {
    meta = statement.getMetaData();
    count = meta == nullptr ? 0 : meta->getColumnCount();
  } catch (const ::sql::SQLException&) {
    count = 0;  // no result
  }
  if (!info.is_query) {
    return count == 0 ? absl::OkStatus() : Misfit(info, "is a command but answers rows");
  }
  if (count != info.columns.size()) {
    return Misfit(info,
                  base::Cat("answers ", count, " columns for ", info.columns.size(), " fields"));
  }
  for (unsigned i = 1; i <= count; ++i) {
    const std::string problem = ColumnProblem(info.columns[i - 1], *meta, i);
    if (!problem.empty()) {
      return Misfit(info, base::Cat("column ", i, " (", meta->getColumnLabel(i).asStdString(), ") ",
                                    problem));
    }
  }
  return absl::OkStatus();
}

absl::Status Connection::WrongParameters(const StatementInfo& info, int bound, int expected) {
  return Misfit(info, base::Cat("takes ", expected, " parameters, got ", bound));
}

absl::Status Connection::Run(const StatementInfo& info, uint32_t slot, int repeat,
                             absl::FunctionRef<absl::Status(Prepared&)> body) {
  if (lost_ || conflicted_) return failure_;
  const int64_t start = absl::GetCurrentTimeNanos();
  if (absl::FromUnixNanos(start) >= deadline_) {
    return error::Make(absl::StatusCode::kDeadlineExceeded, "STATEMENT_TIMEOUT",
                       "操作超时，请稍后重试");
  }
  for (bool again : {true, false}) {
    try {
      absl::StatusOr<Prepared*> prepared = Find(info, slot, repeat);
      if (!prepared.ok()) return prepared.status();
      absl::Status status = body(**prepared);
      if (status.ok()) {
        ++answered_;
        const double seconds = static_cast<double>(absl::GetCurrentTimeNanos() - start) * 1e-9;
        metrics_.Observe(info, seconds);
        if (seconds >= kSlowSeconds) {
          log::Warn("sql_slow", {{"statement", info.name}, {"seconds", seconds}});
        }
      }
      return status;
    } catch (const ::sql::SQLException& error) {
      if (again && IsStaleStatement(error.getErrorCode())) {
        Forget(info, slot);
        continue;
      }
      return Failed(info.name, error);
    } catch (const std::exception& error) {
      return Failed(info.name, error);
    }
  }
  return absl::OkStatus();
}

namespace {

// The smallest prepared size for a list, and its slot.
absl::Status SizeOf(const StatementInfo& info, int64_t length, uint32_t* slot, int* size) {
  *slot = 0;
  *size = 1;
  if (length < 0) {
    return info.has_list ? Misfit(info, "needs a list parameter") : absl::OkStatus();
  }
  if (!info.has_list) return Misfit(info, "takes no list parameter");
  for (size_t i = 0; i < kListSizes.size(); ++i) {
    if (length <= kListSizes[i]) {
      *slot = static_cast<uint32_t>(i);
      *size = kListSizes[i];
      return absl::OkStatus();
    }
  }
  return Misfit(info, base::Cat("a list of ", length, " exceeds ", kMaxList));
}

}  // namespace

absl::Status Connection::Select(const StatementInfo& info, int64_t list_length,
                                absl::FunctionRef<void(Binder&, int)> bind,
                                absl::FunctionRef<void(Reader&)> read) {
  if (list_length == 0) return absl::OkStatus();
  uint32_t slot = 0;
  int size = 0;
  RONGHE_RETURN_IF_ERROR(SizeOf(info, list_length, &slot, &size));
  return Run(info, slot, size, [&](Prepared& prepared) -> absl::Status {
    Binder binder(prepared);
    bind(binder, size);
    if (binder.bound() != prepared.parameters) {
      return WrongParameters(info, binder.bound(), prepared.parameters);
    }
    const std::unique_ptr<::sql::ResultSet> result(prepared.statement->executeQuery());
    Reader reader(result.get());
    read(reader);
    return absl::OkStatus();
  });
}

absl::StatusOr<int64_t> Connection::Change(const StatementInfo& info, int64_t list_length,
                                           absl::FunctionRef<void(Binder&, int)> bind) {
  if (list_length == 0) return 0;
  uint32_t slot = 0;
  int size = 0;
  RONGHE_RETURN_IF_ERROR(SizeOf(info, list_length, &slot, &size));
  int64_t affected = 0;
  RONGHE_RETURN_IF_ERROR(Run(info, slot, size, [&](Prepared& prepared) -> absl::Status {
    Binder binder(prepared);
    bind(binder, size);
    if (binder.bound() != prepared.parameters) {
      return WrongParameters(info, binder.bound(), prepared.parameters);
    }
    sent_change_ = true;
    affected = prepared.statement->executeUpdate();
    return absl::OkStatus();
  }));
  return affected;
}

absl::Status Connection::Batches(const StatementInfo& info, size_t rows,
                                 absl::FunctionRef<void(Binder&, size_t)> bind_row) {
  if (info.has_list) return Misfit(info, "takes a list and cannot be batched");
  for (size_t done = 0; done < rows;) {
    size_t kind = kBatchSizes.size() - 1;
    while (static_cast<size_t>(kBatchSizes[kind]) > rows - done) --kind;
    const int batch = kBatchSizes[kind];
    const uint32_t slot = kind == 0 ? 0 : kFirstBatchSlot + static_cast<uint32_t>(kind);
    RONGHE_RETURN_IF_ERROR(Run(info, slot, batch, [&](Prepared& prepared) -> absl::Status {
      Binder binder(prepared);
      for (int i = 0; i < batch; ++i) bind_row(binder, done + static_cast<size_t>(i));
      if (binder.bound() != prepared.parameters) {
        return WrongParameters(info, binder.bound(), prepared.parameters);
      }
      sent_change_ = true;
      prepared.statement->executeUpdate();
      return absl::OkStatus();
    }));
    done += static_cast<size_t>(batch);
  }
  return absl::OkStatus();
}

absl::Status Connection::Check(const StatementInfo& info) {
  auto prepare = [&](uint32_t slot, int repeat) {
    absl::Status status = Run(info, slot, repeat, [](Prepared&) { return absl::OkStatus(); });
    Forget(info, slot);
    return status;
  };
  if (info.has_list) {
    for (size_t i = 0; i < kListSizes.size(); ++i) {
      RONGHE_RETURN_IF_ERROR(prepare(static_cast<uint32_t>(i), kListSizes[i]));
    }
    return absl::OkStatus();
  }
  RONGHE_RETURN_IF_ERROR(prepare(0, 1));
  if (!info.is_query && BatchText(info, 10).ok()) {
    RONGHE_RETURN_IF_ERROR(prepare(kFirstBatchSlot + 1, 10));
  }
  return absl::OkStatus();
}

}  // namespace ronghe::sql::internal
