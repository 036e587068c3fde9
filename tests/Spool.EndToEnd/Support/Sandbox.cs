using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Xunit;

namespace Spool.EndToEnd.Support;

/// <summary>The program under test: the released build when it is there and newer than the sources, else the one of the build.</summary>
internal static class SpoolProgram
{
    private static readonly Lazy<string> Found = new(Find);

    internal static string Path => Found.Value;

    internal static string Repository { get; } = Root();

    private static string Root()
    {
        for (var folder = AppContext.BaseDirectory; folder is not null; folder = System.IO.Path.GetDirectoryName(folder.TrimEnd('/')))
            if (File.Exists(System.IO.Path.Join(folder, "Spool.slnx"))) return folder.TrimEnd('/');
        throw new InvalidOperationException("the tests run outside the clone");
    }

    private static string Find()
    {
        var newest = Directory.EnumerateFiles(System.IO.Path.Join(Repository, "src"), "*.cs", SearchOption.AllDirectories).Max(File.GetLastWriteTimeUtc);
        var released = System.IO.Path.Join(Repository, "artifacts/app/spool");
        if (File.Exists(released) && File.GetLastWriteTimeUtc(System.IO.Path.ChangeExtension(released, ".dll")) >= newest) return released;
        var built = System.IO.Path.Join(Repository, "artifacts/bin/Spool.App/debug/spool");
        return File.Exists(built) ? built : throw new InvalidOperationException("there is no spool to test: run ./spool --version first");
    }
}

/// <summary>What a program that ended said.</summary>
internal sealed record Ended(int Code, string Out, string Err, TimeSpan Took)
{
    /// <summary>The lines of standard output that are JSON objects.</summary>
    internal IReadOnlyList<JsonElement> Lines { get; } = Json(Out);

    /// <summary>The one object of a verb that prints one.</summary>
    internal JsonElement Object => Lines.Count == 1 ? Lines[0] : throw new InvalidOperationException($"{Lines.Count} objects in: {this}");

    /// <summary>The closing line of <c>run --json</c>.</summary>
    internal JsonElement Run => Lines.Last(l => l.TryGetProperty("type", out var type) && type.GetString() == "run");

    /// <summary>Addresses of tasks with a status.</summary>
    internal IReadOnlyList<string> Tasks(string status) =>
        [.. Lines.Where(l => l.TryGetProperty("type", out var t) && t.GetString() == "task" && l.GetProperty("status").GetString() == status).Select(l => l.GetProperty("task").GetString()!)];

    internal JsonElement Failure(string task) =>
        Lines.First(l => l.TryGetProperty("task", out var t) && t.GetString() == task && l.TryGetProperty("failure", out _)).GetProperty("failure");

    internal string Sentence(string task) => Failure(task).GetProperty("sentence").GetString()!;

    internal Ended Must(int code)
    {
        Assert.True(Code == code, $"exit code {Code}, not {code}: {this}");
        return this;
    }

    private static List<JsonElement> Json(string text)
    {
        var lines = new List<JsonElement>();
        foreach (var line in text.Split('\n').Where(l => l.StartsWith('{')))
        {
            try
            {
                using var document = JsonDocument.Parse(line);
                lines.Add(document.RootElement.Clone());
            }
            catch (JsonException) { continue; } // the last line of a killed program
        }
        return lines;
    }

    public override string ToString() => $"[{Code}] {Out[..Math.Min(Out.Length, 4000)]} | {Err[..Math.Min(Err.Length, 4000)]}";
}

