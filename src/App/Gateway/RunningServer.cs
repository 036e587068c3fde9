using System.Globalization;
using System.Net;
using System.Text;
using Spool.App.Queue;
using Spool.Platform;

namespace Spool.App.Gateway;

/// <summary>The server that has a state root, as another process finds it: by the lock it holds and the address it noted.</summary>
/// <param name="Address">Where its API listens; null when it has none, or does not listen yet.</param>
public sealed record RunningServer(ProcessIdentity Process, string Started, IPEndPoint? Address)
{
    private static string AddressFile(ServerPlace place) => Path.Join(place.Runtime, "address");

    private static string Beat(ServerPlace place) => Path.Join(place.Runtime, "heartbeat");

    /// <summary>Null when no server has it.</summary>
    public static RunningServer? Find(ServerPlace place)
    {
        if (place.Disk.Stat(place.Lock) is null || FileLock.ReadOwner(place.Disk, place.Lock) is not { } owner) return null;
        var process = new ProcessIdentity(owner.Pid, owner.StartTicks, owner.BootId, owner.Host);
        // Trying the lock holds it for a moment, in which a server that starts would be refused; so only where its last holder lives.
        if (!process.IsAlive) return null;
        using (var file = place.Disk.OpenRead(place.Lock))
            if (file.TryLock()) return null;
        return new RunningServer(process, owner.Started, NotedAddress(place)) { IsEncrypted = Standing.Read(place).Address?.StartsWith("https:", StringComparison.Ordinal) == true };
    }

    /// <summary>The address of the server that noted one last, living or not.</summary>
    public static IPEndPoint? NotedAddress(ServerPlace place) =>
        place.Disk.Stat(AddressFile(place)) is not null && IPEndPoint.TryParse(DurableFile.ReadText(place.Disk, AddressFile(place)).Trim(), out var address) ? address : null;

    /// <summary>Notes where this process listens; null: nowhere. The caller holds the lock.</summary>
    public static void Note(ServerPlace place, IPEndPoint? address) => DurableFile.WritePlain(place.Disk, AddressFile(place), Encoding.ASCII.GetBytes($"{address?.ToString() ?? "none"}\n"));

    /// <summary>Since when nobody has looked at the queue; null when nobody ever did.</summary>
    public static TimeSpan? Quiet(ServerPlace place, DateTimeOffset now) =>
        place.Disk.Stat(Beat(place)) is not null && DateTimeOffset.TryParse(DurableFile.ReadText(place.Disk, Beat(place)), CultureInfo.InvariantCulture, out var at) ? now - at : null;

    /// <summary>Where this machine finds it; null when it has no API.</summary>
    public string? Link => Address is null ? null : $"{(IsEncrypted ? "https" : "http")}://{(Address.Address.Equals(IPAddress.Any) ? new IPEndPoint(IPAddress.Loopback, Address.Port) : Address.Address.Equals(IPAddress.IPv6Any) ? new IPEndPoint(IPAddress.IPv6Loopback, Address.Port) : Address)}";

    public bool IsEncrypted { get; init; }

    /// <summary>Null when it works: it looks at its queue, and its API, where it has one, says ready. Else why not.</summary>
    public async Task<string?> ComplaintAsync(ServerPlace place, TimeProvider time, CancellationToken cancel)
    {
        if (Quiet(place, time.GetUtcNow()) is not { } quiet) return "it has not looked at its queue yet";
        if (quiet > TimeSpan.FromSeconds(30)) return string.Create(CultureInfo.InvariantCulture, $"it has not looked at its queue for {quiet.TotalSeconds:0} s");
        if (Address is null) return null;
        // Only whether our own process answers is asked, on this machine and without a token; so it does not matter whom its certificate names.
        var handler = new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, SslOptions = { RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null } };
        using var http = new HttpClient(handler) { Timeout = TimeSpan.FromSeconds(5) };
        try
        {
            using var answer = await http.GetAsync(new Uri(Link + "/health/ready"), cancel);
            return answer.StatusCode == HttpStatusCode.OK ? null : $"{Address} answers with {(int)answer.StatusCode}";
        }
        catch (HttpRequestException e) { return $"{Address} does not answer: {e.Message}"; }
        catch (TaskCanceledException) when (!cancel.IsCancellationRequested) { return $"{Address} does not answer within 5 s"; }
    }
}
