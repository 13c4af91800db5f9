// SPDX-License-Identifier: Apache-2.0
//
// Goal: an answer without a type gets the one that the seed's server would give it.

#include "services/lb/content_type.h"

#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace fn::services {
namespace {

TEST(ContentType, IsToldByTheFirstBytes) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"Hello World!\n", "text/plain; charset=utf-8"},
      {"gr\xc3\xbc\xc3\x9f dich", "text/plain; charset=utf-8"},
      {"  \n{\"a\": 1}", "application/json; charset=utf-8"},
      {"{", "application/json; charset=utf-8"},
      {"[1]", "text/plain; charset=utf-8"},
      {"\t<!DOCTYPE HTML>", "text/html; charset=utf-8"},
      {"<p >", "text/html; charset=utf-8"},
      {"<b>", "text/html; charset=utf-8"},
      {"<pre>", "text/plain; charset=utf-8"},
      {"<p", "text/plain; charset=utf-8"},
      {"<?xml version", "text/xml; charset=utf-8"},
      {"%PDF-1.4\n\x01", "application/pdf"},
      {"\x89PNG\r\n\x1a\n\x01", "image/png"},
      {"\xff\xd8\xff\xe0", "image/jpeg"},
      {"GIF89a\x01", "image/gif"},
      {"RIFFxxxxWEBPVP8 ", "image/webp"},
      {"RIFFxxxxWAVE", "text/plain; charset=utf-8"},
      {"PK\x03\x04", "application/zip"},
      {"\x1f\x8b\x08x", "application/x-gzip"},
      {"\xff\xfe!", "text/plain; charset=utf-16le"},
      {std::string("a\0b", 3), "application/octet-stream"},
      {"\x1b[31m", "text/plain; charset=utf-8"},
      {std::string(512, 'x') + "\x01", "text/plain; charset=utf-8"},
      {std::string(511, 'x') + "\x01", "application/octet-stream"},
  };
  for (const auto& [bytes, type] : cases) {
    EXPECT_EQ(content_type_of(bytes), type) << bytes;
  }
}

}  // namespace
}  // namespace fn::services
