// What simdjson On-Demand, the fastest JSON parser that is widely used, does with the records of an NDJSON file on one core when every
// field of every record is read: keys and strings unescaped, numbers parsed, and nothing checked beyond what parsing checks.
//
//   g++ -O3 -march=native -DNDEBUG -o bin/yardstick/simdjson scripts/yardstick/simdjson.cpp -lsimdjson
//   bin/yardstick/simdjson FILE [PASSES]
//
// The file lies in memory with simdjson's padding behind it. The figure is the best of the passes (20 as in `winnow bench`); bytes are
// those of the records, without line ends.
#include <simdjson.h>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string_view>
#include <utility>
#include <vector>

using namespace simdjson;

// A Digest depends on everything that was read, so that the compiler can leave nothing out.
struct Digest {
  uint64_t sum = 0;
  void text(std::string_view s) { sum += s.size() + (s.empty() ? 0 : static_cast<unsigned char>(s.back())); }
  void number(ondemand::number n) {
    if (n.is_int64()) {
      sum += static_cast<uint64_t>(n.get_int64());
    } else if (n.is_uint64()) {
      sum += n.get_uint64();
    } else {
      const double d = n.get_double();
      uint64_t bits;
      std::memcpy(&bits, &d, sizeof bits);
      sum += bits;
    }
  }
};

// read works on a document as on a value within one.
template <typename Value> void read(Value &&value, Digest &digest) {
  switch (value.type()) {
  case ondemand::json_type::object:
    for (auto field : value.get_object()) {
      digest.text(field.unescaped_key());
      read(field.value().value(), digest);
    }
    break;
  case ondemand::json_type::array:
    for (auto element : value.get_array()) {
      read(element.value(), digest);
    }
    break;
  case ondemand::json_type::string:
    digest.text(value.get_string());
    break;
  case ondemand::json_type::number: {
    ondemand::number n;
    if (const auto error = value.get_number().get(n); error == SUCCESS) {
      digest.number(n);
    } else { // an integer of more than 64 bits
      digest.number(ondemand::number());
    }
    break;
  }
  case ondemand::json_type::boolean:
    digest.sum += bool(value.get_bool());
    break;
  case ondemand::json_type::null:
    digest.sum += 7;
    break;
  }
}

int main(int argc, char **argv) try {
  if (argc < 2 || argc > 3) {
    std::fprintf(stderr, "usage: simdjson FILE.ndjson [PASSES]\n");
    return 2;
  }
  const int passes = argc == 3 ? std::atoi(argv[2]) : 20;
  padded_string file = padded_string::load(argv[1]);
  const char *const end = file.data() + file.size();
  std::vector<std::string_view> lines;
  size_t bytes = 0;
  for (const char *at = file.data(); at < end;) {
    const char *nl = static_cast<const char *>(std::memchr(at, '\n', static_cast<size_t>(end - at)));
    nl = nl == nullptr ? end : nl;
    if (nl > at) {
      lines.emplace_back(at, static_cast<size_t>(nl - at));
      bytes += lines.back().size();
    }
    at = nl + 1;
  }
  if (lines.empty() || passes < 1) {
    std::fprintf(stderr, "simdjson: no records, or no passes\n");
    return 2;
  }

  ondemand::parser parser;
  Digest digest;
  double best = 0;
  for (int pass = -1; pass < passes; pass++) { // the first is not counted: buffers grow, caches warm up
    const auto begin = std::chrono::steady_clock::now();
    for (const auto line : lines) {
      // What lies behind a line, at the least the file's padding, may be looked at.
      const size_t room = static_cast<size_t>(end - line.data()) + SIMDJSON_PADDING;
      ondemand::document doc = parser.iterate(line.data(), line.size(), room);
      read(doc, digest);
    }
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
    if (const double speed = static_cast<double>(bytes) / took.count(); pass >= 0 && speed > best) {
      best = speed;
    }
  }
  std::printf("{\"records\":%zu,\"bytes\":%zu,\"bytes_per_second\":%.0f}\n", lines.size(), bytes, best);
  return digest.sum == 1; // as good as never; digest must be used
} catch (const simdjson_error &e) {
  std::fprintf(stderr, "simdjson: %s: %s\n", argv[1], e.what());
  return 3;
}
