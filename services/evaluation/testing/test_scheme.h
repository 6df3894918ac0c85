// A small scheme with every kind of item, for the tests of evaluation.
#ifndef RONGHE_SERVICES_EVALUATION_TESTING_TEST_SCHEME_H_
#define RONGHE_SERVICES_EVALUATION_TESTING_TEST_SCHEME_H_

#include "services/evaluation/domain/scheme.h"

namespace ronghe::evaluation {

// 70 % base (I1: 60 points from meeting.a, I2: 40 points from training.b), 30 % appraisal (P1).
inline Scheme TestScheme() {
  Scheme scheme;
  scheme.code = "T1";
  scheme.title = "测试方案";
  scheme.source = "测试依据";
  scheme.effective = absl::CivilDay(2026, 1, 1);
  scheme.peer_classes = {{"BRANCH", "党支部", {"631"}}, {"JOINT", "联合党支部", {"632"}}};
  scheme.parts = {{"BASE", "基础项", 7000, PartAbsence::kReweight},
                  {"APPRAISAL", "评议项", 3000, PartAbsence::kReweight}};
  scheme.categories = {{"C", "组织生活"}};
  scheme.indicators = {
      {"I1", "一", "C", "BASE", IndicatorSource::kSystem,
       FactReference{"services/meeting", "meeting.a"}, 60000, 10000, 5000, Absence::kExclude,
       Absence::kExclude},
      {"I2", "二", "C", "BASE", IndicatorSource::kSystem,
       FactReference{"services/training", "training.b"}, 40000, 9500, 0, Absence::kFull,
       Absence::kZero},
      {"P1", "评议", "C", "APPRAISAL", IndicatorSource::kBallot, std::nullopt, 100000, 10000, 0,
       Absence::kExclude, Absence::kExclude},
  };
  scheme.deductions = {
      {"D1", "未按期", "BASE", FactReference{"services/meeting", "meeting.a"}, 1000, 2500},
      {"D2", "通报批评", "BASE", std::nullopt, 0, 5000}};
  scheme.bonuses = {{"B1", "表彰", "BASE", 3000}, {"B2", "典型", "BASE", 3000}};
  scheme.max_bonus = 5000;
  scheme.vetoes = {{"V1", "弄虚作假", 1}, {"V2", "书记受处分", 2}};
  scheme.bands = {{5, "五星", 90000},
                  {4, "四星", 80000},
                  {3, "三星", 70000},
                  {2, "二星", 60000},
                  {1, "一星", 0}};
  scheme.caps = {{5, 3000}};
  scheme.min_system_share = 6000;
  return scheme;
}

}  // namespace ronghe::evaluation

#endif  // RONGHE_SERVICES_EVALUATION_TESTING_TEST_SCHEME_H_
