using System.CommandLine;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Spool.App.Queue;

namespace Spool.App.Cli;

public sealed class ServeVerb : Verb
{
    private readonly Option<string?> _state = new("--state") { Description = "The state root (default: SPOOL_STATE, else ~/.local/state/spool)", HelpName = "DIR" };
    private readonly Option<string> _listen = new("--listen") { Description = "Address of the API and the page (default: 127.0.0.1:7007); none for no API", HelpName = "ADDRESS", DefaultValueFactory = _ => "127.0.0.1:7007" };
    private readonly Option<int?> _most = new("--max-concurrent") { Description = "Runs at once (default: 10, fewer with less than 4 GB of memory; tasks share the processors whatever it is)", HelpName = "N" };
    private readonly Option<string[]> _watch = new("--watch") { Description = "Run a workspace whenever a file in it changes; may be repeated", HelpName = "DIR" };
    private readonly Option<string?> _minFree = new("--min-free") { Description = "Start no run with less free on a disk (default: 1GB)", HelpName = "SIZE" };
    private readonly Option<string?> _certificate = new("--tls-cert") { Description = "Certificate chain (PEM); with it the server may listen beyond loopback", HelpName = "FILE" };
    private readonly Option<string?> _key = new("--tls-key") { Description = "Key of the certificate (PEM)", HelpName = "FILE" };
    private readonly Option<string[]> _names = new("--host") { Description = "A name by which browsers call the server; may be repeated", HelpName = "NAME" };
    private readonly Option<string?> _format = new("--log-format") { Description = "How it speaks: text, json or none (default: text on a terminal, else json); logs/server.log in the state root is json", HelpName = "NAME" };
    private readonly Option<bool> _notify = new("--notify") { Description = "A notice on the desktop when a run is done, failed or waits" };
    private readonly Option<string?> _retain = new("--retain") { Description = "Which runs that are over are kept: 500 (the newest), 90d (days), 500,90d or all (default: as the settings say, else all)", HelpName = "KEPT" };
    private readonly Option<bool> _once = new("--until-idle") { Description = "End when nothing is queued and nothing runs" };

    public override string Name => "serve";
    public override string Summary => "Work through the queue: runs that were submitted, and files dropped into its folder";
    public override int Order => 16;
    public override IReadOnlyList<string> Examples =>
    [
        "spool serve",
        "spool submit talk/spool.yaml            from any other terminal",
        "mv my.job ~/.local/state/spool/queue/pending/",
    ];

    public override void Build(Command command)
    {
        foreach (var option in (Option[])[_listen, _state, _watch, _most, _minFree, _certificate, _key, _names, _format, _notify, _retain, _once]) command.Add(option);
        command.SetAction(async (parsed, cancel) =>
        {
            if (parsed.GetValue(_most) is < 1 or > 1000) throw new UsageException("--max-concurrent is a number from 1 to 1000");
            var certificate = Certificate(parsed.GetValue(_certificate), parsed.GetValue(_key));
            var names = parsed.GetValue(_names) ?? [];
            if (names.FirstOrDefault(n => Uri.CheckHostName(n) == UriHostNameType.Unknown) is { } wrong) throw new UsageException($"--host {wrong} is no name of a host");
            var address = Address(parsed.GetValue(_listen)!, certificate is not null);
            var minFree = parsed.GetValue(_minFree) is { } size ? Words.BytesIn(size) ?? throw new UsageException($"--min-free {size} is no size, such as 500MB or 2GB") : Admission.UsualMinFree;
            var format = Format(parsed.GetValue(_format));
            var retention = parsed.GetValue(_retain) is { } kept ? Retention.Parse(kept) ?? throw new UsageException($"--retain {kept} is none of 500, 90d, 500,90d, all") : null;
            using var composition = ServerState.Compose(parsed.GetValue(_state));
            var serving = new ServeSession(composition)
            {
                Address = address,
                Certificate = certificate,
                Names = names,
                Admission = new Admission(parsed.GetValue(_most) ?? Admission.Usual(Environment.ProcessorCount, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes), minFree),
                Watched = [.. (parsed.GetValue(_watch) ?? []).Select(d => Watchable(composition, d))],
                Format = format,
                Notify = parsed.GetValue(_notify),
                Retention = retention,
                UntilIdle = parsed.GetValue(_once),
            };
            return await serving.RunAsync(cancel);
        });
    }

    private static WorkflowFile Watchable(Composition composition, string folder)
    {
        var file = WorkflowFile.Locate(composition, folder, null);
        return composition.Disk.Stat(file.File) is { Kind: Platform.FileKind.File } ? file : throw new UsageException($"--watch {folder}: {file.File} is not there");
    }

    private static LogFormat Format(string? name) => name switch
    {
        null => Console.IsOutputRedirected ? LogFormat.Json : LogFormat.Text,
        "text" => LogFormat.Text,
        "json" => LogFormat.Json,
        "none" => LogFormat.None,
        _ => throw new UsageException($"--log-format {name} is none of text, json, none"),
    };

    internal static IPEndPoint? Address(string text, bool isEncrypted = false)
    {
        if (text == "none") return null;
        if (!IPEndPoint.TryParse(text.Replace("localhost", "127.0.0.1", StringComparison.Ordinal), out var address) || address.Port == 0) throw new UsageException($"--listen {text} is no address with a port, such as 127.0.0.1:7007");
        if (!IPAddress.IsLoopback(address.Address) && !isEncrypted) throw new UsageException($"--listen {text} could be reached from other machines, and nothing is encrypted; give a certificate (--tls-cert, --tls-key), or from afar use: ssh -L 7007:localhost:7007 HOST");
        return address;
    }

    private static X509Certificate2? Certificate(string? file, string? key)
    {
        if (file is null && key is null) return null;
        if (file is null || key is null) throw new UsageException("--tls-cert and --tls-key belong together");
        try
        {
            using var pem = X509Certificate2.CreateFromPemFile(file, key);
            // The key of a PEM certificate does not outlive it on every platform; a packed copy does.
            return X509CertificateLoader.LoadPkcs12(pem.Export(X509ContentType.Pkcs12), null);
        }
        catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException) { throw new UsageException($"the certificate cannot be used: {e.Message}"); }
    }
}

/// <summary>The composition of verbs that speak of the server: its state root may be named.</summary>
internal static class ServerState
{
    internal static Composition Compose(string? state)
    {
        if (state is null) return new Composition();
        var full = Path.GetFullPath(state);
        return new Composition { Environment = name => name == "SPOOL_STATE" ? full : Environment.GetEnvironmentVariable(name) };
    }
}
