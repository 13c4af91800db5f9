// SPDX-License-Identifier: Apache-2.0

#include "sim/scenario/generator_file.h"

#include <exception>
#include <iterator>
#include <utility>

#include "core/config/config.h"
#include "core/config/suggest.h"
#include "core/io/toml.h"
#include "sim/scenario/generator_presets.h"
#include "sim/scenario/generator_tables.h"
#include "sim/scenario/list_sizes.h"
#include "sim/scenario/workload_tables.h"
#include "sim/trace/generate/generator_check.h"

namespace fn::sim {

namespace {

using core::ErrorCode;
using core::fail;
using core::Setting;

std::string element(const std::string& list, std::size_t index) {
  return list + "[" + std::to_string(index) + "]";
}

// A list of amounts under `key`, which may stand there as one amount. `amounts` holds the default.
template <typename Amount>
void add_amounts(const std::string& key,
                 std::span<const core::Field<Amount>> fields,
                 const ListSizes& sizes,
                 std::vector<Amount>& amounts,
                 core::Config& config) {
  const std::size_t size = sizes.of(key);
  if (size == 0) {
    config.add(key, fields, amounts.front());
    return;
  }
  amounts.resize(size, amounts.front());
  for (std::size_t index = 0; index < size; ++index) {
    config.add(element(key, index), fields, amounts[index]);
  }
}

void add_sections(const ListSizes& sizes, GeneratorConfig& generator, core::Config& config) {
  config.add("trace", generated_fields(), generator);
  config.add("platform", platform_fields(), generator.platform);
  generator.tenants.resize(sizes.of("tenants"));
  for (std::size_t index = 0; index < generator.tenants.size(); ++index) {
    TenantConfig& tenant = generator.tenants[index];
    const std::string prefix = element("tenants", index);
    config.add(prefix, tenant_fields(), tenant);
    add_amounts(
        prefix + ".timer_minutes", timer_period_fields(), sizes, tenant.timer_periods, config);
    add_amounts(
        prefix + ".memory_mib", memory_choice_fields(), sizes, tenant.memory_choices, config);
    const std::string shapes = prefix + ".shapes";
    tenant.shapes.resize(sizes.of(shapes));
    for (std::size_t shape = 0; shape < tenant.shapes.size(); ++shape) {
      config.add(element(shapes, shape), shape_fields(), tenant.shapes[shape]);
    }
  }
}

core::Result<std::vector<Setting>> base_of(const GeneratorSources& sources) {
  if (!sources.file.empty()) {
    return core::read_toml(sources.file);
  }
  if (sources.preset.empty()) {
    return std::vector<Setting>();
  }
  const Preset* preset = find_generator_preset(sources.preset);
  if (preset == nullptr) {
    return fail(ErrorCode::kNotFound,
                "--preset " + sources.preset + ": expected one of " +
                    core::word_list(generator_preset_names()) +
                    core::did_you_mean(sources.preset, generator_preset_names()));
  }
  return core::parse_toml(preset->toml, "preset " + sources.preset);
}

core::Result<GeneratorConfig> load_or_throw(const GeneratorSources& sources) {
  core::Result<std::vector<Setting>> all = base_of(sources);
  if (!all) {
    return tl::unexpected(all.error());
  }
  all->insert(all->end(), sources.settings.begin(), sources.settings.end());
  return make_generator(*all);
}

}  // namespace

core::Result<GeneratorConfig> make_generator(std::span<const Setting> settings) {
  ListSizes sizes;
  for (const Setting& setting : settings) {
    if (core::Status noted = sizes.note(setting); !noted) {
      return tl::unexpected(noted.error());
    }
  }
  GeneratorConfig generator;
  core::Config config;
  add_sections(sizes, generator, config);
  for (const Setting& setting : settings) {
    if (core::Status status = config.set(setting); !status) {
      return tl::unexpected(status.error());
    }
  }
  if (core::Status checked = check_generator(generator); !checked) {
    const std::string& message = checked.error().message;
    const std::string_view origin = config.origin(message.substr(0, message.find(':')));
    const bool set = !origin.empty() && origin != core::kDefaultOrigin;
    return fail(ErrorCode::kInvalidArgument, (set ? std::string(origin) + ": " : "") + message);
  }
  return generator;
}

core::Result<GeneratorConfig> load_generator(const GeneratorSources& sources) {
  try {
    return load_or_throw(sources);
  } catch (const std::exception& error) {
    return fail(ErrorCode::kInternal,
                std::string("the configuration cannot be read: ") + error.what());
  }
}

}  // namespace fn::sim
