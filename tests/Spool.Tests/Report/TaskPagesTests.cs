using System.Text;
using System.Text.Json;
using Spool.App.Report;
using Spool.Engine.Journal;
using Xunit;

namespace Spool.Tests.Report;

public sealed class TaskPagesTests
{
    private static KnownPlan Plan(int count, Func<int, string> status)
    {
        var lines = Enumerable.Range(1, count).Select(i => JsonDocument.Parse($$"""{"task":"one:{{i}}","step":"one","status":"{{status(i)}}","key":"k{{i}}"}""").RootElement);
        return new KnownPlan([.. lines.OrderBy(l => l.GetProperty("task").GetString(), StringComparer.Ordinal)], () => new[] { new OwnedPath("out/2.png", "w", "one", "one:2", "k2", "abc", 9, null) }.ToLookup(o => o.Key));
    }

    private static JsonElement Page(KnownPlan plan, int after = 0, int limit = 50) => JsonDocument.Parse(TaskPages.Page(plan, new TaskPages.Wanted("one", null, null, after, limit) { ByName = true })).RootElement;

    [Fact]
    public void Names_are_in_the_order_in_which_people_count_and_tell_what_was_made()
    {
        var page = Page(Plan(12, _ => "succeeded"), limit: 3);
        Assert.Equal(["one:1", "one:2", "one:3"], page.GetProperty("tasks").EnumerateArray().Select(t => t.GetProperty("task").GetString()));
        var made = Assert.Single(page.GetProperty("tasks")[1].GetProperty("artifacts").EnumerateArray());
        Assert.Equal(("out/2.png", "image", "abc"), (made.GetProperty("path").GetString(), made.GetProperty("type").GetString(), made.GetProperty("digest").GetString()));
        Assert.Equal((12, 3, 0), (page.GetProperty("total").GetInt32(), page.GetProperty("next").GetInt32(), page.GetProperty("marks").GetArrayLength()));
    }

    [Fact]
    public void Marks_are_at_most_two_hundred_whatever_the_number_of_tasks_and_tell_the_worst()
    {
        var page = Page(Plan(5000, i => i is 2500 ? "failed" : i % 2 == 0 ? "blocked" : "succeeded"));
        var marks = page.GetProperty("marks").EnumerateArray().ToList();
        Assert.Equal(200, marks.Count);
        var failed = Assert.Single(marks, m => m.GetProperty("status").GetString() == "failed");
        Assert.Equal((2475, 25), (failed.GetProperty("from").GetInt32(), failed.GetProperty("count").GetInt32()));
        Assert.InRange(Encoding.UTF8.GetByteCount(page.GetRawText()), 100, 40_000);
    }

    [Theory]
    [InlineData("a:2", "a:10")]
    [InlineData("a:09", "a:10")]
    [InlineData("a:007", "a:7x")]
    [InlineData("a", "a:1")]
    [InlineData("scene9-b", "scene10-a")]
    [InlineData("a:01", "a:1")]
    [InlineData("x99999999999999999999", "x100000000000000000000")]
    public void A_smaller_number_comes_first(string first, string second)
    {
        Assert.True(ByNumber.Comparer.Compare(first, second) < 0);
        Assert.True(ByNumber.Comparer.Compare(second, first) > 0);
        Assert.Equal(0, ByNumber.Comparer.Compare(first, first));
    }
}
