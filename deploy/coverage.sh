# Line coverage per assembly over the fast and the end-to-end tests; called by ./test --coverage. Fails under 80 % overall.
results=$(mktemp -d)
for project in tests/Spool.Tests tests/Spool.EndToEnd; do
  dotnet test "$project" --nologo --collect:"XPlat Code Coverage" --results-directory "$results/$(basename "$project")" \
    -- DataCollectionRunSettings.DataCollectors.DataCollector.Configuration.Include="[Spool.Platform]*,[Spool.Engine]*,[Spool.Media]*,[Spool.Models]*,[Spool.Executors]*,[Spool.Steps]*,[spool]*" >"$results/log" 2>&1 \
    || { tail -n 20 "$results/log"; echo "the tests of $project did not all pass; the figures below are of what ran" >&2; }
done
# A line counts as covered when any of the test programs ran it.
find "$results" -name coverage.cobertura.xml -print0 | xargs -0 awk '
  /<package /  { match($0, /name="[^"]*"/); assembly = substr($0, RSTART + 6, RLENGTH - 7) }
  /<class /    { match($0, /filename="[^"]*"/); file = substr($0, RSTART + 10, RLENGTH - 11) }
  /<line /     { match($0, /number="[0-9]+"/); n = substr($0, RSTART + 8, RLENGTH - 9); match($0, /hits="[0-9]+"/); h = substr($0, RSTART + 6, RLENGTH - 7)
                 key = assembly SUBSEP file SUBSEP n; if (!(key in hits)) { hits[key] = 0; lines[assembly]++ } if (h > 0 && !hits[key]) { hits[key] = 1; covered[assembly]++ } }
  END { for (a in lines) { printf "%-18s %6d of %6d lines  %5.1f %%\n", a, covered[a], lines[a], 100 * covered[a] / lines[a]; all += lines[a]; good += covered[a] }
        printf "%-18s %6d of %6d lines  %5.1f %%\n", "all", good, all, 100 * good / all; exit (good / all < 0.8) }' | sort
status=("${PIPESTATUS[@]}")
rm -rf "$results"
[ "${status[1]}" -eq 0 ] || { echo "less than 80 % of the lines are covered" >&2; exit 1; }
