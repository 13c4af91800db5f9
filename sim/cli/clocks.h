// SPDX-License-Identifier: Apache-2.0
//
// What a run cost on this machine. Nothing of it reaches the simulation.

#pragma once

namespace fn::sim {

// Since some fixed moment.
double wall_seconds();

// CPU time of this process so far, all threads together.
double cpu_seconds();

// The most memory this process ever held.
double peak_rss_mib();

}  // namespace fn::sim
