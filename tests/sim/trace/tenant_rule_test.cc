// SPDX-License-Identifier: Apache-2.0
//
// Goal: each tenant rule deals the functions to the groups it promises, and a faulty file of groups
// is refused with its line.

#include "sim/trace/tenant_rule.h"

#include <gtest/gtest.h>

#include "tests/sim/workload/trace_support.h"

namespace fn::tests {
namespace {

using sim::TenantRule;
using sim::TraceOptions;
using sim::Workload;

// "group: ids; group: ids" in the order of the workload.
std::string groups_of(const TraceText& text, const std::string& rule) {
  TraceOptions options;
  options.tenant = rule;
  const core::Result<Workload> workload = open_text(text, options);
  if (!workload) {
    return workload.error().message;
  }
  std::string groups;
  for (const sim::GroupWorkload& group : workload->groups) {
    groups += group.name + ":";
    for (const std::string& id : group.function_ids) {
      groups += " " + id;
    }
    groups += "; ";
  }
  return groups;
}

TEST(TenantRule, DealsByName) {
  EXPECT_EQ(groups_of(small_trace(), "all"), "default: cart pay send; ");
  EXPECT_EQ(groups_of(small_trace(), "owner"), "ann: cart pay; bob: send; ");
  EXPECT_EQ(groups_of(small_trace(), "app"), "mail: send; shop: cart pay; ");
}

TEST(TenantRule, GivesTheLargestOwnersAGroupEach) {
  // ann has 6 calls, bob 4.
  EXPECT_EQ(groups_of(small_trace(), "owner:1"), "ann: cart pay; rest: send; ");
  EXPECT_EQ(groups_of(small_trace(), "owner:2"), "ann: cart pay; bob: send; ");
  EXPECT_EQ(groups_of(small_trace(), "owner:99"), "ann: cart pay; bob: send; ");
}

TEST(TenantRule, TakesTheFirstNameOfEquallyLargeOwners) {
  TraceText text = small_trace();
  text.inv = replaced(text.inv, "timer,1,1,1,1", "timer,3,1,1,1");
  EXPECT_EQ(groups_of(text, "owner:1"), "ann: cart pay; rest: send; ");
}

TEST(TenantRule, LeavesTheNameOfTheSumToTheSum) {
  TraceText text = small_trace();
  text.tenants = "ann,total\n";
  EXPECT_EQ(groups_of(text, "groups.csv"),
            "tenant rule 'groups.csv': expected no group of the name 'total', which the sum has; "
            "name the groups in a CSV file");
}

TEST(TenantRule, ReadsGroupsFromAFile) {
  TraceText text = small_trace();
  text.tenants = "hash,group\n# the shop\n\nann,shop-team\npay,bank\r\n";
  EXPECT_EQ(groups_of(text, "groups.csv"), "bank: pay; rest: send; shop-team: cart; ");
  text.tenants = "mail,m\nnobody,n\n";
  TraceOptions options;
  options.tenant = "groups.csv";
  const core::Result<Workload> workload = open_text(text, options);
  ASSERT_TRUE(workload);
  EXPECT_EQ(
      workload->warnings,
      std::vector<std::string>{"tenants.csv: 1 lines name no function, app or owner of the trace"});
}

TEST(TenantRule, RefusesAFaultyFile) {
  TraceText text = small_trace();
  text.tenants = "ann,a\nann,b\n";
  EXPECT_EQ(groups_of(text, "f"),
            "tenants.csv:2: field hash: expected each hash once, found 'ann'");
  text.tenants = "ann\n";
  EXPECT_EQ(groups_of(text, "f"), "tenants.csv:1: expected a line 'hash,group', found 'ann'");
  text.tenants = "ann,a,b\n";
  EXPECT_EQ(groups_of(text, "f"), "tenants.csv:1: expected a line 'hash,group', found 'ann,a,b'");
  text.tenants = "ann,\n";
  EXPECT_EQ(groups_of(text, "f"), "tenants.csv:1: field group: expected a name, found ''");
}

TEST(TenantRule, RefusesRulesThatAreNone) {
  for (const char* wrong : {"owner:", "owner:0", "owner:x", "owner:-1", "owner:1.5", ""}) {
    EXPECT_FALSE(sim::parse_tenant_rule(wrong)) << wrong;
  }
  TraceOptions options;
  options.tenant = "onwer";
  const auto opened = open_files(sim::Azure2019Files{"a", "b", "c"}, options);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().message,
            "tenant rule 'onwer': expected all, owner, app, owner:N or a CSV file; onwer: cannot "
            "be opened (No such file or directory)");
}

}  // namespace
}  // namespace fn::tests
