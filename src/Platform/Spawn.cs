using System.Text;

namespace Spool.Platform;

/// <summary>
/// posix_spawn(3) with argument lists: own session and process group, signals at their defaults, chosen descriptors.
/// The base library's process class costs more per start and does not give the child's own resource use.
/// </summary>
internal static unsafe class Spawn
{
    /// <summary>Stands for /dev/null.</summary>
    internal const int Null = -1;

    internal static int Start(string program, IReadOnlyList<string> arguments, string folder, IReadOnlyDictionary<string, string> environment,
        int input, int output, int error, string? inputFile = null, string? outputFile = null, bool foreground = false, string? errorFile = null)
    {
        const short setMask = 8, setDefaults = 4, newSession = 0x80;
        var actions = stackalloc byte[256];
        var attributes = stackalloc byte[1024];
        var signals = stackalloc byte[256];
        Libc.ActionsInit(actions);
        Libc.AttributesInit(attributes);
        new Span<byte>(signals, 256).Clear();
        Libc.AttributesMask(attributes, signals);
        new Span<byte>(signals, 128).Fill(0xff);
        Libc.AttributesDefault(attributes, signals);
        Libc.AttributesFlags(attributes, (short)(setMask | setDefaults | (foreground ? 0 : newSession)));
        Place(actions, 0, input, inputFile, Libc.ReadOnly);
        Place(actions, 1, output, outputFile, Libc.WriteOnly | Libc.Create | Libc.Truncate);
        Place(actions, 2, error, errorFile, Libc.WriteOnly | Libc.Create | Libc.Truncate);
        Libc.ActionsChDir(actions, folder);

        var text = new TextBlock([program, .. arguments], [.. environment.Select(e => $"{e.Key}={e.Value}")]);
        try
        {
            int pid;
            fixed (byte* bytes = text.Bytes)
            {
                var argv = stackalloc byte*[text.ArgumentCount + 1];
                var envp = new nint[text.Offsets.Count - text.ArgumentCount + 1];
                for (var i = 0; i < text.ArgumentCount; i++) argv[i] = bytes + text.Offsets[i];
                argv[text.ArgumentCount] = null;
                for (var i = text.ArgumentCount; i < text.Offsets.Count; i++) envp[i - text.ArgumentCount] = (nint)(bytes + text.Offsets[i]);
                fixed (nint* env = envp)
                {
                    var errno = Libc.PosixSpawn(&pid, argv[0], actions, attributes, argv, (byte**)env);
                    if (errno != 0) throw new ProcessFailedException(program, Errors.Text(errno));
                }
            }
            return pid;
        }
        finally
        {
            Libc.ActionsDestroy(actions);
            Libc.AttributesDestroy(attributes);
        }
    }

    private static void Place(byte* actions, int target, int source, string? file, int flags)
    {
        if (file is not null) Libc.ActionsOpen(actions, target, file, flags, 0x1b6);
        else if (source == Null) Libc.ActionsOpen(actions, target, "/dev/null", target == 0 ? Libc.ReadOnly : Libc.WriteOnly, 0);
        else Libc.ActionsDup2(actions, source, target);
    }

    /// <summary>Zero-ended strings, one after the other.</summary>
    private sealed class TextBlock
    {
        internal TextBlock(string[] arguments, string[] environment)
        {
            ArgumentCount = arguments.Length;
            var stream = new MemoryStream();
            foreach (var part in arguments.Concat(environment))
            {
                if (part.Contains('\0', StringComparison.Ordinal)) throw new ProcessFailedException(arguments[0], "an argument holds a NUL");
                Offsets.Add((int)stream.Position);
                stream.Write(Encoding.UTF8.GetBytes(part));
                stream.WriteByte(0);
            }
            Bytes = stream.ToArray();
        }

        internal byte[] Bytes { get; }
        internal List<int> Offsets { get; } = [];
        internal int ArgumentCount { get; }
    }
}
