using System.Net;
using System.Net.Sockets;

namespace Spool.Platform;

/// <summary>
/// Which addresses are of this machine or its own network, and which are never called. Names are judged as they are written, without asking a
/// name server: <c>localhost</c>, names without a dot, and the endings that are kept for private networks (RFC 6761, 6762, 8375).
/// </summary>
public static class LocalAddress
{
    private static readonly string[] PrivateEndings = [".localhost", ".local", ".lan", ".internal", ".home.arpa"];

    /// <summary>Loopback or private: a server of this machine or of this network.</summary>
    public static bool IsLocal(Uri address)
    {
        var host = address.Host.Trim('[', ']');
        if (IPAddress.TryParse(host, out var number)) return IsPrivate(number);
        return !host.Contains('.', StringComparison.Ordinal) || PrivateEndings.Any(e => host.EndsWith(e, StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>Addresses where clouds keep the credentials of a machine, and those that name no machine: refused at the moment of connecting.</summary>
    public static bool IsRefused(IPAddress address)
    {
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        if (plain.AddressFamily == AddressFamily.InterNetworkV6) return plain.IsIPv6LinkLocal || plain.IsIPv6Multicast || plain.Equals(IPAddress.IPv6Any) || plain.Equals(AwsMetadata);
        var bytes = plain.GetAddressBytes();
        return bytes is [169, 254, ..] or [0, ..] or [>= 224, ..];
    }

    private static readonly IPAddress AwsMetadata = IPAddress.Parse("fd00:ec2::254");

    private static bool IsPrivate(IPAddress address)
    {
        if (IPAddress.IsLoopback(address)) return true;
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        if (plain.AddressFamily == AddressFamily.InterNetworkV6) return IPAddress.IsLoopback(plain) || plain.IsIPv6UniqueLocal;
        return plain.GetAddressBytes() is [10, ..] or [127, ..] or [192, 168, ..] or [172, >= 16 and < 32, ..] or [100, >= 64 and < 128, ..];
    }
}
