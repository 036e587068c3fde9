using System.Text;
using Spool.App.Server;
using Spool.Platform;
using Spool.Tests.Support;
using Xunit;

namespace Spool.Tests.Server;

public sealed class LogTextTests
{
    private readonly VirtualDisk _disk = new(new FakeTime());

    private void Write(string text) => DurableFile.WritePlain(_disk, "/log", Encoding.UTF8.GetBytes(text));

    [Fact]
    public void A_log_read_in_parts_is_the_whole_log_whatever_the_parts()
    {
        const string text = "Zürich €5 🎬 done\nline two\n";
        Write(text);
        for (var limit = 4; limit < 12; limit++)
        {
            var whole = new StringBuilder();
            var bytes = Encoding.UTF8.GetByteCount(text);
            for (long at = 0; at < bytes;)
            {
                var (part, next) = LogText.Read(_disk, "/log", at, limit);
                Assert.True(next > at);
                whole.Append(part);
                at = next;
            }
            Assert.Equal(text, whole.ToString());
        }
    }

    [Fact]
    public void A_text_is_found_anywhere_in_the_log_with_its_line_and_place()
    {
        var lines = Enumerable.Range(1, 20_000).Select(i => i % 5000 == 0 ? $"frame {i} Error: no such codec" : $"frame {i}").ToList();
        Write(string.Join('\n', lines));
        var (matches, more) = LogText.Search(_disk, "/log", "error:");
        Assert.False(more);
        Assert.Equal([5000, 10_000, 15_000, 20_000], matches.Select(m => m.Line));
        Assert.All(matches, m => Assert.StartsWith(m.Text, LogText.Read(_disk, "/log", m.Offset, 200).Text, StringComparison.Ordinal));
    }

    [Fact]
    public void More_matches_than_are_shown_are_said()
    {
        Write(string.Concat(Enumerable.Repeat("the same\n", 1000)));
        var (matches, more) = LogText.Search(_disk, "/log", "same");
        Assert.Equal((200, true), (matches.Count, more));
    }
}
