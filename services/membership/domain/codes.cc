#include "services/membership/domain/codes.h"

#include <array>

#include "absl/strings/str_format.h"

namespace ronghe::membership {
namespace {

constexpr CodeName kGenders[] = {{"0", "未知"}, {"1", "男"}, {"2", "女"}, {"9", "未说明"}};

constexpr CodeName kEthnicGroups[] = {{"01", "汉族"},       {"02", "蒙古族"},
                                      {"03", "回族"},       {"04", "藏族"},
                                      {"05", "维吾尔族"},   {"06", "苗族"},
                                      {"07", "彝族"},       {"08", "壮族"},
                                      {"09", "布依族"},     {"10", "朝鲜族"},
                                      {"11", "满族"},       {"12", "侗族"},
                                      {"13", "瑶族"},       {"14", "白族"},
                                      {"15", "土家族"},     {"16", "哈尼族"},
                                      {"17", "哈萨克族"},   {"18", "傣族"},
                                      {"19", "黎族"},       {"20", "傈僳族"},
                                      {"21", "佤族"},       {"22", "畲族"},
                                      {"23", "高山族"},     {"24", "拉祜族"},
                                      {"25", "水族"},       {"26", "东乡族"},
                                      {"27", "纳西族"},     {"28", "景颇族"},
                                      {"29", "柯尔克孜族"}, {"30", "土族"},
                                      {"31", "达斡尔族"},   {"32", "仫佬族"},
                                      {"33", "羌族"},       {"34", "布朗族"},
                                      {"35", "撒拉族"},     {"36", "毛南族"},
                                      {"37", "仡佬族"},     {"38", "锡伯族"},
                                      {"39", "阿昌族"},     {"40", "普米族"},
                                      {"41", "塔吉克族"},   {"42", "怒族"},
                                      {"43", "乌孜别克族"}, {"44", "俄罗斯族"},
                                      {"45", "鄂温克族"},   {"46", "德昂族"},
                                      {"47", "保安族"},     {"48", "裕固族"},
                                      {"49", "京族"},       {"50", "塔塔尔族"},
                                      {"51", "独龙族"},     {"52", "鄂伦春族"},
                                      {"53", "赫哲族"},     {"54", "门巴族"},
                                      {"55", "珞巴族"},     {"56", "基诺族"},
                                      {"97", "其他"},       {"98", "外国血统中国籍人士"}};

constexpr CodeName kEducations[] = {{"10", "研究生教育"},     {"11", "博士研究生毕业"},
                                    {"12", "博士研究生结业"}, {"13", "博士研究生肄业"},
                                    {"14", "硕士研究生毕业"}, {"15", "硕士研究生结业"},
                                    {"16", "硕士研究生肄业"}, {"17", "研究生班毕业"},
                                    {"18", "研究生班结业"},   {"19", "研究生班肄业"},
                                    {"20", "大学本科教育"},   {"21", "大学本科毕业"},
                                    {"22", "大学本科结业"},   {"23", "大学本科肄业"},
                                    {"28", "大学普通班毕业"}, {"30", "大学专科教育"},
                                    {"31", "大学专科毕业"},   {"32", "大学专科结业"},
                                    {"33", "大学专科肄业"},   {"40", "中等职业教育"},
                                    {"41", "中等专科毕业"},   {"42", "中等专科结业"},
                                    {"43", "中等专科肄业"},   {"44", "职业高中毕业"},
                                    {"45", "职业高中结业"},   {"46", "职业高中肄业"},
                                    {"47", "技工学校毕业"},   {"48", "技工学校结业"},
                                    {"49", "技工学校肄业"},   {"60", "普通高级中学教育"},
                                    {"61", "普通高中毕业"},   {"62", "普通高中结业"},
                                    {"63", "普通高中肄业"},   {"70", "初级中学教育"},
                                    {"71", "初中毕业"},       {"73", "初中肄业"},
                                    {"80", "小学教育"},       {"81", "小学毕业"},
                                    {"83", "小学肄业"},       {"90", "其他"}};

constexpr CodeName kDegrees[] = {{"1", "名誉博士"}, {"2", "博士"}, {"3", "硕士"}, {"4", "学士"}};

constexpr CodeName kCategories[] = {{"1", "正式党员"}, {"2", "预备党员"}};

constexpr CodeName kStandings[] = {
    {"10", "正常"}, {"20", "停止党籍"}, {"30", "已出党"}, {"40", "已死亡"}};

constexpr CodeName kPosts[] = {{"01", "书记"},     {"02", "副书记"},   {"03", "组织委员"},
                               {"04", "宣传委员"}, {"05", "纪检委员"}, {"06", "统战委员"},
                               {"07", "青年委员"}, {"08", "委员"},     {"11", "党小组长"},
                               {"21", "组织员"}};

constexpr CodeName kKinds[] = {
    {"611", "党委"},       {"612", "党组"},          {"621", "党总支部"}, {"631", "党支部"},
    {"632", "联合党支部"}, {"641", "党小组"},        {"911", "临时党委"}, {"921", "临时党总支部"},
    {"931", "临时党支部"}, {"932", "临时联合党支部"}};

// Spellings seen in rosters beside the official names.
struct Alias {
  std::span<const CodeName> list;
  std::string_view text;
  std::string_view code;
};
constexpr Alias kAliases[] = {{kEducations, "博士研究生", "11"}, {kEducations, "博士", "11"},
                              {kEducations, "硕士研究生", "14"}, {kEducations, "研究生", "10"},
                              {kEducations, "硕士", "14"},       {kEducations, "大学本科", "21"},
                              {kEducations, "本科", "21"},       {kEducations, "大学", "21"},
                              {kEducations, "大学专科", "31"},   {kEducations, "专科", "31"},
                              {kEducations, "大专", "31"},       {kEducations, "中专", "41"},
                              {kEducations, "职高", "44"},       {kEducations, "技校", "47"},
                              {kEducations, "高中", "61"},       {kEducations, "初中", "71"},
                              {kEducations, "小学", "81"},       {kCategories, "正式", "1"},
                              {kCategories, "预备", "2"},        {kPosts, "支部书记", "01"},
                              {kPosts, "党支部书记", "01"},      {kPosts, "支部副书记", "02"},
                              {kPosts, "党支部副书记", "02"},    {kPosts, "支委", "08"},
                              {kPosts, "支部委员", "08"},        {kPosts, "纪律检查委员", "05"}};

constexpr std::string_view kGroupSuffix = "族";

}  // namespace

std::span<const CodeName> Genders() { return kGenders; }
std::span<const CodeName> EthnicGroups() { return kEthnicGroups; }
std::span<const CodeName> Educations() { return kEducations; }
std::span<const CodeName> Degrees() { return kDegrees; }
std::span<const CodeName> Categories() { return kCategories; }
std::span<const CodeName> Standings() { return kStandings; }
std::span<const CodeName> Posts() { return kPosts; }
std::span<const CodeName> OrganizationKinds() { return kKinds; }

std::string_view NameOf(std::span<const CodeName> list, std::string_view code) {
  for (const CodeName& entry : list) {
    if (entry.code == code) return entry.name;
  }
  return {};
}

std::optional<std::string_view> CodeOf(std::span<const CodeName> list, std::string_view text) {
  if (text.empty()) return std::nullopt;
  for (const CodeName& entry : list) {
    if (entry.code == text || entry.name == text) return entry.code;
  }
  if (list.data() == kEthnicGroups) {
    for (const CodeName& entry : list) {
      if (entry.name.ends_with(kGroupSuffix) &&
          entry.name.substr(0, entry.name.size() - kGroupSuffix.size()) == text) {
        return entry.code;
      }
    }
  }
  for (const Alias& alias : kAliases) {
    if (alias.list.data() == list.data() && alias.text == text) return alias.code;
  }
  return std::nullopt;
}

bool IsDegreeCode(std::string_view code) {
  for (char c : code) {
    if (c < '0' || c > '9') return false;
  }
  if (code.size() == 1) return code[0] >= '1' && code[0] <= '4';
  return code.size() == 3 && code[0] >= '2' && code[0] <= '4';
}

std::string PostCode(Post post) { return absl::StrFormat("%02d", static_cast<int32_t>(post)); }

std::optional<Post> PostOf(int32_t code) {
  const Post post = static_cast<Post>(code);
  if (NameOf(kPosts, PostCode(post)).empty()) return std::nullopt;
  return post;
}

std::optional<Standing> StandingOf(int32_t code) {
  switch (code) {
    case 10:
    case 20:
    case 30:
    case 40:
      return static_cast<Standing>(code);
    default:
      return std::nullopt;
  }
}

std::optional<Category> CategoryOf(int32_t code) {
  if (code != 1 && code != 2) return std::nullopt;
  return static_cast<Category>(code);
}

}  // namespace ronghe::membership
