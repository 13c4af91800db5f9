// SPDX-License-Identifier: Apache-2.0

#include "services/lb/content_type.h"

#include <algorithm>
#include <array>
#include <cstddef>

#include "services/base/http.h"

namespace fn::services {
namespace {

using std::literals::operator""sv;

struct Signature {
  std::string_view begin;
  std::string_view type;
};

constexpr std::array kSignatures = {
    Signature{"%PDF-", "application/pdf"},
    Signature{"%!PS-Adobe-", "application/postscript"},
    Signature{"\xfe\xff", "text/plain; charset=utf-16be"},
    Signature{"\xff\xfe", "text/plain; charset=utf-16le"},
    Signature{"\xef\xbb\xbf", "text/plain; charset=utf-8"},
    Signature{"GIF87a", "image/gif"},
    Signature{"GIF89a", "image/gif"},
    Signature{"\x89PNG\r\n\x1a\n", "image/png"},
    Signature{"\xff\xd8\xff", "image/jpeg"},
    Signature{"BM", "image/bmp"},
    Signature{"PK\x03\x04", "application/zip"},
    Signature{"\x1f\x8b\x08", "application/x-gzip"},
};

// Elements with which a page may begin, behind blanks and before a blank or '>'.
constexpr std::array kPages = {
    "<!doctype html"sv,
    "<html"sv,
    "<head"sv,
    "<script"sv,
    "<iframe"sv,
    "<h1"sv,
    "<div"sv,
    "<font"sv,
    "<table"sv,
    "<a"sv,
    "<style"sv,
    "<title"sv,
    "<b"sv,
    "<body"sv,
    "<br"sv,
    "<p"sv,
    "<!--"sv,
};

bool is_page(std::string_view bytes) {
  return std::ranges::any_of(kPages, [bytes](std::string_view element) {
    return bytes.size() > element.size() && same_word(bytes.substr(0, element.size()), element) &&
           (bytes[element.size()] == ' ' || bytes[element.size()] == '>');
  });
}

bool is_in_no_text(char letter) {
  const auto byte = static_cast<unsigned char>(letter);
  return byte <= 0x08 || byte == 0x0b || (byte >= 0x0e && byte <= 0x1a) ||
         (byte >= 0x1c && byte <= 0x1f);
}

}  // namespace

std::string_view content_type_of(std::string_view bytes) {
  constexpr std::size_t kLooked = 512;
  bytes = bytes.substr(0, kLooked);
  std::string_view word = bytes;
  word.remove_prefix(std::min(word.find_first_not_of("\t\n\f\r "), word.size()));
  if (word.starts_with('{')) {
    return "application/json; charset=utf-8";
  }
  if (is_page(word)) {
    return "text/html; charset=utf-8";
  }
  if (word.starts_with("<?xml")) {
    return "text/xml; charset=utf-8";
  }
  for (const Signature& signature : kSignatures) {
    if (bytes.starts_with(signature.begin)) {
      return signature.type;
    }
  }
  if (bytes.starts_with("RIFF") && bytes.size() >= 14 && bytes.substr(8, 6) == "WEBPVP") {
    return "image/webp";
  }
  return std::ranges::any_of(bytes, is_in_no_text) ? "application/octet-stream"
                                                   : "text/plain; charset=utf-8";
}

}  // namespace fn::services