/// <summary>A program that was started; ended for sure when disposed.</summary>
internal sealed class Going : IDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _out = new(), _err = new();
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private readonly TaskCompletionSource _outEnd = new(), _errEnd = new();
    private bool _disposed;

    internal Going(Process process)
    {
        _process = process;
        process.OutputDataReceived += (_, e) => Take(_out, e.Data, _outEnd);
        process.ErrorDataReceived += (_, e) => Take(_err, e.Data, _errEnd);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    internal int Pid => _process.Id;
    internal bool HasEnded => _process.HasExited;

    internal string OutSoFar
    {
        get
        {
            lock (_out) return _out.ToString();
        }
    }

    internal string ErrSoFar
    {
        get
        {
            lock (_err) return _err.ToString();
        }
    }

    private static void Take(StringBuilder into, string? line, TaskCompletionSource end)
    {
        if (line is null)
        {
            end.TrySetResult();
            return;
        }
        lock (into) into.Append(line).Append('\n');
    }

    /// <summary>Waits for the end; kills and fails when it does not come.</summary>
    internal Ended Wait(double seconds = 60)
    {
        if (!_process.WaitForExit(TimeSpan.FromSeconds(seconds)))
        {
            Kill();
            Assert.Fail($"pid {Pid} did not end within {seconds} s: {OutSoFar} | {ErrSoFar}");
        }
        // A killed engine's tools may hold the pipes for a moment.
        Task.WaitAll([_outEnd.Task, _errEnd.Task], TimeSpan.FromSeconds(10));
        return new Ended(_process.ExitCode, OutSoFar, ErrSoFar, _clock.Elapsed);
    }

    /// <summary>True when it ended within the time.</summary>
    internal bool EndsWithin(TimeSpan time) => _process.WaitForExit(time);

    internal void Kill()
    {
        try { _process.Kill(); }
        catch (InvalidOperationException) { return; }
    }

    internal void Signal(int signal) => Sandbox.Tool("/bin/kill", ["-" + signal.ToString(CultureInfo.InvariantCulture), Pid.ToString(CultureInfo.InvariantCulture)]);

    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        Kill();
        _process.WaitForExit(10_000);
        _process.Dispose();
    }
}

/// <summary>A workspace of its own with a state root of its own; everything in it is gone when it is disposed.</summary>
internal sealed class Sandbox : IDisposable
{
    private readonly List<Going> _going = [];

    internal Sandbox()
    {
        Root = Directory.CreateTempSubdirectory("spool-e2e-").FullName;
        Folder = Path.Join(Root, "work");
        Directory.CreateDirectory(Folder);
        Variables = new()
        {
            ["SPOOL_STATE"] = Path.Join(Root, "state"),
            ["XDG_RUNTIME_DIR"] = Path.Join(Root, "run"),
            ["TERM"] = "dumb",
        };
    }

    internal string Root { get; }

    /// <summary>The workspace.</summary>
    internal string Folder { get; set; }

    internal Dictionary<string, string> Variables { get; }

    internal static string? Find(string tool) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Select(f => Path.Join(f, tool)).FirstOrDefault(File.Exists);

    /// <summary>Skips the test, with the reason, when a tool is not here.</summary>
    internal static void Needs(params string[] tools)
    {
        var missing = tools.Where(t => Find(t) is null).ToList();
        Assert.SkipWhen(missing.Count > 0, $"needs {string.Join(", ", missing)}, which this machine lacks");
    }

    internal static bool IsLong => Environment.GetEnvironmentVariable("SPOOL_CRASH") == "long";

    internal string At(string path) => Path.Join(Folder, path);

