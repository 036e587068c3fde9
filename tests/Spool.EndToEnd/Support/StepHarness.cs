using Spool.Engine;
using Spool.Engine.Attempts;
using Spool.Platform;

namespace Spool.EndToEnd.Support;

/// <summary>Runs one step kind in a folder of its own, with real tools and no workflow: options as YAML text, inputs as paths.</summary>
public sealed class StepHarness : IDisposable
{
    private static readonly PosixDisk Disk = new();
    private int _attempts;

    public string Folder { get; } = Directory.CreateTempSubdirectory("spool-step-").FullName;

    /// <summary>A path for something the test makes.</summary>
    public string At(string name) => Path.Join(Folder, name);

    /// <summary>Runs the step once.</summary>
    /// <param name="options">The record of the kind with its options.</param>
    /// <param name="inputs">role, absolute path; a role given several times is a list in this order.</param>
    /// <param name="outputs">role and name (<c>audio.wav</c>); a trailing slash makes a folder.</param>
    public async Task<AttemptResult> RunAsync(Step options, (string Role, string Path)[] inputs, params (string Role, string Name)[] outputs)
    {
        var schema = new KindSchema(options.GetType());
        var groups = inputs.GroupBy(i => i.Role).Select(group =>
        {
            var role = schema.Inputs.FirstOrDefault(r => r.Name == group.Key);
            var shape = role?.Shape ?? (group.Count() > 1 ? RoleShape.List : RoleShape.File);
            var files = group.SelectMany(i => shape == RoleShape.Folder
                ? Directory.GetFiles(i.Path).Order(StringComparer.Ordinal).Select(p => File(Path.GetFileName(p), p))
                : [File(group.Key.TrimEnd('s') + Path.GetExtension(i.Path), i.Path)]);
            return new AttemptInput(group.Key, shape, [.. files]);
        });
        var spec = new AttemptSpec(schema, options, [.. groups],
            [.. outputs.Select(o => new AttemptOutput(o.Role, o.Name.EndsWith('/') ? RoleShape.Folder : RoleShape.File, o.Name))], At($"attempt-{++_attempts}"))
        {
            Tools = options.ToolsUsed().ToDictionary(t => t, t => ProgramFinder.Find(Disk, t, Environment.GetEnvironmentVariable("PATH")) ?? throw new FileNotFoundException(t)),
            Seed = 1,
        };
        return await new AttemptRunner(Disk, new ProcessRunner(null), TimeProvider.System).RunAsync(spec, AttemptWatcher.Silent, CancellationToken.None);
    }

    private static AttemptFile File(string name, string path) => new(name, path, ContentHash.OfFile(Disk, path, null, CancellationToken.None), new FileInfo(path).Length);

    public void Dispose() => Directory.Delete(Folder, true);
}
