# Which *_test.cc become one program: those of one topic, which give no name twice. Compiled together
# they take a third of the time, and so does linking them. A test that is not named here is a program
# of its own.

# Layers of the suites around a mutant are made of these, too.
set(mapproof_port_cells
  port_access port_aliasing port_assign port_clear port_grow)
set(mapproof_port_walks
  port_delete port_go_tests port_iterate port_make port_phases port_reflect)
set(mapproof_port_failures port_faults port_layout port_panics)
set(mapproof_port_kinds port_nan port_types port_write_detection)
set(mapproof_port_readers port_parallel_reads port_threads)

set(mapproof_port_faces port_cost port_map port_typed)
set(mapproof_port_parts tophash_word typed_layout typed_walks)
set(mapproof_judging generate hashing judge run shrink watch)
set(mapproof_forms atomic_ref audit kinds program situations)
set(mapproof_corpora corpus corpus_faults corpus_format findings ports text)
set(mapproof_searches exhaustion iterator_phases stateful_rapidcheck)
set(mapproof_c_doors c_ports doors)
set(mapproof_cxx_doors cxx_door ordered_maps process_port)
set(mapproof_go_lockstep arbitration goruntime_load lockstep)
set(mapproof_go_runtimes goruntime_port goruntime_words lockstep_differences)
# Texts and pictures, of which sanitizers would not see more than the plain build.
set(mapproof_reporting drawing emit_c reports)
set(mapproof_writing
  comparison emit_go impl_readme mutants picture properties)
# Of what is in fuzz, and built there.
set(mapproof_mutating asked_corrections mutator)
set(mapproof_harnesses harness observer targets)
set(mapproof_engine_hooks switches)

set(mapproof_test_programs
  port_cells port_walks port_failures port_kinds port_readers port_faces port_parts
  judging forms corpora searches c_doors cxx_doors go_lockstep go_runtimes reporting writing)

# mapproof_discover_tests(TARGET): each of its tests is one of ctest's, with the target's name as label.
# A process for each takes longer to start than most take to run, so that `ctest -C parts` has the
# program in a few parts instead (conformance/run: of those that fail, each test by itself).
function(mapproof_discover_tests target)
  gtest_discover_tests(${target} DISCOVERY_TIMEOUT 60  # sanitizers start slowly
    PROPERTIES LABELS ${target})
  set(parts 4)
  math(EXPR last "${parts} - 1")
  foreach(part RANGE ${last})
    add_test(NAME ${target}.part${part} CONFIGURATIONS parts COMMAND ${target} --gtest_brief=1)
    set_tests_properties(${target}.part${part} PROPERTIES
      COST 50 ENVIRONMENT "GTEST_TOTAL_SHARDS=${parts};GTEST_SHARD_INDEX=${part}")
  endforeach()
endfunction()
