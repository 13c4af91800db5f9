// SPDX-License-Identifier: Apache-2.0

#include "services/runner/containers/docker/image_store.h"

#include <algorithm>
#include <cctype>
#include <nlohmann/json.hpp>
#include <sstream>
#include <utility>

namespace fn::services {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kNameMax = 512;
constexpr std::size_t kSeenMax = 10'000;

bool is_client_error(std::int64_t status) {
  return status >= 400 && status < 500;
}

// The engine hands on a registry's words, but seldom its status.
std::int64_t status_meant(const std::string& why) {
  for (const auto& [words, status] : {std::pair{"manifest unknown", 404},
                                      std::pair{"not found", 404},
                                      std::pair{"unauthorized", 401},
                                      std::pair{"denied", 403}}) {
    if (why.find(words) != std::string::npos) {
      return status;
    }
  }
  return 0;
}

FunctionError failed_pull(const std::string& image, std::int64_t said, const std::string& why) {
  const std::int64_t status = is_client_error(said) ? said : status_meant(why);
  return {is_client_error(status) ? static_cast<int>(status) : 502,
          "Failed to pull image " + image + ": " + one_line(why)};
}

}  // namespace

bool is_image_name(const std::string& image) {
  return !image.empty() && image.size() <= kNameMax &&
         std::isalnum(static_cast<unsigned char>(image.front())) != 0 &&
         image.find("..") == std::string::npos && image.find("//") == std::string::npos &&
         std::ranges::all_of(image, [](char letter) {
           return std::isalnum(static_cast<unsigned char>(letter)) != 0 ||
                  std::string_view("._-/:@").find(letter) != std::string_view::npos;
         });
}

std::string with_tag(const std::string& image) {
  const std::size_t slash = image.rfind('/');
  const std::size_t name = slash == std::string::npos ? 0 : slash + 1;
  return image.find_first_of(":@", name) == std::string::npos ? image + ":latest" : image;
}

// Each line is an object; the last one says whether it went well, whatever the status.
std::optional<FunctionError> pull_error(const std::string& image, const EngineAnswer& answer) {
  if (!answer.good()) {
    return failed_pull(image, answer.status, answer.message());
  }
  std::istringstream lines(answer.body);
  for (std::string line; std::getline(lines, line);) {
    const Json json = Json::parse(line, nullptr, false);
    if (!json.is_object() || !json.contains("error")) {
      continue;
    }
    const std::string why = json["error"].is_string() ? json["error"].get<std::string>() : line;
    const auto detail = json.find("errorDetail");
    const bool coded = detail != json.end() && detail->is_object() && detail->contains("code") &&
                       (*detail)["code"].is_number_integer();
    return failed_pull(image, coded ? (*detail)["code"].get<std::int64_t>() : 0, why);
  }
  return std::nullopt;
}

ImageStore::ImageStore(EngineClient& engine,
                       RegistryAuth auth,
                       core::Duration ask_time,
                       core::Duration pull_time)
    : engine_(engine), auth_(std::move(auth)), ask_time_(ask_time), pull_time_(pull_time) {}

void ImageStore::need(const std::string& image, Handler handler) {
  if (!is_image_name(image)) {
    handler(FunctionError{400, "image \"" + image + "\" is no name of an image: use NAME:TAG"});
    return;
  }
  if (seen_.contains(image)) {
    handler(std::nullopt);
    return;
  }
  std::vector<Handler>& waiting = waiting_[image];
  waiting.push_back(std::move(handler));
  if (waiting.size() > 1) {
    return;
  }
  engine_.ask(
      {.method = "GET", .target = "/images/" + with_tag(image) + "/json", .time = ask_time_},
      [this, image](const core::Result<EngineAnswer>& answer) {
        if (!answer) {
          end(image, FunctionError{503, answer.error().message, false});
        } else if (answer->good()) {
          end(image, std::nullopt);
        } else if (answer->status == 404) {
          pull(image);
        } else {
          end(image,
              FunctionError{is_client_error(answer->status) ? 400 : 503,
                            "image " + image + ": Docker says: " + answer->message(),
                            is_client_error(answer->status)});
        }
      });
}

void ImageStore::pull(const std::string& image) {
  HttpHeaders headers;
  if (std::string header = auth_.header_for(image); !header.empty()) {
    headers.emplace_back("X-Registry-Auth", std::move(header));
  }
  engine_.ask({.method = "POST",
               .target = "/images/create?fromImage=" + percent_encoded(with_tag(image)),
               .time = pull_time_,
               .headers = std::move(headers),
               .lasts = true},
              [this, image](const core::Result<EngineAnswer>& answer) {
                if (answer) {
                  end(image, pull_error(image, *answer));
                } else if (answer.error().code == core::ErrorCode::kDeadlineExceeded) {
                  end(image, FunctionError{504, "Image pull timed out"});
                } else {
                  end(image, FunctionError{503, answer.error().message, false});
                }
              });
}

// The handlers may ask for the next one.
void ImageStore::end(const std::string& image, const std::optional<FunctionError>& error) {
  if (!error) {
    if (seen_.size() >= kSeenMax) {
      seen_.clear();
    }
    seen_.insert(image);
  }
  const auto waiting = waiting_.extract(image);
  for (const Handler& handler : waiting.mapped()) {
    handler(error);
  }
}

}  // namespace fn::services