    internal string Write(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(At(path))!);
        File.WriteAllText(At(path), text);
        return At(path);
    }

    internal void Workflow(string yaml) => Write("spool.yaml", yaml);

    internal string Read(string path) => File.ReadAllText(At(path));

    /// <summary>A small film with a tone.</summary>
    internal string Film(string path, double seconds = 1, string codecs = "-c:v libx264 -preset ultrafast -pix_fmt yuv420p -c:a aac")
    {
        Directory.CreateDirectory(Path.GetDirectoryName(At(path))!);
        var length = seconds.ToString(CultureInfo.InvariantCulture);
        Tool("ffmpeg", ["-hide_banner", "-v", "error", "-nostdin", "-y", "-f", "lavfi", "-i", $"testsrc2=s=160x90:r=10:d={length}", "-f", "lavfi", "-i", $"sine=f=440:r=48000:d={length}", .. codecs.Split(' '), "file:" + At(path)]);
        return At(path);
    }

    /// <summary>Starts spool in the workspace.</summary>
    internal Going Start(params string[] arguments) => StartAs(SpoolProgram.Path, arguments);

    internal Going StartAs(string program, IEnumerable<string> arguments, string? folder = null)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder ?? Folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        foreach (var (name, value) in Variables) start.Environment[name] = value;
        var process = Process.Start(start)!;
        process.StandardInput.Close();
        var going = new Going(process);
        lock (_going) _going.Add(going);
        return going;
    }

    internal Ended Spool(params string[] arguments) => Start(arguments).Wait(120);

    /// <summary><c>spool run --json</c> to its end.</summary>
    internal Ended Run(params string[] more) => Spool(["run", "--json", .. more]);

    /// <summary>The workspace is sound, every object included.</summary>
    internal void MustBeSound()
    {
        var doctor = Spool("doctor", "--deep", "--json");
        Assert.True(doctor.Code == 0 && doctor.Object.GetProperty("ok").GetBoolean(), $"doctor: {doctor}");
    }

    /// <summary>Runs a program of the test to its end and demands success.</summary>
    internal static string Tool(string program, IReadOnlyList<string> arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? output : throw new InvalidOperationException($"{program} {string.Join(' ', arguments)}: {errors.Result}");
    }

    /// <summary>Looks until the condition holds; fails after the time.</summary>
    internal static void Until(Func<bool> condition, string what, double seconds = 30)
    {
        var clock = Stopwatch.StartNew();
        while (!condition())
        {
            Assert.True(clock.Elapsed.TotalSeconds < seconds, $"waited {seconds} s in vain for: {what}");
            Thread.Sleep(10);
        }
    }

    /// <summary>Every file under folders of the workspace by its digest.</summary>
    internal SortedDictionary<string, string> Digests(params string[] folders)
    {
        var found = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var folder in folders.Where(f => Directory.Exists(At(f))))
            foreach (var file in Directory.EnumerateFiles(At(folder), "*", SearchOption.AllDirectories))
                found[Path.GetRelativePath(Folder, file)] = Digest(file);
        return found;
    }

    internal static string Digest(string file)
    {
        using var stream = File.OpenRead(file);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }

    /// <summary>Living processes whose environment holds a text.</summary>
    internal static List<int> Marked(string text)
    {
        var wanted = Encoding.UTF8.GetBytes(text);
        var found = new List<int>();
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var pid)) continue;
            try
            {
                if (File.ReadAllBytes(Path.Join(folder, "environ")).AsSpan().IndexOf(wanted) >= 0) found.Add(pid);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException) { continue; }
        }
        return found;
    }

    /// <summary>The tools of an engine that are alive.</summary>
    internal static List<int> ToolsOf(int engine) => Marked(string.Create(CultureInfo.InvariantCulture, $"SPOOL_ENGINE={engine}-"));

    /// <summary>No tool of the engine is left after a second; on a machine with more to do than it has processors, that much later.</summary>
    internal static double MustLeaveNothing(int engine)
    {
        var clock = Stopwatch.StartNew();
        var load = double.Parse(File.ReadAllText("/proc/loadavg").Split(' ')[0], CultureInfo.InvariantCulture) / Environment.ProcessorCount;
        Until(() => ToolsOf(engine).Count == 0, $"the end of the tools of engine {engine}", Math.Max(1, load));
        return clock.Elapsed.TotalSeconds;
    }

    /// <summary>What the page cache and the kernel say of the journal: the tasks with a durable result.</summary>
    internal HashSet<string> Journalled()
    {
        var journal = At(".spool/journal");
        if (!Directory.Exists(journal)) return [];
        return [.. Engine.Journal.EventJournal.ReadOnly(new Platform.PosixDisk(), journal).State.Records.Values.Select(r => r.Task)];
    }

    /// <summary>A line for whoever reads the test's output.</summary>
    internal static void Say(string line)
    {
        Console.WriteLine(line);
        TestContext.Current.TestOutputHelper?.WriteLine(line);
    }

    public void Dispose()
    {
        foreach (var going in _going) going.Dispose();
        // A killed engine's tool may write its last; and only rm takes names that are no text.
        Until(() =>
        {
            try { Tool("rm", ["-rf", "--", Root]); }
            catch (InvalidOperationException) { return false; }
            return true;
        }, "the end of " + Root, 5);
    }
}
